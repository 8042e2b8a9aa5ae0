from typing import Any

import pytest

pytestmark = pytest.mark.anyio

PREPARE = "/payments/prepare"
UNKNOWN = (404, -1, "사전등록된 결제정보가 존재하지 않습니다.")
TWICE = (200, 1, "이미 동일한 merchant_uid로 사전등록된 정보가 존재합니다.")
ORDER = {"merchant_uid": "order", "amount": 1000}


async def test_what_was_announced_is_answered_and_found(call: Any) -> None:
    answer = await call("POST", PREPARE, ORDER)

    assert answer.content == (
        b'{"code":0,"message":null,"response":{"merchant_uid":"order","amount":1000}}'
    )
    assert await call.response("GET", f"{PREPARE}/order") == ORDER


async def test_a_currency_is_shown_when_one_was_given(call: Any) -> None:
    order = {"merchant_uid": "order", "amount": 10.5, "currency": "USD"}

    prepared = await call.response("POST", PREPARE, order)

    assert list(prepared.items()) == list(order.items())


async def test_strict_mode_always_shows_the_currency(call: Any) -> None:
    await call.http.patch(
        "/_fake/merchants/imp_apikey/settings", json={"settings": {"strict": True}}
    )

    assert await call.response("POST", PREPARE, ORDER) == {**ORDER, "currency": None}


async def test_a_form_announces_too(call: Any) -> None:
    headers = {"Authorization": await call.token()}
    form = {"merchant_uid": "order", "amount": "1000", "currency": ""}

    answer = await call.http.post(PREPARE, data=form, headers=headers)

    assert answer.json()["response"] == ORDER


async def test_an_unknown_order_is_404(call: Any) -> None:
    assert await call.refusal("GET", f"{PREPARE}/nobody") == UNKNOWN
    assert await call.refusal("PUT", PREPARE, ORDER) == UNKNOWN
    assert await call.refusal("GET", f"{PREPARE}/order") == UNKNOWN


async def test_an_order_is_announced_once(call: Any) -> None:
    await call.response("POST", PREPARE, ORDER)

    for amount in (1000, 2000):
        assert await call.refusal("POST", PREPARE, {**ORDER, "amount": amount}) == TWICE
    assert await call.response("GET", f"{PREPARE}/order") == ORDER


async def test_what_was_announced_can_be_changed(call: Any) -> None:
    await call.response("POST", PREPARE, {**ORDER, "currency": "USD"})
    changed = {"merchant_uid": "order", "amount": 2000}

    assert await call.response("PUT", PREPARE, changed) == changed
    assert await call.response("GET", f"{PREPARE}/order") == changed


async def test_a_charge_through_the_api_is_not_held_to_it(call: Any, card: Any) -> None:
    await call.response("POST", PREPARE, ORDER)

    body = {**card, "merchant_uid": "order", "amount": 1}

    paid = await call.response("POST", "/subscribe/payments/onetime", body)
    assert (paid["status"], paid["amount"]) == ("paid", 1)


async def test_one_merchant_does_not_see_anothers_announcements(call: Any) -> None:
    await call.response("POST", PREPARE, ORDER)
    created = (await call.http.post("/_fake/merchants")).json()
    answer = await call.http.post("/users/getToken", json=created)
    other = {"Authorization": answer.json()["response"]["access_token"]}

    assert (await call.http.get(f"{PREPARE}/order", headers=other)).status_code == 404
    answer = await call.http.post(PREPARE, json=ORDER, headers=other)
    assert answer.json()["code"] == 0


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"merchant_uid": None, "amount": ""}, "merchant_uid, amount 파라메터가 누락되었습니다."),
        ({"merchant_uid": "a" * 41}, "merchant_uid: expected text of length <= 40."),
        ({"amount": -1}, "amount: expected an amount from 0 to 9999999999999."),
        ({"amount": 0.5, "currency": "KRW"}, "amount: KRW has no fraction; send a whole number."),
        ({"currency": "won"}, "currency: expected text matching regex '^[A-Z]{3}$'."),
    ],
)
async def test_what_is_not_allowed_is_named(
    call: Any, method: str, changes: dict[str, Any], message: str
) -> None:
    await call.response("POST", PREPARE, {**ORDER, "merchant_uid": "known"})
    order = {**ORDER, "merchant_uid": "known" if method == "PUT" else "order", **changes}

    assert await call.refusal(method, PREPARE, order) == (400, -1, message)
    assert (await call.response("GET", f"{PREPARE}/known"))["amount"] == 1000
    assert await call.refusal("GET", f"{PREPARE}/order") == UNKNOWN
