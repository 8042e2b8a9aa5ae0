"""``python -m benchmarks.fuzz``: throws bad input at the emulator until some of it is wrong."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from hypothesis import strategies as st

from benchmarks.fuzz import api, control, wire
from benchmarks.fuzz.searching import search
from benchmarks.watched import emulator

__all__ = ["main"]

_SHARES = {"api": 0.5, "control": 0.3, "wire": 0.2}
_Checking = tuple[st.SearchStrategy[Any], Callable[[Any], int]]


@click.command()
@click.option("--requests", default=100_000, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", type=int, help="What to begin with.  [default: another one each time]")
def main(requests: int, seed: int | None) -> None:
    """Try requests in this process, control calls, and bytes over a socket.

    The exit code is 1, and the smallest input is told, when the emulator answers 5xx, writes a
    traceback, hangs, or changes its books otherwise than it says.
    """
    chosen = random.randrange(2**32) if seed is None else seed  # noqa: S311 - no secret
    click.echo(f"seed {chosen}")
    for name, share in _SHARES.items():
        started = time.monotonic()
        with _checking(name) as (inputs, check):
            made = search(inputs, check, requests=round(requests * share), seed=chosen)
        seconds = time.monotonic() - started
        click.echo(f"{name:<8} {made:>8,} requests  {seconds:6.1f} s  nothing wrong")


@contextmanager
def _checking(name: str) -> Iterator[_Checking]:
    if name == "wire":
        with emulator() as running:
            yield wire.inputs(), wire.checker(running)
        return
    module = {"api": api, "control": control}[name]
    yield module.inputs(), module.check


if __name__ == "__main__":
    main()
