"""Servers in processes of their own, on the server's core."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.cores import on_load_cores, on_server_core

__all__ = ["EMULATOR", "RECEIVER", "bare", "processor_seconds", "serving", "smallest_starlette"]

ROOT = Path(__file__).parents[1]

EMULATOR = ("-m", "fake_iamport", "serve", "--port", "0")
"""The emulator as it comes: journal on, no failures ordered."""

RECEIVER = ("-m", "benchmarks.receiver")
"""A fast receiver of webhooks."""


def bare(size: int) -> tuple[str, ...]:
    """The server that only sends ``size`` fixed bytes."""
    return ("-m", "benchmarks.baselines.bare", str(size))


def smallest_starlette(size: int) -> tuple[str, ...]:
    """The Starlette application that reads JSON and encodes an answer of ``size`` bytes."""
    return ("-m", "benchmarks.baselines.smallest_starlette", str(size))


_processes: dict[str | None, int] = {}


def processor_seconds(url: str) -> float | None:
    """How long the server at ``url`` has had a core so far, if it is ours and the system tells."""
    told = Path(f"/proc/{_processes.get(url)}/stat")
    if not told.exists():
        return None
    user, system = told.read_text("ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(*arguments: str, beside_the_load: bool = False) -> Iterator[str]:
    """Run Python with ``arguments`` until the end of the block, and give the URL that it prints.

    Raises:
        RuntimeError: it ended without saying where it answers; what it wrote went to standard error.
    """
    with on_load_cores() if beside_the_load else on_server_core():
        process = subprocess.Popen(  # noqa: S603 - our own commands
            [sys.executable, *arguments],
            cwd=ROOT,
            env=_without_settings(),
            stdout=subprocess.PIPE,
            text=True,
        )
    url = None
    try:
        url = _printed_url(process)
        _processes[url] = process.pid
        yield url
    finally:
        _processes.pop(url, None)
        process.terminate()
        process.communicate()


def _printed_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if "http://" not in line:
        raise RuntimeError(f"{process.args!r} did not say where it answers, but {line!r}")
    return line[line.index("http://") :].strip()


def _without_settings() -> dict[str, str]:
    """This environment without what would change what is measured.

    That is the emulator's settings, and that modules aren't to be compiled: installed ones are.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("FAKE_IAMPORT_") and name != "PYTHONDONTWRITEBYTECODE"
    }
