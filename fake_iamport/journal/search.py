"""Finding calls in the journal."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from fake_iamport.journal.line import Line

__all__ = ["Search"]

_STEP = re.compile(r"[^.\[\]]+")


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What calls must be like, where it isn't ``None``; moments are unix seconds, both included.

    ``fields`` are names of request fields with the value that each must have, as text. A name may
    lead into what is nested, ``schedules[0].amount``; without the number it means any item of a list.
    """

    merchant: str | None = None
    operation: str | None = None
    status: int | None = None
    code: int | None = None
    failure: str | None = None
    scenario: str | None = None
    rule: str | None = None
    since: int | None = None
    until: int | None = None
    after: int = 0
    fields: Sequence[tuple[str, str]] = ()

    def matches(self, line: Line) -> bool:
        """Whether a call is like that."""
        return (
            line.number > self.after
            and self.merchant in (None, line.merchant)
            and self.operation in (None, line.operation)
            and self.status in (None, line.status)
            and self.code in (None, line.code)
            and self.failure in (None, line.failure)
            and self._has_rule(line)
            and (self.since is None or line.at >= self.since)
            and (self.until is None or line.at <= self.until)
            and all(_has_field(line, name, value) for name, value in self.fields)
        )

    def _has_rule(self, line: Line) -> bool:
        if self.scenario is None and self.rule is None:
            return True
        return any(
            self.scenario in (None, fired.scenario) and self.rule in (None, fired.rule)
            for fired in line.rules
        )


def _has_field(line: Line, name: str, value: str) -> bool:
    request = line.request()
    if request is None:
        return False
    return any(_is(found, value) for found in _at(request, _STEP.findall(name)))


def _at(value: Any, steps: list[str]) -> Iterator[object]:
    if isinstance(value, list):
        if steps and steps[0].isdecimal():
            value, steps = value[int(steps[0]) :][:1], steps[1:]
        for item in value:
            yield from _at(item, steps)
    elif not steps:
        yield value
    elif isinstance(value, dict) and steps[0] in value:
        yield from _at(value[steps[0]], steps[1:])


def _is(found: object, value: str) -> bool:
    if isinstance(found, bool) or found is None:
        return msgspec.json.encode(found).decode() == value
    if not isinstance(found, int | Decimal):
        return found == value
    try:
        return found == Decimal(value)
    except InvalidOperation:
        return False
