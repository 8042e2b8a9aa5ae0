"""POSTs over HTTP/1.1, of whose answers only the status matters.

They are made of asyncio's transports: an emulator in somebody's tests must be able to stop in the
middle of one without a word, which an HTTP client with tasks of its own can't.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import cache
from typing import cast

import httptools

from fake_iamport.webhooks.targets import Target

__all__ = ["Answer", "Line", "post", "within"]


class Answer:
    """What is known of an answer so far; httptools calls its ``on_…`` methods.

    ``keeps_alive`` says that the receiver expects another request on the same connection.
    """

    def __init__(self) -> None:
        self.status: int | None = None
        self.is_complete = False
        self.keeps_alive = False
        self._says_keep_alive = False
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

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a wish to keep the connection."""
        if name.lower() == b"connection" and value.strip().lower() == b"keep-alive":
            self._says_keep_alive = True

    def on_headers_complete(self) -> None:
        """Note the status, unless it is one of those that only precede an answer."""
        status: int = self._parser.get_status_code()
        if status >= 200 and not self.is_complete:
            self.status = status

    def on_message_complete(self) -> None:
        """Note the end; a second answer to one request spoils the connection."""
        self.keeps_alive = (
            self._says_keep_alive and self._parser.should_keep_alive() and not self.is_complete
        )
        self.is_complete = self.status is not None


class Line:
    """A way to receivers that is used for one webhook after another, and closed after the last.

    A connection is used again only where the receiver says ``keep-alive`` itself, and at once: one that
    the receiver is about to end would lose a webhook, and nothing is ever sent a second time.
    """

    def __init__(self) -> None:
        self._talk: _Talk | None = None
        self._end: tuple[str, int, bool] | None = None

    async def talk(self, target: Target, seconds: float | None) -> "_Talk":
        """A connection to ``target``.

        Raises:
            TimeoutError: there is none in time.
            OSError: there is none.
        """
        end = (target.host, target.port, target.encrypted)
        if self._talk is not None and self._talk.is_open and self._end == end:
            return self._talk
        self.close()
        loop = asyncio.get_running_loop()
        async with within(seconds, "no connection"):
            _, self._talk = await loop.create_connection(
                _Talk, target.host, target.port, ssl=_trust() if target.encrypted else None
            )
        self._end = end
        return self._talk

    def close(self) -> None:
        """Hang up."""
        if self._talk is not None:
            self._talk.close()
            self._talk = None


class _Talk(asyncio.Protocol):
    """One connection, and the answer that is awaited on it."""

    def __init__(self) -> None:
        self.is_open = True
        self._transport: asyncio.Transport
        self._answer = Answer()
        self._early = b""
        self._left = 0
        self._end: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not asyncio's by class.
        self._transport = cast(asyncio.Transport, transport)

    async def ask(self, request: bytes, answer: Answer, most_bytes: int) -> None:
        """Send a request and let ``answer`` have what comes back."""
        self._answer, self._left = answer, most_bytes
        self._end = asyncio.get_running_loop().create_future()
        self.is_open = False
        self._transport.write(request)
        if self._early:
            self.data_received(self._early)
        if self._transport.is_closing():
            self._finish()
        await self._end
        self.is_open = answer.keeps_alive and not self._transport.is_closing()

    def data_received(self, data: bytes) -> None:
        if self._end is None:
            self._early += data  # A refusal that doesn't wait for what is asked.
            return
        if self._end.done():
            self.close()
            return
        try:
            self._answer.feed(data[: self._left])
        except ConnectionError as error:
            self._end.set_exception(error)
            return
        self._left -= len(data)
        if self._answer.is_complete or self._left <= 0:
            self._finish()

    def eof_received(self) -> None:
        self.is_open = False
        self._finish()

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        if error is not None and self._end is not None and not self._end.done():
            self._end.set_exception(error)
        self._finish()

    def close(self) -> None:
        self.is_open = False
        self._transport.abort()

    def _finish(self) -> None:
        if self._end is not None and not self._end.done():
            self._end.set_result(None)


async def post(
    line: Line,
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
    talk = await line.talk(target, connect_seconds)
    async with within(read_seconds, "no answer"):
        await talk.ask(_request(target, headers, body), answer, most_bytes)
    if answer.status is None:
        raise ConnectionError("the receiver hung up without an answer")


def within(seconds: float | None, what: str) -> AbstractAsyncContextManager[None]:
    """``asyncio.timeout``, with an error that says what didn't come."""
    return nullcontext() if seconds is None else _limited(seconds, what)


@asynccontextmanager
async def _limited(seconds: float, what: str) -> AsyncIterator[None]:
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise TimeoutError(f"{what} within {seconds:g} seconds") from None


def _request(target: Target, headers: dict[str, str], body: bytes) -> bytes:
    lines = [
        f"POST {target.path} HTTP/1.1",
        f"host: {target.authority}",
        *(f"{name}: {value}" for name, value in headers.items()),
        f"content-length: {len(body)}",
        "connection: keep-alive",
        "\r\n",
    ]
    return "\r\n".join(lines).encode("ascii") + body


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
