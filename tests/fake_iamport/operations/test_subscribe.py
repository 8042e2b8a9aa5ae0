import asyncio
import re
from typing import Any

import pytest

from fake_iamport import Clock
from fake_iamport.gateway import cards

pytestmark = pytest.mark.anyio

ONETIME = "/subscribe/payments/onetime"
AGAIN = "/subscribe/payments/again"
CARD_PREFIX = "카드정보 인증에 실패하였습니다. "
DUPLICATE = (
    200,
    -1,
    "이미 주문이 이루어진 건입니다. (동일한 merchant_uid로 결제 또는 취소된 기록이 있습니다)",
)
UNREGISTERED = (200, 1, "등록되지 않은 구매자입니다.")
CHARGING = [ONETIME, AGAIN]


def card_that(failure: str | None) -> dict[str, str]:
    card = next(card for card in cards.test_cards() if card.failure == failure)
    return {
        "card_number": card.number,
        "expiry": card.expiry,
        "birth": card.birth,
        "pwd_2digit": card.pwd_2digit,
    }


async def register(call: Any, failure: str | None = None) -> None:
    await call.response("POST", "/subscribe/customers/c", card_that(failure))


async def order(call: Any, path: str, **changes: Any) -> dict[str, Any]:
    """A request body for either way of charging, with its key in place."""
    base = {"merchant_uid": "order_1", "amount": 1000, "name": "당근"}
    if path == ONETIME:
        return {**card_that(None), **base, **changes}
    await register(call)
    return {"customer_uid": "c", **base, **changes}


async def set_up(call: Any, **settings: Any) -> None:
    answer = await call.http.patch(
        "/_fake/merchants/imp_apikey/settings", json={"settings": settings}
    )
    assert answer.status_code == 200, answer.text


async def test_a_key_in_payment_is_recorded_as_the_real_server_does(
    call: Any, clock: Clock
) -> None:
    body = {**card_that(None), "merchant_uid": "order_1", "amount": 1000, "buyer_name": "홍길동"}

    payment = await call.response("POST", ONETIME, body, headers={"User-Agent": "shop/1"})

    assert list(payment) == sorted(payment)
    assert len(payment) == 47
    assert re.fullmatch(r"imps_\d{12}", payment["imp_uid"])
    assert re.fullmatch(r"\d{8}", payment["apply_num"])
    assert re.fullmatch(r"nictest04m0116240207211108\d{4}", payment["pg_tid"])
    assert payment["receipt_url"] == (
        f"https://npg.nicepay.co.kr/issue/IssueLoader.do?TID={payment['pg_tid']}&type=0&InnerWin=Y"
    )
    assert payment["card_number"] == "95404900****5675"
    expected = {
        "amount": 1000,
        "buyer_name": "홍길동",
        "cancel_amount": 0,
        "cancel_history": [],
        "cancel_receipt_urls": [],
        "cancelled_at": 0,
        "card_code": "361",
        "card_name": "BC카드",
        "card_quota": 0,
        "card_type": 1,
        "cash_receipt_issued": False,
        "channel": "api",
        "currency": "KRW",
        "escrow": False,
        "failed_at": 0,
        "merchant_uid": "order_1",
        "paid_at": clock.now(),
        "pay_method": "card",
        "pg_id": "nictest04m",
        "pg_provider": "nice",
        "started_at": clock.now(),
        "status": "paid",
        "user_agent": "shop/1",
        "vbank_date": 0,
        "vbank_issued_at": 0,
    }
    made_up = {"imp_uid", "apply_num", "pg_tid", "receipt_url", "card_number"}
    assert {name: payment[name] for name in expected} == expected
    rest = payment.keys() - expected.keys() - made_up
    assert {payment[name] for name in rest} == {None}


async def test_a_key_in_payment_without_customer_uid_stores_no_key(call: Any) -> None:
    payment = await call.response("POST", ONETIME, await order(call, ONETIME))

    assert (payment["customer_uid"], payment["customer_uid_usage"]) == (None, None)
    assert (await call.http.get("/_fake/merchants/imp_apikey/ledger")).json() == {"keys": []}


