"""``python -m benchmarks.crowd``: what clients that do nothing, or half of something, cost others.

Its figures stand in ``docs/limits.md``.
"""

import contextlib
import socket
import statistics
import time

import click
import httpx

from benchmarks.watched import Emulator, emulator

__all__ = ["main"]

_CALLS = 500
_HALF = b"POST /users/getToken HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nimp_key"
_LINES = b"X-Filler: x\r\n" * 1000
_FLOODS = 1000


@click.command()
@click.option("--clients", default=5000, show_default=True, type=click.IntRange(min=1))
def main(clients: int) -> None:
    """Measure memory and answering times, alone and in a crowd; it takes somewhat over a minute."""
    with emulator() as running:
        _tell("alone", running)
        crowd = [socket.create_connection(running.address) for _ in range(clients)]
        _tell(f"{clients:,} idle connections", running)
        for client in crowd:
            client.sendall(_HALF)
        started = time.monotonic()
        _tell(f"{clients:,} half-sent requests", running)
        for client in crowd:
            client.recv(1)
            client.close()
        _tell(f"when they were ended, after {time.monotonic() - started:.0f} s", running)
        sent = _flood(running)
        _tell(f"a flood of header lines, ended after {sent // 1024} KiB", running)


def _tell(what: str, running: Emulator) -> None:
    """Make calls one after another and tell how long they took, and the memory then."""
    taken = []
    with httpx.Client(base_url=running.url, trust_env=False) as http:
        for _ in range(_CALLS):
            started = time.perf_counter()
            http.get("/_fake/version")
            taken.append(1000 * (time.perf_counter() - started))
    percentiles = statistics.quantiles(taken, n=100)
    click.echo(
        f"{what}: {running.resident() / 2**20:.0f} MiB, "
        f"an answer in {percentiles[49]:.2f} ms, p99 {percentiles[98]:.2f} ms"
    )


def _flood(running: Emulator) -> int:
    """Send header lines until the server hangs up, and give their bytes."""
    sent = 0
    with socket.create_connection(running.address) as client, contextlib.suppress(ConnectionError):
        client.sendall(b"GET / HTTP/1.1\r\n")
        for _ in range(_FLOODS):
            client.sendall(_LINES)
            sent += len(_LINES)
    return sent


if __name__ == "__main__":
    main()
