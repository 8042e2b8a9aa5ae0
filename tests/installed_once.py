"""Installs something for tests once, although several pytest workers may want it at the same time."""

import fcntl
from collections.abc import Callable
from pathlib import Path

__all__ = ["installed_once"]


def installed_once(directory: Path, install: Callable[[Path], str | None]) -> str | None:
    """Let ``install`` fill ``directory`` unless it is filled; says why it could not be."""
    finished = directory / ".finished"
    directory.parent.mkdir(parents=True, exist_ok=True)
    with directory.with_suffix(".lock").open("w") as lock:
        # This waits for another worker no longer than that worker's own installation may take,
        # and the lock of a worker that dies is gone with it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if finished.exists():
            return None
        trouble = install(directory)
        if trouble is None:
            finished.touch()
        return trouble
