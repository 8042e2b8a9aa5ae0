"""The smallest Starlette application that reads and writes JSON as fast as the emulator does:
``python -m benchmarks.baselines.smallest_starlette BYTES``.
"""

import sys

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.baselines.answer import answer_of

__all__ = ["smallest_app"]


def smallest_app(size: int) -> Starlette:
    """An application that decodes a body and encodes an answer of ``size`` bytes."""
    content = answer_of(size)

    async def answer(request: Request) -> Response:
        body = await request.body()
        if body:
            msgspec.json.decode(body)
        return Response(msgspec.json.encode(content), media_type="application/json")

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])


if __name__ == "__main__":
    from benchmarks.baselines.serve import serve

    serve(smallest_app(int(sys.argv[1])))
