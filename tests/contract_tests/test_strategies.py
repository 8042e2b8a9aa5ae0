import re

from hypothesis import find, given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from fake_iamport.domain.card import CardData
from fake_iamport.gateway.card_checks import find_card_failure
from fake_iamport.gateway.profiles import profiles

NOW = 1_707_307_868


def failure_of(card: dict[str, str]) -> str | None:
    return find_card_failure(CardData.from_wire(**card), profiles()["nice"], for_key=True, now=NOW)


@given(strategies.cards())
def test_every_card_passes_a_gateways_checks(card: dict[str, str]) -> None:
    assert re.fullmatch(r"\d{4}-\d{4}-\d{4}-\d{4}", card["card_number"])
    assert failure_of(card) is None


@given(strategies.cards(), strategies.business_numbers(right=False))
def test_a_wrong_business_number_does_not_pass(card: dict[str, str], number: str) -> None:
    assert failure_of({**card, "birth": number}) == "wrong_business_number"


@given(strategies.customer_uids(), strategies.merchant_uids(), strategies.amounts())
def test_uids_and_amounts_are_within_their_limits(customer: str, order: str, amount: int) -> None:
    assert 1 <= len(customer) <= 80
    assert 1 <= len(order) <= 40
    assert amount >= 1


def test_they_shrink_to_what_a_person_would_write() -> None:
    def smallest(strategy: st.SearchStrategy[object]) -> object:
        return find(strategy, lambda _: True, settings=settings(database=None))

    assert smallest(strategies.card_numbers()) == "4000-0000-0000-0002"
    assert smallest(strategies.customer_uids()) == "0"
    assert smallest(strategies.amounts()) == 1
    assert smallest(strategies.pins()) == "00"
    assert smallest(strategies.birth_dates()) == "000101"
