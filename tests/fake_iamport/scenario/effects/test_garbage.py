import pytest

from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule
from tests.fake_iamport.scenario.served import Served

ONETIME = "{operation: onetime}"


@pytest.mark.parametrize("commit", [True, False])
@pytest.mark.parametrize("line_end", [True, False])
def test_bytes_that_are_no_http_come_and_the_connection_ends(
    server: Served, line_end: bool, commit: bool
) -> None:
    given = f"{{line_end: {str(line_end).lower()}, commit: {str(commit).lower()}}}"
    server.rule(ONETIME, f"{{garbage: {given}}}")

    heard = server.pay()

    assert heard.end == "eof"
    assert not heard.data.startswith(b"HTTP")
    assert heard.data.endswith(b"\r\n\r\n") is line_end
    assert server.statuses() == ({"o1": "paid"} if commit else {})
    line = server.line
    assert (line.status, line.code) == ((200, 0) if commit else (0, None))
    assert line.fault == "garbage in place of the answer"


def test_without_more_words_it_ends_like_a_line_and_the_call_was_carried_out(
    server: Served,
) -> None:
    server.rule(ONETIME, "{garbage: {}}")

    assert server.pay().data.endswith(b"\r\n\r\n")
    assert server.statuses() == {"o1": "paid"}


@pytest.mark.anyio
async def test_without_a_socket_the_caller_meets_a_connection_error(stage: Stage) -> None:
    await stage.call.token()
    stage.rule(ONETIME, "{garbage: {}}")

    with pytest.raises(ConnectionError, match="no HTTP"):
        await stage.pay()


@pytest.mark.parametrize(
    ("rubbish", "mistake"),
    [
        (
            "true",
            "3:21: rules[0].then.garbage: "
            "expected keys and values like {line_end: …}, got true or false",
        ),
        (
            "{lineend: true}",
            "3:22: rules[0].then.garbage: unknown key 'lineend'; did you mean 'line_end'?",
        ),
        (
            "{commit: 1}",
            "3:30: rules[0].then.garbage.commit: expected true or false, got a whole number",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(rubbish: str, mistake: str) -> None:
    assert mistake_in_rule(then=f"{{garbage: {rubbish}}}") == f"test.yaml:{mistake}"


@pytest.mark.parametrize("other", ["fail: lost_card", "break: in_body", "drip: {seconds: 1}"])
def test_it_cannot_stand_beside_another_end(other: str) -> None:
    assert "can't stand beside" in mistake_in_rule(then=f"{{garbage: {{}}, {other}}}")


def test_a_scheduled_charge_has_no_answer() -> None:
    assert mistake_in_rule("{operation: scheduled_charge}", "{garbage: {}}") == (
        "test.yaml:3:21: rules[0].then.garbage: can't be done to scheduled_charge: it has no answer"
    )
