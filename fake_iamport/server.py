"""The emulator inside a test process: on a free port, in a thread of its own.

::

    with FakeIamport() as server:
        configure_my_merchant(server.url, server.imp_key, server.imp_secret)
        ...
        server.reset()
"""

import asyncio
import concurrent.futures
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import msgspec

from fake_iamport.app import App, app_and_keys
from fake_iamport.clock import Clock
from fake_iamport.control import clock as clock_control
from fake_iamport.control import journal as journal_control
from fake_iamport.control import merchants as merchant_control
from fake_iamport.control import server as server_control
from fake_iamport.control import snapshots as snapshot_control
from fake_iamport.control import webhooks as webhook_control
from fake_iamport.control.declaration import Inputs, convert
from fake_iamport.domain.billing_key import GatewayKey
from fake_iamport.domain.webhook import Webhook
from fake_iamport.emulator import Emulator
from fake_iamport.journal import Entry
from fake_iamport.scenario_handles import (
    AsyncScenarioHandle,
    Given,
    ScenarioHandle,
    fail_calls,
    load_given,
    loaded,
)
from fake_iamport.scenario_views import ScenarioView
from fake_iamport.serving import Server, listen, url_of
from fake_iamport.settings import MerchantSettings, Settings
from fake_iamport.timeline import Happening

__all__ = ["AsyncFakeIamport", "AsyncFakeMerchant", "FakeIamport", "FakeMerchant"]

_Result = TypeVar("_Result")
_Inputs = TypeVar("_Inputs", bound=Inputs)
_Values = Mapping[str, object]
_HasWebhooks = webhook_control.WebhookPage | webhook_control.WebhookList
_Webhooks = Coroutine[Any, Any, list[Webhook]]
_START_SECONDS = 30
_NOT_RUNNING = "the emulator isn't running; use it inside of its with statement"


class Running:
    """A server in a thread of its own, and a way to run coroutines where it runs."""

    def __init__(self, app: App, host: str, port: int) -> None:
        self.app = app
        self.url: str | None = None
        self._address = (host, port)
        self._started = threading.Event()
        self._failure: Exception | None = None
        self._server = Server(app, self._note_start)

    def start(self) -> None:
        if self._server.should_exit or self.url is not None:
            raise RuntimeError("an emulator runs once; make another FakeIamport")
        listener = self._listener = listen(*self._address)
        self._thread = threading.Thread(
            target=self._run, args=[listener], name="fake-iamport", daemon=True
        )
        self._thread.start()
        if not self._started.wait(_START_SECONDS):
            raise RuntimeError(f"fake-iamport did not start within {_START_SECONDS} seconds")
        if self._failure is not None:
            listener.close()
            raise RuntimeError("fake-iamport did not start") from self._failure
        self.url = url_of(listener)

    def stop(self) -> None:
        self.url = None
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()

    def submit(self, work: Coroutine[Any, Any, _Result]) -> concurrent.futures.Future[_Result]:
        if self.url is None:
            work.close()
            raise RuntimeError(_NOT_RUNNING)
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _run(self, listener: socket.socket) -> None:
        try:
            self._server.run_on(listener)
        except Exception as error:  # noqa: BLE001 - told in the thread that waits for the start
            self._failure = error
        finally:
            self._started.set()

    def _note_start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._started.set()


