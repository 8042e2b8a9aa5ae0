"""What is sent under load, and what came of it."""

import itertools
import time

import msgspec

__all__ = ["SERIAL", "Load", "Request", "run_name"]

SERIAL = "{serial}"
"""Where a path or a body has it, each request has a text of its own."""

_runs = itertools.count(1)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request, as it goes out again and again."""

    method: str
    path: str
    headers: dict[str, str] = {}
    body: str = ""

    @property
    def varies(self) -> bool:
        """Whether every request is another."""
        return SERIAL in self.path or SERIAL in self.body

    def with_serial(self, serial: str) -> "Request":
        """This request with ``serial`` in its places."""
        return msgspec.structs.replace(
            self, path=self.path.replace(SERIAL, serial), body=self.body.replace(SERIAL, serial)
        )


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What came back within ``seconds``; half and 99 of 100 answers came within so many milliseconds.

    ``failures`` counts answers of HTTP 400 and above, and connections that broke. ``busy`` is the share
    of the time in which the server had a core: well below 1 it waited for the load, or for its turn.
    """

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    failures: int
    busy: float | None = None

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


def run_name() -> str:
    """A short text that no other run has, also not one against the same server tomorrow."""
    return f"{time.time_ns() // 1_000_000:x}-{next(_runs)}-"
