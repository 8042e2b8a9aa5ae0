"""Alternating runs: what is compared is measured in turns, and each turn begins with another."""

from collections.abc import Callable, Mapping
from typing import TypeVar

__all__ = ["alternate"]

_Value = TypeVar("_Value")


def alternate(
    rounds: int, contestants: Mapping[str, Callable[[], _Value]]
) -> dict[str, list[_Value]]:
    """What each contestant measured, round by round.

    The order turns round after every round, so that a machine that gets slower or faster favours nobody.
    """
    values: dict[str, list[_Value]] = {name: [] for name in contestants}
    order = list(contestants)
    for _ in range(rounds):
        for name in order:
            values[name].append(contestants[name]())
        order.reverse()
    return values
