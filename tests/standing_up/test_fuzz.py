"""A few thousand requests of the fuzz run, and that it sees what is wrong."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from benchmarks.fuzz import api, control, wire
from benchmarks.fuzz.application import Request
from benchmarks.fuzz.calls import TOKEN
from benchmarks.fuzz.searching import search
from benchmarks.watched import Emulator, Wrong, emulator
from fake_iamport import create_app
from fake_iamport.app import App


def test_no_call_of_the_api_gets_a_5xx_or_changes_the_books_unseen() -> None:
    assert search(api.inputs(), api.check, requests=1000, seed=1) >= 1000


def test_no_control_call_scenario_or_snapshot_does() -> None:
    assert search(control.inputs(), control.check, requests=600, seed=1) >= 600


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with emulator() as running:
        yield running


def test_no_bytes_over_a_socket_do(running: Emulator) -> None:
    assert search(wire.inputs(), wire.checker(running), requests=300, seed=1) >= 300


class Spoilt:
    """The emulator, with another answer than its own to one path; the call itself is made."""

    def __init__(self, app: App, path: str, status: int, body: bytes) -> None:
        self.emulator = app.emulator
        self._app = app
        self._path = path
        self._answer = status, body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != self._path:
            await self._app(scope, receive, send)
            return

        async def drop(_: Message) -> None:
            return None

        await self._app(scope, receive, drop)
        status, body = self._answer
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body})


REFUSED = b'{"code":-1,"message":"no","response":null}'
ANOTHER = b'{"code":0,"message":null,"response":{"imp_uid":"imp_1"}}'
PAY = Request(
    "POST",
    b"/subscribe/payments/again",
    headers=((b"authorization", TOKEN), (b"content-type", b"application/json")),
    chunks=(b'{"customer_uid":"known","merchant_uid":"new","amount":1000}',),
)


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (500, REFUSED, "was answered"),
        (200, b"<html>", "no JSON"),
        (200, b"{}", "without the envelope"),
        (200, REFUSED, "which was refused"),
        (404, REFUSED, "the books changed"),
        (200, ANOTHER, "doesn't tell"),
    ],
)
def test_a_wrong_answer_is_seen(
    monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, told: str
) -> None:
    def spoilt(*arguments: Any, **options: Any) -> Spoilt:
        return Spoilt(create_app(*arguments, **options), PAY.path.decode(), status, body)

    monkeypatch.setattr(api, "create_app", spoilt)
    with pytest.raises(Wrong, match=told):
        api.check([PAY])


def test_a_right_answer_is_no_mistake() -> None:
    assert api.check([PAY]) == 1


PAID = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b"content-length: 76\r\n\r\n"
    b'{"code":0,"response":{"imp_uid":"imp_1","merchant_uid":"order","amount":10}}'
)


class OtherServer:
    """A server that answers everything with the same bytes, and books that hold what they hold."""

    def __init__(self, answer: bytes, kept: dict[str, Any]) -> None:
        self._answer = answer
        self._kept = kept
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = self._listener.getsockname()
        threading.Thread(target=self._answer_once).start()

    def _answer_once(self) -> None:
        with self._listener, self._listener.accept()[0] as client:
            client.recv(65536)
            client.sendall(self._answer)

    def token(self) -> str:
        return "token"

    def control(self, *_: object) -> None:
        return None

    def payments(self) -> dict[str, Any]:
        return self._kept


@pytest.mark.parametrize(
    ("answer", "kept", "told"),
    [
        (b"HTTP/1.1 500 Internal Server Error\r\n\r\n", {}, "was answered"),
        (b"Traceback", {}, "was answered"),
        (PAID, {}, "was told of"),
        (PAID, {"imp_1": {"merchant_uid": "order", "amount": 11}}, "was told of"),
        (
            PAID.replace(b"imp_uid", b"another"),
            {"imp_1": {"merchant_uid": "order", "amount": 10}},
            "nobody was told of",
        ),
    ],
)
def test_a_wrong_answer_over_a_socket_is_seen(
    answer: bytes, kept: dict[str, Any], told: str
) -> None:
    server: Any = OtherServer(answer, kept)

    with pytest.raises(Wrong, match=told):
        wire.checker(server)([b"GET / HTTP/1.1"])
