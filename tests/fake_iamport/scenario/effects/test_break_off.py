from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule
from tests.fake_iamport.scenario.served import Served, head

ONETIME = "{operation: onetime}"
WHERE = {
    "before_reading": "before the request was read",
    "before_commit": "before the call was carried out",
    "before_answer": "after the call was carried out, before the answer",
    "in_headers": "in the middle of the answer's headers",
    "in_body": "in the middle of the answer's body",
}
ENDS = {"reset": "reset", "close": "eof"}


@pytest.mark.parametrize("by", ENDS)
@pytest.mark.parametrize("at", WHERE)
def test_the_socket_ends_where_and_how_the_rule_says(server: Served, at: str, by: str) -> None:
    server.rule(ONETIME, f"{{break: {{at: {at}, by: {by}}}}}")

    heard = server.pay()

    assert heard.end == ENDS[by]
    carried_out = not at.startswith("before_") or at == "before_answer"
    assert server.statuses() == ({"o1": "paid"} if carried_out else {})
    line = server.line
    assert (line.status, line.code) == ((200, 0) if carried_out else (0, None))
    assert line.fault == f"{by} {WHERE[at]}"
    assert [(rule.scenario, rule.rule) for rule in line.rules] == [("test", "rule 1")]
    if at.startswith("before_"):
        assert heard.data == b""
    elif at == "in_headers":
        assert heard.data.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"\r\n\r\n" not in heard.data
    else:
        assert len(heard.body) == heard.length // 2 > 0


def test_without_more_words_it_is_a_reset(server: Served) -> None:
    server.rule(ONETIME, "{break: before_answer}")

    assert server.pay().end == "reset"


@pytest.mark.parametrize(("after", "heard"), [(1, 1), (20, 20), (999_999, -1)])
def test_so_many_bytes_of_the_body_go_out_but_never_all(
    server: Served, after: int, heard: int
) -> None:
    server.rule(ONETIME, f"{{break: {{at: in_body, by: close, after_bytes: {after}}}}}")

    answer = server.pay()

    assert len(answer.body) == (heard if heard > 0 else answer.length - 1)
    assert answer.length > len(answer.body)


@pytest.mark.parametrize("by", ENDS)
def test_a_large_body_is_not_read(server: Served, by: str) -> None:
    server.rule(ONETIME, f"{{break: {{at: before_reading, by: {by}}}}}")
    size, part, sent = 100_000_000, b"x" * 100_000, 0

    with server.talk() as talk:
        talk.socket.sendall(head("POST", "/subscribe/payments/onetime", server.token, size))
        with suppress(ConnectionError):
            while sent < size:
                talk.socket.sendall(part)
                sent += len(part)

    assert sent < size
    line = server.line
    assert (line.status, line.body, line.body_size) == (0, None, size)


def test_another_connection_lives_on(server: Served) -> None:
    server.rule("{operation: allBankCodes, call: {every: 2}}", "{break: before_answer}")

    with server.talk() as steady:
        for _ in range(3):
            steady.ask("GET", "/banks", server.token)
            assert steady.hear_answer().data.startswith(b"HTTP/1.1 200")
            with server.talk() as other:
                other.ask("GET", "/banks", server.token)
                assert other.hear().end == "reset"


@pytest.mark.anyio
@pytest.mark.parametrize("by", ENDS)
@pytest.mark.parametrize("at", WHERE)
async def test_without_a_socket_the_caller_meets_a_connection_error(
    stage: Stage, at: str, by: str
) -> None:
    await stage.call.token()
    stage.rule(ONETIME, f"{{break: {{at: {at}, by: {by}}}}}")

    with pytest.raises(ConnectionError, match=r"the server (reset|closed)|no HTTP"):
        await stage.pay()

    carried_out = not at.startswith("before_") or at == "before_answer"
    assert await stage.statuses() == ({"o1": "paid"} if carried_out else {})
    assert stage.line.status == (200 if carried_out else 0)


@pytest.mark.parametrize(
    ("when", "breaking", "mistake"),
    [
        (
            "{}",
            "before",
            "3:19: rules[0].then.break: 'before' is not one of before_answer, before_commit, "
            "before_reading, in_body, in_headers; did you mean 'before_commit'?",
        ),
        (
            "{}",
            "{at: before_answer, after_bytes: 3}",
            "3:52: rules[0].then.break.after_bytes: goes only with 'at: in_body'",
        ),
        ("{}", "{by: close}", "3:19: rules[0].then.break: the key 'at' is missing"),
        (
            "{}",
            "{at: in_body, by: rest}",
            "3:37: rules[0].then.break.by: 'rest' is not one of close, reset; "
            "did you mean 'reset'?",
        ),
        (
            "{}",
            "in_body, fail: lost_card",
            "3:19: rules[0].then.break: can't stand beside 'fail': only one of them can happen",
        ),
        *(
            (
                "{}",
                f"{at}, {other}",
                f"3:19: rules[0].then.break: can't stand beside '{other.partition(':')[0]}': "
                "only one of them can happen",
            )
            for at in ("before_reading", "{at: before_commit, by: close}")
            for other in ("token: revoked", "webhook: {times: 2}", "stale: 1", "limit: {calls: 1}")
        ),
        (
            "{operation: scheduled_charge}",
            "in_body",
            "3:19: rules[0].then.break: can't be done to scheduled_charge: it has no connection",
        ),
        (
            "{field: {amount: 1}}",
            "before_reading",
            "2:12: rules[0].when.field: "
            "looks at the body, but the rule is to act before that is read",
        ),
        (
            "{card: lost_card}",
            "before_reading",
            "2:12: rules[0].when.card: "
            "looks at the body, but the rule is to act before that is read",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(when: str, breaking: str, mistake: str) -> None:
    assert mistake_in_rule(when, f"{{break: {breaking}}}") == f"test.yaml:{mistake}"


def test_httpx_meets_what_it_meets_on_the_net(server: Served) -> None:
    server.rule(ONETIME, "{break: before_answer}")
    headers: dict[str, Any] = {"Authorization": server.token}

    with pytest.raises(httpx.ReadError):
        server.http.post("/subscribe/payments/onetime", json={}, headers=headers)
