"""What came of a check, and what it means for whoever called the kit.

::

    PASS    the clause was seen to hold
    FAIL    it was seen not to hold
    WARN    it was seen not to hold, and nobody can show that it must: its evidence is a guess
    SKIP    it was not tried: the server or the options don't allow for it
    NOTRUN  it could not be tried: something that must go before it went wrong
    ERROR   the kit itself failed
"""

import datetime
from collections.abc import Iterable
from enum import IntEnum, StrEnum

import msgspec

from contract_tests.clauses import Clause
from contract_tests.story import Told

__all__ = ["ExitCode", "KitError", "Moment", "Result", "Verdict", "exit_code"]


class KitError(Exception):
    """The kit can't go on; the text says why, and holds no card data."""


class Verdict(StrEnum):
    """What came of a check."""

    PASS = "PASS"  # noqa: S105 - no password
    FAIL = "FAIL"
    WARN = "WARN"
    SKIP = "SKIP"
    NOTRUN = "NOTRUN"
    ERROR = "ERROR"


class ExitCode(IntEnum):
    """What a run means to the shell that started it."""

    KEPT = 0
    """Nothing failed, apart from what was expected to."""

    BROKEN = 1
    """A clause is broken."""

    USAGE = 2
    """The kit was called wrongly, or nothing answers."""

    UNCERTAIN = 3
    """Nothing failed, and yet something that was wanted could not be tried."""


class Moment(msgspec.Struct, frozen=True):
    """What a merchant was asked for and said, beside the calls that i'mport recorded meanwhile."""

    merchant: str
    iamport: list[str]


class Result(msgspec.Struct, kw_only=True):
    """What came of one clause's check.

    ``reason`` says why it isn't PASS; ``story`` is the shortest one found that shows it.
    ``timeline`` tells it from both sides, where there are two. ``replay`` is what ``iamport-
    contract replay`` takes. ``expected`` is the reason that was given for a failure beforehand, and
    ``expected_until`` the last day on which it holds. ``blocked_by`` is the broken clause that was in
    the way, if it was one. ``seen`` is what a check has to say besides. ``operations`` counts the API
    calls, ``seconds`` are the machine's.
    """

    clause: Clause
    verdict: Verdict
    reason: str = ""
    story: list[Told] = []
    timeline: list[Moment] = []
    replay: str = ""
    expected: str | None = None
    expected_until: datetime.date | None = None
    blocked_by: str | None = None
    seen: str = ""
    examples: int = 0
    operations: int = 0
    seconds: float = 0

    @property
    def counts_as_broken(self) -> bool:
        """Whether somebody has to do something about it."""
        return self.verdict is Verdict.FAIL and self.expected is None


def exit_code(results: Iterable[Result]) -> ExitCode:
    """The exit code of a run with these results; one that did nothing is uncertain."""
    every = list(results)
    if any(result.counts_as_broken for result in every):
        return ExitCode.BROKEN
    surprises = {result.verdict for result in every if result.expected is None}
    is_idle = all(result.verdict is Verdict.SKIP for result in every)
    if surprises & {Verdict.ERROR, Verdict.NOTRUN} or is_idle:
        return ExitCode.UNCERTAIN
    return ExitCode.KEPT
