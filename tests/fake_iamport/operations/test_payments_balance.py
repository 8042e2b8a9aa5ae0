from typing import Any

import pytest

from fake_iamport import Clock
from fake_iamport.gateway import cards

pytestmark = pytest.mark.anyio

NO_BALANCE = (
    404,
    -1,
    "(현재는 PAYCO, KCP만 지원됩니다) 결제건에 대한 금액상세정보가 확인되지 않습니다. "
    "결제 상태가 paid 또는 cancelled가 아닌 경우 확인되지 않습니다.",
)
NOTHING = {"tax_free": 0, "supply": 0, "vat": 0, "service": 0}


async def pay(call: Any, failure: str | None = None, **more: Any) -> str:
    card = next(card for card in cards.test_cards() if card.failure == failure)
    body = {
        "card_number": card.number,
        "expiry": card.expiry,
        "birth": card.birth,
        "pwd_2digit": card.pwd_2digit,
        "merchant_uid": "order",
        "pg": "kcp",
        "amount": 1000,
        **more,
    }
    answer = await call.response("POST", "/subscribe/payments/onetime", body)
    imp_uid: str = answer["imp_uid"]
    return imp_uid


def parts(tax_free: Any, supply: Any, vat: Any) -> dict[str, Any]:
    return {"tax_free": tax_free, "supply": supply, "vat": vat, "service": 0}


def line(created: int, left: dict[str, Any]) -> dict[str, Any]:
    return {
        "cash_receipt": NOTHING,
        "primary": left,
        "secondary": NOTHING,
        "discount": NOTHING,
        "created": created,
    }


async def test_a_payments_amount_divides_into_its_tax_parts(call: Any, clock: Clock) -> None:
    imp_uid = await pay(call, tax_free=340)

    balance = await call.response("GET", f"/payments/{imp_uid}/balance")

    assert list(balance) == [
        "amount", "cash_receipt", "primary", "secondary", "discount", "histories"
    ]  # fmt: skip
    assert list(balance["primary"]) == ["tax_free", "supply", "vat", "service"]
    assert balance == {
        "amount": 1000,
        "cash_receipt": NOTHING,
        "primary": parts(340, 600, 60),
        "secondary": NOTHING,
        "discount": NOTHING,
        "histories": [line(clock.now(), parts(340, 600, 60))],
    }


async def test_what_was_cancelled_is_taken_off_and_the_history_is_kept(
    call: Any, clock: Clock
) -> None:
    imp_uid = await pay(call, tax_free=340)
    paid_at = clock.now()
    clock.advance(60)
    cancel = {"imp_uid": imp_uid, "amount": 450, "tax_free": 120}
    await call.response("POST", "/payments/cancel", cancel)
    clock.advance(60)
    await call.response("POST", "/payments/cancel", {"imp_uid": imp_uid, "tax_free": 220})

    balance = await call.response("GET", f"/payments/{imp_uid}/balance")

    assert (balance["amount"], balance["primary"]) == (1000, NOTHING)
    assert balance["histories"] == [
        line(paid_at, parts(340, 600, 60)),
        line(paid_at + 60, parts(220, 300, 30)),
        line(paid_at + 120, NOTHING),
    ]


@pytest.mark.parametrize(
    ("sale", "left"),
    [
        ({"amount": 1000}, parts(0, 909, 91)),
        ({"amount": 1}, parts(0, 1, 0)),
        ({"amount": 1000, "tax_free": 1000}, parts(1000, 0, 0)),
        ({"amount": 1000, "vat_amount": 0}, parts(0, 909, 91)),
        ({"amount": 10.10, "currency": "USD"}, parts(0, 9.18, 0.92)),
        ({"amount": 11, "currency": "USD"}, parts(0, 10, 1)),
    ],
)
async def test_vat_is_an_eleventh_of_what_is_not_tax_free(
    call: Any, sale: dict[str, Any], left: dict[str, Any]
) -> None:
    imp_uid = await pay(call, **sale)

    assert (await call.response("GET", f"/payments/{imp_uid}/balance"))["primary"] == left


async def test_other_gateways_do_not_tell(call: Any) -> None:
    imp_uid = await pay(call, pg="nice")

    assert await call.refusal("GET", f"/payments/{imp_uid}/balance") == NO_BALANCE


async def test_a_payment_that_failed_has_no_balance(call: Any) -> None:
    imp_uid = await pay(call, failure="limit_exceeded")

    assert await call.refusal("GET", f"/payments/{imp_uid}/balance") == NO_BALANCE


async def test_an_unknown_payment_has_no_balance(call: Any) -> None:
    assert await call.refusal("GET", "/payments/imps_1/balance") == NO_BALANCE


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_a_balance_can_only_be_looked_at(call: Any, method: str) -> None:
    imp_uid = await pay(call)

    assert (await call.refusal(method, f"/payments/{imp_uid}/balance"))[0] == 405
