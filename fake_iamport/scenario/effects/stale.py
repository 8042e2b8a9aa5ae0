"""Look-ups that lag behind."""

from typing import Annotated

from msgspec import Meta

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Effect, RuleScope, effect
from fake_iamport.scenario.operation_names import operation_named
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.turn import Turn

__all__ = ["Stale"]


@effect("stale", excludes=("answer", "stale"))
class Stale(Effect):
    """Let a look-up lag behind: it doesn't see the last so many writes of the merchant.

    Writes are calls that changed something since the scenario was loaded.
    """

    def __init__(
        self, argument: Annotated[int, Meta(ge=1, le=100)], at: Place, scope: RuleScope
    ) -> None:
        self.writes = argument

    @classmethod
    def unfit_for(cls, argument: int, operation: str) -> str | None:
        """Only a look-up can lag behind."""
        declared = operation_named(operation)
        looks_up = declared is not None and declared.method == "GET"
        return None if looks_up else "it is no look-up"

    async def before(self, turn: Turn, progress: Progress) -> None:
        """Have the call look back."""
        turn.look_back = self.writes
        turn.note(f"without the last {self.writes} writes")
