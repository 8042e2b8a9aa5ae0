"""A merchant's webhook endpoint: a real HTTP server on a free port of this machine."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl

import msgspec

__all__ = ["Receiver", "Request"]


class Request(NamedTuple):
    """One request that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> dict[str, Any]:
        if self.headers["content-type"] == "application/json":
            decoded: dict[str, Any] = msgspec.json.decode(self.body)
            return decoded
        return dict(parse_qsl(self.body.decode(), strict_parsing=True))


class Receiver:
    """Keeps what arrives; answers with ``statuses`` in turn, then with 200.

    ``work`` is done between a request and its answer; ``open`` closed lets every request wait;
    ``answer`` replaces the bytes of the answer.
    """

    def __init__(self) -> None:
        self.received: list[Request] = []
        self.statuses: list[int] = []
        self.open = asyncio.Event()
        self.open.set()
        self.answer: bytes | None = None
        self.hangs = False
        self.work: Callable[[Request], Awaitable[None]] | None = None
        self.at_once = 0
        self.most_at_once = 0
        self._arrived = asyncio.Event()
        self._talks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [request.message for request in self.received]

    async def arrived(self, count: int) -> None:
        """Wait until ``count`` requests are here."""
        async with asyncio.timeout(10):
            while len(self.received) < count:
                self._arrived.clear()
                await self._arrived.wait()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self._receive(reader)
            await self._reply(writer)
        except asyncio.CancelledError:
            pass  # asyncio logs a stream's cancelled task as an error
        finally:
            self.at_once -= 1
            self._talks.discard(task)
            writer.close()

    async def _receive(self, reader: asyncio.StreamReader) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        method, path, _ = head[0].split(" ")
        assert method == "POST"
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers["content-length"]))
        request = Request(path, headers, body)
        self.received.append(request)
        self._arrived.set()
        await self.open.wait()
        if self.work is not None:
            await self.work(request)

    async def _reply(self, writer: asyncio.StreamWriter) -> None:
        status = self.statuses.pop(0) if self.statuses else 200
        writer.write(self.answer or _answer(status))
        await writer.drain()
        if self.hangs:
            await asyncio.Event().wait()


def _answer(status: int) -> bytes:
    return b"HTTP/1.1 %d Any\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok" % status