class _Reached:
    """Where a merchant finds the emulator, and with which credentials."""

    def __init__(self, running: Running, imp_key: str, imp_secret: str) -> None:
        self._running = running
        self.imp_key = imp_key
        self.imp_secret = imp_secret

    def __repr__(self) -> str:
        return f"{type(self).__name__}(url={self._running.url!r}, imp_key={self.imp_key!r})"

    @property
    def url(self) -> str:
        """The base URL for the merchant's client.

        Raises:
            RuntimeError: the emulator isn't running.
        """
        if self._running.url is None:
            raise RuntimeError(_NOT_RUNNING)
        return self._running.url

    def _journal(self, filters: Mapping[str, object]) -> Coroutine[Any, Any, list[Entry]]:
        everything = {"limit": journal_control.MOST_LISTED, **filters}
        return _journal(self._running.app.emulator, self._calls(everything))

    def _awaited_calls(self, filters: Mapping[str, object]) -> Coroutine[Any, Any, list[Entry]]:
        return _wait_for_calls(self._running.app.emulator, self._calls(filters))

    def _calls(self, filters: Mapping[str, object]) -> Mapping[str, object]:
        field = filters.get("field", [])
        if isinstance(field, Mapping):
            field = [f"{name}:{value}" for name, value in field.items()]
        fields = [field] if isinstance(field, str) else field
        return {"merchant": self.imp_key, **filters, "field": fields}

    def _snapshot(self) -> Coroutine[Any, Any, dict[str, Any]]:
        return _snapshot(self._running.app.emulator, self.imp_key)

    def _restore(self, snapshot: Mapping[str, Any]) -> Coroutine[Any, Any, object]:
        inputs = convert(snapshot_control.Restore, {**snapshot, "imp_key": self.imp_key})
        return snapshot_control.restore(self._running.app.emulator, inputs)

    def _ledger(self) -> Coroutine[Any, Any, list[GatewayKey]]:
        return _ledger(self._running.app.emulator, self.imp_key)

    def _webhooks(self, filters: _Values) -> _Webhooks:
        return self._ask(webhook_control.webhooks, webhook_control.WebhookQuery, filters)

    def _awaited(self, filters: _Values) -> _Webhooks:
        route = webhook_control.wait_for_webhooks
        return self._ask(route, webhook_control.AwaitedWebhooks, filters)

    def _sent(self, fields: _Values) -> _Webhooks:
        return self._ask(webhook_control.send_webhook, webhook_control.SendWebhook, fields)

    def _resent(self, options: _Values) -> _Webhooks:
        return self._ask(webhook_control.resend_webhook, webhook_control.ResendWebhook, options)

    def _held(self, numbers: Sequence[int]) -> _Webhooks:
        chosen = {"numbers": numbers or None}
        return self._ask(webhook_control.hold_webhooks, webhook_control.HoldWebhooks, chosen)

    def _released(self, numbers: Sequence[int], options: _Values) -> _Webhooks:
        chosen = {"numbers": numbers or None, **options}
        return self._ask(webhook_control.release_webhooks, webhook_control.ReleaseWebhooks, chosen)

    async def _ask(
        self,
        route: Callable[[Emulator, _Inputs], Awaitable[_HasWebhooks]],
        inputs: type[_Inputs],
        values: _Values,
    ) -> list[Webhook]:
        given = convert(inputs, {"imp_key": self.imp_key, **values})
        return (await route(self._running.app.emulator, given)).webhooks

    def _load(self, given: Given, name: str | None) -> Coroutine[Any, Any, ScenarioView]:
        return load_given(self._running.app.emulator, self.imp_key, given, name)

    def _fail_calls(
        self, fail: object, calls: int, when: _Values
    ) -> Coroutine[Any, Any, ScenarioView]:
        return fail_calls(self._running.app.emulator, self.imp_key, fail, calls, when)

    def _scenarios(self) -> Coroutine[Any, Any, list[ScenarioView]]:
        return loaded(self._running.app.emulator, self.imp_key)

    def _change(self, changes: dict[str, Any]) -> Coroutine[Any, Any, MerchantSettings]:
        inputs = merchant_control.ChangeSettings(imp_key=self.imp_key, settings=changes)
        return merchant_control.change_merchant_settings(self._running.app.emulator, inputs)

    def _reset(self) -> Coroutine[Any, Any, object]:
        inputs = merchant_control.OneMerchant(imp_key=self.imp_key)
        return merchant_control.reset_merchant(self._running.app.emulator, inputs)

    def _advance(self, by: _Values) -> Coroutine[Any, Any, list[Happening]]:
        return _advance(self._running.app.emulator, {"imp_key": self.imp_key, **by})

    def _set_clock(self, mode: str, at: int | str | None) -> Coroutine[Any, Any, object]:
        given = {"imp_key": self.imp_key, "mode": mode, "at": at}
        inputs = convert(clock_control.SetClock, given)
        return clock_control.set_clock(self._running.app.emulator, inputs)

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
        """This merchant's calls, oldest first; filters are those of ``GET /_fake/journal``.

        ``field`` may be a mapping of request fields to their values.
        """
        return self._running.submit(self._journal(filters)).result()

    def wait_for_calls(self, count: int = 1, **filters: object) -> list[Entry]:
        """Wait until ``count`` calls match, and give all that do, earlier ones included.

        ``timeout`` is in seconds, 10 if not given and 60 at most; the other filters are those of
        :meth:`journal`.
        """
        return self._running.submit(self._awaited_calls({"count": count, **filters})).result()

    def ledger(self) -> list[GatewayKey]:
        """The keys that the gateway issued to this merchant, oldest first."""
        return self._running.submit(self._ledger()).result()

    def webhooks(self, **filters: object) -> list[Webhook]:
        """This merchant's webhooks, oldest first; filters are those of the control API's list."""
        return self._running.submit(self._webhooks(filters)).result()

    def wait_for_webhooks(self, count: int = 1, **filters: object) -> list[Webhook]:
        """Wait until ``count`` webhooks were delivered, and give all that match.

        ``timeout`` is in seconds, 10 if not given and 60 at most; ``state`` waits for another state
        than ``delivered``; the other filters are those of :meth:`webhooks`.
        """
        return self._running.submit(self._awaited({"count": count, **filters})).result()

    def send_webhook(self, **fields: object) -> list[Webhook]:
        """Send a made-up webhook: ``imp_uid``, ``merchant_uid``, ``status``, ``cancellation_id``,
        ``url``, and how many ``times``. Gives them as they stand after their attempts.
        """
        return self._running.submit(self._sent(fields)).result()

    def resend_webhook(self, number: int, **options: object) -> list[Webhook]:
        """Send copies of a webhook, as many ``times``; gives them as they stand afterwards."""
        return self._running.submit(self._resent({"number": number, **options})).result()

    def hold_webhooks(self, *numbers: int) -> list[Webhook]:
        """Let these webhooks wait until they are released; without numbers all, and new ones too."""
        return self._running.submit(self._held(numbers)).result()

    def release_webhooks(self, *numbers: int, **options: object) -> list[Webhook]:
        """Send held webhooks one after another, in this order; without numbers all of them."""
        return self._running.submit(self._released(numbers, options)).result()

    def snapshot(self) -> dict[str, Any]:
        """This merchant's world as a document that can be kept as JSON; without its token."""
        return self._running.submit(self._snapshot()).result()

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Put a snapshot's world in place of this merchant's; its token and journal stay."""
        self._running.submit(self._restore(snapshot)).result()

    def scenario(
        self, given: Given, *, name: str | None = None, all_rules_used: bool = False
    ) -> ScenarioHandle:
        """Load a scenario: a ready-made one by its name, a file by its path, or what a file would say.

        Used as a context manager, it is unloaded at the end of the block; with ``all_rules_used`` the
        block raises :class:`~fake_iamport.scenario_handles.RulesNotUsed` if a rule was never applied.

        Args:
            given: Which scenario.
            name: What to call it; without one, as the ready-made one or the file is called, with a
                number behind it where that name is taken.
            all_rules_used: Whether every rule must be applied in the block.
        """
        loading = self._load(given, name)
        return ScenarioHandle(self._running, self.imp_key, loading, all_rules_used=all_rules_used)

    def fail_calls(
        self, fail: str | Mapping[str, Any], calls: int = 1, **when: object
    ) -> ScenarioHandle:
        """Let the next ``calls`` fail that meet all conditions of ``when``, named as in a rule.

        ``fail`` is a failure's name, ``CODE:text``, or a mapping as the effect ``fail`` takes it. This
        is a scenario of its own, tried before the others.
        """
        loading = self._fail_calls(fail, calls, when)
        return ScenarioHandle(self._running, self.imp_key, loading, all_rules_used=False)

    def scenarios(self) -> list[ScenarioView]:
        """This merchant's scenarios, in the order in which they are tried."""
        return self._running.submit(self._scenarios()).result()

    def change_settings(self, **changes: Any) -> MerchantSettings:
        """Change some of :class:`~fake_iamport.settings.MerchantSettings`, from the next call on."""
        return self._running.submit(self._change(changes)).result()

    def reset(self) -> None:
        """Give this merchant its world of the start, empty without a seed file; its token stays good."""
        self._running.submit(self._reset()).result()

    def advance(self, **by: int | str) -> list[Happening]:
        """Move this merchant's clock forward and do what falls due on the way, in its order.

        By ``seconds``, ``minutes``, ``hours`` and ``days``, or ``to`` a moment, in unix seconds or as
        in ``2026-03-01T23:30:00``; what happened is given back.
        """
        return self._running.submit(self._advance(by)).result()

    def set_clock(
        self, mode: Literal["real", "frozen", "running"], at: int | str | None = None
    ) -> None:
        """Set, freeze or run this merchant's clock, from the moment ``at`` or from now.

        ``at`` is in unix seconds, or as in ``2026-03-01T23:30:00`` or ``+30d``.
        """
        self._running.submit(self._set_clock(mode, at)).result()

    def revoke_token(self) -> None:
        """Let the merchant's token die now: the next call with it is 401."""
        self._running.submit(self._revoke_token()).result()

    def remove(self) -> None:
        """Let this merchant go, with all its records."""
        self._running.submit(self._remove()).result()


