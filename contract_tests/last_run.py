"""What the last run looked at, so that ``replay`` needs no options; never a secret."""

import os
import shlex
from pathlib import Path
from typing import TypeVar

import click
import msgspec

__all__ = [
    "LastMerchant",
    "LastRun",
    "absolute",
    "go_to_its_folder",
    "options_of",
    "recall",
    "remember",
]


class LastRun(msgspec.Struct, frozen=True):
    """Which server was checked, and with what; ``None`` where nothing was given."""

    url: str | None
    imp_key: str
    card_file: str | None
    no_control: bool


class LastMerchant(msgspec.Struct, frozen=True):
    """Which merchant was checked, and with what; ``None`` where nothing was given.

    Paths are absolute, and ``folder`` is where the run was started: commands and modules are found
    from there.
    """

    config: str | None = None
    url: str | None = None
    command: str | None = None
    app: str | None = None
    iamport_url: str | None = None
    imp_key: str | None = None
    log: str | None = None
    folder: str | None = None


_Run = TypeVar("_Run", LastRun, LastMerchant)
_FILES = {LastRun: "last-run.json", LastMerchant: "last-merchant.json"}
_OPTIONS = {"command": "run"}


def remember(run: LastRun | LastMerchant) -> None:
    """Write the run down; a folder that can't be written to is no reason to fail."""
    place = _place(type(run))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(msgspec.json.encode(run))
    except OSError:
        return


def recall(kind: type[_Run]) -> _Run | None:
    """The last run of that kind, or ``None`` when there was none."""
    try:
        return msgspec.json.decode(_place(kind).read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        return None


def absolute(path: str | Path | None) -> str | None:
    """A path that means the same in every folder."""
    return None if path is None else str(Path(path).absolute())


def options_of(run: LastRun | LastMerchant) -> str:
    """The options that name the same server or merchant, as a shell takes them."""
    words: list[str] = []
    for name, value in msgspec.structs.asdict(run).items():
        if name == "folder" or not value:
            continue
        words.append(f"--{_OPTIONS.get(name, name).replace('_', '-')}")
        if value is not True:
            words.append(value)
    return shlex.join(words)


def go_to_its_folder(run: LastMerchant) -> None:
    """Do what follows where the run was started.

    Raises:
        click.UsageError: that folder, or a file that the run read, is gone.
    """
    for what, path in (("folder", run.folder), ("description", run.config)):
        if path is not None and not Path(path).exists():
            raise click.UsageError(
                f"the {what} of the last run is gone: {path}; name the merchant with --run, --app or"
                " --url, and --config"
            )
    if run.folder is not None:
        os.chdir(run.folder)


def _place(kind: type[LastRun] | type[LastMerchant]) -> Path:
    return Path(click.get_app_dir("iamport-contract")) / _FILES[kind]
