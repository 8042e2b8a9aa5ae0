"""Doing nothing."""

from typing import Literal

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Effect, RuleScope, effect

__all__ = ["Pass"]


@effect("pass")
class Pass(Effect):
    """Do nothing: an exception from the rules below, where the first that matches is applied."""

    def __init__(self, argument: Literal[True], at: Place, scope: RuleScope) -> None:
        pass
