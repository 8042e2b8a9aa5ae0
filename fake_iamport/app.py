"""Puts the parts together: the emulated API, its description, and the control API beside it."""

from starlette.types import ASGIApp, Receive, Scope, Send

from fake_iamport.clock import Clock
from fake_iamport.control.app import create_control_app
from fake_iamport.emulator import Emulator
from fake_iamport.settings import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET, Settings
from fake_iamport.wire.api import Api

__all__ = ["App", "create_app"]

CONTROL_PREFIX = "/_fake/"
_DESCRIPTION = "/openapi.json"


class App:
    """The emulator as an ASGI application; ``emulator`` is its state."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self._api = Api(emulator)
        self._control: ASGIApp = create_control_app(emulator)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; the control API and the description are not the emulated API's."""
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        if path.startswith(CONTROL_PREFIX) or path == _DESCRIPTION:
            await self._control(scope, receive, send)
            return
        await self._api(scope, receive, send)


def create_app(
    settings: Settings | None = None,
    *,
    imp_key: str = PUBLIC_SANDBOX_KEY,
    imp_secret: str = PUBLIC_SANDBOX_SECRET,
    clock: Clock | None = None,
) -> App:
    """Make an emulator of its own, for any ASGI server or for ``httpx.ASGITransport``.

    Args:
        settings: How it runs; the defaults follow what was recorded of the real server.
        imp_key: The first merchant's API key.
        imp_secret: Its secret; only a digest is kept.
        clock: The time that every merchant lives in, instead of the machine's.
    """
    return App(
        Emulator(settings or Settings(), imp_key=imp_key, imp_secret=imp_secret, clock=clock)
    )
