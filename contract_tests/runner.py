"""Runs checks and finds out what came of them; the same for servers and for merchants.

Examples are drawn by Hypothesis, which also looks for the simplest one that shows a failure. The same
seed draws the same examples.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Protocol

import hypothesis
from hypothesis.errors import HypothesisException

from contract_tests.checks import Check, OutOfReach, Precondition, Violation
from contract_tests.clauses import Clause, Contract, Evidence
from contract_tests.story import Exchange, Secrets, Told, told
from contract_tests.verdicts import KitError, Result, Verdict

__all__ = ["Plan", "Subject", "UnknownClause", "choose", "run", "search_settings"]

_PHASES = (hypothesis.Phase.generate, hypothesis.Phase.shrink)


_MISSHAPEN = (LookupError, TypeError, AttributeError, ValueError)
"""What reading an answer raises that isn't what the contract describes."""

_LATER = "a single clause is broken; when that is mended it is tried"


class Subject(Protocol):
    """Whoever a check looks at, for the time of that check."""

    story: list[Exchange]

    def begin(self) -> None:
        """Start an example: forget the story, and what was done before where that can be had."""

    @property
    def operations(self) -> int:
        """How many operations were asked for so far; it only grows."""


@dataclass(frozen=True)
class Plan:
    """How much is tried. ``lenient`` takes a broken guess for a warning."""

    examples: int = 10
    seed: int = 0
    lenient: bool = False

    def seed_of(self, clause_id: str) -> int:
        """The seed of one clause's examples, the same whatever else is run."""
        return random.Random(f"{self.seed}:{clause_id}").getrandbits(32)  # noqa: S311 - no secret

    def replay(self, clause_id: str) -> str:
        """What names one clause's run under this plan."""
        return f"{clause_id}@{self.seed}x{self.examples}"


class UnknownClause(LookupError):
    """A pattern that no clause matches; the text names it and some that there are."""


def choose(contract: Contract, patterns: Sequence[str]) -> list[Clause]:
    """The clauses that match one of ``patterns``, such as ``P-KEY-*``; all without any.

    Raises:
        UnknownClause: a pattern matches none.
    """
    for pattern in patterns:
        if not any(fnmatchcase(clause.id, pattern.upper()) for clause in contract.clauses):
            topics = ", ".join(sorted({clause.id[:-3] + "-*" for clause in contract.clauses}))
            raise UnknownClause(f"no clause matches {pattern!r}; there are {topics}")
    return [
        clause
        for clause in contract.clauses
        if not patterns or any(fnmatchcase(clause.id, each.upper()) for each in patterns)
    ]


def run(
    contract: Contract,
    clauses: Iterable[Clause],
    open_subject: Callable[[Check], AbstractContextManager[Subject]],
    plan: Plan,
) -> Iterator[Result]:
    """Run the checks of ``clauses`` one after another; gives each result as soon as it is there.

    A check that finds another clause broken gives a result for that one as well. One that explores is
    left out once a clause is broken: it would find that again, in the dark.
    """
    is_broken = False
    for clause in clauses:
        check = contract.checks[clause.id]
        started = time.perf_counter()
        if check.explores and is_broken:
            yield _but(Result(clause=clause, verdict=Verdict.SKIP), Verdict.SKIP, _LATER)
            continue
        for result in _results(contract, clause, check, open_subject, plan):
            result.seconds = time.perf_counter() - started
            is_broken |= result.verdict in (Verdict.FAIL, Verdict.WARN)
            yield result


def _results(
    contract: Contract,
    clause: Clause,
    check: Check,
    open_subject: Callable[[Check], AbstractContextManager[Subject]],
    plan: Plan,
) -> list[Result]:
    trial = _Trial(check, plan)
    result = Result(clause=clause, verdict=Verdict.PASS, replay=plan.replay(clause.id))
    try:
        with open_subject(check) as subject:
            before = subject.operations
            trial.run(subject)
            result.operations = subject.operations - before
    except OutOfReach as error:
        return [_but(result, Verdict.SKIP, str(error))]
    except Precondition as error:
        trial.blocked = trial.blocked or str(error)
    except KitError as error:
        return [_but(result, Verdict.ERROR, str(error))]
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in the kit is told, and the run goes on
        return [_but(result, Verdict.ERROR, _where(error))]
    result.examples = trial.examples
    result.seen = trial.seen
    if trial.violation is not None:
        return _broken(contract, result, trial, trial.violation, plan)
    if trial.unreachable:
        return [_but(result, Verdict.SKIP, trial.unreachable)]
    if trial.blocked:
        result.story = trial.story
        return [_but(result, Verdict.NOTRUN, trial.hidden(trial.blocked))]
    return [result]


