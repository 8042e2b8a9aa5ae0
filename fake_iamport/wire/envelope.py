"""The envelope around every answer, and the headers that go with it.

``{"code", "message", "response"}`` in this order; on success the message is null, on failure the
response is (spec, observed). The headers are those of a recorded answer of 2024, plus
``X-Fake-Iamport``, which no real server sends.
"""

from typing import Any

import msgspec

from fake_iamport import __version__
from fake_iamport.wire import php_json
from fake_iamport.wire.connection import Connection, Headers

__all__ = [
    "RECORDED_HEADERS",
    "Answer",
    "Envelope",
    "failed",
    "headers_of",
    "send_answer",
    "success_bytes",
]

RECORDED_HEADERS: Headers = (
    (b"content-type", b"application/json; charset=UTF-8"),
    (b"server", b"Apache"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-xss-protection", b"1; mode=block"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"x-fake-iamport", __version__.encode()),
)
"""The headers of a recorded answer, besides those that depend on it."""

_KEEP_ALIVE = (b"connection", b"keep-alive")
_RECORDED_LINES = b"".join(
    b"%b: %b\r\n" % header
    for header in (*RECORDED_HEADERS, (b"content-length", b"%d"), _KEEP_ALIVE)
)
_SUCCESS = b'{"code":0,"message":null,"response":'


class Envelope(msgspec.Struct, gc=False):
    """What every answer looks like."""

    code: int
    message: str | None
    response: Any


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What goes out. ``headers`` are None for the recorded ones; ``code`` where there is no envelope.

    ``shown`` is what may be written down of the body, where that isn't all of it.
    """

    status: int
    body: bytes
    code: int | None = 0
    message: str | None = None
    shown: bytes | None = None
    headers: Headers | None = None


def success_bytes(response: object) -> bytes:
    """The body of an answer that did what was asked."""
    return _SUCCESS + php_json.encode(response) + b"}"


def failed(status: int, code: int, message: str) -> Answer:
    """The answer to a call that didn't do what was asked."""
    body = php_json.encode(Envelope(code, message, None))
    return Answer(status, body, code=code, message=message)


def headers_of(answer: Answer, *, keep_alive: bool) -> Headers:
    """The headers that go out; a connection that ends doesn't claim to stay."""
    own = RECORDED_HEADERS if answer.headers is None else answer.headers
    headers = [*own, (b"content-length", b"%d" % len(answer.body))]
    if keep_alive:
        headers.append(_KEEP_ALIVE)
    return headers


async def send_answer(connection: Connection, answer: Answer, *, keep_alive: bool) -> None:
    """Send an answer as it is."""
    if answer.headers is None and keep_alive:
        headers = _RECORDED_LINES % len(answer.body)
        if connection.answer_at_once(answer.status, headers, answer.body):
            return
    await connection.start(answer.status, headers_of(answer, keep_alive=keep_alive))
    await connection.send(answer.body)
