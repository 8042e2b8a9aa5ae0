"""The report that one reads while it runs."""

from collections import Counter
from collections.abc import Iterable, Sequence

from contract_tests.clauses import Evidence
from contract_tests.reports.both_sides import side_by_side
from contract_tests.story import commands
from contract_tests.verdicts import Result, Verdict

__all__ = ["details", "known", "line", "summary", "word"]

_MARKS = {Evidence.GUESS: "nobody knows: a guess"}
_STARTED = {
    "P": "at an emulator; for another server set IAMPORT_URL, IMP_KEY and IMP_SECRET",
    "M": "at an emulator; start the merchant with its URL and keys, and set MERCHANT_URL",
}
_XFAIL = "XFAIL"


def word(result: Result) -> str:
    """What came of it in one word: the verdict, or XFAIL for a failure that is expected."""
    return _XFAIL if result.verdict is Verdict.FAIL and result.expected else str(result.verdict)


def known(result: Result) -> str:
    """Why a failure is expected, and until when."""
    until = result.expected_until
    return f"{result.expected}; until {until}" if until else str(result.expected)


def line(result: Result) -> str:
    """One result in one line."""
    shown = f"{word(result):<7}{result.clause.id:<11}{result.clause.title}"
    short = result.reason.partition("\n")[0]
    if result.seen:
        shown += f": {result.seen}"
    return f"{shown}: {short}" if result.verdict in (Verdict.SKIP, Verdict.NOTRUN) else shown


def details(result: Result) -> Iterable[str]:
    """What somebody needs who is to mend it: nothing for what is well."""
    if result.verdict not in (Verdict.FAIL, Verdict.WARN, Verdict.ERROR):
        return
    clause = result.clause
    yield ""
    yield f"{result.verdict} {clause.id}: {clause.holds}"
    yield f"  what happened   {result.reason}"
    if result.expected:
        yield f"  expected        {known(result)}"
    yield f"  why it matters  {clause.costs}"
    evidence = _MARKS.get(clause.evidence, clause.evidence.value)
    yield f"  how we know     {evidence}, {clause.reference}"
    yield f"  once more       iamport-contract replay {result.replay}"
    for number, told in enumerate(result.story, 1):
        yield f"  {number}. {told.sent}"
        yield f"     {told.answered}"
    if result.story:
        yield f"  with curl       {_STARTED[clause.id[0]]}"
        of_a_server = clause.id.startswith("P-")
        yield from (
            f"     {command}" for command in commands(result.story, of_a_server=of_a_server)
        )
    if result.timeline:
        yield "  both sides"
        yield from (f"     {each}" for each in side_by_side(result.timeline))


def summary(results: Sequence[Result], seconds: float) -> str:
    """What it comes to."""
    counts = Counter(word(result) for result in results)
    words = [Verdict.PASS, Verdict.FAIL, _XFAIL, *list(Verdict)[2:]]
    shown = ", ".join(f"{counts[each]} {each}" for each in words if counts[each])
    operations = sum(result.operations for result in results)
    return f"{len(results)} clauses: {shown or 'none'}; {operations} calls in {seconds:.1f} s"