async def test_a_key_in_payment_with_customer_uid_stores_the_key_and_the_buyer(call: Any) -> None:
    buyer = {"name": "홍", "email": "a@b.kr", "tel": "010", "addr": "서울", "postcode": "06000"}
    body = await order(call, ONETIME, customer_uid="c")
    body |= {f"buyer_{name}": value for name, value in buyer.items()}

    payment = await call.response("POST", ONETIME, body)
    key = await call.response("GET", "/subscribe/customers/c")
    charged = await call.response(
        "POST", AGAIN, {"customer_uid": "c", "merchant_uid": "order_2", "amount": 500}
    )

    assert (payment["customer_uid"], payment["customer_uid_usage"]) == ("c", "issue")
    assert {name: key[f"customer_{name}"] for name in buyer} == buyer
    assert key["card_number"] == payment["card_number"] == charged["card_number"]


async def test_a_declined_key_in_payment_stores_no_key(call: Any) -> None:
    body = {**await order(call, ONETIME, customer_uid="c"), **card_that("limit_exceeded")}

    assert (await call.response("POST", ONETIME, body))["status"] == "failed"
    assert (await call.refusal("GET", "/subscribe/customers/c"))[1] == 1


@pytest.mark.parametrize("pg", ["ksnet", "tosspayments"])
async def test_a_gateway_that_cannot_keep_a_card_while_charging_keeps_none(
    call: Any, pg: str
) -> None:
    more = {"customer_uid": "c", "pg": pg, "buyer_name": "홍", "product_type": "real"}

    payment = await call.response("POST", ONETIME, await order(call, ONETIME, **more))

    assert (payment["status"], payment["customer_uid"]) == ("paid", None)
    assert (await call.refusal("GET", "/subscribe/customers/c"))[1] == 1


async def test_a_charge_on_a_key_names_its_use(call: Any) -> None:
    payment = await call.response("POST", AGAIN, await order(call, AGAIN))

    assert re.fullmatch(r"imps_\d{12}", payment["imp_uid"])
    assert (payment["status"], payment["customer_uid_usage"]) == ("paid", "payment")
    assert (payment["customer_uid"], payment["name"]) == ("c", "당근")


async def test_a_charge_works_without_a_name_as_recorded_and_not_in_strict_mode(call: Any) -> None:
    body = await order(call, AGAIN)
    del body["name"]
    assert (await call.response("POST", AGAIN, body))["name"] is None

    await set_up(call, strict=True)

    assert await call.refusal("POST", AGAIN, {**body, "merchant_uid": "order_2"}) == (
        400, -1, "name 파라메터가 누락되었습니다."
    )  # fmt: skip


async def test_strict_mode_answers_the_newest_keys_of_a_payment(call: Any) -> None:
    await set_up(call, strict=True)

    payment = await call.response("POST", ONETIME, await order(call, ONETIME))

    newest = {"sandbox", "card_issuer_code", "card_publisher_name", "deposit_history", "promotion"}
    assert newest < payment.keys()
    assert list(payment) == sorted(payment)


async def test_wrong_card_data_is_code_minus_one_and_leaves_nothing_behind(call: Any) -> None:
    body = {**await order(call, ONETIME), **card_that("wrong_card_number")}

    assert await call.refusal("POST", ONETIME, body) == (
        200, -1, CARD_PREFIX + "[F113]거래거절 카드번호틀림"
    )  # fmt: skip
    assert (await call.refusal("GET", "/payments/find/order_1"))[0] == 404


@pytest.mark.parametrize("path", CHARGING)
async def test_a_decline_is_code_zero_with_status_failed(
    call: Any, clock: Clock, path: str
) -> None:
    body = await order(call, path)
    if path == ONETIME:
        body |= card_that("limit_exceeded")
    else:
        await register(call, "limit_exceeded")

    payment = await call.response("POST", path, body)

    assert (payment["status"], payment["failed_at"], payment["paid_at"]) == (
        "failed", clock.now(), 0
    )  # fmt: skip
    assert payment["fail_reason"].startswith("[")
    assert [payment[name] for name in ("apply_num", "pg_tid", "receipt_url")] == [None] * 3
    assert await call.response("GET", "/payments/find/order_1/failed") == payment


