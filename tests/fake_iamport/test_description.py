"""Schemathesis sends what the emulator's own description allows, and more, and judges each answer."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from fake_iamport import FakeIamport, FakeMerchant
from fake_iamport.gateway import cards
from fake_iamport.operations import operations

EXCLUDED = [
    # The API is lenient, as recorded: amounts come as text, uids as numbers, flags as "1".
    negative_data_rejection,
    # What a value may be can depend on another, or on the clock: a span's ends, a part of an amount.
    positive_data_acceptance,
]


@pytest.fixture(scope="module")
def server() -> Iterator[FakeIamport]:
    with FakeIamport() as server:
        yield server


@pytest.fixture(scope="module", params=[True, False], ids=["card checks", "no card checks"])
def merchant(server: FakeIamport, request: pytest.FixtureRequest) -> FakeMerchant:
    """A merchant that has a customer ``0`` and an order ``0`` already."""
    merchant = server.create_merchant(card_checks=request.param)
    card = cards.test_cards()[0]
    typed = {"card_number": card.number, "expiry": card.expiry, "birth": card.birth}
    order = {**typed, "pwd_2digit": card.pwd_2digit, "customer_uid": "0", "merchant_uid": "0"}
    with httpx.Client(base_url=server.url, headers=authorization(merchant)) as client:
        client.post("/subscribe/payments/onetime", json={**order, "amount": 1000})
    return merchant


@pytest.fixture(scope="module")
def description(server: FakeIamport) -> Any:
    return schemathesis.openapi.from_url(f"{server.url}/openapi.json")


def authorization(merchant: FakeMerchant) -> dict[str, str]:
    keys = {"imp_key": merchant.imp_key, "imp_secret": merchant.imp_secret}
    answer = httpx.post(f"{merchant.url}/users/getToken", json=keys).json()
    return {"Authorization": answer["response"]["access_token"]}


@pytest.mark.parametrize("operation_id", sorted(operations()))
def test_every_answer_is_as_described(
    description: Any, merchant: FakeMerchant, operation_id: str
) -> None:
    headers = authorization(merchant)
    operation = description.find_operation_by_id(operation_id)

    @given(case=operation.as_strategy())
    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    def holds(case: Any) -> None:
        case.call_and_validate(headers=headers, excluded_checks=EXCLUDED)

    holds()
