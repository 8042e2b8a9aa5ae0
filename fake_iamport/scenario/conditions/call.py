"""Which call, counted from the first that everything else but chance holds for."""

from collections.abc import Callable, Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Condition, RuleScope, condition
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.situation import Situation

__all__ = ["CallIs"]

Count = Annotated[int, Meta(ge=1, le=1_000_000)]


class Calls(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which calls; everything that is given must hold."""

    nth: Annotated[
        Count | Annotated[tuple[Count, ...], Meta(min_length=1)] | None,
        Meta(description="This one, or these."),
    ] = None
    every: Annotated[Count | None, Meta(description="Every so many: 3 is the 3rd, the 6th, …")] = (
        None
    )
    first: Annotated[Count | None, Meta(description="The first so many.")] = None
    after: Annotated[Count | None, Meta(description="All but the first so many.")] = None


@condition("call", counts=True)
class CallIs(Condition):
    """It is the nth such call: a number, or `nth`, `every`, `first`, `after`.

    Counted are the calls for which the rule's other conditions (but for `share`) hold, since the
    scenario was loaded, also those that another rule was applied to. A call that is broken off before
    it is read is counted only by rules that do that.
    """

    def __init__(self, argument: Count | Calls, at: Place, scope: RuleScope) -> None:
        calls = argument if isinstance(argument, Calls) else Calls(nth=argument)
        self._tests = list(_tests(calls))
        if not self._tests:
            raise at.error("expected a number, or one of nth, every, first, after")
        if calls.first and calls.after and calls.after >= calls.first:
            raise at.error("no call is among the first and after those", "after")

    def matches(self, situation: Situation, progress: Progress) -> bool:
        """Whether this call is it."""
        return all(test(progress.matched) for test in self._tests)


def _tests(calls: Calls) -> Iterator[Callable[[int], bool]]:
    nth, every, first, after = calls.nth, calls.every, calls.first, calls.after
    if nth is not None:
        wanted = {nth} if isinstance(nth, int) else set(nth)
        yield lambda number: number in wanted
    if every is not None:
        yield lambda number: number % every == 0
    if first is not None:
        yield lambda number: number <= first
    if after is not None:
        yield lambda number: number > after
