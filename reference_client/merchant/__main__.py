"""Run the merchant: ``python -m reference_client.merchant --port 0 --iamport-url http://…``."""

import asyncio
import signal
import socket
import sys
from types import FrameType

import click
import httpx
import uvicorn

from reference_client import AsyncIamport
from reference_client.merchant import Patience, create_app

_HOST = "127.0.0.1"


class _Server(uvicorn.Server):
    """A server that says where it is, once it answers there."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            click.echo(f"merchant: http://{_HOST}:{sockets[0].getsockname()[1]}")


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8901, show_default=True)
@click.option("--iamport-url", envvar="IAMPORT_BASE_URL", help="Where i'mport is.")
@click.option("--imp-key", envvar="IAMPORT_IMP_KEY", required=True)
@click.option(
    "--imp-secret",
    envvar="IAMPORT_IMP_SECRET",
    required=True,
    help="Better set as IAMPORT_IMP_SECRET: command lines can be read by others.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    help="Seconds to wait for an answer of i'mport.",
)
def main(port: int, iamport_url: str | None, imp_key: str, imp_secret: str, timeout: float) -> None:
    """Run the reference merchant on 127.0.0.1; port 0 takes a free one."""
    limits = httpx.Timeout(timeout, connect=min(timeout, 5.0), pool=min(timeout, 5.0))
    try:
        iamport = AsyncIamport(imp_key, imp_secret, base_url=iamport_url, timeout=limits)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    patience = Patience(charge=timeout + 10, look=min(timeout, Patience().look))
    # uvicorn raises the signal once more when it has shut down; that is an ordinary end.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _leave)
    asyncio.run(_serve(iamport, patience, _bound(port)))


async def _serve(iamport: AsyncIamport, patience: Patience, listener: socket.socket) -> None:
    # Without an access log no URL is written down, whatever somebody puts into one.
    config = uvicorn.Config(
        create_app(iamport, patience=patience), log_level="warning", access_log=False
    )
    async with iamport:
        await _Server(config).serve(sockets=[listener])


def _bound(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError as error:
        listener.close()
        raise click.UsageError(f"port {port} can't be used: {error.strerror}") from None
    return listener


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
