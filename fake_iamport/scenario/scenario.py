"""A scenario that was read and checked: ready to be loaded, as often as somebody likes."""

from dataclasses import dataclass

from fake_iamport.scenario.declaration import Condition, Effect
from fake_iamport.scenario.form import ScenarioForm

__all__ = ["Rule", "Scenario"]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule. ``operations`` are those that it can be applied to.

    ``does`` are the names of its effects, and ``excludes`` of those that can't happen beside them.
    """

    name: str
    operations: frozenset[str]
    conditions: tuple[Condition, ...]
    counting: tuple[Condition, ...]
    effects: tuple[Effect, ...]
    times: int | None
    does: frozenset[str]
    excludes: frozenset[str]

    @property
    def before_reading(self) -> bool:
        """Whether it is applied before the body of the request is read."""
        return any(effect.before_reading for effect in self.effects)

    @property
    def asks_for_card(self) -> bool:
        """Whether it looks at the card behind a billing key."""
        return any(condition.asks_for_card for condition in self.conditions)


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """A whole file, by its name."""

    name: str
    form: ScenarioForm
    rules: tuple[Rule, ...]
