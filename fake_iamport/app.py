"""Puts the parts together: the emulated API, its description, and the control API beside it."""

import os
from typing import TYPE_CHECKING

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from fake_iamport.clock import Clock
from fake_iamport.emulator import Emulator
from fake_iamport.settings import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET, Settings
from fake_iamport.wire.api import Api

if TYPE_CHECKING:
    from fake_iamport.seed import SeededMerchant

__all__ = ["App", "app_and_keys", "create_app"]

CONTROL_PREFIX = "/_fake/"
_DESCRIPTION = "/openapi.json"


class App:
    """The emulator as an ASGI application; ``emulator`` is its state."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self._api = Api(emulator)
        self._control: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; the control API and the description are not the emulated API's."""
        if scope["type"] != "http":
            return
        if self.emulator.unplanted:
            await self.emulator.plant()
        path: str = scope["path"]
        if path.startswith(CONTROL_PREFIX) or path == _DESCRIPTION:
            await self._control_app()(scope, receive, send)
            return
        await self._api(scope, receive, send)

    def _control_app(self) -> ASGIApp:
        """The control API, made when it is first called: many runs don't, and start sooner."""
        if self._control is None:
            from fake_iamport.control.app import create_control_app

            self._control = create_control_app(self.emulator)
        return self._control


def create_app(
    settings: Settings | None = None,
    *,
    imp_key: str | None = None,
    imp_secret: str | None = None,
    clock: Clock | None = None,
    seed_file: str | os.PathLike[str] | None = None,
) -> App:
    """Make an emulator of its own, for any ASGI server or for ``httpx.ASGITransport``.

    Args:
        settings: How it runs; the defaults follow what was recorded of the real server.
        imp_key: The first merchant's API key; without one it is the seed file's first merchant, or
            the public sandbox's.
        imp_secret: Its secret; only a digest is kept.
        clock: The time that every merchant lives in, instead of the machine's.
        seed_file: What to start with; the same as ``settings.seed_file``.

    Raises:
        fake_iamport.documents.DocumentError: the seed file can't be read; the text says where.
        ValueError: the seed file gives ``imp_key`` another secret.
    """
    return app_and_keys(settings, imp_key, imp_secret, clock, seed_file)[0]


def app_and_keys(
    settings: Settings | None,
    imp_key: str | None,
    imp_secret: str | None,
    clock: Clock | None,
    seed_file: str | os.PathLike[str] | None,
) -> tuple[App, str, str]:
    """:func:`create_app`, and the credentials of the first merchant."""
    settings = settings or Settings()
    if seed_file is not None:
        settings = msgspec.structs.replace(settings, seed_file=os.fspath(seed_file))
    seed = _seed(settings, clock or Clock())
    imp_key, imp_secret = _first_keys(imp_key, imp_secret, seed)
    emulator = Emulator(settings, imp_key=imp_key, imp_secret=imp_secret, clock=clock, seed=seed)
    return App(emulator), imp_key, imp_secret


def _seed(settings: Settings, clock: Clock) -> "tuple[SeededMerchant, ...]":
    if settings.seed_file is None:
        return ()
    from fake_iamport.seed import read_seed_file

    return read_seed_file(settings.seed_file, settings.merchant, clock)


def _first_keys(
    imp_key: str | None, imp_secret: str | None, seed: "tuple[SeededMerchant, ...]"
) -> tuple[str, str]:
    if imp_key is None and seed:
        return seed[0].imp_key, seed[0].imp_secret
    key = PUBLIC_SANDBOX_KEY if imp_key is None else imp_key
    listed = next((each for each in seed if each.imp_key.lower() == key.lower()), None)
    secret = imp_secret or (listed.imp_secret if listed else PUBLIC_SANDBOX_SECRET)
    if listed is not None and listed.imp_secret != secret:
        raise ValueError(f"the seed file gives {key!r} another secret")
    return key, secret
