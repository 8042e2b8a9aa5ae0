"""Which state the scenario is in."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Condition, RuleScope, condition
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.situation import Situation

__all__ = ["StateIs"]


@condition("state")
class StateIs(Condition):
    """States of the scenario have these values; a list means any of them.

    States are declared at the top of the file, and changed with the effect `set`.
    """

    def __init__(
        self,
        argument: dict[str, str | Annotated[tuple[str, ...], Meta(min_length=1)]],
        at: Place,
        scope: RuleScope,
    ) -> None:
        if not argument:
            raise at.error("expected at least one state and its value")
        self._wanted = {
            name: _values(name, [values] if isinstance(values, str) else values, at, scope)
            for name, values in argument.items()
        }

    def matches(self, situation: Situation, progress: Progress) -> bool:
        """Whether the scenario is in such a state."""
        return all(progress.states[name] in values for name, values in self._wanted.items())


def _values(name: str, values: Sequence[str], at: Place, scope: RuleScope) -> frozenset[str]:
    for value in values:
        scope.check_state(name, value, at)
    return frozenset(values)