async def test_every_test_card_does_what_it_says_at_a_key_in_payment(call: Any) -> None:
    catalogue = (await call.http.get("/_fake/failures")).json()["failures"]
    stages = {failure["name"]: failure["stage"] for failure in catalogue}
    for number, card in enumerate(cards.test_cards()):
        body = {**card_that(card.failure), "merchant_uid": f"o{number}", "amount": 60_000}
        answer = (await call("POST", ONETIME, body)).json()
        entry = (await call.http.get("/_fake/journal?operation=onetime&limit=1")).json()
        seen = answer["code"], answer["response"] and answer["response"]["status"]
        expected = {
            None: (0, "paid"),
            "cancel": (0, "paid"),
            "charge": (0, "failed"),
            "card_data": (-1, None),
            "platform": (-1, None),
        }[stages.get(card.failure)]
        assert seen == expected, card.failure
        assert entry["entries"][0]["failure"] == (card.failure if seen != (0, "paid") else None)


@pytest.mark.parametrize("path", CHARGING)
async def test_a_paid_order_number_cannot_be_used_again(call: Any, path: str) -> None:
    body = await order(call, path)
    await call.response("POST", path, body)

    assert await call.refusal("POST", path, {**body, "amount": 2000}) == DUPLICATE


async def test_a_used_order_number_is_refused_before_an_unknown_customer(call: Any) -> None:
    await call.response("POST", ONETIME, await order(call, ONETIME))
    body = {"customer_uid": "nobody", "merchant_uid": "order_1", "amount": 1, "name": "a"}

    assert await call.refusal("POST", AGAIN, body) == DUPLICATE
    assert await call.refusal("POST", AGAIN, {**body, "merchant_uid": "order_2"}) == UNREGISTERED


async def test_a_failed_order_number_can_be_used_again(call: Any) -> None:
    body = await order(call, ONETIME)
    await call.response("POST", ONETIME, {**body, **card_that("insufficient_balance")})

    assert (await call.response("POST", ONETIME, body))["status"] == "paid"


async def test_a_deleted_key_is_an_unregistered_buyer(call: Any) -> None:
    body = await order(call, AGAIN)
    await call.response("DELETE", "/subscribe/customers/c")

    assert await call.refusal("POST", AGAIN, body) == UNREGISTERED


async def test_a_replaced_card_is_the_one_that_is_charged(call: Any) -> None:
    body = await order(call, AGAIN)
    await register(call, "lost_card")

    assert (await call.response("POST", AGAIN, body))["status"] == "failed"


@pytest.mark.parametrize("path", CHARGING)
async def test_concurrent_charges_of_one_order_charge_once(call: Any, path: str) -> None:
    body = await order(call, path)

    answers = await asyncio.gather(*(call("POST", path, body) for _ in range(20)))

    codes = [answer.json()["code"] for answer in answers]
    assert sorted(codes) == [-1] * 19 + [0]


