"""How a loaded scenario stands, as the control API and tests see it.

It stands outside of ``fake_iamport.scenario``, whose modules few runs need.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

__all__ = ["RuleView", "ScenarioView"]


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """How far a rule has come: the calls that its conditions held for, but for those that count or
    leave it to chance, whichever rule was applied to them; those that it was applied to itself; and how
    often it still can be, if that is limited.
    """

    name: str
    matched: int
    fired: int
    left: int | None


class ScenarioView(msgspec.Struct, frozen=True, kw_only=True):
    """A loaded scenario: its states and rules, since ``loaded_at`` (the merchant's unix second)."""

    name: str
    loaded_at: int
    states: dict[str, str]
    rules: list[RuleView]
    unused_rules: Annotated[
        list[str], Meta(description="The rules that were never applied, by name.")
    ]
