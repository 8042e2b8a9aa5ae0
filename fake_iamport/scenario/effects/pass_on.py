"""Doing nothing."""

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Effect, RuleScope, effect

__all__ = ["Pass"]


@effect("pass", only_beside=("set",))
class Pass(Effect):
    """Do nothing: an exception from the rules below. With `match: all`, those that only `set` states
    still do.
    """

    def __init__(self, argument: bool, at: Place, scope: RuleScope) -> None:
        if not argument:
            raise at.error("expected true; a rule without it passes nothing on")
