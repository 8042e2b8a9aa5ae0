import pytest

from contract_tests.clauses import contract
from contract_tests.runner import Plan
from contract_tests.verdicts import Verdict
from tests.contract_tests.judged import broken_clauses, judged
from tests.contract_tests.mutants import MUTANTS
from tests.contract_tests.mutation import Call

IDS = [clause.id for clause in contract("provider").clauses]
STRIDE = 19
SAMPLE = 8


def sample(clause: str) -> list[str]:
    """The clause, and some others that lie far from each other, other ones for each clause."""
    place = IDS.index(clause)
    others = [IDS[(place + step * STRIDE) % len(IDS)] for step in range(1, SAMPLE)]
    return [clause, *(other for other in others if other != "P-BOOK-01")]


@pytest.mark.parametrize("clause", MUTANTS)
def test_exactly_the_broken_clause_is_reported(clause: str) -> None:
    assert broken_clauses(MUTANTS[clause], Plan(10, 3), sample(clause)) == [clause]


@pytest.mark.parametrize("clause", ["P-KEY-03", "P-DUP-01", "P-CAN-02", "P-CAN-03"])
def test_the_books_alone_find_what_is_broken(clause: str) -> None:
    results = list(judged(MUTANTS[clause], Plan(5, 3), ["P-BOOK-01"]))
    verdicts = {result.clause.id: result.verdict for result in results}

    assert verdicts["P-BOOK-01"] is Verdict.NOTRUN
    assert Verdict.FAIL in verdicts.values()


def test_the_story_of_a_failure_is_short_and_holds_no_card() -> None:
    (result,) = judged(MUTANTS["P-CAN-03"], Plan(10, 3), ["P-CAN-03"])
    text = "\n".join(f"{told.sent}{told.answered}{told.curl}" for told in result.story)

    assert len(result.story) <= 4
    assert '"amount": 1' in text
    for secret in ("9540-4900-1234-5675", "9540490012345675", "2049-12", "900101"):
        assert secret not in text


def test_a_call_knows_its_operation() -> None:
    assert Call(method="GET", path="/payments/find/a%2Fb").operation == "getPaymentByMerchantUid"
    assert Call(method="GET", path="/payments/find/a/failed").operation == "getPaymentByMerchantUid"
    assert Call(method="POST", path="/payments/cancel/").operation == "cancelPayment"
    assert Call(method="GET", path="/payments/imps_1").names == ["imps_1"]
    assert Call(method="GET", path="/nothing/here").operation == ""
