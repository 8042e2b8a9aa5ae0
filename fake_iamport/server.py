"""The emulator inside a test process: on a free port, in a thread of its own.

::

    with FakeIamport() as server:
        configure_my_merchant(server.url, server.imp_key, server.imp_secret)
        ...
        server.reset()
"""

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from fake_iamport.app import App, create_app
from fake_iamport.clock import Clock
from fake_iamport.control import journal as journal_control
from fake_iamport.control import merchants as merchant_control
from fake_iamport.control import server as server_control
from fake_iamport.control.declaration import Inputs, convert
from fake_iamport.domain.billing_key import GatewayKey
from fake_iamport.emulator import Emulator
from fake_iamport.journal import Entry
from fake_iamport.serving import Server, listen, url_of
from fake_iamport.settings import (
    PUBLIC_SANDBOX_KEY,
    PUBLIC_SANDBOX_SECRET,
    MerchantSettings,
    Settings,
)

__all__ = ["AsyncFakeIamport", "AsyncFakeMerchant", "FakeIamport", "FakeMerchant"]

_Result = TypeVar("_Result")
_START_SECONDS = 30


class _Running:
    """A server in a thread of its own, and a way to run coroutines where it runs."""

    def __init__(self, app: App, host: str, port: int) -> None:
        self.app = app
        self.url: str | None = None
        self._address = (host, port)
        self._started = threading.Event()
        self._server = Server(app, self._note_start)

    def start(self) -> None:
        self._listener = listen(*self._address)
        self._thread = threading.Thread(
            target=self._server.run_on, args=[self._listener], name="fake-iamport", daemon=True
        )
        self._thread.start()
        if not self._started.wait(_START_SECONDS):
            raise RuntimeError(f"fake-iamport did not start within {_START_SECONDS} seconds")
        self.url = url_of(self._listener)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()

    def submit(self, work: Coroutine[Any, Any, _Result]) -> concurrent.futures.Future[_Result]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _note_start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._started.set()


class _Reached:
    """Where a merchant finds the emulator, and with which credentials."""

    def __init__(self, running: _Running, imp_key: str, imp_secret: str) -> None:
        self._running = running
        self.imp_key = imp_key
        self.imp_secret = imp_secret

    def __repr__(self) -> str:
        return f"{type(self).__name__}(url={self._running.url!r}, imp_key={self.imp_key!r})"

    @property
    def url(self) -> str:
        """The base URL for the merchant's client.

        Raises:
            RuntimeError: the emulator hasn't been started.
        """
        if self._running.url is None:
            raise RuntimeError("the emulator isn't running yet; enter it with a with statement")
        return self._running.url

    def _journal(self, filters: Mapping[str, object]) -> Coroutine[Any, Any, list[Entry]]:
        return _journal(self._running.app.emulator, {"merchant": self.imp_key, **filters})

    def _ledger(self) -> Coroutine[Any, Any, list[GatewayKey]]:
        return _ledger(self._running.app.emulator, self.imp_key)

    def _change(self, changes: dict[str, Any]) -> Coroutine[Any, Any, MerchantSettings]:
        inputs = merchant_control.ChangeSettings(imp_key=self.imp_key, settings=changes)
        return merchant_control.change_merchant_settings(self._running.app.emulator, inputs)

    def _reset(self) -> Coroutine[Any, Any, object]:
        inputs = merchant_control.OneMerchant(imp_key=self.imp_key)
        return merchant_control.reset_merchant(self._running.app.emulator, inputs)

    def _revoke_token(self) -> Coroutine[Any, Any, object]:
        inputs = merchant_control.OneMerchant(imp_key=self.imp_key)
        return merchant_control.revoke_token(self._running.app.emulator, inputs)

    def _remove(self) -> Coroutine[Any, Any, object]:
        inputs = merchant_control.OneMerchant(imp_key=self.imp_key)
        return merchant_control.delete_merchant(self._running.app.emulator, inputs)


class FakeMerchant(_Reached):
    """One merchant of a running emulator: its credentials, and its isolated world.

    Every method raises :class:`~fake_iamport.control.declaration.ControlError`, with the sentence of
    the control API, when it is asked for something that can't be.
    """

    def journal(self, **filters: object) -> list[Entry]:
        """This merchant's calls, oldest first; filters are those of ``GET /_fake/journal``."""
        return self._running.submit(self._journal(filters)).result()

    def ledger(self) -> list[GatewayKey]:
        """The keys that the gateway issued to this merchant, oldest first."""
        return self._running.submit(self._ledger()).result()

    def change_settings(self, **changes: Any) -> MerchantSettings:
        """Change some of :class:`~fake_iamport.settings.MerchantSettings`, from the next call on."""
        return self._running.submit(self._change(changes)).result()

    def reset(self) -> None:
        """Give this merchant a clean world; its token stays good."""
        self._running.submit(self._reset()).result()

    def revoke_token(self) -> None:
        """Let the merchant's token die now: the next call with it is 401."""
        self._running.submit(self._revoke_token()).result()

    def remove(self) -> None:
        """Let this merchant go, with all its records."""
        self._running.submit(self._remove()).result()


