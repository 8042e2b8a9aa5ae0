"""Whole answers in one write, where uvicorn would make two and look every header over.

Answers to the emulated API are small, many, and have the same headers each time.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from fake_iamport.limits import LimitedProtocol
from fake_iamport.wire.connection import ANSWER

__all__ = ["WholeAnswersProtocol"]


class WholeAnswersProtocol(LimitedProtocol):
    """uvicorn's own, to which the application can hand an answer as a whole."""

    _own_headers: list[tuple[bytes, bytes]] | None = None
    _own_lines = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember how to answer where each request's ``state`` is copied from."""
        self.app_state: dict[str, Any] = {**self.app_state, ANSWER: self._answer}
        super().connection_made(transport)

    def _answer(self, status: int, headers: bytes, body: bytes) -> bool:
        """Answer the call that runs, and keep the connection; False where that isn't all there is to it.

        Then the usual way has to be gone: uvicorn knows what to do about a client that is slow or gone,
        a connection that is to be closed, and a HEAD.
        """
        cycle = self._running
        if (
            cycle is None
            or cycle.response_started
            or cycle.disconnected
            or not cycle.keep_alive
            or self.flow.write_paused
            or cycle.scope["method"] == "HEAD"
        ):
            return False
        if self._own_headers is not cycle.default_headers:  # They are made anew with the date.
            self._own_headers = cycle.default_headers
            self._own_lines = b"".join(b"%b: %b\r\n" % header for header in self._own_headers)
        lines = self._own_lines
        self.transport.write(b"%b%b%b\r\n%b" % (STATUS_LINE[status], lines, headers, body))
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.message_event.set()
        cycle.on_response()
        return True
