"""The least that an ASGI server can do: ``python -m benchmarks.baselines.bare BYTES``."""

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.baselines.answer import answer_of

__all__ = ["bare_app"]

_Receive = Callable[[], Awaitable[Any]]
_Send = Callable[[Any], Awaitable[None]]
_App = Callable[[Any, _Receive, _Send], Awaitable[None]]


def bare_app(size: int) -> _App:
    """An application without a framework that answers everything with the same ``size`` bytes."""
    body = json.dumps(answer_of(size), separators=(",", ":")).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    whole = {"type": "http.response.body", "body": body}

    async def answer(_scope: Any, _receive: _Receive, send: _Send) -> None:
        await send(start)
        await send(whole)

    return answer


if __name__ == "__main__":
    from benchmarks.baselines.serve import serve

    serve(bare_app(int(sys.argv[1])))
