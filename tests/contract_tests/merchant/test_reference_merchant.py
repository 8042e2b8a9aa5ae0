import pytest

from contract_tests.clauses import contract
from contract_tests.merchant.description import CARD_FIELDS
from contract_tests.merchant.driver import Outcome
from contract_tests.merchant.emulator import Emulator
from contract_tests.merchant.house import object_house
from contract_tests.merchant.suite import check_merchant
from contract_tests.runner import Plan
from contract_tests.verdicts import Verdict
from reference_client import CardDetails, Iamport, IamportError, Refused
from tests.contract_tests.merchant import reference
from tests.contract_tests.merchant.judged import house_of


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_reference_merchant_keeps_every_clause(seed: int, emulator_url: str) -> None:
    with house_of(reference.merchant, emulator_url) as house:
        results = list(check_merchant(house, Plan(1, seed)))

    not_kept = [(each.clause.id, each.reason) for each in results if each.verdict != Verdict.PASS]
    assert not_kept == []
    assert len(results) == len(contract("merchant").clauses)


class Shop:
    """A merchant in Python with one method, on the typed client."""

    def __init__(self, url: str, imp_key: str, imp_secret: str) -> None:
        self.iamport = Iamport(imp_key, imp_secret, base_url=url)

    def close(self) -> None:
        self.iamport.close()

    def issue_key(self, *, customer_uid: str, **card: str) -> str:
        number, expiry, birth, pwd = (card[name] for name in CARD_FIELDS)
        details = CardDetails(number, expiry, birth=birth, pwd_2digit=pwd)
        try:
            self.iamport.issue_billing_key(customer_uid, details)
        except Refused:
            return "refused"
        except IamportError:
            return "error"
        return "success"


def test_an_object_of_this_process_is_a_merchant_too(emulator: Emulator) -> None:
    with object_house(Shop, emulator) as house:
        results = {each.clause.id: each for each in check_merchant(house, Plan(1), ["M-KEY-0[12]"])}
        skipped = next(check_merchant(house, Plan(1), ["M-PAY-01"]))
        assert isinstance(house.driver.offers, list)

    assert {each.verdict for each in results.values()} == {Verdict.PASS}
    assert skipped.verdict is Verdict.SKIP
    assert skipped.reason.startswith("the merchant's description has no [pay_by_card]")


def test_what_an_object_raises_is_an_error_of_the_merchant(emulator: Emulator) -> None:
    class Broken(Shop):
        def issue_key(self, *, customer_uid: str, **card: str) -> str:
            raise RuntimeError("out of paper")

    with object_house(Broken, emulator) as house:
        reply, exchange = house.driver.ask("issue_key", {"customer_uid": "x"})

    assert (reply.outcome, reply.outline) == (Outcome.ERROR, "error (HTTP 500)")
    assert exchange.request.target == "/issue_key"
