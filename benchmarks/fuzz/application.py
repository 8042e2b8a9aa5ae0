"""One call to an application in this process, as odd as ASGI lets it be, and what it must not do."""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec

from benchmarks.watched import Wrong
from fake_iamport.app import App

__all__ = ["Answer", "Request", "quiet", "send"]

_PATIENCE = 20
_GONE = {"type": "http.disconnect"}


class Request(msgspec.Struct, frozen=True):
    """What a server hands to an application. Without an ``end``, the caller leaves in the body."""

    method: str = "GET"
    path: bytes = b"/"
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    chunks: tuple[bytes, ...] = (b"",)
    end: bool = True


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    body: bytes

    @property
    def value(self) -> Any:
        """The body as JSON.

        Raises:
            Wrong: it is none.
        """
        try:
            return msgspec.json.decode(self.body)
        except msgspec.MsgspecError:
            raise Wrong(f"an answer {self.status} that is no JSON: {self.body[:200]!r}") from None


async def send(app: App, request: Request) -> Answer | None:
    """The answer; ``None`` when the caller left, or a scenario broke the connection.

    Raises:
        Wrong: it took very long, raised, or answered with half an answer.
    """
    sent: list[Mapping[str, Any]] = []
    left = iter(request.chunks)
    try:
        async with asyncio.timeout(_PATIENCE):
            await app(_scope(request), _receiver(request, left), _sender(sent))
    except TimeoutError:
        raise Wrong(f"no answer within {_PATIENCE} seconds to {request}") from None
    except ConnectionError:
        return None
    except Exception as error:
        raise Wrong(f"{type(error).__name__} instead of an answer to {request}") from error
    if not sent and not request.end:
        return None
    if [each["type"][14:] for each in sent][:1] != ["start"] or sent[-1].get("more_body"):
        raise Wrong(f"half an answer to {request}")
    body = b"".join(each.get("body", b"") for each in sent)
    return Answer(sent[0]["status"], body)


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing may be logged as an error meanwhile.

    Raises:
        Wrong: something was.
    """
    handler = _Errors()
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
    if handler.texts:
        raise Wrong("\n".join(handler.texts))


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


def _scope(request: Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
        "method": request.method,
        "path": request.path.decode("utf-8", "replace"),
        "raw_path": request.path,
        "query_string": request.query,
        "headers": list(request.headers),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }


def _receiver(request: Request, left: Iterator[bytes]) -> Any:
    remaining = len(request.chunks)

    async def receive() -> Mapping[str, Any]:
        nonlocal remaining
        if remaining == 0:
            return _GONE
        remaining -= 1
        more = remaining > 0 or not request.end
        return {"type": "http.request", "body": next(left), "more_body": more}

    return receive


def _sender(sent: list[Mapping[str, Any]]) -> Any:
    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    return send