@pytest.mark.parametrize(
    ("card_quota", "amount", "status", "reason"),
    [
        (0, 1000, "paid", None),
        ("0", 1000, "paid", None),
        ("00", 1000, "paid", None),
        ("02", 50_000, "paid", None),
        (2, 50_000, "paid", None),
        (12, 50_000, "paid", None),
        (1, 50_000, "failed", "[3022]할부개월오류"),
        (37, 50_000, "failed", "[3023]할부개월 한도 초과"),
        (2, 49_999, "failed", "[3024]할부 최소금액 오류(50000미만)"),
    ],
)
async def test_instalments_take_two_months_and_fifty_thousand_won(
    call: Any, card_quota: Any, amount: int, status: str, reason: str | None
) -> None:
    body = await order(call, ONETIME, card_quota=card_quota, amount=amount)

    payment = await call.response("POST", ONETIME, body)

    assert (payment["status"], payment["fail_reason"]) == (status, reason)
    assert payment["card_quota"] == int(card_quota)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"merchant_uid": "a" * 41}, "merchant_uid: expected text of length <= 40."),
        ({"name": "가" * 41}, "name: expected text of length <= 40."),
        ({"buyer_name": "가" * 17}, "buyer_name: expected text of length <= 16."),
        ({"buyer_email": "a" * 65}, "buyer_email: expected text of length <= 64."),
        ({"buyer_tel": "1" * 17}, "buyer_tel: expected text of length <= 16."),
        ({"buyer_addr": "가" * 129}, "buyer_addr: expected text of length <= 128."),
        ({"buyer_postcode": "1" * 9}, "buyer_postcode: expected text of length <= 8."),
        ({"amount": 0}, "amount: expected more than 0."),
        ({"amount": -1}, "amount: expected an amount from 0 to 9999999999999."),
        ({"amount": "NaN"}, "amount: expected an amount from 0 to 9999999999999."),
        ({"amount": 10**13}, "amount: expected an amount from 0 to 9999999999999."),
        ({"amount": "1e400"}, "amount: expected an amount from 0 to 9999999999999."),
        ({"amount": 1000.5}, "amount: KRW has no fraction; send a whole number."),
        ({"amount": {"total": 8900}}, "amount: expected a number, got an object."),
        ({"amount": "천원"}, "amount: expected a number."),
        (
            {"tax_free": 600, "vat_amount": 401},
            "vat_amount: expected no more than the rest of the amount.",
        ),
        ({"tax_free": 1001}, "tax_free: expected no more than the amount."),
        ({"card_quota": -1}, "card_quota: expected a whole number >= 0."),
        ({"amount": "٣"}, "amount: expected a number."),
        ({"card_quota": "two"}, "card_quota: expected a whole number, got text."),
        ({"product_type": "ice"}, "product_type: expected one of real, digital."),
        ({"merchant_uid": ""}, "merchant_uid 파라메터가 누락되었습니다."),
        ({"merchant_uid": None, "amount": ""}, "merchant_uid, amount 파라메터가 누락되었습니다."),
    ],
)
async def test_what_is_not_allowed_is_named(
    call: Any, changes: dict[str, Any], message: str
) -> None:
    body = await order(call, AGAIN, **changes)

    assert await call.refusal("POST", AGAIN, body) == (400, -1, message)
    assert (await call.refusal("GET", "/payments/find/order_1"))[0] == 404


@pytest.mark.parametrize(
    ("sent", "currency", "charged"),
    [
        ("1000", "KRW", 1000),
        (1000.0, "KRW", 1000),
        ("1e3", "KRW", 1000),
        (10.10, "USD", 10.1),
        ("0.30", "USD", 0.3),
    ],
)
async def test_amounts_are_exact(call: Any, sent: Any, currency: str, charged: float) -> None:
    body = await order(call, AGAIN, amount=sent, currency=currency)

    answer = await call("POST", AGAIN, body)

    assert f'"amount":{charged},'.encode() in answer.content


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("free text", "free text"),
        ({"a": ["가", "/"]}, r'{"a":["\uac00","\/"]}'),
        ([1, 2], "[1,2]"),
    ],
)
async def test_custom_data_is_kept_as_text(call: Any, sent: Any, kept: str) -> None:
    payment = await call.response("POST", AGAIN, await order(call, AGAIN, custom_data=sent))

    assert payment["custom_data"] == kept


async def test_a_gateway_names_the_fields_that_it_wants(call: Any) -> None:
    body = await order(call, ONETIME, pg="ksnet")

    assert await call.refusal("POST", ONETIME, body) == (
        400, -1, "buyer_name, product_type 파라메터가 누락되었습니다."
    )  # fmt: skip


async def test_ksnet_looks_at_neither_birth_nor_pin_at_a_key_in_payment(call: Any) -> None:
    more = {"pg": "ksnet", "buyer_name": "홍", "product_type": "digital"}
    body = await order(call, ONETIME, birth="x", pwd_2digit="", **more)

    assert (await call.response("POST", ONETIME, body))["status"] == "paid"


