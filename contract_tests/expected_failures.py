"""Failures that are known: a TOML file with a reason for each, and a day on which it ends.

::

    [[expected]]
    clause = "P-KEY-04"
    reason = "our gateway's sandbox keeps old keys; asked them on 3 May"
    expires = 2027-03-31

A failure that is expected is shown, and doesn't count; nor does it when the clause can't be tried, or
when another can't be tried because this one is broken. From the day after ``expires`` on it counts.
"""

import datetime
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from contract_tests.clauses import SIDES
from contract_tests.verdicts import Result, Verdict

__all__ = ["Expectation", "ExpectationError", "apply", "read_expected_failures"]


class Expectation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One clause that is known to be broken, why, and until when that is accepted."""

    clause: str
    reason: str
    expires: datetime.date


class _File(msgspec.Struct, forbid_unknown_fields=True):
    expected: list[Expectation] = []


class ExpectationError(ValueError):
    """The file can't be used; the text says where, and what was expected."""


def read_expected_failures(path: Path, known: Collection[str]) -> Mapping[str, Expectation]:
    """Read the file at ``path``; ``known`` holds one side's ids.

    Both sides may share the file: what is about the other one is left to its own run.

    Raises:
        ExpectationError: it isn't there or can't be read, or a clause is unknown or stands twice.
    """
    try:
        read = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
    except OSError as error:
        raise ExpectationError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise ExpectationError(f"{path}: {error}") from None
    found: dict[str, Expectation] = {}
    others = {f"{side.prefix}-" for side in SIDES.values()} - {clause[:2] for clause in known}
    for number, each in enumerate(read.expected):
        place = f"{path}: expected[{number}]: {each.clause}"
        if each.clause[:2] in others:
            continue
        if each.clause not in known:
            raise ExpectationError(f"{place}: there is no such clause")
        if each.clause in found:
            raise ExpectationError(f"{place} stands twice")
        if not each.reason.strip():
            raise ExpectationError(f"{place}: the reason is empty")
        found[each.clause] = each
    return found


def apply(result: Result, expected: Mapping[str, Expectation], today: datetime.date) -> str:
    """Mark a failure that is expected; gives a remark where the file is to be changed."""
    cause = expected.get(result.blocked_by or "")
    if cause is not None and today <= cause.expires:
        _mark(result, cause, f"{cause.clause} is expected to fail: {cause.reason}")
    known = expected.get(result.clause.id)
    if known is None:
        return ""
    if result.verdict is Verdict.PASS:
        return f"{result.clause.id} is kept; take it out of the expected failures"
    if today > known.expires:
        return f"{result.clause.id} was expected to fail until {known.expires}: {known.reason}"
    if result.verdict in (Verdict.FAIL, Verdict.NOTRUN):
        _mark(result, known, known.reason)
    return ""


def _mark(result: Result, known: Expectation, reason: str) -> None:
    result.expected, result.expected_until = reason, known.expires
