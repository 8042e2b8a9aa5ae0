"""Server and load on different cores, where the machine lets us choose and has more than one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

__all__ = ["on_load_cores", "on_server_core", "separation"]


@contextmanager
def on_server_core() -> Iterator[None]:
    """Let processes that are started meanwhile run where servers do."""
    with _on(_cores()[:1]):
        yield


@contextmanager
def on_load_cores() -> Iterator[None]:
    """Let processes that are started meanwhile run where no server does."""
    with _on(_cores()[1:]):
        yield


def separation() -> str:
    """How server and load are kept apart, in words."""
    first, *others = _cores() or (None,)
    if not others:
        return "server and load share their cores"
    return f"server on core {first}, load on {', '.join(map(str, others))}"


@cache
def _cores() -> tuple[int, ...]:
    if not hasattr(os, "sched_getaffinity"):
        return ()
    return tuple(sorted(os.sched_getaffinity(0)))


@contextmanager
def _on(cores: tuple[int, ...]) -> Iterator[None]:
    if len(_cores()) < 2:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
