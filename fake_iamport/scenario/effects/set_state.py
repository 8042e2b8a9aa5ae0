"""Changing the scenario's state."""

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Effect, RuleScope, effect
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.turn import Turn

__all__ = ["SetState"]


@effect("set")
class SetState(Effect):
    """Give states of the scenario these values, before the call is carried out."""

    def __init__(self, argument: dict[str, str], at: Place, scope: RuleScope) -> None:
        if not argument:
            raise at.error("expected at least one state and its value")
        for name, value in argument.items():
            scope.check_state(name, value, at)
        self._values = argument

    async def before(self, turn: Turn, progress: Progress) -> None:
        """Set them."""
        progress.states.update(self._values)
