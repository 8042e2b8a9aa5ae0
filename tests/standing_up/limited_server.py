"""The emulator behind a socket, with limits that a test doesn't have to wait for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fake_iamport import create_app
from fake_iamport.app import App
from fake_iamport.limits import Limits
from fake_iamport.serving import Server, listen
from fake_iamport.settings import PUBLIC_SANDBOX_KEY
from tests.standing_up.talk import Talk

__all__ = ["LimitedServer", "limited_server"]

_PATIENCE = 20


class LimitedServer(Talk):
    """A server in this process, and a merchant of it."""

    def __init__(
        self, address: tuple[str, int], app: App, server: Server, thread: threading.Thread
    ) -> None:
        super().__init__(address)
        self.server = server
        self._app = app
        self._thread = thread

    def stop(self) -> None:
        """End the server as a signal does, and wait for its end."""
        self.server.should_exit = True
        self._thread.join()

    async def orders_kept(self) -> list[str]:
        """The orders in the books, also when the server has ended."""
        async with self._app.emulator.store.transaction(PUBLIC_SANDBOX_KEY) as transaction:
            records = await transaction.snapshot()
        return [payment.merchant_uid for payment in records.payments]


@contextmanager
def limited_server(**limits: Any) -> Iterator[LimitedServer]:
    """Run a server with these :class:`Limits`, the others as they are, until the end of the block."""
    app = create_app()
    started = threading.Event()
    listener = listen("127.0.0.1", 0)
    server = Server(app, started.set, Limits(**limits))
    thread = threading.Thread(target=server.run_on, args=[listener])
    thread.start()
    try:
        assert started.wait(_PATIENCE)
        yield LimitedServer(listener.getsockname(), app, server, thread)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