class AsyncFakeMerchant(_Reached):
    """:class:`FakeMerchant` for asynchronous tests."""

    async def journal(self, **filters: object) -> list[Entry]:
        """This merchant's calls, oldest first; filters are those of ``GET /_fake/journal``."""
        return await asyncio.wrap_future(self._running.submit(self._journal(filters)))

    async def ledger(self) -> list[GatewayKey]:
        """The keys that the gateway issued to this merchant, oldest first."""
        return await asyncio.wrap_future(self._running.submit(self._ledger()))

    async def change_settings(self, **changes: Any) -> MerchantSettings:
        """Change some of :class:`~fake_iamport.settings.MerchantSettings`, from the next call on."""
        return await asyncio.wrap_future(self._running.submit(self._change(changes)))

    async def reset(self) -> None:
        """Give this merchant a clean world; its token stays good."""
        await asyncio.wrap_future(self._running.submit(self._reset()))

    async def revoke_token(self) -> None:
        """Let the merchant's token die now: the next call with it is 401."""
        await asyncio.wrap_future(self._running.submit(self._revoke_token()))

    async def remove(self) -> None:
        """Let this merchant go, with all its records."""
        await asyncio.wrap_future(self._running.submit(self._remove()))


class FakeIamport(FakeMerchant):
    """A running emulator, used as a context manager; also its first merchant.

    Args:
        settings: How it runs.
        imp_key: The first merchant's API key; the public sandbox's by default.
        imp_secret: Its secret.
        clock: The time that every merchant lives in, instead of the machine's.
        host: Where to listen.
        port: Which port; 0 takes a free one.

    Raises:
        fake_iamport.serving.AddressError: the address can't be listened on.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        imp_key: str = PUBLIC_SANDBOX_KEY,
        imp_secret: str = PUBLIC_SANDBOX_SECRET,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        app = create_app(settings, imp_key=imp_key, imp_secret=imp_secret, clock=clock)
        super().__init__(_Running(app, host, port), imp_key, imp_secret)

    def __enter__(self) -> Self:
        self._running.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._running.stop()

    def create_merchant(self, **settings: Any) -> FakeMerchant:
        """Let a new merchant in, with fresh credentials and a world of its own."""
        created = self._running.submit(_create(self._running.app.emulator, settings)).result()
        return FakeMerchant(self._running, created.imp_key, created.imp_secret)

    def reset_all(self) -> None:
        """Give every merchant a clean world; tokens stay good."""
        self._running.submit(server_control.reset(self._running.app.emulator, Inputs())).result()


class AsyncFakeIamport(AsyncFakeMerchant):
    """:class:`FakeIamport` for asynchronous tests; it runs in a thread of its own all the same, so
    that a test that blocks its loop doesn't block the emulator.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        imp_key: str = PUBLIC_SANDBOX_KEY,
        imp_secret: str = PUBLIC_SANDBOX_SECRET,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        app = create_app(settings, imp_key=imp_key, imp_secret=imp_secret, clock=clock)
        super().__init__(_Running(app, host, port), imp_key, imp_secret)

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._running.start)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self._running.stop)

    async def create_merchant(self, **settings: Any) -> AsyncFakeMerchant:
        """Let a new merchant in, with fresh credentials and a world of its own."""
        work = _create(self._running.app.emulator, settings)
        created = await asyncio.wrap_future(self._running.submit(work))
        return AsyncFakeMerchant(self._running, created.imp_key, created.imp_secret)

    async def reset_all(self) -> None:
        """Give every merchant a clean world; tokens stay good."""
        work = server_control.reset(self._running.app.emulator, Inputs())
        await asyncio.wrap_future(self._running.submit(work))


async def _journal(emulator: Emulator, filters: Mapping[str, object]) -> list[Entry]:
    query = convert(journal_control.JournalQuery, filters)
    return (await journal_control.journal(emulator, query)).entries


async def _ledger(emulator: Emulator, imp_key: str) -> list[GatewayKey]:
    inputs = merchant_control.OneMerchant(imp_key=imp_key)
    return (await merchant_control.ledger(emulator, inputs)).keys


async def _create(emulator: Emulator, settings: dict[str, Any]) -> merchant_control.NewMerchant:
    inputs = merchant_control.CreateMerchant(settings=settings)
    return await merchant_control.create_merchant(emulator, inputs)
