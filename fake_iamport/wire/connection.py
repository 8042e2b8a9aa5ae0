"""One call's connection: the answer as the client's socket sees it, whole or broken.

Behind uvicorn the socket can be reached, so that a reset is an RST and garbage is garbage. An
application that runs without a socket, as in ``httpx.ASGITransport``, raises ``ConnectionError`` or
``TimeoutError`` instead, which is what its caller then meets.
"""

import asyncio
import socket
import struct
from collections.abc import Sequence

from starlette.types import Receive, Scope, Send

__all__ = ["ANSWER", "TRANSPORT", "Connection", "Headers"]

Headers = Sequence[tuple[bytes, bytes]]

TRANSPORT = "fake_iamport.transport"
"""The name in the scope's ``state`` under which the server hands over the socket's transport."""

ANSWER = "fake_iamport.answer"
"""The name there under which it hands over a way to send a whole answer at once."""

_NO_LINGER = struct.pack("ii", 1, 0)
_FLUSH_ROUNDS = 100


class Connection:
    """What can be done to the client that waits for an answer."""

    __slots__ = ("_receive", "_scope", "_send")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send

    @property
    def has_socket(self) -> bool:
        """Whether there is a socket that can be reached."""
        return self._transport() is not None

    def answer_at_once(self, status: int, headers: bytes, body: bytes) -> bool:
        """Send an answer with these header lines as a whole; whether that could be done."""
        answer = self._scope.get("state", {}).get(ANSWER)
        return answer is not None and answer(status, headers, body)

    async def start(self, status: int, headers: Headers) -> None:
        """Send the status line and the headers."""
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def send(self, body: bytes, *, more: bool = False) -> None:
        """Send the body, or a part of it when there is ``more``."""
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def write(self, data: bytes) -> None:
        """Send bytes that need not be HTTP.

        Raises:
            ConnectionError: there is no socket to write to.
        """
        transport = self._transport()
        if transport is None:
            raise ConnectionError("the server sent what is no HTTP")
        transport.write(data)

    async def wait_until_gone(self, seconds: float) -> bool:
        """Wait until the client hangs up, at most so long; whether it did."""
        try:
            async with asyncio.timeout(seconds):
                await self._drain()
        except TimeoutError:
            return False
        return True

    async def keep_waiting(self, seconds: float) -> None:
        """Let the client wait until it hangs up, at most so long.

        Raises:
            TimeoutError: there is no socket, so that nobody would ever hang up.
        """
        if not self.has_socket:
            raise TimeoutError("the server lets the client wait")
        await self.wait_until_gone(seconds)

    async def reset(self) -> None:
        """End the connection with an RST.

        Raises:
            ConnectionResetError: there is no socket to reset.
        """
        transport = self._transport()
        if transport is None:
            raise ConnectionResetError("the server reset the connection")
        await _flush(transport)
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER
        )
        transport.abort()
        await self._end(transport)

    async def close(self) -> None:
        """End the connection in order, after what was written.

        Raises:
            ConnectionError: there is no socket to close.
        """
        transport = self._transport()
        if transport is None:
            raise ConnectionError("the server closed the connection")
        transport.close()
        await self._end(transport)

    def _transport(self) -> asyncio.Transport | None:
        transport: asyncio.Transport | None = self._scope.get("state", {}).get(TRANSPORT)
        return transport

    async def _end(self, transport: asyncio.Transport) -> None:
        """Wait until the connection is over; when the server stops, that is now."""
        while True:
            try:
                return await self._drain()
            except asyncio.CancelledError:
                transport.abort()

    async def _drain(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


async def _flush(transport: asyncio.Transport) -> None:
    for _ in range(_FLUSH_ROUNDS):
        if transport.get_write_buffer_size() == 0:
            return
        await asyncio.sleep(0.01)
