from typing import Any

import pytest

from contract_tests.clauses import contract
from contract_tests.merchant.suite import check_merchant
from contract_tests.runner import Plan
from contract_tests.verdicts import Verdict
from reference_client import OutcomeUnknown, PaidPayment
from tests.contract_tests.merchant.judged import EVERYTHING, broken, house_of, single_clauses
from tests.contract_tests.merchant.mutants import MUTANTS, Client, Mutant, make_app
from tests.documents.merchant_mutants import PAGE

STRIDE = 31
SLOW = {"M-UP-01", "M-PAY-05", "M-CARD-01", "M-CARD-02", "M-CARD-03", "M-CARD-04"}


def sample(clause: str) -> list[str]:
    """The clause, and another that lies far from it, a different one for each clause."""
    ids = [each for each in single_clauses() if each not in SLOW]
    place = ids.index(clause) if clause in ids else 0
    return [clause, ids[(place + STRIDE) % len(ids)]]


def test_each_clause_has_a_wrong_merchant() -> None:
    assert set(MUTANTS) == {clause.id for clause in contract("merchant").clauses}


@pytest.mark.parametrize("clause", single_clauses())
def test_exactly_the_broken_clause_is_reported(clause: str, emulator_url: str) -> None:
    found = broken(MUTANTS[clause], Plan(3, 3), sample(clause), emulator_url)

    assert [result.clause.id for result in found] == [clause]


class AnotherNumber(Client):
    async def pay_by_card(self, **order: Any) -> PaidPayment:
        try:
            return await self.right.pay_by_card(**order)
        except OutcomeUnknown:
            return await self.right.pay_by_card(**{**order, "merchant_uid": "another-number"})


def test_a_charge_that_is_repeated_under_another_number_is_reported(emulator_url: str) -> None:
    mutant = Mutant("M-LOST-11", "repeats under another number", client=AnotherNumber)
    (found,) = broken(mutant, Plan(1, 3), ["M-LOST-11"], emulator_url)

    assert found.reason.endswith(" and another-number")


def test_a_merchant_that_makes_no_look_up_is_not_asked_about_it(emulator_url: str) -> None:
    with house_of(make_app(MUTANTS["M-LOST-03"]), emulator_url) as house:
        results = list(check_merchant(house, Plan(1, 3), ["M-LOST-0[78]"]))

    told = {(each.verdict, each.reason) for each in results}
    assert told == {(Verdict.SKIP, "the merchant made no look-up")}


def test_shoppers_find_what_no_single_story_shows(emulator_url: str) -> None:
    (found,) = broken(MUTANTS[EVERYTHING], Plan(10, 3), [EVERYTHING], emulator_url)

    assert found.reason == "one order was charged 2 times"
    # An order and its clicks, and how the order is shown after the first ones.
    assert len([told for told in found.story if "/_fake/" not in told.sent]) <= 7


def test_a_failure_is_told_from_both_sides_without_card_data(emulator_url: str) -> None:
    (found,) = broken(MUTANTS["M-PAY-02"], Plan(1, 3), ["M-PAY-02"], emulator_url)
    sides = [f"{moment.merchant} {' '.join(moment.iamport)}" for moment in found.timeline]
    text = "\n".join([*sides, *(f"{told.sent}{told.answered}{told.curl}" for told in found.story)])

    assert "POST /subscribe/payments/onetime: HTTP 200, code 0, failed" in text
    assert '"${MERCHANT_URL}"/orders/' in text
    for secret in ("9540-4900-1234-5675", "9540490012345675", "870921", "2048-11"):
        assert secret not in text


def test_the_table_of_wrong_merchants_names_all_of_them() -> None:
    written = PAGE.read_text("utf-8")

    for clause, mutant in MUTANTS.items():
        assert f"| `{clause}` | {mutant.wrong} | `{clause}` alone, 3 of 3 times |" in written
