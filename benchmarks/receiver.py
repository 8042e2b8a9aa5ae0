"""A fast receiver of webhooks: ``python -m benchmarks.receiver``; ``GET`` tells how many came."""

import asyncio
from typing import cast

import uvloop

__all__: list[str] = []


class _Received(asyncio.Protocol):
    count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not asyncio's by class.
        self._transport = cast(asyncio.Transport, transport)
        self._parts = b""

    def data_received(self, data: bytes) -> None:
        self._parts += data
        head, end, body = self._parts.partition(b"\r\n\r\n")
        if not end or len(body) < _announced(head):
            return
        self._parts = b""
        if head.startswith(b"GET"):
            told = b"%d" % _Received.count
            answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%b"
            self._transport.write(answer % (len(told), told))
            self._transport.close()
            return
        _Received.count += 1
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n"
        )


def _announced(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


async def _receive() -> None:
    server = await asyncio.get_running_loop().create_server(_Received, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    print(f"answers at http://{host}:{port}", flush=True)  # noqa: T201 - whoever started it reads this
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_receive())
