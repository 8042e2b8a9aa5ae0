"""Trying inputs until so many requests were made, or one is wrong."""

from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

__all__ = ["search"]

_Input = TypeVar("_Input")
_AT_ONCE = 400
_REQUESTS_OF_AN_INPUT = 8


def search(
    inputs: st.SearchStrategy[_Input], check: Callable[[_Input], int], *, requests: int, seed: int
) -> int:
    """Check inputs until they made ``requests`` in all, and give how many they were.

    Hypothesis finds the smallest input that is wrong and raises what that raised.
    """
    made = 0

    def count(each: _Input) -> None:
        nonlocal made
        made += check(each)

    while made < requests:
        chosen = settings(
            max_examples=min(_AT_ONCE, 1 + (requests - made) // _REQUESTS_OF_AN_INPUT),
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.normal,
        )
        seeded(seed)(chosen(given(inputs)(count)))()
        seed += 1
    return made
