"""Load: the same request, over and over, from many connections that each wait for their answer."""

from collections.abc import Callable

from benchmarks.load.request import Load, Request
from benchmarks.load.wrk import press_with_wrk, wrk

__all__ = ["Load", "Request", "load_generator"]


def load_generator() -> tuple[str, Callable[[str, Request, float, int], Load]]:
    """What makes the load, and its name: ``wrk`` where it is installed, else our own client."""
    if wrk() is not None:
        return "wrk", press_with_wrk
    from benchmarks.load.own_client import press_with_own_client

    return "our own client", press_with_own_client
