"""How a request gets to a server: over HTTP, or straight into an ASGI application.

The second is for a server that runs in the kit's own process. It costs next to nothing, needs no
thread and no asynchronous check.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self
from urllib.parse import unquote

import httpx

__all__ = ["AsgiTransport", "HttpTransport", "Raw", "Request", "Transport", "Unreachable"]

_Message = MutableMapping[str, Any]
Application = Callable[..., Awaitable[None]]


class Unreachable(Exception):
    """No answer came; the text says why."""


class Request(NamedTuple):
    """What is sent. ``target`` is the path with its query, percent-encoded; headers in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class Raw(NamedTuple):
    """What came back, as it came; headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Sends requests to one server."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def send(self, request: Request) -> Raw:
        """Send a request and wait for its answer.

        Raises:
            Unreachable: none came.
        """


class HttpTransport:
    """Sends requests to a base URL, and follows no redirect."""

    def __init__(self, url: str, timeout: float = 30) -> None:
        self._http = httpx.Client(base_url=url, timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def send(self, request: Request) -> Raw:
        """Send a request and wait for its answer."""
        try:
            answer = self._http.request(
                request.method, request.target, headers=request.headers, content=request.body
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from None
        return Raw(answer.status_code, answer.headers, answer.content)


class AsgiTransport:
    """Sends requests to an ASGI application, on an event loop that runs while it answers."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run_until_complete(_end_tasks())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def send(self, request: Request) -> Raw:
        """Call the application and collect its answer."""
        start: _Message = {}
        body = bytearray()

        async def receive() -> _Message:
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message: _Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        self._loop.run_until_complete(self._application(_scope(request), receive, send))
        if not start:
            raise Unreachable("the application gave no answer")
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]
        }
        return Raw(start["status"], headers, bytes(body))


async def _end_tasks() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _scope(request: Request) -> _Message:
    path, _, query = request.target.partition("?")
    headers = [(name.encode(), value.encode("latin-1")) for name, value in request.headers.items()]
    if request.body:
        headers.append((b"content-length", b"%d" % len(request.body)))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 0),
        "root_path": "",
        "method": request.method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": headers,
    }