def _broken(
    contract: Contract, result: Result, trial: "_Trial", violation: Violation, plan: Plan
) -> list[Result]:
    reason = trial.hidden(str(violation))
    broken = result
    if violation.clause not in (None, result.clause.id):
        broken = Result(
            clause=contract.clause(violation.clause or ""),
            verdict=Verdict.FAIL,
            replay=result.replay,
        )
        result = _but(result, Verdict.NOTRUN, f"{violation.clause} is broken: {reason}")
        result.blocked_by = violation.clause
    guessed = broken.clause.evidence is Evidence.GUESS and plan.lenient
    broken = _but(broken, Verdict.WARN if guessed else Verdict.FAIL, reason)
    broken.story = trial.story
    return [broken] if broken is result else [result, broken]


class _Trial:
    """One check's examples, and the worst that came of them."""

    def __init__(self, check: Check, plan: Plan) -> None:
        self._check = check
        self._plan = plan
        self._exchanges: list[Exchange] = []
        self.examples = 0
        self.violation: Violation | None = None
        self.blocked = ""
        self.seen = ""
        self.unreachable = ""

    @property
    def story(self) -> list[Told]:
        """The story of the violation, or of what was in the way."""
        return told(self._exchanges)

    def hidden(self, text: str) -> str:
        """``text`` without the secrets of the story."""
        return Secrets.of(self._exchanges).hide(text)

    def run(self, subject: Subject) -> None:
        """Try the examples; what is found stays in the attributes."""
        try:
            self._search(subject)
        except Violation:
            pass
        except HypothesisException:
            # It may find that a failure doesn't come again: the server answered otherwise.
            if self.violation is None:
                raise

    def _search(self, subject: Subject) -> None:
        check, plan = self._check, self._plan
        if check.explores:
            self._try(subject, lambda: check.function(subject, plan))
            return
        if not check.strategies:
            self._try(subject, lambda: check.function(subject))
            return

        def example(**drawn: Any) -> None:
            self._try(subject, lambda: check.function(subject, **drawn))

        search = hypothesis.given(**check.strategies)(example)
        search = hypothesis.seed(plan.seed_of(check.clause))(search)
        search_settings(min(plan.examples, check.most))(search)()

    def _try(self, subject: Subject, example: Callable[[], str | None]) -> None:
        subject.begin()
        self.examples += 1
        try:
            self.seen = example() or self.seen
        except Violation as violation:
            self.violation = violation
            self._exchanges = list(subject.story)
            raise
        except Precondition as error:
            self._note_block(subject, str(error))
        except OutOfReach as error:
            self.unreachable = str(error)
        except _MISSHAPEN as error:
            self._note_block(subject, f"an answer has another shape than expected: {_where(error)}")

    def _note_block(self, subject: Subject, reason: str) -> None:
        if self.violation is None:
            self.blocked = reason
            self._exchanges = list(subject.story)


def search_settings(examples: int, steps: int = 30) -> hypothesis.settings:
    """How Hypothesis looks for failures here: quietly, without a memory of earlier runs."""
    return hypothesis.settings(
        max_examples=examples,
        stateful_step_count=steps,
        phases=_PHASES,
        database=None,
        deadline=None,
        verbosity=hypothesis.Verbosity.quiet,
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
        derandomize=False,
        print_blob=False,
    )


def _but(result: Result, verdict: Verdict, reason: str) -> Result:
    result.verdict = verdict
    result.reason = reason
    return result


def _where(error: Exception) -> str:
    """The kind of an error and the kit's line that it came from; its text may hold card data."""
    trace = error.__traceback__
    place = ""
    while trace is not None:
        place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"
