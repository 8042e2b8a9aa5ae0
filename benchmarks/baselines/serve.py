"""Uvicorn as the emulator sets it up, one process, on a free port of this machine."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

__all__ = ["serve"]


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"answers at {self._url}", flush=True)  # noqa: T201 - whoever started it reads this


def serve(app: Callable[..., Awaitable[Any]]) -> None:
    """Serve ``app`` until SIGTERM, and print where it answers."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    config = uvicorn.Config(
        app,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
    )
    server = _Announcing(config, f"http://127.0.0.1:{listener.getsockname()[1]}")
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=[listener]))
