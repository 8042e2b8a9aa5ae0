"""Wrong servers: answers in general."""

from tests.contract_tests.wrong_servers.twists import answers, records

__all__: list[str] = []

answers(
    "P-ENV-01",
    "says success",
    "*",
    lambda call, reply: reply.code == 0 and reply.envelope.update(message="success"),
)


answers(
    "P-ENV-02",
    "refuses with an empty object",
    "*",
    lambda call, reply: reply.code != 0 and reply.envelope.update(response={}),
)


answers(
    "P-ENV-03", "writes Hangul as it is", "*", lambda call, reply: setattr(reply, "escaped", False)
)


answers(
    "P-ENV-04",
    "doesn't know paths with a slash behind",
    "*",
    lambda call, reply: call.path.endswith("/") and reply.fail(404, -1),
)


answers(
    "P-ENV-05",
    "answers a form's amount as text",
    "again",
    lambda call, reply: call.is_form and reply.set(amount=str(reply.response["amount"])),
)


answers(
    "P-ENV-06",
    "lets browsers in",
    "*",
    lambda call, reply: reply.headers.update({"access-control-allow-origin": "*"}),
)


records("P-ENV-07", "leaves out a key", lambda record: record.pop("vbank_num"))
