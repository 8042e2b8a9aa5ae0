"""Limiting how many calls are taken."""

from typing import Annotated

import msgspec
from msgspec import Meta

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Effect, RuleScope, effect
from fake_iamport.scenario.pages import page
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.situation import SCHEDULED_CHARGE, Situation
from fake_iamport.scenario.turn import Turn

__all__ = ["Limit"]


class Calls(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """So many calls in so many seconds of the merchant's clock."""

    calls: Annotated[int, Meta(ge=0, description="How many calls are taken.")]
    seconds: Annotated[int, Meta(ge=1, description="In how many seconds; 1 is a second.")] = 1


@effect("limit", excludes=("fail", "answer", "break", "garbage", "limit"))
class Limit(Effect):
    """Take only so many calls a second, and answer the others with HTTP 429 and `Retry-After`.

    Seconds are the merchant's; on a clock that stands still, nothing more is taken. The rule is
    applied to the calls that are too many, and to no others.
    """

    def __init__(self, argument: Calls, at: Place, scope: RuleScope) -> None:
        self._calls = argument

    @classmethod
    def unfit_for(cls, argument: Calls, operation: str) -> str | None:
        """A scheduled charge isn't called."""
        return "it is no call" if operation == SCHEDULED_CHARGE else None

    def is_due(self, situation: Situation, progress: Progress) -> bool:
        """Whether this call is one too many."""
        window = situation.now // self._calls.seconds
        since, taken = progress.memory or (window, 0)
        if since != window:
            taken = 0
        progress.memory = (window, taken + 1)
        return bool(taken >= self._calls.calls)

    async def before(self, turn: Turn, progress: Progress) -> None:
        """Answer 429."""
        now = turn.merchant.clock.now()
        left = self._calls.seconds - now % self._calls.seconds
        answer = page("nginx_429")
        headers = [*(answer.headers or ()), (b"retry-after", b"%d" % left)]
        turn.answer = msgspec.structs.replace(answer, headers=headers)
        turn.note("over the limit of calls")
