"""One call of the API as a value: what to send, how to read the answer, what to say when none comes.

No I/O happens here, which is why the sync and the async client can share all of it.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from reference_client._card import CardDetails
from reference_client._envelope import Envelope, read_envelope, refusal
from reference_client._errors import IamportError, NotFound, NotSent, Unauthorized, Unavailable

__all__ = ["Call", "UnusableError", "check_amount", "json_body", "segment"]

T = TypeVar("T")

_ENCODER = msgspec.json.Encoder(decimal_format="number")

# Raised before a byte of the request has left. A write that broke off is not among them: the
# server may have had enough of it.
_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class UnusableError(ValueError):
    """The answer is not about what was asked."""


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One call of the API. ``lost`` makes the error for an answer that can't be relied on."""

    method: str
    path: str
    read: Callable[[object], T] = field(repr=False)
    lost: Callable[[str], IamportError] = field(default=Unavailable, repr=False)
    body: bytes | None = field(default=None, repr=False)
    card: CardDetails | None = None
    empty: T | None = field(default=None, repr=False)

    def failure(self, error: httpx.HTTPError, request: httpx.Request) -> IamportError:
        """Name what became of this call when the transport gave up on it."""
        reason = f"no answer ({type(error).__name__})"
        # What failed may also have been the fetch of a token, before this call or after its 401.
        if isinstance(error, _BEFORE_SENDING) or error.request is not request:
            return NotSent(reason)
        return self.lost(reason)

    def result(self, response: httpx.Response) -> T:
        """Read the answer; raise what it says, or ``lost`` when it says nothing reliable."""
        status, envelope = response.status_code, self._envelope(response)
        if status == httpx.codes.UNAUTHORIZED:
            raise Unauthorized((envelope and envelope.message) or "the token was turned away")
        if envelope is None or response.is_redirect or response.is_server_error:
            raise self.lost(f"HTTP {status} without a usable answer")
        if envelope.code != 0:
            return self._refused(envelope, status)
        with suppress(msgspec.ValidationError, UnusableError):
            if response.is_success:
                return self.read(envelope.response)
        raise self.lost(f"HTTP {status} with an answer to something else")

    def _envelope(self, response: httpx.Response) -> Envelope | None:
        body = response.content
        return read_envelope(self.card.scrub(body) if self.card else body)

    def _refused(self, envelope: Envelope, status: int) -> T:
        error = refusal(envelope, status)
        if self.empty is not None and isinstance(error, NotFound):
            return self.empty
        raise error


def check_amount(amount: int) -> None:
    """Raise ``ValueError`` for what is no whole number of KRW above 0."""
    # The server would take "1000" too, and what it answers would then not be what was asked.
    if type(amount) is not int or amount <= 0:
        raise ValueError("an amount is a whole number of KRW above 0")


def json_body(*parts: Mapping[str, object]) -> bytes:
    """Encode fields, later parts winning; what is None is left out."""
    fields = {name: value for part in parts for name, value in part.items() if value is not None}
    return _ENCODER.encode(fields)


def segment(value: str) -> str:
    """Encode a uid so that it stays one piece of the path, whatever is in it."""
    if not value:
        raise ValueError("an empty uid would address all of them")
    if value in (".", ".."):
        return value.replace(".", "%2E")
    return quote(value, safe="")