class AsyncFakeMerchant(_Reached):
    """:class:`FakeMerchant` for asynchronous tests."""

    async def journal(self, **filters: object) -> list[Entry]:
        """This merchant's calls, oldest first; filters are those of ``GET /_fake/journal``.

        ``field`` may be a mapping of request fields to their values.
        """
        return await asyncio.wrap_future(self._running.submit(self._journal(filters)))

    async def wait_for_calls(self, count: int = 1, **filters: object) -> list[Entry]:
        """Wait until ``count`` calls match, and give all that do, earlier ones included.

        ``timeout`` is in seconds, 10 if not given and 60 at most; the other filters are those of
        :meth:`journal`.
        """
        return await asyncio.wrap_future(
            self._running.submit(self._awaited_calls({"count": count, **filters}))
        )

    async def ledger(self) -> list[GatewayKey]:
        """The keys that the gateway issued to this merchant, oldest first."""
        return await asyncio.wrap_future(self._running.submit(self._ledger()))

    async def webhooks(self, **filters: object) -> list[Webhook]:
        """This merchant's webhooks, oldest first; filters are those of the control API's list."""
        return await asyncio.wrap_future(self._running.submit(self._webhooks(filters)))

    async def wait_for_webhooks(self, count: int = 1, **filters: object) -> list[Webhook]:
        """Wait until ``count`` webhooks were delivered, and give all that match.

        ``timeout`` is in seconds, 10 if not given and 60 at most; ``state`` waits for another state
        than ``delivered``; the other filters are those of :meth:`webhooks`.
        """
        return await asyncio.wrap_future(
            self._running.submit(self._awaited({"count": count, **filters}))
        )

    async def send_webhook(self, **fields: object) -> list[Webhook]:
        """Send a made-up webhook: ``imp_uid``, ``merchant_uid``, ``status``, ``cancellation_id``,
        ``url``, and how many ``times``. Gives them as they stand after their attempts.
        """
        return await asyncio.wrap_future(self._running.submit(self._sent(fields)))

    async def resend_webhook(self, number: int, **options: object) -> list[Webhook]:
        """Send copies of a webhook, as many ``times``; gives them as they stand afterwards."""
        return await asyncio.wrap_future(
            self._running.submit(self._resent({"number": number, **options}))
        )

    async def hold_webhooks(self, *numbers: int) -> list[Webhook]:
        """Let these webhooks wait until they are released; without numbers all, and new ones too."""
        return await asyncio.wrap_future(self._running.submit(self._held(numbers)))

    async def release_webhooks(self, *numbers: int, **options: object) -> list[Webhook]:
        """Send held webhooks one after another, in this order; without numbers all of them."""
        return await asyncio.wrap_future(self._running.submit(self._released(numbers, options)))

    async def snapshot(self) -> dict[str, Any]:
        """This merchant's world as a document that can be kept as JSON; without its token."""
        return await asyncio.wrap_future(self._running.submit(self._snapshot()))

    async def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Put a snapshot's world in place of this merchant's; its token and journal stay."""
        await asyncio.wrap_future(self._running.submit(self._restore(snapshot)))

    def scenario(
        self, given: Given, *, name: str | None = None, all_rules_used: bool = False
    ) -> AsyncScenarioHandle:
        """Load a scenario, when it is awaited or entered; see :meth:`FakeMerchant.scenario`."""
        return AsyncScenarioHandle(
            self._running,
            self.imp_key,
            lambda: self._load(given, name),
            all_rules_used=all_rules_used,
        )

    def fail_calls(
        self, fail: str | Mapping[str, Any], calls: int = 1, **when: object
    ) -> AsyncScenarioHandle:
        """Let calls fail once it is awaited or entered; see :meth:`FakeMerchant.fail_calls`."""
        return AsyncScenarioHandle(
            self._running,
            self.imp_key,
            lambda: self._fail_calls(fail, calls, when),
            all_rules_used=False,
        )

    async def scenarios(self) -> list[ScenarioView]:
        """This merchant's scenarios, in the order in which they are tried."""
        return await asyncio.wrap_future(self._running.submit(self._scenarios()))

    async def change_settings(self, **changes: Any) -> MerchantSettings:
        """Change some of :class:`~fake_iamport.settings.MerchantSettings`, from the next call on."""
        return await asyncio.wrap_future(self._running.submit(self._change(changes)))

    async def reset(self) -> None:
        """Give this merchant its world of the start, empty without a seed file; its token stays good."""
        await asyncio.wrap_future(self._running.submit(self._reset()))

    async def advance(self, **by: int | str) -> list[Happening]:
        """Move this merchant's clock forward; see :meth:`FakeMerchant.advance`."""
        return await asyncio.wrap_future(self._running.submit(self._advance(by)))

    async def set_clock(
        self, mode: Literal["real", "frozen", "running"], at: int | str | None = None
    ) -> None:
        """Set, freeze or run this merchant's clock; see :meth:`FakeMerchant.set_clock`."""
        await asyncio.wrap_future(self._running.submit(self._set_clock(mode, at)))

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
        imp_key: The first merchant's API key; by default that of the seed file's first merchant, or
            the public sandbox's.
        imp_secret: Its secret.
        clock: The time that every merchant lives in, instead of the machine's.
        host: Where to listen.
        port: Which port; 0 takes a free one.
        seed_file: A YAML or JSON file of what to start with, and to return to with each reset.

    Raises:
        fake_iamport.documents.DocumentError: the seed file can't be read; the text says where.
        fake_iamport.serving.AddressError: the address can't be listened on.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        imp_key: str | None = None,
        imp_secret: str | None = None,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        seed_file: str | os.PathLike[str] | None = None,
    ) -> None:
        app, key, secret = app_and_keys(settings, imp_key, imp_secret, clock, seed_file)
        super().__init__(Running(app, host, port), key, secret)

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

    @property
    def seed_file(self) -> str | None:
        """The file that it started with, if there is one."""
        return self._running.app.emulator.settings.seed_file

    def create_merchant(self, *, seed_of: str | None = None, **settings: Any) -> FakeMerchant:
        """Let a new merchant in, with fresh credentials and a world of its own.

        With ``seed_of`` it starts with the world of that merchant of the seed file, by its
        ``imp_key``, and a reset gives it again.
        """
        work = _create(self._running.app.emulator, seed_of, settings)
        created = self._running.submit(work).result()
        return FakeMerchant(self._running, created.imp_key, created.imp_secret)

    def reset_all(self) -> None:
        """Give every merchant its world of the start; tokens stay good."""
        self._running.submit(server_control.reset(self._running.app.emulator, Inputs())).result()