async def test_a_key_is_charged_at_the_gateway_that_issued_it(call: Any) -> None:
    await call.response("POST", "/subscribe/customers/k", {**card_that(None), "pg": "kcp.A7NC2"})

    payment = await call.response(
        "POST", AGAIN, {"customer_uid": "k", "merchant_uid": "o", "amount": 100}
    )

    assert (payment["pg_provider"], payment["pg_id"]) == ("kcp", "A7NC2")
    assert re.fullmatch(r"\d{14}", payment["pg_tid"])
    assert payment["receipt_url"] == (
        "https://admin8.kcp.co.kr/assist/bill.BillActionNew.do?cmd=card_bill"
        f"&tno={payment['pg_tid']}&order_no={payment['imp_uid']}&trade_mony=100"
    )


async def test_every_call_can_be_made_to_fail_until_told_otherwise(call: Any) -> None:
    await set_up(call, fail={"again": "insufficient_balance"})
    body = await order(call, AGAIN)

    first = await call.response("POST", AGAIN, body)
    second = await call.response("POST", AGAIN, body)
    await set_up(call, fail={})
    third = await call.response("POST", AGAIN, body)

    assert [payment["status"] for payment in (first, second, third)] == ["failed", "failed", "paid"]


async def test_the_next_calls_can_be_made_to_fail_one_by_one(call: Any) -> None:
    await set_up(call, fail_next={"again": ["lost_card", "9999:아무 이유"]})
    body = await order(call, AGAIN)

    reasons = [(await call.response("POST", AGAIN, body))["fail_reason"] for _ in range(3)]

    assert reasons[1:] == ["[9999]아무 이유", None]
    assert reasons[0]


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        ("wrong_pin", CARD_PREFIX + "[F113]비밀번호틀림"),
        ("F113:거래거절 카드번호틀림", CARD_PREFIX + "[F113]거래거절 카드번호틀림"),
        ("merchant_not_approved", "결제에 실패하였습니다. [8901] 미등록PG업체/거래정지업체"),
    ],
)
async def test_an_ordered_failure_keeps_its_stage(call: Any, failure: str, message: str) -> None:
    await set_up(call, fail={"onetime": failure})

    assert await call.refusal("POST", ONETIME, await order(call, ONETIME)) == (200, -1, message)


async def test_a_used_order_number_is_refused_before_a_bad_card(call: Any) -> None:
    await call.response("POST", ONETIME, await order(call, ONETIME))
    bad = {**await order(call, ONETIME), **card_that("wrong_card_number")}

    assert await call.refusal("POST", ONETIME, bad) == DUPLICATE


async def test_an_ordered_failure_comes_before_a_test_cards_own_and_before_the_checks(
    call: Any,
) -> None:
    await set_up(call, fail={"onetime": "insufficient_balance"})
    bad = {**await order(call, ONETIME), **card_that("wrong_card_number")}

    payment = await call.response("POST", ONETIME, bad)

    assert payment["fail_reason"] == "[8323]잔액부족"


async def test_an_ordered_failure_of_the_platform_hides_a_bad_card(call: Any) -> None:
    await set_up(call, fail_next={"onetime": ["merchant_not_approved"]})
    bad = {**await order(call, ONETIME), **card_that("wrong_card_number")}

    refusal = await call.refusal("POST", ONETIME, bad)

    assert refusal[2].startswith("결제에 실패하였습니다. [8901]")


async def test_a_test_card_that_the_platform_refuses_is_told_so(call: Any) -> None:
    body = {**await order(call, ONETIME), **card_that("gateway_down")}

    assert (await call.refusal("POST", ONETIME, body))[2].startswith("결제에 실패하였습니다. [")


async def test_a_channel_key_chooses_the_gateway_of_a_key_in_payment(call: Any) -> None:
    channels = (await call.http.get("/_fake/merchants/imp_apikey")).json()["channels"]
    kcp = next(each["channel_key"] for each in channels if each["pg_provider"] == "kcp")

    payment = await call.response("POST", ONETIME, await order(call, ONETIME, channel_key=kcp))

    assert payment["pg_provider"] == "kcp"


async def test_numbers_are_texts_in_extra_and_an_empty_php_array_is_nothing(call: Any) -> None:
    body = await order(call, AGAIN)

    for number, extra in enumerate([{"naverUseCfm": 20201001}, [], {}]):
        changed = {**body, "merchant_uid": f"o{number}", "extra": extra}
        assert (await call.response("POST", AGAIN, changed))["status"] == "paid"
