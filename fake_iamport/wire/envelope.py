"""The envelope around every answer, and the headers that go with it.

``{"code", "message", "response"}`` in this order; on success the message is null, on failure the
response is (spec, observed). The headers are those of a recorded answer of 2024, plus
``X-Fake-Iamport``, which no real server sends.
"""

from typing import Any

import msgspec
from starlette.types import Send

from fake_iamport import __version__
from fake_iamport.wire import php_json

__all__ = ["Envelope", "failure_bytes", "send_answer", "success_bytes"]

_HEADERS = [
    (b"content-type", b"application/json; charset=UTF-8"),
    (b"server", b"Apache"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-xss-protection", b"1; mode=block"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"x-fake-iamport", __version__.encode()),
]
_KEEP_ALIVE = (b"connection", b"keep-alive")
_SUCCESS = b'{"code":0,"message":null,"response":'


class Envelope(msgspec.Struct, gc=False):
    """What every answer looks like."""

    code: int
    message: str | None
    response: Any


def success_bytes(response: object) -> bytes:
    """The body of an answer that did what was asked."""
    return _SUCCESS + php_json.encode(response) + b"}"


def failure_bytes(code: int, message: str) -> bytes:
    """The body of an answer that didn't."""
    return php_json.encode(Envelope(code, message, None))


async def send_answer(send: Send, status: int, body: bytes, *, keep_alive: bool) -> None:
    """Send ``body`` with the recorded headers; a connection that ends doesn't claim to stay."""
    headers = [*_HEADERS, (b"content-length", b"%d" % len(body))]
    if keep_alive:
        headers.append(_KEEP_ALIVE)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
