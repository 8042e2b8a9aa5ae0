"""An answer that is handed over as a whole is, byte for byte, the one that uvicorn would send."""

import re
import socket
from collections.abc import Iterator

import pytest
import uvicorn

from fake_iamport import Clock, FakeIamport
from fake_iamport.whole_answers import WholeAnswersProtocol
from tests.standing_up.limited_server import limited_server

_LINES = b"%b /payments/nothing HTTP/1.%d\r\nhost: h\r\n%b\r\n"

REQUESTS = {
    "one": _LINES % (b"GET", 1, b"connection: close\r\n"),
    "several": _LINES % (b"GET", 1, b"") * 3 + _LINES % (b"GET", 1, b"connection: close\r\n"),
    "a body that wasn't asked for": b"POST /users/getToken HTTP/1.1\r\nhost: h\r\n"
    b"expect: 100-continue\r\ncontent-length: 9\r\n\r\nimp_key=k" + _LINES % (b"GET", 0, b""),
    "a head": _LINES % (b"HEAD", 1, b"") + _LINES % (b"GET", 1, b"connection: close\r\n"),
    "of long ago": _LINES % (b"GET", 0, b""),
    "of long ago, kept": _LINES % (b"GET", 0, b"connection: keep-alive\r\n"),
    "no HTTP": _LINES % (b"GET", 1, b"") + b"no HTTP\r\n\r\n",
}


@pytest.fixture(scope="module")
def server() -> Iterator[FakeIamport]:
    with FakeIamport(clock=Clock(1_700_000_000)) as running:
        yield running


def said_to(server: FakeIamport, requests: bytes) -> bytes:
    """All that comes until the server hangs up, without the moment."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(requests)
        parts = iter(lambda: connection.recv(65536), b"")
        return re.sub(rb"date: [^\r]*", b"date:", b"".join(parts))


@pytest.mark.parametrize("requests", REQUESTS.values(), ids=REQUESTS)
def test_the_bytes_are_those_of_uvicorn(
    server: FakeIamport, requests: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = said_to(server, requests)
    monkeypatch.setattr(WholeAnswersProtocol, "_answer", lambda *_: False)

    assert whole == said_to(server, requests)
    assert whole.startswith(b"HTTP/1.1 ")


def test_an_answer_goes_out_at_once(server: FakeIamport) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        for _ in range(3):
            connection.sendall(_LINES % (b"GET", 1, b""))
            assert connection.recv(65536).endswith(b"}")


def test_a_client_that_reads_late_gets_everything(server: FakeIamport) -> None:
    asked = 5_000
    requests = _LINES % (b"GET", 1, b"") * (asked - 1)

    answers = said_to(server, requests + REQUESTS["one"])

    assert answers.count(b"HTTP/1.1 401") == answers.count(b'"code":-1') == asked


def test_a_kept_connection_hears_the_date_of_each_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def tick_without_a_date(server: uvicorn.Server, _: int) -> bool:
        return server.should_exit

    monkeypatch.setattr(uvicorn.Server, "on_tick", tick_without_a_date)
    dates = [b"one day", b"one day", b"another day"]
    with limited_server() as limited, limited.client() as client:
        answers = []
        for date in dates:
            limited.server.server_state.default_headers = [(b"date", date)]
            client.sendall(_LINES % (b"GET", 1, b""))
            answers.append(client.recv(65536))

    heard = [re.search(rb"\r\ndate: (.*?)\r\n", answer) for answer in answers]
    assert [date and date[1] for date in heard] == dates
