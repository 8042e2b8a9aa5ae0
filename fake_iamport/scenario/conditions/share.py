"""By chance."""

from typing import Annotated

from msgspec import Meta

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Condition, RuleScope, condition
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.situation import Situation

__all__ = ["ShareOf"]


@condition("share", counts=True)
class ShareOf(Condition):
    """This share of the calls, by chance: 0.1 is one in ten.

    The same `seed` of the scenario gives the same calls.
    """

    def __init__(
        self,
        argument: Annotated[float, Meta(gt=0, le=1)],
        at: Place,
        scope: RuleScope,
    ) -> None:
        self._share = argument

    def matches(self, situation: Situation, progress: Progress) -> bool:
        """Whether chance takes this call."""
        return progress.chance.random() < self._share
