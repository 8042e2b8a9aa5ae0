"""A scenario as the document of a file."""

from collections.abc import Mapping
from typing import Any

import msgspec

from fake_iamport.scenario.scenario import Scenario

__all__ = ["document_of"]

_RULE = ("name", "when", "then", "times")
_LAST = ("match", "states", "rules", "walk")


def document_of(scenario: Scenario) -> dict[str, Any]:
    """What a file would say, in the order in which people write it."""
    document: dict[str, Any] = msgspec.to_builtins(scenario.form)
    document["rules"] = [_ordered(rule) for rule in document["rules"]]
    first = {name: value for name, value in document.items() if name not in _LAST}
    last = {name: document[name] for name in _LAST if name in document}
    return {**first, **last}


def _ordered(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule as people write it: what it is about first."""
    ordered = {name: rule[name] for name in _RULE if name in rule}
    when = rule.get("when", {})
    if "operation" in when:
        ordered["when"] = {"operation": when["operation"], **when}
    return ordered
