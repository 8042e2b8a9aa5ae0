"""The token: fetched once, shared by everyone, renewed before it dies or after a 401."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator
from time import monotonic
from typing import Annotated

import httpx
import msgspec

from reference_client._envelope import read_envelope
from reference_client._errors import NotSent, Unauthorized
from reference_client._models import convert

__all__ = ["TokenAuth"]

# Asked in a token's last minute, the server extends it; asked earlier, it gives the same one back
# (spec). So the margin has to be below a minute, or it would only cause needless fetches.
_MARGIN_SECONDS = 30.0

# Whoever has queued this long behind somebody else's attempt doesn't start one of his own: behind
# a server that hangs, the last of fifty callers would otherwise wait for fifty timeouts.
_QUEUE_SECONDS = 10.0


class _Issued(msgspec.Struct, frozen=True):
    access_token: Annotated[str, msgspec.Meta(pattern="^[!-~]+$")]
    now: int
    expired_at: int


class _Token:
    """A token with the moment, on this machine's monotonic clock, from which it is too old."""

    __slots__ = ("header", "stale_at")

    def __init__(self, issued: _Issued, asked_at: float) -> None:
        # The wall clock here may be wrong; the server sends its own `now` for this subtraction.
        lifetime = issued.expired_at - issued.now
        self.header = f"Bearer {issued.access_token}"
        self.stale_at = asked_at + lifetime - min(_MARGIN_SECONDS, lifetime / 2)


class TokenAuth(httpx.Auth):
    """Signs requests, for threads and for tasks alike.

    The credentials go to ``token_url`` only. A 401 is taken to mean that the request was not
    executed (guess), so it is repeated once with a fresh token, and only once.
    """

    def __init__(self, token_url: str, imp_key: str, imp_secret: str) -> None:
        self._token_url = token_url
        self._credentials = {"imp_key": imp_key, "imp_secret": imp_secret}
        self._token: _Token | None = None
        self._thread_lock = threading.Lock()
        self._task_lock = asyncio.Lock()

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign a request sent by a thread; threads wait for each other's fetch."""
        rejected = None
        for _ in range(2):
            queued_at = monotonic()
            with self._thread_lock:
                token = self._usable(rejected, queued_at)
                if token is None:
                    asked_at = monotonic()
                    answer = yield self._token_request(request)
                    answer.read()
                    token = self._token = _issued_token(answer, asked_at)
            response = yield _signed(request, token)
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            rejected = token

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign a request sent by a task: the same steps, waiting without blocking the loop."""
        rejected = None
        for _ in range(2):
            queued_at = monotonic()
            async with self._task_lock:
                token = self._usable(rejected, queued_at)
                if token is None:
                    asked_at = monotonic()
                    answer = yield self._token_request(request)
                    await answer.aread()
                    token = self._token = _issued_token(answer, asked_at)
            response = yield _signed(request, token)
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            rejected = token

    def _usable(self, rejected: _Token | None, queued_at: float) -> _Token | None:
        token, now = self._token, monotonic()
        if token is not None and token is not rejected and now < token.stale_at:
            return token
        if now - queued_at > _QUEUE_SECONDS:
            raise NotSent("the token that others were waiting for too did not come")
        return None

    def _token_request(self, request: httpx.Request) -> httpx.Request:
        # The timeouts travel in the extensions; without them this call could wait for ever.
        return httpx.Request(
            "POST", self._token_url, json=self._credentials, extensions=request.extensions
        )


def _signed(request: httpx.Request, token: _Token) -> httpx.Request:
    request.headers["Authorization"] = token.header
    return request


def _issued_token(answer: httpx.Response, asked_at: float) -> _Token:
    envelope = read_envelope(answer.content)
    if envelope is None or answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise NotSent(f"HTTP {answer.status_code} instead of a token")
    if envelope.code != 0 or answer.status_code == httpx.codes.UNAUTHORIZED:
        raise Unauthorized(envelope.message or "no token was given, and no reason")
    try:
        return _Token(convert(envelope.response, _Issued), asked_at)
    except msgspec.ValidationError:
        raise NotSent("what came is not a token") from None
