"""The emulator behind a socket: uvicorn, set up once for the command line and for test processes."""

import asyncio
import contextlib
import errno
import functools
import importlib.util
import os
import re
import socket
from collections.abc import Callable, Iterator

import uvicorn

from fake_iamport.app import App
from fake_iamport.limits import LimitedProtocol, Limits, most_connections
from fake_iamport.whole_answers import WholeAnswersProtocol
from fake_iamport.wire.connection import TRANSPORT

__all__ = ["AddressError", "Server", "listen", "url_of"]

_FAREWELL_SECONDS = 3
_OFFER = re.compile(rb"\r\nupgrade:", re.IGNORECASE)
_TICKS_BETWEEN_LOOKS = 5  # of a tenth of a second


class AddressError(OSError):
    """The address can't be listened on; the text says why and what to try."""


class _Protocol(WholeAnswersProtocol):
    """uvicorn's own, which hands its transport to the application: scenarios break connections."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport where each request's ``state`` is copied from."""
        self.app_state = {**self.app_state, TRANSPORT: transport}
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Overlook offers of HTTP/2, as Java's client makes: behind one, httptools reads no body."""
        if b"pgrade:" in data and not self.is_in_body:
            head, end, rest = data.partition(b"\r\n\r\n")
            data = _OFFER.sub(b"\r\nx-grade:", head) + end + rest
        super().data_received(data)


class Server(uvicorn.Server):
    """A uvicorn server that says when it answers, and leaves signals to whoever runs it."""

    def __init__(
        self, app: App, on_start: Callable[[], None], limits: Limits | None = None
    ) -> None:
        limits = limits or Limits(connections=most_connections())
        super().__init__(
            uvicorn.Config(
                app,
                http=functools.partial(_Protocol, limits),  # type: ignore[arg-type]
                loop="uvloop" if importlib.util.find_spec("uvloop") else "asyncio",
                ws="none",
                lifespan="off",
                access_log=False,
                proxy_headers=False,
                log_config=None,
                server_header=False,
                timeout_keep_alive=limits.idle_time,
                timeout_graceful_shutdown=_FAREWELL_SECONDS,
            )
        )
        self._app = app
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer, and say so."""
        await self._app.emulator.plant()
        await super().startup(sockets)
        self._on_start()

    async def on_tick(self, counter: int) -> bool:
        """Look after slow clients."""
        if counter % _TICKS_BETWEEN_LOOKS == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, LimitedProtocol):
                    connection.look_after(now)
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave every signal alone."""
        yield

    def run_on(self, listener: socket.socket) -> None:
        """Answer on ``listener`` until ``should_exit`` is set."""
        with asyncio.Runner(loop_factory=self.config.get_loop_factory()) as runner:
            runner.run(self.serve(sockets=[listener]))


def listen(host: str, port: int) -> socket.socket:
    """Bind a socket; port 0 takes a free one.

    Raises:
        AddressError: the port is in use, not allowed, or the host isn't this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise AddressError(f"{host!r} is no address of this machine: {error.strerror}") from None
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise AddressError(_explained(host, port, error)) from None
    return listener


def url_of(listener: socket.socket) -> str:
    """The URL at which ``listener`` is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _explained(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is in use; choose another with --port, or --port 0 for a free one"
    if error.errno == errno.EACCES:
        return f"port {port} of {host} is not allowed to this user; choose one above 1023"
    return f"can't listen on port {port} of {host}: {error.strerror}"
