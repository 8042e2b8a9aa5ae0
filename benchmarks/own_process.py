"""Work in a fresh process: its memory is its own, and nothing that was imported here helps it."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from typing import ParamSpec, TypeVar

from benchmarks.cores import on_server_core

__all__ = ["in_own_process", "run_apart"]

_Result = TypeVar("_Result")
_Arguments = ParamSpec("_Arguments")


def in_own_process(
    work: Callable[_Arguments, _Result],
    *arguments: _Arguments.args,
    **named: _Arguments.kwargs,
) -> _Result:
    """What ``work``, a function of a module, gives on the server's core."""
    return run_apart(on_server_core(), work, *arguments, **named)


def run_apart(
    where: AbstractContextManager[None],
    work: Callable[_Arguments, _Result],
    *arguments: _Arguments.args,
    **named: _Arguments.kwargs,
) -> _Result:
    """What ``work`` gives in a process that is started inside of ``where``."""
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawning) as pool:
        with where:
            future = pool.submit(work, *arguments, **named)
        return future.result()
