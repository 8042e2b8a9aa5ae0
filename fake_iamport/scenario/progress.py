"""How far a rule has come, and the states of its scenario."""

import random
from typing import Any

__all__ = ["Progress"]


class Progress:
    """One rule's counters since its scenario was loaded or reset, at ``loaded_at`` on the merchant's
    clock.

    ``matched`` counts the calls for which every condition that doesn't count held, whichever rule was
    applied; ``memory`` is for
    an effect that must remember something. Chance comes from the scenario's seed, rule by rule.
    """

    __slots__ = ("chance", "fired", "loaded_at", "matched", "memory", "states")

    def __init__(self, seed: str, states: dict[str, str], loaded_at: int) -> None:
        self.matched = 0
        self.fired = 0
        self.states = states
        self.loaded_at = loaded_at
        self.memory: Any = None
        self.chance = random.Random(seed)  # noqa: S311 - not for secrets
