"""One customer's connection: JSON calls over a socket, as fast as the server answers."""

import asyncio
import contextlib
from typing import Any

import msgspec

__all__ = ["Line", "Lost", "Reply"]

_PATIENCE = 0.5


class Lost(Exception):
    """There was no answer that can be read: what became of the call isn't known."""


class Reply(msgspec.Struct, frozen=True):
    """An answer that can be read."""

    status: int
    value: Any


class Line:
    """A connection that is kept while it can be, and made again when it can't."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.token = ""

    async def call(
        self, method: str, path: str, body: Any = None, *, patience: float = _PATIENCE
    ) -> Reply:
        """The answer to a call.

        Raises:
            Lost: none came in time, or what came is none.
        """
        try:
            async with asyncio.timeout(patience):
                return await self._exchange(_request(method, path, self.token, body))
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            self.hang_up()
            raise Lost(f"{method} {path}: {type(error).__name__} {error}") from None

    def hang_up(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _exchange(self, request: bytes) -> Reply:
        if self._streams is None or self._streams[1].is_closing():
            self._streams = await asyncio.open_connection(*self._address, limit=2**24)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        _, found, length = head.partition(b"content-length:")
        if not found:
            raise ValueError("no length")
        content = await reader.readexactly(int(length.partition(b"\r\n")[0]))
        if b"connection: close" in head:
            self.hang_up()
        return Reply(status, _json(content))


def _json(content: bytes) -> Any:
    with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
        return msgspec.json.decode(content)
    return None


def _request(method: str, path: str, token: str, body: Any) -> bytes:
    content = b"" if body is None else msgspec.json.encode(body)
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: soak\r\nAuthorization: {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content
