"""Wrong servers: billing keys."""

from urllib.parse import quote

from tests.contract_tests.mutation import Call, Forward, Reply, Twist
from tests.contract_tests.wrong_servers.twists import (
    GOOD,
    after,
    answers,
    as_if_whole,
    asks,
    first_card,
    like,
    none_found,
    one_less,
    status_when,
    wrong,
)

__all__: list[str] = []


def _customer(call: Call) -> str:
    return f"/subscribe/customers/{quote(call.names[0], safe='')}"


answers(
    "P-KEY-01",
    "shows another gateway than it answered",
    "customer_view",
    lambda call, reply: reply.set(pg_id="another"),
)


first_card("P-KEY-02", "goes on showing the first card", "customer_view")


first_card("P-KEY-03", "goes on charging the first card", "again")


answers(
    "P-KEY-04",
    "keeps the key of the replaced card",
    "control",
    lambda call, reply: [key.update(deleted_at=0) for key in reply.envelope.get("keys", [])],
)


answers(
    "P-KEY-05",
    "takes a replaced key for a new one",
    "customer_save",
    lambda call, reply: reply.code == 0 and reply.set(inserted=reply.response["updated"]),
)


@wrong("P-KEY-06", "replaces every customer's card")
def _() -> Twist:
    known: list[str] = []

    async def twist(call: Call, forward: Forward) -> Reply:
        if call.operation == "customer_save":
            body = dict(call.body)
            if call.names[0] in known:
                for other in known:
                    await forward(like(call, "POST", f"/subscribe/customers/{other}", body))
            known.append(call.names[0])
        return await forward(call)

    return twist


async def _drop_key(call: Call, reply: Reply, forward: Forward) -> None:
    if reply.code != 0:
        await forward(like(call, "DELETE", _customer(call)))


async def _keep_anyway(call: Call, reply: Reply, forward: Forward) -> None:
    if reply.code != 0 and (await forward(like(call, "GET", _customer(call)))).code != 0:
        await forward(like(call, "POST", _customer(call), GOOD))


after("P-KEY-07", "drops the old card when the new one is refused", "customer_save", _drop_key)


after("P-KEY-08", "keeps a key for a refused card", "customer_save", _keep_anyway)


answers("P-KEY-09", "answers a refused card with HTTP 402", "customer_save", status_when(402))


answers(
    "P-KEY-10",
    "answers an unknown customer with HTTP 404",
    "customer_view",
    status_when(404, "요청하신"),
)


answers(
    "P-KEY-11",
    "answers a delete with another record",
    "customer_delete",
    lambda call, reply: reply.code == 0 and reply.set(card_number=None),
)


answers(
    "P-KEY-12",
    "deletes what isn't there",
    "customer_delete",
    lambda call, reply: reply.code == 1 and reply.do({"customer_uid": call.names[0]}),
)


@wrong("P-KEY-13", "charges a deleted key")
def _() -> Twist:
    deleted: list[str] = []

    async def twist(call: Call, forward: Forward) -> Reply:
        reply = await forward(call)
        if call.operation == "customer_delete":
            deleted.append(call.names[0])
        if call.operation == "again" and reply.code == 1 and call.body["customer_uid"] in deleted:
            body = {
                **GOOD,
                "merchant_uid": call.body["merchant_uid"],
                "amount": call.body["amount"],
            }
            return await forward(like(call, "POST", "/subscribe/payments/onetime", body))
        return reply

    return twist


answers("P-KEY-14", "leaves one of several keys out", "customer_view_multiple", one_less(200))


answers("P-KEY-15", "answers some keys with HTTP 200", "customer_view_multiple", as_if_whole)


answers("P-KEY-16", "answers no keys with an empty list", "customer_view_multiple", none_found)


asks(
    "P-KEY-17",
    "forgets the customer's name",
    "customer_save",
    lambda call: call.body.pop("customer_name", 0),
)


answers(
    "P-KEY-18",
    "turns spaces into plus signs",
    "customer_view",
    lambda call, reply: (
        reply.code == 0 and reply.set(customer_uid=reply.response["customer_uid"].replace(" ", "+"))
    ),
)


answers(
    "P-KEY-19",
    "lists no payments of a key",
    "customer_payments",
    lambda call, reply: reply.set(list=[]),
)
