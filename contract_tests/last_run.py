"""What the last run looked at, so that ``replay`` needs no options; never a secret."""

from pathlib import Path

import click
import msgspec

__all__ = ["LastRun", "recall", "remember"]


class LastRun(msgspec.Struct, frozen=True):
    """Which server was checked, and with what; ``None`` where nothing was given."""

    url: str | None
    imp_key: str
    card_file: str | None
    no_control: bool


def remember(run: LastRun) -> None:
    """Write the run down; a folder that can't be written to is no reason to fail."""
    try:
        _place().parent.mkdir(parents=True, exist_ok=True)
        _place().write_bytes(msgspec.json.encode(run))
    except OSError:
        return


def recall() -> LastRun | None:
    """The last run, or ``None`` when there was none."""
    try:
        return msgspec.json.decode(_place().read_bytes(), type=LastRun)
    except (OSError, msgspec.MsgspecError):
        return None


def _place() -> Path:
    return Path(click.get_app_dir("iamport-contract")) / "last-run.json"