class AsyncFakeIamport(AsyncFakeMerchant):
    """:class:`FakeIamport` for asynchronous tests; it runs in a thread of its own all the same, so
    that a test that blocks its loop doesn't block the emulator.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        imp_key: str | None = None,
        imp_secret: str | None = None,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        seed_file: str | os.PathLike[str] | None = None,
    ) -> None:
        app, key, secret = app_and_keys(settings, imp_key, imp_secret, clock, seed_file)
        super().__init__(Running(app, host, port), key, secret)

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

    @property
    def seed_file(self) -> str | None:
        """The file that it started with, if there is one."""
        return self._running.app.emulator.settings.seed_file

    async def create_merchant(
        self, *, seed_of: str | None = None, **settings: Any
    ) -> AsyncFakeMerchant:
        """Let a new merchant in, with fresh credentials and a world of its own.

        With ``seed_of`` it starts with the world of that merchant of the seed file, by its
        ``imp_key``, and a reset gives it again.
        """
        work = _create(self._running.app.emulator, seed_of, settings)
        created = await asyncio.wrap_future(self._running.submit(work))
        return AsyncFakeMerchant(self._running, created.imp_key, created.imp_secret)

    async def reset_all(self) -> None:
        """Give every merchant its world of the start; tokens stay good."""
        work = server_control.reset(self._running.app.emulator, Inputs())
        await asyncio.wrap_future(self._running.submit(work))


async def _journal(emulator: Emulator, filters: Mapping[str, object]) -> list[Entry]:
    query = convert(journal_control.JournalQuery, filters)
    return (await journal_control.journal(emulator, query)).entries


async def _wait_for_calls(emulator: Emulator, filters: Mapping[str, object]) -> list[Entry]:
    query = convert(journal_control.AwaitedCalls, filters)
    return (await journal_control.wait_for_calls(emulator, query)).entries


async def _snapshot(emulator: Emulator, imp_key: str) -> dict[str, Any]:
    inputs = merchant_control.OneMerchant(imp_key=imp_key)
    document: dict[str, Any] = msgspec.to_builtins(
        await snapshot_control.snapshot(emulator, inputs)
    )
    return document


async def _advance(emulator: Emulator, by: _Values) -> list[Happening]:
    inputs = convert(clock_control.AdvanceClock, by)
    return (await clock_control.advance_clock(emulator, inputs)).happened


async def _ledger(emulator: Emulator, imp_key: str) -> list[GatewayKey]:
    inputs = merchant_control.OneMerchant(imp_key=imp_key)
    return (await merchant_control.ledger(emulator, inputs)).keys


async def _create(
    emulator: Emulator, seed_of: str | None, settings: dict[str, Any]
) -> merchant_control.NewMerchant:
    inputs = merchant_control.CreateMerchant(settings=settings, seed_of=seed_of)
    return await merchant_control.create_merchant(emulator, inputs)
