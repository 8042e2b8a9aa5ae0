"""Control routes about the whole server."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from fake_iamport import __version__
from fake_iamport.control.declaration import ControlError, Inputs, control
from fake_iamport.emulator import Emulator
from fake_iamport.settings import Settings, SettingsError

__all__ = ["health", "refusing_settings", "reset", "settings", "version"]


@contextmanager
def refusing_settings() -> Iterator[None]:
    """Let a setting that can't be, or a scenario of it that can't be read, be the caller's error.

    Raises:
        ControlError: there was one.
    """
    try:
        yield
    except SettingsError as error:
        raise ControlError(
            str(error), field=f"settings.{error.field}", line=error.line, column=error.column
        ) from None


class Health(msgspec.Struct):
    """That the emulator answers, and for how many merchants."""

    status: str
    merchants: int


class Version(msgspec.Struct):
    """Which emulator this is."""

    name: str
    version: str


class ResetResult(msgspec.Struct):
    """Whose worlds are clean now."""

    reset: list[str]


@control("GET", "/health")
async def health(emulator: Emulator, inputs: Inputs) -> Health:
    """Say that the emulator is up."""
    return Health(status="ok", merchants=len(list(emulator.merchants)))


@control("GET", "/version")
async def version(emulator: Emulator, inputs: Inputs) -> Version:
    """Say which version this is."""
    return Version(name="fake-iamport", version=__version__)


@control("GET", "/settings")
async def settings(emulator: Emulator, inputs: Inputs) -> Settings:
    """Show how the server runs, and what a new merchant's settings are."""
    return emulator.settings


@control("POST", "/reset")
async def reset(emulator: Emulator, inputs: Inputs) -> ResetResult:
    """Give every merchant its world of the start, and empty the journal; tokens stay good.

    Without a seed file that world is empty; with one, its merchants that were removed come back.
    """
    with refusing_settings():
        merchants = await emulator.reset_all()
    return ResetResult(reset=[merchant.imp_key for merchant in merchants])
