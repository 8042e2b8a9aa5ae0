import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from fake_iamport.scenario.effects import drip
from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule
from tests.fake_iamport.scenario.served import Served, order

BANKS = "{operation: allBankCodes}"
ONETIME = "{operation: onetime}"


async def drops(stage: Stage, then: str) -> tuple[httpx.Response, list[bytes]]:
    """Look the banks up, and count the pieces in which the body came."""
    token = await stage.call.token()
    stage.rule(BANKS, then)
    pieces: list[bytes] = []

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.body":
                pieces.append(message["body"])
            await send(message)

        await stage.app(scope, receive, counted)

    transport = httpx.ASGITransport(counting)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        answer = await http.get("/banks", headers={"Authorization": token})
    return answer, pieces


@pytest.mark.anyio
@pytest.mark.parametrize("size", [100, 1000, 1_000_000])
async def test_a_body_arrives_whole_in_drops_of_that_size(stage: Stage, size: int) -> None:
    answer, pieces = await drops(stage, f"{{drip: {{seconds: 0.0001, bytes: {size}}}}}")

    assert answer.json()["code"] == 0
    assert b"".join(pieces) == answer.content
    assert all(len(piece) == size for piece in pieces[:-1])
    assert len(pieces) == -(-len(answer.content) // size)
    assert stage.line.fault == f"{size} bytes every 0.0001 seconds"


@pytest.mark.anyio
async def test_an_empty_body_arrives_too(stage: Stage) -> None:
    answer, _ = await drops(stage, "{drip: {seconds: 0, stop_after: 1}, answer: {page: empty}}")

    assert (answer.status_code, answer.content) == (200, b"")


def test_over_a_socket_it_is_a_whole_answer(server: Served) -> None:
    server.rule(ONETIME, "{drip: {seconds: 0.0001, bytes: 50}}")

    with server.talk() as talk:
        talk.ask("POST", "/subscribe/payments/onetime", server.token, order())
        heard = talk.hear_answer()

    assert len(heard.body) == heard.length
    assert server.statuses() == {"o1": "paid"}


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("stop_after", [5, 999_999])
def test_it_stops_in_the_middle_until_the_client_gives_up(
    server: Served, size: int, stop_after: int
) -> None:
    loaded = server.rule(
        ONETIME, f"{{drip: {{seconds: 0, bytes: {size}, stop_after: {stop_after}}}}}"
    )

    with server.talk() as talk:
        talk.ask("POST", "/subscribe/payments/onetime", server.token, order())
        server.await_rule(loaded)
        heard = talk.hear(1)
        expected = min(stop_after, heard.length - 1)
        data = heard.body
        while len(data) < expected:
            data += talk.socket.recv(1024)
        talk.socket.settimeout(0.02)
        with pytest.raises(TimeoutError):
            talk.socket.recv(1)

    assert len(data) == expected


def test_nobody_drips_on_when_the_client_has_gone(server: Served) -> None:
    loaded = server.rule(ONETIME, "{drip: {seconds: 60}}")

    with server.talk() as talk:
        talk.ask("POST", "/subscribe/payments/onetime", server.token, order())
        server.await_rule(loaded)
        talk.hear(1)

    server.settle()


def test_it_ends_after_the_longest_time(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drip, "LONGEST", 0.02)
    server.rule(ONETIME, "{drip: {seconds: 1}}")

    heard = server.pay()

    assert heard.end == "eof"
    assert len(heard.body) < heard.length


@pytest.mark.anyio
async def test_without_a_socket_a_caller_meets_a_timeout_where_it_stops(stage: Stage) -> None:
    with pytest.raises(TimeoutError, match="lets the client wait"):
        await drops(stage, "{drip: {seconds: 0, bytes: 5, stop_after: 10}}")


@pytest.mark.parametrize(
    ("dripping", "mistake"),
    [
        ("{}", "3:18: rules[0].then.drip: the key 'seconds' is missing"),
        (
            "{seconds: 1, bytes: 0}",
            "3:38: rules[0].then.drip.bytes: expected a whole number >= 1",
        ),
        (
            "{seconds: 1, stop_after: 0}",
            "3:43: rules[0].then.drip.stop_after: expected a whole number >= 1",
        ),
        ("{seconds: 601}", "3:28: rules[0].then.drip.seconds: expected a number <= 600.0"),
        (
            "{second: 1}",
            "3:19: rules[0].then.drip: unknown key 'second'; did you mean 'seconds'?",
        ),
        (
            "{seconds: 1}, break: in_body",
            "3:39: rules[0].then.break: can't stand beside 'drip': only one of them can happen",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(dripping: str, mistake: str) -> None:
    assert mistake_in_rule(then=f"{{drip: {dripping}}}") == f"test.yaml:{mistake}"


def test_a_scheduled_charge_has_no_answer() -> None:
    assert mistake_in_rule("{operation: scheduled_charge}", "{drip: {seconds: 1}}") == (
        "test.yaml:3:18: rules[0].then.drip: can't be done to scheduled_charge: it has no answer"
    )
