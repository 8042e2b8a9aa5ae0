"""Load by a small client of our own, in a process of its own, where wrk isn't installed.

It costs more than wrk for each request, so that fast servers wait for it: ratios come out closer to 1
than they are.
"""

import asyncio
import itertools
import time
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

import httptools

from benchmarks.cores import on_load_cores
from benchmarks.load.request import Load, Request, run_name
from benchmarks.own_process import run_apart

__all__ = ["press_here", "press_with_own_client"]


def press_with_own_client(url: str, request: Request, seconds: float, connections: int) -> Load:
    """Send ``request`` to the server at ``url`` for so many seconds."""
    return run_apart(on_load_cores(), press_here, url, request, seconds, connections)


def press_here(url: str, request: Request, seconds: float, connections: int) -> Load:
    """The same in this process."""
    return asyncio.run(_pressed(url, request, seconds, connections))


async def _pressed(url: str, request: Request, seconds: float, connections: int) -> Load:
    loop = asyncio.get_running_loop()
    address = urlsplit(url)
    run = run_name()
    serials = (f"{run}{count}" for count in itertools.count(1))
    started = time.perf_counter()
    until = started + seconds
    lines: list[_Line] = []
    for _ in range(connections):
        _, line = await loop.create_connection(
            lambda: _Line(
                lambda: encoded(request.with_serial(next(serials)), address.netloc), until
            ),
            address.hostname or "127.0.0.1",
            address.port or 80,
        )
        lines.append(line)
    for line in lines:
        await line.ended
    latencies = sorted(latency for line in lines for latency in line.latencies)
    return Load(
        requests=len(latencies),
        seconds=time.perf_counter() - started,
        p50_ms=_percentile(latencies, 50) * 1000,
        p99_ms=_percentile(latencies, 99) * 1000,
        failures=sum(line.failures for line in lines),
    )


def encoded(request: Request, host: str) -> bytes:
    """The bytes of a request."""
    body = request.body.encode()
    headers = {"Host": host, **request.headers, "Content-Length": str(len(body))}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"{request.method} {request.path} HTTP/1.1", *lines, "", ""])
    return head.encode() + body


def _percentile(ordered: list[float], percent: int) -> float:
    return ordered[len(ordered) * percent // 100] if ordered else 0.0


class _Line(asyncio.Protocol):
    """One connection, which sends the next request when the one before it is answered."""

    def __init__(self, make_request: Callable[[], bytes], until: float) -> None:
        self.latencies: list[float] = []
        self.failures = 0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._make_request = make_request
        self._sent = 0.0
        self._parser = httptools.HttpResponseParser(self)
        self._until = until

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        now = time.perf_counter()
        self.latencies.append(now - self._sent)
        self.failures += self._parser.get_status_code() >= 400
        if now < self._until:
            self._send()
        else:
            self._is_done = True
            self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        self.failures += not self._is_done
        self.ended.set_result(None)

    def _send(self) -> None:
        self._is_done = False
        self._parser = httptools.HttpResponseParser(self)
        request = self._make_request()
        self._sent = time.perf_counter()
        self._transport.write(request)
