"""Control routes about the whole server."""

import msgspec

from fake_iamport import __version__
from fake_iamport.control.declaration import Inputs, control
from fake_iamport.emulator import Emulator
from fake_iamport.settings import Settings

__all__ = ["health", "reset", "settings", "version"]


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
    return ResetResult(reset=[merchant.imp_key for merchant in await emulator.reset_all()])
