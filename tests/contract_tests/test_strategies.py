import json
import re
from urllib.parse import parse_qsl

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from fake_iamport.domain.card import CardData
from fake_iamport.gateway.card_checks import find_card_failure
from fake_iamport.gateway.issuers import identity_of
from fake_iamport.gateway.profiles import profiles

NOW = 1_707_307_868
FAILURES = {
    "number of nobody": "unknown_card_number",
    "wrong check digit": "wrong_card_number",
    "too short": "wrong_card_number",
    "no digits": "unknown_card_number",
    "expired": "expired_card",
    "no month": "wrong_expiry",
    "expiry the other way round": "wrong_expiry",
    "no birth": "birth_missing",
    "wrong birth": "wrong_birth",
    "wrong business number": "wrong_business_number",
    "no PIN": "pin_missing",
    "PIN that isn't two digits": "malformed_pin",
}


def failure_of(card: dict[str, str]) -> str | None:
    return find_card_failure(CardData.from_wire(**card), profiles()["nice"], for_key=True, now=NOW)


def smallest(strategy: st.SearchStrategy[object]) -> object:
    return find(strategy, lambda _: True, settings=settings(database=None))


@given(strategies.cards())
def test_every_card_passes_a_gateways_checks(card: dict[str, str]) -> None:
    assert re.fullmatch(r"\d{4}-\d{4}-\d{4}-\d{4}", card["card_number"])
    assert failure_of(card) is None


@given(strategies.cards(), strategies.business_numbers(right=False))
def test_a_wrong_business_number_does_not_pass(card: dict[str, str], number: str) -> None:
    assert failure_of({**card, "birth": number}) == "wrong_business_number"


def test_every_kind_of_wrong_card_is_known() -> None:
    assert FAILURES.keys() == strategies.WRONG_CARDS.keys()


@pytest.mark.parametrize("kind", FAILURES)
@settings(max_examples=10)
@given(data=st.data())
def test_a_wrong_card_is_wrong_in_its_own_way(kind: str, data: st.DataObject) -> None:
    assert failure_of(data.draw(strategies.wrong_cards(kind))) == FAILURES[kind]


@pytest.mark.parametrize("issuer", strategies.ISSUER_PREFIXES)
@settings(max_examples=5)
@given(data=st.data())
def test_a_card_is_of_the_issuer_that_is_asked_for(issuer: str, data: st.DataObject) -> None:
    number = data.draw(strategies.card_numbers(issuer)).replace("-", "")

    assert number.startswith(strategies.ISSUER_PREFIXES[issuer])
    assert identity_of(number, "nice").issuer_code is not None


@given(strategies.customer_uids(), strategies.merchant_uids(), strategies.amounts())
def test_uids_and_amounts_are_within_their_limits(customer: str, order: str, amount: int) -> None:
    assert 1 <= len(customer) <= 80
    assert 1 <= len(order) <= 40
    assert amount >= 1


@given(strategies.buyers())
def test_a_buyer_is_within_the_limits_of_its_fields(buyer: dict[str, str]) -> None:
    assert buyer.keys() <= {"buyer_name", "buyer_email", "buyer_tel", "buyer_addr"}
    assert len(buyer.get("buyer_name", "")) <= 16


@given(strategies.bodies())
def test_a_body_says_the_same_as_json_and_as_a_form(body: strategies.Body) -> None:
    read = (
        json.loads(body.content)
        if body.content_type == "application/json"
        else dict(parse_qsl(body.content.decode(), keep_blank_values=True, strict_parsing=True))
    )

    assert {"merchant_uid", "amount", "card_number"} <= read.keys()


@given(strategies.schedule_items(NOW, days=30))
def test_a_schedule_lies_ahead(item: dict[str, int]) -> None:
    assert NOW < item["schedule_at"] <= NOW + 30 * 86_400


@given(strategies.parts(least=2))
def test_parts_are_what_can_be_given_back(parts: list[int]) -> None:
    assert len(parts) >= 2
    assert min(parts) >= 1


@given(strategies.call_sequences(), strategies.fault_sequences(calls=5))
def test_sequences_are_of_known_calls_and_faults(
    calls: list[strategies.ApiCall], faults: list[strategies.Fault]
) -> None:
    assert 1 <= len(calls) <= 12
    assert [fault.at for fault in faults] == sorted({fault.at for fault in faults})
    assert all(fault.at < 5 and fault.kind in strategies.FAULTS for fault in faults)


def test_they_shrink_to_what_a_person_would_write() -> None:
    assert smallest(strategies.card_numbers()) == "4000-0000-0000-0002"
    assert smallest(strategies.customer_uids()) == "0"
    assert smallest(strategies.amounts()) == 1
    assert smallest(strategies.pins()) == "00"
    assert smallest(strategies.birth_dates()) == "000101"
    assert smallest(strategies.buyers()) == {}
    assert smallest(strategies.parts()) == [1]
    assert smallest(strategies.orders()) == {"merchant_uid": "0", "amount": 1, "name": "goods"}
    assert smallest(strategies.fault_sequences(calls=3)) == []
    (call,) = find(strategies.call_sequences(), lambda calls: len(calls) == 1)
    assert call.operation == "customer_save"
    assert call.parameters["customer_uid"] == "customer-1"
