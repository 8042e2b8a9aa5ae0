"""One POST over HTTP/1.1, of whose answer only the status matters.

It is made of asyncio's streams: an emulator in somebody's tests must be able to stop in the middle of
it without a word, which an HTTP client with tasks of its own can't.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

import httptools

from fake_iamport.webhooks.targets import Target

__all__ = ["Answer", "post", "within"]

_BLOCK = 65_536


class Answer:
    """What is known of an answer so far; httptools calls its ``on_…`` methods."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.is_complete = False
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """Take the next bytes.

        Raises:
            ConnectionError: they are no HTTP.
        """
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            raise ConnectionError("the answer is no HTTP") from None

    def on_headers_complete(self) -> None:
        """Note the status, unless it is one of those that only precede an answer."""
        status: int = self._parser.get_status_code()
        if status >= 200:
            self.status = status

    def on_message_complete(self) -> None:
        """Note the end."""
        self.is_complete = self.status is not None


async def post(
    target: Target,
    headers: dict[str, str],
    body: bytes,
    answer: Answer,
    *,
    connect_seconds: float | None,
    read_seconds: float | None,
    most_bytes: int,
) -> None:
    """Send ``body`` and let ``answer`` have what comes back, up to ``most_bytes``.

    Raises:
        TimeoutError: no connection, or no answer, in time; the text says which.
        OSError: no connection, or one that ended early.
    """
    async with within(connect_seconds, "no connection"):
        reader, writer = await asyncio.open_connection(
            target.host, target.port, ssl=_trust() if target.encrypted else None
        )
    try:
        async with within(read_seconds, "no answer"):
            writer.write(_request(target, headers, body))
            await writer.drain()
            await _read(reader, answer, most_bytes)
    finally:
        writer.transport.abort()


@asynccontextmanager
async def within(seconds: float | None, what: str) -> AsyncIterator[None]:
    """``asyncio.timeout``, with an error that says what didn't come."""
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise TimeoutError(f"{what} within {seconds:g} seconds") from None


async def _read(reader: asyncio.StreamReader, answer: Answer, most_bytes: int) -> None:
    left = most_bytes
    while left > 0 and not answer.is_complete:
        data = await reader.read(min(left, _BLOCK))
        if not data:
            break
        answer.feed(data)
        left -= len(data)
    if answer.status is None:
        raise ConnectionError("the receiver hung up without an answer")


def _request(target: Target, headers: dict[str, str], body: bytes) -> bytes:
    lines = [
        f"POST {target.path} HTTP/1.1",
        f"host: {target.authority}",
        *(f"{name}: {value}" for name, value in headers.items()),
        f"content-length: {len(body)}",
        "connection: close",
        "\r\n",
    ]
    return "\r\n".join(lines).encode("ascii") + body


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
