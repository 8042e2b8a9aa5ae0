"""What one client may take of the server, so that others still get their answers.

uvicorn bounds neither the head of a request, nor the time that a client takes for a request or an
answer, nor how many clients there are. None of i'mport's limits are known: these are a web server's
usual ones (guess), and a refusal by them is plain text that doesn't look like an answer of i'mport's.
"""

import asyncio
import contextlib
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from fake_iamport import __version__

__all__ = ["LimitedProtocol", "Limits", "most_connections"]

_MOST_CONNECTIONS = 10_000
_REFUSAL = (
    b"content-type: text/plain; charset=utf-8\r\nx-fake-iamport: %b\r\ncontent-length: %d\r\n"
    b"connection: close\r\n\r\n%b"
)
_TOO_MANY = (
    "{} connections are open, and more are not taken. Close some, or start the emulator with more "
    "file descriptors (ulimit -n)."
)
_LARGE_HEAD = (
    "The request line and headers are more than {0.head_size} bytes or {0.head_lines} lines."
)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes in bytes, times in seconds of the machine."""

    head_size: int = 64 * 1024
    """Of the request line and all header lines together, those that follow a body too."""

    head_lines: int = 100
    """Header lines of a request, as many as Apache takes."""

    request_time: float = 60
    """From a request's first byte to its last."""

    idle_time: int = 75
    """Until a connection without a request is closed, or one whose client takes none of its answer."""

    connections: int = _MOST_CONNECTIONS
    """That are open at the same time."""


def most_connections() -> int:
    """How many clients this process can serve: three quarters of its file descriptors, at most 10,000.

    The rest is for webhooks and files.
    """
    with contextlib.suppress(ImportError):  # Windows has no such limit.
        import resource

        open_files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if open_files != resource.RLIM_INFINITY:
            return min(_MOST_CONNECTIONS, open_files * 3 // 4)
    return _MOST_CONNECTIONS


class _HeadTooLarge(Exception):
    """Ends the parsing of a request."""


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's own, within limits."""

    def __init__(self, limits: Limits, **options: Any) -> None:
        super().__init__(**options)
        self._limits = limits
        self._refusal = 400, "This is no HTTP request."
        self._is_over = False
        self._in_head = self._in_request = False
        self._has_body = False
        self._arriving = self._first_part = self._unfinished = 0
        self._since = self.loop.time()
        self._unsent = 0
        self._running: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Turn the client away when there are too many."""
        super().connection_made(transport)
        most = self._limits.connections
        if len(self.connections) > most:
            self._refuse(503, _TOO_MANY.format(most))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the call that runs, which may be one before the latest, and forget the client."""
        if self._running is not None:
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    def data_received(self, data: bytes) -> None:
        """Read on; the parser keeps what it has of an unfinished line, so that is counted here."""
        if self._is_over:
            return
        headers = self.headers if self._in_request else None
        self._has_body = False
        self._arriving = len(data)
        super().data_received(data)
        if headers is None or headers is not self.headers or not self._in_request or self._is_over:
            return
        self._unfinished = 0 if self._has_body else self._unfinished + len(data)
        if self._unfinished > self._limits.head_size or self._has_too_many_lines():
            self._end(*self._too_large())

    def on_message_begin(self) -> None:
        """Count from here."""
        super().on_message_begin()
        self._in_head = self._in_request = True
        self._first_part = self._arriving
        self._unfinished = 0
        self._since = self.loop.time()

    def on_headers_complete(self) -> None:
        """Begin the call, or let it wait for those before, if its head isn't too large."""
        if self._has_too_many_lines() or self._has_large_head():
            self._refusal = self._too_large()
            raise _HeadTooLarge
        super().on_headers_complete()
        self._in_head = False
        if not self.pipeline:
            self._running = self.cycle

    def on_body(self, body: bytes) -> None:
        """Take in a part of the body, which isn't counted here."""
        self._has_body = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the request is all here, if not too many lines came behind its body."""
        if self._has_too_many_lines():
            self._refusal = self._too_large()
            raise _HeadTooLarge
        self._in_request = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with the call that waits.

        Where none does, uvicorn would set a timer after each answer; :meth:`look_after` ends idle
        connections here, and costs nothing for those that aren't.
        """
        if self.pipeline:
            self._running = self.pipeline[-1][0]
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self._since = self.loop.time()
        if not self.transport.is_closing():
            self.flow.resume_reading()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """Refuse what the parser can't read, in words of our own."""
        self._end(*self._refusal)

    def look_after(self, now: float) -> None:
        """End what has taken too long; ``now`` is the loop's time."""
        unsent = self.transport.get_write_buffer_size()
        # A client that is made to wait isn't slow.
        if unsent != self._unsent or (self.flow.read_paused and not unsent):
            self._unsent, self._since = unsent, now
        limits = self._limits
        patience = limits.request_time if self._in_request else limits.idle_time
        if now - self._since < patience:
            return
        if unsent:
            self.transport.abort()
        elif self._in_request and not self._is_over:
            self._end(408, f"The request was not complete after {patience:g} seconds.")
        elif self._running is None or self._running.response_complete:
            self.transport.close()

    def _has_too_many_lines(self) -> bool:
        return len(self.headers) > self._limits.head_lines

    def _has_large_head(self) -> bool:
        most = self._limits.head_size
        if self._first_part + self._unfinished + self._arriving <= most:
            return False
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > most

    def _too_large(self) -> tuple[int, str]:
        return 431, _LARGE_HEAD.format(self._limits)

    def _end(self, status: int, text: str) -> None:
        """Read no further. What was asked before is answered; a refusal can't pass for that answer."""
        self._is_over = True
        if self._running is None or (self._running.response_complete and not self.is_in_body):
            self._refuse(status, text)
        elif not self.is_in_body:
            self.cycle.keep_alive = False
        elif self.cycle is not self._running or self.cycle.response_started:
            self.transport.close()
        else:
            self.cycle.disconnected = True
            self._refuse(status, text)

    @property
    def is_in_body(self) -> bool:
        """Whether what comes next belongs to a request whose head is here."""
        return self._in_request and not self._in_head

    def _refuse(self, status: int, text: str) -> None:
        self._is_over = True
        body = text.encode()
        version = __version__.encode()
        self.transport.write(STATUS_LINE[status] + _REFUSAL % (version, len(body), body))
        self.transport.close()
