"""What the clients that merchants use see of a rule: an error where the answer is broken, and an
answer again afterwards.
"""

import httpx
import pytest

from tests.fake_iamport.scenario.clients import ANSWERED, CLIENTS
from tests.fake_iamport.scenario.served import PATIENCE, Served

IMPATIENCE = 0.3
BREAKS = [
    "break: before_reading",
    "break: {at: before_answer, by: close}",
    "break: before_answer",
    "break: in_headers",
    "break: {at: in_body, by: close}",
    "break: in_body",
    "garbage: {}",
    "garbage: {line_end: false}",
]
SILENCES = ["delay: {after_commit: until_client_gives_up}", "drip: {seconds: 0, stop_after: 10}"]
TIMEOUTS = ("ReadTimeout", "ConnectionError", "TimeoutError", "ServerTimeoutError")
WRONG = [
    "drip: {seconds: 0.0001, bytes: 2000}",
    "answer: {page: nginx_503}",
    "answer: {status: 204}",
    "answer: {body: 점검, charset: euc-kr}",
    "delay: {before_commit: 0.01}",
    "limit: {calls: 0}",
    "token: expired",
]


def outcomes(server: Served, client: str, effects: list[str], seconds: float) -> list[str]:
    """What the client makes of each effect on a call of its own."""
    server.load(
        "rules:\n"
        + "".join(
            f"  - when: {{operation: bankCodes, path: {{bank_standard_code: {number}}}}}\n"
            f"    then: {{{effect}}}\n"
            for number, effect in enumerate(effects)
        )
    )
    urls = [f"{server.fake.url}/banks/{number}" for number in range(len(effects))]
    return CLIENTS[client](urls, server.token, seconds)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_broken_answer_is_an_error_and_a_whole_one_between_is_fine(
    server: Served, client: str
) -> None:
    mixed = [effect for fault in BREAKS for effect in (fault, "pass: true")]

    seen = outcomes(server, client, mixed, PATIENCE)

    assert seen[1::2] == [ANSWERED] * len(BREAKS)
    assert len(seen[0::2]) == len(BREAKS)
    assert not [outcome for outcome in seen[0::2] if outcome == ANSWERED or "Timeout" in outcome]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_gives_up_when_no_answer_comes(server: Served, client: str) -> None:
    seen = outcomes(server, client, SILENCES, IMPATIENCE)

    assert len(seen) == len(SILENCES)
    assert all(outcome.startswith(TIMEOUTS) for outcome in seen), seen


@pytest.mark.parametrize("client", CLIENTS)
def test_an_answer_that_is_only_wrong_is_an_answer(server: Served, client: str) -> None:
    assert outcomes(server, client, WRONG, PATIENCE) == [ANSWERED] * len(WRONG)


def test_headers_that_end_in_the_middle_are_an_empty_answer_to_some_clients(
    server: Served,
) -> None:
    seen = outcomes(server, "requests", ["break: {at: in_headers, by: close}"], PATIENCE)

    assert seen == [ANSWERED]  # Python's http.client takes what there is for all of it


@pytest.mark.parametrize("fault", BREAKS)
def test_a_client_goes_on_with_its_other_connections(server: Served, fault: str) -> None:
    server.rule("{operation: allCardCodes}", f"{{{fault}}}")
    headers = {"Authorization": server.token}

    with httpx.Client(base_url=server.fake.url, headers=headers) as http:
        for _ in range(3):
            assert http.get("/banks").status_code == 200
            with pytest.raises(httpx.TransportError):
                http.get("/cards")


def test_an_answer_without_a_body_leaves_the_connection_usable(server: Served) -> None:
    server.rule("{operation: allBankCodes, call: 1}", "{answer: {status: 204}}")

    with server.talk() as talk:
        talk.ask("GET", "/banks", server.token)
        assert b"content-length: 0" in talk.socket.recv(65536)
        talk.ask("GET", "/banks", server.token)
        assert talk.hear_answer().data.startswith(b"HTTP/1.1 200")
