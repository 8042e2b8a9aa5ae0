"""Doing nothing."""

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Effect, RuleScope, effect

__all__ = ["Pass"]


_OTHERS = (
    "answer", "break", "delay", "drip", "fail", "garbage", "limit", "stale", "token", "webhook",
)  # fmt: skip


@effect("pass", excludes=_OTHERS)
class Pass(Effect):
    """Do nothing: an exception from the rules below, where the first that matches is applied."""

    def __init__(self, argument: bool, at: Place, scope: RuleScope) -> None:
        if not argument:
            raise at.error("expected true; a rule without it passes nothing on")
