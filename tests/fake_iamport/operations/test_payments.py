from typing import Any

import pytest

from fake_iamport import Clock
from fake_iamport.gateway import cards

pytestmark = pytest.mark.anyio

NOT_FOUND = (404, -1, "존재하지 않는 결제정보입니다.")


def declined_card() -> dict[str, str]:
    card = next(card for card in cards.test_cards() if card.failure == "limit_exceeded")
    return {
        "card_number": card.number,
        "expiry": card.expiry,
        "birth": card.birth,
        "pwd_2digit": card.pwd_2digit,
    }


@pytest.fixture
async def attempts(call: Any, card: Any, clock: Clock) -> list[dict[str, Any]]:
    """One order's payments: declined, declined a minute later, then paid."""
    made = []
    for details in (declined_card(), declined_card(), card):
        body = {**details, "merchant_uid": "order", "amount": 1000}
        made.append(await call.response("POST", "/subscribe/payments/onetime", body))
        clock.advance(60)
    return made


async def test_a_payment_is_found_by_its_number(call: Any, attempts: Any) -> None:
    for payment in attempts:
        assert await call.response("GET", f"/payments/{payment['imp_uid']}") == payment


@pytest.mark.parametrize(
    "path",
    ["/payments/imps_1", "/payments/find/x", "/payments/find/x/paid", "/payments/find/order/ready"],
)
async def test_an_unknown_payment_is_404(call: Any, attempts: Any, path: str) -> None:
    assert await call.refusal("GET", path) == NOT_FOUND


@pytest.mark.parametrize("status", ["", "/", "/all", "/undefined", "/null"])
async def test_an_orders_newest_payment_is_found_without_a_status_or_with_a_word_that_is_none(
    call: Any, attempts: Any, status: str
) -> None:
    assert await call.response("GET", f"/payments/find/order{status}") == attempts[2]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("/failed", 1),
        ("/paid", 2),
        ("?sorting=started", 0),
        ("/failed?sorting=started", 0),
        ("?sorting=-updated", 2),
        ("?sorting=-paid", 2),
        ("?sorting=paid", 0),
        ("?include_sandbox=true", 2),
    ],
)
async def test_status_and_sorting_choose_among_an_orders_payments(
    call: Any, attempts: Any, query: str, found: int
) -> None:
    assert await call.response("GET", f"/payments/find/order{query}") == attempts[found]


async def test_of_payments_in_the_same_second_the_later_is_newer(call: Any, card: Any) -> None:
    for details in (declined_card(), card):
        body = {**details, "merchant_uid": "order", "amount": 1000}
        await call.response("POST", "/subscribe/payments/onetime", body)

    assert (await call.response("GET", "/payments/find/order"))["status"] == "paid"


async def test_an_unknown_sorting_is_named(call: Any, attempts: Any) -> None:
    status, _, message = await call.refusal("GET", "/payments/find/order?sorting=newest")

    assert (status, message) == (
        400,
        "sorting: expected one of -started, started, -paid, paid, -updated, updated.",
    )


async def test_one_merchant_does_not_see_anothers_payments(call: Any, attempts: Any) -> None:
    created = (await call.http.post("/_fake/merchants")).json()
    answer = await call.http.post("/users/getToken", json=created)
    other = {"Authorization": answer.json()["response"]["access_token"]}

    answer = await call.http.get(f"/payments/{attempts[0]['imp_uid']}", headers=other)

    assert answer.status_code == 404


async def test_look_ups_show_the_newest_keys_in_strict_mode(call: Any, attempts: Any) -> None:
    await call.http.patch(
        "/_fake/merchants/imp_apikey/settings", json={"settings": {"strict": True}}
    )

    for path in (f"/payments/{attempts[2]['imp_uid']}", "/payments/find/order"):
        assert (await call.response("GET", path))["sandbox"] is True
