from contextlib import ExitStack
from typing import Any

import pytest
from click.testing import CliRunner

from contract_tests.cli import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET, main
from contract_tests.merchant.hosting import hosted_app
from contract_tests.provider.server import Credentials, Server, ServerError
from contract_tests.provider.suite import check_server, serving
from contract_tests.runner import Plan
from contract_tests.transport import Raw, Request
from contract_tests.verdicts import Result, Verdict
from fake_iamport import FakeIamport

KEYS = Credentials(PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET)


def not_kept(results: list[Result]) -> list[tuple[str, str]]:
    return [
        (result.clause.id, result.reason)
        for result in results
        if result.verdict is not Verdict.PASS
    ]


def test_the_emulator_keeps_every_clause_in_process() -> None:
    with serving(None, KEYS) as server:
        assert server.is_ours
        results = list(check_server(server, Plan(5, 1)))

    assert not_kept(results) == []
    assert "32 of 32 operations and 39 of 39 refusals" in results[-1].seen


def test_the_emulator_keeps_every_clause_over_a_socket() -> None:
    with FakeIamport() as emulator, serving(emulator.url, KEYS) as server:
        assert not_kept(list(check_server(server, Plan(1, 1)))) == []


def test_without_the_control_api_a_bounded_number_of_calls_is_made_and_cleaned_up() -> None:
    with FakeIamport() as emulator:
        with serving(emulator.url, KEYS, use_control=False) as server:
            results = list(check_server(server, Plan(1, 1)))
            assert server.operations < 450
        living = [key for key in emulator.ledger() if not key.deleted_at]

    left = [each for each in not_kept(results) if "control API" not in each[1]]
    assert left == []
    assert len(results) - len(not_kept(results)) >= 100
    assert living == []


def test_when_the_calls_are_used_up_the_rest_is_left_out() -> None:
    with serving(None, KEYS, use_control=False, most_calls=10) as server:
        results = list(check_server(server, Plan(1, 1), ["P-ONE-*"]))

    assert {result.verdict for result in results} == {Verdict.PASS, Verdict.SKIP}
    assert "--max-calls" in results[-1].reason


def test_names_are_unlike_those_of_another_run() -> None:
    with ExitStack() as stack:
        prefixes = {
            stack.enter_context(serving(None, KEYS, use_control=False)).own_prefix()
            for _ in range(5)
        }

    assert len(prefixes) == 5


class Foreign:
    """A server that isn't ours: it answers everything in the same way."""

    def __enter__(self) -> "Foreign":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __init__(self, status: int, body: bytes) -> None:
        self.raw = Raw(status, {}, body)

    def send(self, request: Request) -> Raw:
        return self.raw


def foreign(status: int, body: bytes) -> dict[str, Any]:
    server = Server(Foreign(status, body), KEYS)
    return {result.clause.id: result for result in check_server(server, Plan(1, 1))}


def test_a_server_of_another_kind_is_told_from_ours_and_nothing_of_it_is_an_error() -> None:
    token = b'{"code":0,"message":null,"response":{"access_token":"x","now":1,"expired_at":2}}'

    for status, body in ((200, token), (500, b"<html>"), (200, b"[]"), (404, b"")):
        found = foreign(status, body)
        assert Verdict.ERROR not in {result.verdict for result in found.values()}, body
        assert found["P-TOK-07"].verdict is Verdict.FAIL


async def stranger(scope: object, receive: object, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"[]"})


def test_what_is_no_iamport_is_refused() -> None:
    with (
        hosted_app(stranger) as url,
        pytest.raises(ServerError, match="no i'mport envelope; is this i'mport"),
        serving(url, KEYS),
    ):
        pass


def test_credentials_that_gettoken_refuses_are_refused() -> None:
    with (
        FakeIamport() as emulator,
        pytest.raises(ServerError, match="getToken refuses imp_key of-nobody"),
        serving(emulator.url, Credentials("of-nobody", "x")),
    ):
        pass


def test_a_url_without_a_scheme_is_told() -> None:
    result = CliRunner().invoke(main, ["provider", "--url", "localhost:9"])

    assert result.exit_code == 2
    assert "'localhost:9' is no URL; put http:// in front" in result.output


@pytest.mark.parametrize("pattern", ["P-KEY-02", "p-key-0[23]"])
def test_single_clauses_can_be_chosen(pattern: str) -> None:
    with serving(None, KEYS) as server:
        results = list(check_server(server, Plan(2, 1), [pattern]))

    assert {result.clause.id for result in results} <= {"P-KEY-02", "P-KEY-03"}
    assert not_kept(results) == []
