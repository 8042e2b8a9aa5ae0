import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import strategies as st

from contract_tests.checks import Check, OutOfReach, Precondition, Violation
from contract_tests.clauses import Clause, Contract, Evidence, Severity
from contract_tests.expected_failures import Expectation, apply
from contract_tests.runner import Plan, UnknownClause, choose, run
from contract_tests.story import Exchange
from contract_tests.verdicts import ExitCode, KitError, Result, Verdict, exit_code


class Subject:
    def __init__(self) -> None:
        self.story: list[Exchange] = []
        self.operations = 0

    def begin(self) -> None:
        self.story.clear()


def clause(number: int = 1, evidence: Evidence = Evidence.SPEC) -> Clause:
    return Clause(
        id=f"P-KEY-{number:02}", title="t", holds="h", costs="c", evidence=evidence, reference="r",
        severity=Severity.NOTE if evidence is Evidence.GUESS else Severity.MAJOR,
    )  # fmt: skip


def results(
    *functions: Callable[..., Any],
    plan: Plan = Plan(50, 1),  # noqa: B008
    evidence: Evidence = Evidence.SPEC,
    explores: bool = False,
    **strategies: st.SearchStrategy[Any],
) -> list[Result]:
    clauses = [clause(number, evidence) for number in range(1, len(functions) + 1)]
    checks = {
        each.id: Check(
            each.id, function, strategies, control=False, most=1000,
            explores=explores and each is clauses[-1],
        )
        for each, function in zip(clauses, functions, strict=True)
    }  # fmt: skip

    @contextmanager
    def open_subject(_: Check) -> Iterator[Subject]:
        yield Subject()

    return list(run(Contract({"KEY": "Keys"}, clauses, checks), clauses, open_subject, plan))


def raiser(error: Exception) -> Callable[..., None]:
    def function(*_: object) -> None:
        raise error

    return function


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (Violation("no"), Verdict.FAIL),
        (Precondition("no"), Verdict.NOTRUN),
        (OutOfReach("no"), Verdict.SKIP),
        (KeyError("9540-4900-1234-5675"), Verdict.NOTRUN),
        (RuntimeError("9540-4900-1234-5675"), Verdict.ERROR),
    ],
)
def test_what_a_check_raises_is_its_verdict(error: Exception, verdict: Verdict) -> None:
    (result,) = results(raiser(error))

    assert result.verdict is verdict
    assert "9540" not in result.reason


def test_a_check_that_raises_nothing_passes_with_what_it_says() -> None:
    (result,) = results(lambda subject: "seen it all")

    assert (result.verdict, result.seen) == (Verdict.PASS, "seen it all")


def test_the_simplest_example_is_the_one_that_is_told() -> None:
    def function(subject: Subject, amount: int) -> None:
        if amount > 20:
            raise Violation(f"{amount} is too much")

    (result,) = results(function, amount=st.integers(0, 10_000))

    assert result.reason == "21 is too much"
    assert result.replay == "P-KEY-01@1x50"


def test_the_same_seed_draws_the_same_examples() -> None:
    def drawn(seed: int) -> list[int]:
        seen: list[int] = []
        results(
            lambda subject, amount: seen.append(amount), plan=Plan(30, seed), amount=st.integers()
        )
        return seen

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_a_blocked_example_does_not_hide_a_violation() -> None:
    def function(subject: Subject, amount: int) -> None:
        if amount == 0:
            raise Precondition("nothing to do with")
        raise Violation("broken")

    (result,) = results(function, amount=st.integers(0, 5))

    assert result.verdict is Verdict.FAIL


def test_a_broken_guess_is_a_warning_where_the_plan_is_lenient() -> None:
    (ours,) = results(raiser(Violation("no")), evidence=Evidence.GUESS)
    (theirs,) = results(
        raiser(Violation("no")), evidence=Evidence.GUESS, plan=Plan(5, 1, lenient=True)
    )

    assert (ours.verdict, theirs.verdict) == (Verdict.FAIL, Verdict.WARN)


def test_a_check_can_find_another_clause_broken() -> None:
    own, other = results(
        raiser(Violation("no", "P-KEY-02")), lambda subject, plan: None, explores=True
    )[:2]

    assert (own.clause.id, own.verdict) == ("P-KEY-01", Verdict.NOTRUN)
    assert (other.clause.id, other.verdict) == ("P-KEY-02", Verdict.FAIL)
    assert own.blocked_by == "P-KEY-02"


def test_nothing_is_explored_while_a_single_clause_is_broken() -> None:
    _, explored = results(raiser(Violation("no")), lambda subject, plan: None, explores=True)

    assert explored.verdict is Verdict.SKIP


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([Verdict.PASS, Verdict.SKIP, Verdict.WARN], ExitCode.KEPT),
        ([Verdict.PASS, Verdict.NOTRUN, Verdict.FAIL], ExitCode.BROKEN),
        ([Verdict.PASS, Verdict.NOTRUN], ExitCode.UNCERTAIN),
        ([Verdict.ERROR], ExitCode.UNCERTAIN),
        ([Verdict.SKIP], ExitCode.UNCERTAIN),
        ([], ExitCode.UNCERTAIN),
    ],
)
def test_the_exit_code_says_the_worst(verdicts: list[Verdict], code: ExitCode) -> None:
    assert exit_code(Result(clause=clause(), verdict=verdict) for verdict in verdicts) is code


def test_an_expected_failure_does_not_count() -> None:
    result = Result(clause=clause(), verdict=Verdict.FAIL, expected="known")

    assert exit_code([result]) is ExitCode.KEPT


@pytest.mark.parametrize("blocked_by", [None, "P-KEY-02"])
def test_what_cannot_be_tried_for_an_expected_failure_does_not_count(
    blocked_by: str | None,
) -> None:
    until = datetime.date(2030, 1, 1)
    known = Expectation(blocked_by or "P-KEY-01", "known", until)
    results = [
        Result(clause=clause(), verdict=Verdict.NOTRUN, blocked_by=blocked_by) for _ in range(2)
    ]
    apply(results[0], {known.clause: known}, until)
    apply(results[1], {known.clause: known}, until + datetime.timedelta(1))

    assert [each.expected_until for each in results] == [until, None]
    assert [exit_code([each]) for each in results] == [ExitCode.KEPT, ExitCode.UNCERTAIN]


def test_why_the_kit_cannot_go_on_is_told() -> None:
    (result,) = results(raiser(KitError("no merchant")))

    assert (result.verdict, result.reason) == (Verdict.ERROR, "no merchant")


def test_clauses_are_chosen_by_pattern() -> None:
    made = Contract({"KEY": "Keys"}, [clause(1), clause(2)], {})

    assert [each.id for each in choose(made, ["p-key-02"])] == ["P-KEY-02"]
    assert len(choose(made, [])) == 2
    with pytest.raises(UnknownClause, match=r"no clause matches 'P-TOK-\*'; there are P-KEY-\*"):
        choose(made, ["P-TOK-*"])
