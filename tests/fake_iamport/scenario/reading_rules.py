"""One rule as text, and what is said about it."""

import pytest

from fake_iamport.documents import DocumentError
from fake_iamport.scenario.reading import read_scenario
from fake_iamport.scenario.scenario import Scenario

__all__ = ["mistake_in", "mistake_in_rule", "read_rule", "rule"]


def rule(when: str = "{}", then: str = "{pass: true}", more: str = "") -> str:
    """A scenario of one rule; ``when`` starts at 2:11, ``then`` at 3:11."""
    return f"rules:\n  - when: {when}\n    then: {then}\n{more}"


def read_rule(when: str = "{}", then: str = "{pass: true}", more: str = "") -> Scenario:
    return read_scenario(rule(when, then, more), "test.yaml", "test")


def mistake_in(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        read_scenario(text, "test.yaml", "test")
    return str(caught.value)


def mistake_in_rule(when: str = "{}", then: str = "{pass: true}", more: str = "") -> str:
    return mistake_in(rule(when, then, more))
