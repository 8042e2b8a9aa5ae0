"""The report that one reads while it runs."""

from collections import Counter
from collections.abc import Iterable, Sequence

from contract_tests.clauses import Evidence
from contract_tests.story import LOGIN_COMMAND
from contract_tests.verdicts import Result, Verdict

__all__ = ["details", "line", "summary"]

_VARIABLES = {"P": "IAMPORT_URL, IMP_KEY, IMP_SECRET", "M": "MERCHANT_URL, IAMPORT_URL"}
_MARKS = {Evidence.GUESS: "nobody knows: a guess"}


def line(result: Result) -> str:
    """One result in one line."""
    verdict = "XFAIL" if result.verdict is Verdict.FAIL and result.expected else result.verdict
    shown = f"{verdict:<7}{result.clause.id:<11}{result.clause.title}"
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
        yield f"  expected        {result.expected}"
    yield f"  why it matters  {clause.costs}"
    known = _MARKS.get(clause.evidence, clause.evidence.value)
    yield f"  how we know     {known}, {clause.reference}"
    yield f"  once more       iamport-contract replay {result.replay}"
    for number, told in enumerate(result.story, 1):
        yield f"  {number}. {told.sent}"
        yield f"     {told.answered}"
    if result.story:
        yield f"  with curl       set {_VARIABLES[clause.id[0]]} and the card's variables first"
        # A shopper's requests to a merchant need no token.
        if clause.id.startswith("P-"):
            yield f"     {LOGIN_COMMAND}"
        yield from (f"     {told.curl}" for told in result.story)


def summary(results: Sequence[Result], seconds: float) -> str:
    """What it comes to."""
    counts = Counter(result.verdict for result in results)
    shown = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    operations = sum(result.operations for result in results)
    return f"{len(results)} clauses: {shown or 'none'}; {operations} calls in {seconds:.1f} s"
