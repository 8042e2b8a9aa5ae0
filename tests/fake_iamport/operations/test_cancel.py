import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from fake_iamport import Clock, FakeIamport
from fake_iamport.app import App
from fake_iamport.domain.contact import Contact
from fake_iamport.domain.payment import PaymentStatus
from fake_iamport.domain.schedule import Schedule, ScheduleStatus
from fake_iamport.gateway import cards
from fake_iamport.gateway.failures import Stage, failures
from fake_iamport.settings import PUBLIC_SANDBOX_KEY

pytestmark = pytest.mark.anyio

ONETIME = "/subscribe/payments/onetime"
CANCEL = "/payments/cancel"
DEFAULT_REASON = "취소요청api"
NAME_ONE = (200, 1, "취소하실 imp_uid 또는 merchant_uid 중 하나를 지정해주셔야합니다.")
NOTHING = (200, 1, "취소할 결제건이 존재하지 않습니다.")
ALREADY = (200, 1, "이미 전액취소된 주문입니다.")
PREFIX = "결제취소에 실패하였습니다. "
BUYER = {"buyer_name": "홍길동", "product_type": "real"}


def card_that(failure: str | None) -> dict[str, str]:
    card = next(card for card in cards.test_cards() if card.failure == failure)
    return {
        "card_number": card.number,
        "expiry": card.expiry,
        "birth": card.birth,
        "pwd_2digit": card.pwd_2digit,
    }


async def pay(call: Any, amount: Any = 1000, failure: str | None = None, **more: Any) -> Any:
    body = {**card_that(failure), "merchant_uid": "order", "amount": amount, **more}
    return await call.response("POST", ONETIME, body)


async def found(call: Any, payment: Any) -> Any:
    return await call.response("GET", f"/payments/{payment['imp_uid']}")


async def set_up(call: Any, **settings: Any) -> None:
    answer = await call.http.patch(
        "/_fake/merchants/imp_apikey/settings", json={"settings": settings}
    )
    assert answer.status_code == 200, answer.text


def above(rest: Any) -> tuple[int, int, str]:
    return 200, 1, f"취소요청금액이 취소가능금액을 초과하였습니다. (취소가능금액: {rest})"


def mismatch(rest: Any) -> tuple[int, int, str]:
    return 200, 1, f"취소 가능한 잔액이 checksum과 일치하지 않습니다. (취소가능금액: {rest})"


async def test_a_full_cancel_is_recorded_as_the_real_server_does(call: Any, clock: Clock) -> None:
    paid = await pay(call, 100, pg="kcp.A7NC2")
    clock.advance(7514)

    answer = await call("POST", CANCEL, {"imp_uid": paid["imp_uid"]})

    cancelled = answer.json()["response"]
    assert list(cancelled) == sorted(cancelled)
    assert list(cancelled) == list(paid)
    line = {
        "pg_tid": paid["pg_tid"],
        "amount": 100,
        "cancelled_at": clock.now(),
        "reason": DEFAULT_REASON,
        "receipt_url": paid["receipt_url"],
    }
    assert cancelled == {
        **paid,
        "cancel_amount": 100,
        "cancel_history": [line],
        "cancel_reason": DEFAULT_REASON,
        "cancel_receipt_urls": [paid["receipt_url"]],
        "cancelled_at": clock.now(),
        "status": "cancelled",
    }
    assert list(cancelled["cancel_history"][0]) == list(line)
    assert await found(call, paid) == cancelled
    assert rb'"reason":"\ucde8\uc18c\uc694\uccadapi"' in answer.content


@pytest.mark.parametrize("amount", ["absent", None, "", 0, "0", 0.0, 1000, "1000"])
async def test_no_amount_at_all_cancels_all_that_is_left(call: Any, amount: Any) -> None:
    paid = await pay(call)
    body = {"imp_uid": paid["imp_uid"], "amount": amount}
    if amount == "absent":
        del body["amount"]

    assert (await call.response("POST", CANCEL, body))["cancel_amount"] == 1000


async def test_a_form_cancels_too(call: Any) -> None:
    paid = await pay(call)
    form = {
        "imp_uid": paid["imp_uid"],
        "merchant_uid": "",
        "amount": "300",
        "checksum": "1000",
        "extra[requester]": "customer",
        "refund_holder": "홍길동",
        "refund_bank": "088",
        "refund_account": "110-123-456789",
        "refund_tel": "01000000000",
        "retain_promotion": "true",
        "enable_webhook": "false",
    }
    headers = {"Authorization": await call.token()}

    answer = await call.http.post(CANCEL, data=form, headers=headers)

    assert answer.json()["response"]["cancel_amount"] == 300


async def test_the_account_that_is_refunded_to_is_not_written_down(call: Any) -> None:
    paid = await pay(call)
    await call.response(
        "POST", CANCEL, {"imp_uid": paid["imp_uid"], "refund_account": "110-123-456789"}
    )

    journal = await call.http.get("/_fake/journal?operation=cancelPayment")

    assert "imp_uid" in journal.text
    assert "110-123-456789" not in journal.text


async def test_the_order_number_names_the_payment_too(call: Any) -> None:
    await pay(call)

    cancelled = await call.response("POST", CANCEL, {"merchant_uid": "order"})

    assert (cancelled["status"], cancelled["cancel_amount"]) == ("cancelled", 1000)


async def test_imp_uid_wins_over_merchant_uid(call: Any) -> None:
    one, other = await pay(call), await pay(call, merchant_uid="other")

    await call.response("POST", CANCEL, {"imp_uid": one["imp_uid"], "merchant_uid": "other"})

    assert (await found(call, one))["status"] == "cancelled"
    assert await found(call, other) == other


async def test_an_unknown_imp_uid_fails_even_with_a_good_merchant_uid(call: Any) -> None:
    paid = await pay(call)

    body = {"imp_uid": "imps_000000000000", "merchant_uid": "order"}

    assert await call.refusal("POST", CANCEL, body) == NOTHING
    assert await found(call, paid) == paid


async def test_an_imp_uid_that_was_left_empty_was_not_sent(call: Any) -> None:
    await pay(call)

    cancelled = await call.response("POST", CANCEL, {"imp_uid": "", "merchant_uid": "order"})

    assert cancelled["status"] == "cancelled"


async def test_of_an_orders_payments_the_one_that_was_paid_is_cancelled(call: Any) -> None:
    declined = await pay(call, failure="limit_exceeded")
    paid = await pay(call)

    cancelled = await call.response("POST", CANCEL, {"merchant_uid": "order", "amount": 400})
    again = await call.response("POST", CANCEL, {"merchant_uid": "order"})

    assert cancelled["imp_uid"] == again["imp_uid"] == paid["imp_uid"]
    assert again["cancel_amount"] == 1000
    assert await found(call, declined) == declined


@pytest.mark.parametrize("body", [{}, {"amount": 100}, {"imp_uid": "", "merchant_uid": None}])
async def test_a_cancel_names_a_payment(call: Any, body: dict[str, Any]) -> None:
    assert await call.refusal("POST", CANCEL, body) == NAME_ONE


@pytest.mark.parametrize(
    "body",
    [
        {"imp_uid": "imps_1"},
        {"merchant_uid": "nobody"},
        {"imp_uid": "imps_1", "amount": 10},
        {"imp_uid": "imps_1", "checksum": 10},
    ],
)
async def test_an_unknown_payment_cannot_be_cancelled(call: Any, body: dict[str, Any]) -> None:
    assert await call.refusal("POST", CANCEL, body) == NOTHING


async def test_a_failed_payment_cannot_be_cancelled(call: Any) -> None:
    declined = await pay(call, failure="limit_exceeded")

    for body in ({"imp_uid": declined["imp_uid"]}, {"merchant_uid": "order"}):
        assert await call.refusal("POST", CANCEL, body) == NOTHING
    assert await found(call, declined) == declined


async def test_another_merchants_payment_cannot_be_cancelled(call: Any) -> None:
    paid = await pay(call)
    created = (await call.http.post("/_fake/merchants")).json()
    answer = await call.http.post("/users/getToken", json=created)
    headers = {"Authorization": answer.json()["response"]["access_token"]}

    answer = await call.http.post(CANCEL, json={"imp_uid": paid["imp_uid"]}, headers=headers)

    assert answer.json()["message"] == NOTHING[2]
    assert await found(call, paid) == paid


async def test_a_part_makes_it_cancelled_at_once_and_parts_add_up(call: Any, clock: Clock) -> None:
    paid = await pay(call, 100)
    history = []

    for part, total in ((50, 50), (10, 60), (20, 80)):
        clock.advance(60)
        body = {"imp_uid": paid["imp_uid"], "amount": part, "reason": f"{part} back"}
        cancelled = await call.response("POST", CANCEL, body)
        history.append((part, clock.now(), f"{part} back"))
        seen = [
            (line["amount"], line["cancelled_at"], line["reason"])
            for line in cancelled["cancel_history"]
        ]
        assert seen == history
        assert cancelled["status"] == "cancelled"
        assert (cancelled["amount"], cancelled["cancel_amount"]) == (100, total)
        assert (cancelled["paid_at"], cancelled["cancelled_at"]) == (paid["paid_at"], clock.now())
        assert cancelled["cancel_reason"] == f"{part} back"
        assert len(cancelled["cancel_receipt_urls"]) == len(history)


async def test_a_part_has_a_transaction_and_a_receipt_of_its_own(call: Any) -> None:
    paid = await pay(call, 100, pg="kcp")

    await call.response("POST", CANCEL, {"imp_uid": paid["imp_uid"], "amount": 30})
    cancelled = await call.response("POST", CANCEL, {"imp_uid": paid["imp_uid"]})

    numbers = [line["pg_tid"] for line in cancelled["cancel_history"]]
    assert len({*numbers, paid["pg_tid"]}) == 3
    for line in cancelled["cancel_history"]:
        assert re.fullmatch(r"\d{14}", line["pg_tid"])
        assert f"tno={line['pg_tid']}&" in line["receipt_url"]
        assert line["receipt_url"].endswith(f"trade_mony={line['amount']}")
    assert (cancelled["pg_tid"], cancelled["receipt_url"]) == (paid["pg_tid"], paid["receipt_url"])


async def test_a_gateway_without_receipts_has_none_for_a_cancel(call: Any) -> None:
    paid = await pay(call, pg="ksnet", **BUYER)

    cancelled = await call.response("POST", CANCEL, {"imp_uid": paid["imp_uid"], "amount": 1})

    assert cancelled["cancel_history"][0]["receipt_url"] is None
    assert cancelled["cancel_receipt_urls"] == []


async def test_a_payment_is_cancelled_once(call: Any) -> None:
    paid = await pay(call)
    cancelled = await call.response("POST", CANCEL, {"imp_uid": paid["imp_uid"]})

    for more in ({}, {"amount": 1}, {"checksum": 0}, {"checksum": 5}, {"amount": 9999}):
        assert await call.refusal("POST", CANCEL, {"merchant_uid": "order", **more}) == ALREADY
    assert await found(call, paid) == cancelled


async def test_the_last_part_ends_it(call: Any) -> None:
    paid = await pay(call)
    await call.response("POST", CANCEL, {"imp_uid": paid["imp_uid"], "amount": 400})
    await call.response("POST", CANCEL, {"imp_uid": paid["imp_uid"], "amount": 600})

    assert await call.refusal("POST", CANCEL, {"imp_uid": paid["imp_uid"]}) == ALREADY


async def test_no_more_than_the_rest_is_given_back(call: Any) -> None:
    paid = await pay(call)
    number = {"imp_uid": paid["imp_uid"]}
    assert await call.refusal("POST", CANCEL, {**number, "amount": 1001}) == above(1000)
    cancelled = await call.response("POST", CANCEL, {**number, "amount": 400})

    assert await call.refusal("POST", CANCEL, {**number, "amount": 601}) == above(600)
    assert await found(call, paid) == cancelled


async def test_a_checksum_is_what_is_left_before_the_cancel(call: Any) -> None:
    paid = await pay(call)
    number = {"imp_uid": paid["imp_uid"]}

    await call.response("POST", CANCEL, {**number, "amount": 400, "checksum": 1000})
    await call.response("POST", CANCEL, {**number, "amount": 100, "checksum": "600"})

    for checksum in (600, 1000, 499, "501"):
        body = {**number, "amount": 100, "checksum": checksum}
        assert await call.refusal("POST", CANCEL, body) == mismatch(500)
    assert (await found(call, paid))["cancel_amount"] == 500


@pytest.mark.parametrize("checksum", [0, "0"])
async def test_a_checksum_of_zero_is_taken_at_its_word(call: Any, checksum: Any) -> None:
    paid = await pay(call)
    zeros = {"imp_uid": paid["imp_uid"], "amount": 0, "tax_free": 0, "checksum": checksum}

    assert await call.refusal("POST", CANCEL, zeros) == mismatch(1000)
    assert await found(call, paid) == paid


@pytest.mark.parametrize("checksum", [None, ""])
async def test_a_checksum_that_was_not_sent_is_not_checked(call: Any, checksum: Any) -> None:
    paid = await pay(call)
    body = {"imp_uid": paid["imp_uid"], "checksum": checksum}

    assert (await call.response("POST", CANCEL, body))["status"] == "cancelled"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"amount": -1}, "amount: expected an amount from 0 to 9999999999999."),
        ({"amount": "NaN"}, "amount: expected an amount from 0 to 9999999999999."),
        ({"amount": "sNaN"}, "amount: expected an amount from 0 to 9999999999999."),
        ({"amount": "1e400"}, "amount: expected an amount from 0 to 9999999999999."),
        ({"amount": 0.5}, "amount: KRW has no fraction; send a whole number."),
        ({"amount": "만원"}, "amount: expected a number."),
        ({"amount": {"total": 1}}, "amount: expected a number, got an object."),
        ({"checksum": "sNaN"}, "checksum: expected an amount from 0 to 9999999999999."),
        ({"tax_free": -1}, "tax_free: expected an amount from 0 to 9999999999999."),
        ({"vat_amount": 0.1}, "vat_amount: KRW has no fraction; send a whole number."),
        ({"enable_webhook": "maybe"}, "enable_webhook: expected true or false, got text."),
        ({"imp_uid": ["a"]}, "imp_uid: expected text, got a list."),
    ],
)
async def test_what_is_no_amount_is_named_and_cancels_nothing(
    call: Any, changes: dict[str, Any], message: str
) -> None:
    paid = await pay(call)

    body = {"imp_uid": paid["imp_uid"], "checksum": 1000, **changes}

    assert await call.refusal("POST", CANCEL, body) == (400, -1, message)
    assert await found(call, paid) == paid


async def test_amounts_with_a_fraction_are_exact(call: Any) -> None:
    paid = await pay(call, 10.10, currency="USD")
    number = {"imp_uid": paid["imp_uid"]}
    for _ in range(3):
        await call.response("POST", CANCEL, {**number, "amount": 0.1})

    assert await call.refusal("POST", CANCEL, {**number, "amount": 9.81}) == above("9.8")
    answer = await call("POST", CANCEL, {**number, "checksum": 9.8})

    assert b'"amount":9.8,' in answer.content
    assert b'"cancel_amount":10.1,' in answer.content
    assert await call.refusal("POST", CANCEL, number) == ALREADY


async def test_an_amount_that_becomes_whole_has_no_fraction(call: Any) -> None:
    paid = await pay(call, 1.5, currency="USD")
    number = {"imp_uid": paid["imp_uid"]}
    await call.response("POST", CANCEL, {**number, "amount": 0.25})

    answer = await call("POST", CANCEL, {**number, "amount": 0.75})

    assert b'"cancel_amount":1,' in answer.content
    assert await call.refusal("POST", CANCEL, {**number, "amount": 3}) == above("0.5")


async def test_finer_amounts_than_can_be_added_up_are_refused(call: Any) -> None:
    paid = await pay(call, 1, currency="USD")

    body = {"imp_uid": paid["imp_uid"], "amount": "1e-30"}

    assert await call.refusal("POST", CANCEL, body) == (
        400, -1, "amount: expected at most 8 digits behind the point."
    )  # fmt: skip


async def test_a_cancelled_order_number_cannot_be_charged_again(call: Any) -> None:
    paid = await pay(call)
    await call.response("POST", CANCEL, {"imp_uid": paid["imp_uid"], "amount": 1})

    body = {**card_that(None), "merchant_uid": "order", "amount": 1}

    assert (await call.refusal("POST", ONETIME, body))[2].startswith(
        "이미 주문이 이루어진 건입니다."
    )


@pytest.mark.parametrize(
    "name", [failure.name for failure in failures().values() if failure.stage is Stage.CANCEL]
)
async def test_a_test_card_that_cannot_be_refunded_is_refused_in_the_gateways_words(
    call: Any, name: str
) -> None:
    paid = await pay(call, failure=name)
    text = failures()[name].code_for("nice").text

    for more in ({}, {"amount": 1}):
        body = {"imp_uid": paid["imp_uid"], **more}
        assert await call.refusal("POST", CANCEL, body) == (200, -1, PREFIX + text)
    assert await found(call, paid) == paid
    journal = (await call.http.get("/_fake/journal?operation=cancelPayment&limit=1")).json()
    assert journal["entries"][0]["failure"] == name


@pytest.mark.parametrize(
    ("pg", "said"),
    [
        ("nice", "해당거래 취소실패(기취소성공) : 전화 문의(1661-0808)"),
        ("kcp", "기취소된 신용카드 거래 취소요청"),
        ("html5_inicis", "이미 취소 된 거래임"),
        ("tosspayments", "기취소거래"),
    ],
)
async def test_every_gateway_has_its_own_words(call: Any, pg: str, said: str) -> None:
    buyer = {"name": "a", "buyer_name": "b", "buyer_email": "c@d.kr", "buyer_tel": "010"}
    paid = await pay(call, failure="cancel_already_done", pg=pg, **buyer)

    body = {"imp_uid": paid["imp_uid"]}

    assert await call.refusal("POST", CANCEL, body) == (200, -1, PREFIX + said)


@pytest.mark.parametrize(
    ("ordered", "said"),
    [
        ("cancel_amount_above_unsettled", "취소금액이 미정산 금액보다 큽니다."),
        ("cancel_failed", "취소 실패"),
        ("gateway_down", failures()["gateway_down"].code_for("nice").text),
        ("9999: 정산 마감", "정산 마감"),
    ],
)
async def test_an_ordered_failure_refuses_the_next_cancel_and_changes_nothing(
    call: Any, ordered: str, said: str
) -> None:
    paid = await pay(call)
    await set_up(call, fail_next={"cancelPayment": [ordered]})
    body = {"imp_uid": paid["imp_uid"], "amount": 10}

    assert await call.refusal("POST", CANCEL, body) == (200, -1, PREFIX + said)
    assert await found(call, paid) == paid
    assert (await call.response("POST", CANCEL, body))["cancel_amount"] == 10


async def test_what_i_mport_refuses_itself_does_not_use_an_ordered_failure_up(call: Any) -> None:
    paid = await pay(call)
    await set_up(call, fail_next={"cancelPayment": ["cancel_failed"]})
    number = {"imp_uid": paid["imp_uid"]}

    assert await call.refusal("POST", CANCEL, {**number, "amount": 1001}) == above(1000)
    assert await call.refusal("POST", CANCEL, {**number, "checksum": 1}) == mismatch(1000)
    assert (await call.refusal("POST", CANCEL, number))[2] == PREFIX + "취소 실패"


PARTS_WRONG = "거래금액 합계오류(공급가액,부가세,봉사료,면세금액 합계)"
TAX_FREE_ABOVE = "요청하신 면세금액이 취소가능한 면세금액을 초과 오류"


@pytest.mark.parametrize(
    ("pg", "sale", "cancels", "refused"),
    [
        ("nice", {}, [{"amount": 500, "tax_free": 0}], None),
        ("nice", {}, [{"amount": 500, "tax_free": 1}], TAX_FREE_ABOVE),
        ("nice", {"tax_free": 600}, [{"amount": 500}], PARTS_WRONG),
        ("nice", {"tax_free": 600}, [{}], PARTS_WRONG),
        ("nice", {"tax_free": 600}, [{"tax_free": 600}], None),
        ("nice", {"tax_free": 600}, [{"tax_free": 599}], PARTS_WRONG),
        ("nice", {"tax_free": 600}, [{"tax_free": 601}], TAX_FREE_ABOVE),
        ("nice", {"tax_free": 600}, [{"amount": 500, "tax_free": 501}], PARTS_WRONG),
        ("nice", {"tax_free": 600}, [{"amount": 500, "tax_free": 0}], PARTS_WRONG),
        ("nice", {"tax_free": 600}, [{"amount": 500, "tax_free": 100}], None),
        (
            "nice",
            {"tax_free": 600},
            [{"amount": 500, "tax_free": 400}, {"amount": 300, "tax_free": 201}],
            TAX_FREE_ABOVE,
        ),
        (
            "nice",
            {"tax_free": 600},
            [{"amount": 500, "tax_free": 400}, {"amount": 300, "tax_free": 200}],
            None,
        ),
        ("kcp", {"tax_free": 600}, [{}], "변경요청(부분취소) 가능 과세/부가세 금액 초과"),
        (
            "kcp",
            {"tax_free": 600},
            [{"amount": 700, "tax_free": 601}],
            "변경요청(부분취소) 가능 비과세 금액 초과",
        ),
        ("daou", {"tax_free": 600}, [{}], None),
        ("daou", {"tax_free": 600}, [{"amount": 400}], None),
        ("daou", {"tax_free": 600}, [{"amount": 401}], PARTS_WRONG),
        ("daou", {"tax_free": 600}, [{"amount": 400}, {}], None),
        ("daou", {"tax_free": 600}, [{"amount": 400, "tax_free": 400}, {}], None),
        ("nice", {"vat_amount": 91}, [{}], PARTS_WRONG),
        ("nice", {"vat_amount": 91}, [{"vat_amount": 91}], None),
        ("nice", {"vat_amount": 91}, [{"vat_amount": 90}], PARTS_WRONG),
        ("nice", {"vat_amount": 0}, [{}], PARTS_WRONG),
        ("nice", {"vat_amount": 0}, [{"vat_amount": 0}], None),
        ("nice", {"vat_amount": 91}, [{"amount": 500, "vat_amount": 92}], PARTS_WRONG),
        ("nice", {"vat_amount": 91}, [{"amount": 500, "vat_amount": 45}] * 2, PARTS_WRONG),
        (
            "nice",
            {"vat_amount": 91},
            [{"amount": 500, "vat_amount": 45}, {"vat_amount": 46}],
            None,
        ),
        ("nice", {}, [{"amount": 500, "vat_amount": 45}], None),
        ("nice", {}, [{"amount": 500, "vat_amount": 501}], PARTS_WRONG),
        ("nice_v2", {"vat_amount": 91}, [{"amount": 5}], PARTS_WRONG),
        ("nice_v2", {"tax_free": 600}, [{}], None),
        ("kcp", {"vat_amount": 91}, [{}], None),
        ("kcp", {}, [{"amount": 500, "vat_amount": 501}], None),
    ],
)
async def test_tax_parts_are_given_back_from_what_is_left_of_them(
    call: Any, pg: str, sale: dict[str, Any], cancels: list[dict[str, int]], refused: str | None
) -> None:
    paid = await pay(call, pg=pg, **sale)
    number = {"imp_uid": paid["imp_uid"]}
    for cancel in cancels[:-1]:
        await call.response("POST", CANCEL, {**number, **cancel})
    before = await found(call, paid)

    answer = (await call("POST", CANCEL, {**number, **cancels[-1]})).json()

    assert answer["message"] == (PREFIX + refused if refused else None)
    assert answer["code"] == (-1 if refused else 0)
    assert (await found(call, paid) == before) is bool(refused)


async def test_ksnet_cancels_in_nine_parts_at_most(call: Any) -> None:
    paid = await pay(call, 100, pg="ksnet", **BUYER)
    number = {"imp_uid": paid["imp_uid"]}
    for _ in range(9):
        await call.response("POST", CANCEL, {**number, "amount": 10})

    for more in ({"amount": 5}, {}):
        assert await call.refusal("POST", CANCEL, {**number, **more}) == (
            200, -1, PREFIX + "부분취소 가능 횟수 초과"
        )  # fmt: skip
    assert (await found(call, paid))["cancel_amount"] == 90


async def test_other_gateways_cancel_in_more_parts(call: Any) -> None:
    paid = await pay(call, 100)
    for _ in range(10):
        await call.response("POST", CANCEL, {"imp_uid": paid["imp_uid"], "amount": 10})

    assert len((await found(call, paid))["cancel_history"]) == 10


@pytest.mark.parametrize(
    ("pg", "paid_at", "cancelled_at", "refused"),
    [
        ("ksnet", 1_709_132_400, 1_724_857_199, False),  # 2024-02-29 to the end of 08-28
        ("ksnet", 1_709_132_400, 1_724_943_599, False),  # to the end of 08-29 in Korea
        ("ksnet", 1_709_132_400, 1_724_943_600, True),  # one second later
        ("ksnet", 1_725_030_000, 1_740_754_799, False),  # 08-31 to the end of the next 02-28
        ("ksnet", 1_725_030_000, 1_740_754_800, True),
        ("nice", 1_709_132_400, 1_804_857_199, False),
    ],
)
async def test_ksnet_cancels_for_six_months(
    call: Any, clock: Clock, pg: str, paid_at: int, cancelled_at: int, refused: bool
) -> None:
    clock.freeze(paid_at)
    paid = await pay(call, pg=pg, **BUYER)
    clock.freeze(cancelled_at)

    answer = (await call("POST", CANCEL, {"imp_uid": paid["imp_uid"]})).json()

    assert answer["message"] == (PREFIX + "취소 기한 초과" if refused else None)


async def test_strict_mode_shows_the_number_of_a_cancel(call: Any) -> None:
    paid = await pay(call)
    await set_up(call, strict=True)
    for amount in (1, 2):
        await call.response("POST", CANCEL, {"imp_uid": paid["imp_uid"], "amount": amount})

    history = (await found(call, paid))["cancel_history"]
    numbers = [line["cancellation_id"] for line in history]
    assert len(set(numbers)) == 2
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one) for one in numbers)


async def make_schedule(app: App, **changes: Any) -> None:
    schedule = Schedule(
        number=1,
        merchant_uid="order",
        customer_uid="c",
        schedule_at=1,
        amount=1000,
        currency="KRW",
        name=None,
        buyer=Contact(),
        status=ScheduleStatus.EXECUTED,
        payment_status=PaymentStatus.PAID,
        **changes,
    )
    async with app.emulator.store.transaction(PUBLIC_SANDBOX_KEY) as transaction:
        await transaction.put_schedule(schedule)


async def schedule_status(app: App) -> str | None:
    async with app.emulator.store.transaction(PUBLIC_SANDBOX_KEY) as transaction:
        schedule = await transaction.schedule("order")
    assert schedule is not None
    return schedule.payment_status


async def test_the_schedule_of_a_cancelled_payment_says_so(call: Any, app: App) -> None:
    paid = await pay(call)
    await make_schedule(app, imp_uid=paid["imp_uid"])

    await call.response("POST", CANCEL, {"imp_uid": paid["imp_uid"], "amount": 1})

    assert await schedule_status(app) == "cancelled"


async def test_another_payments_schedule_stays_as_it_is(call: Any, app: App) -> None:
    paid = await pay(call)
    await make_schedule(app, imp_uid="imps_1")

    await call.response("POST", CANCEL, {"imp_uid": paid["imp_uid"]})

    assert await schedule_status(app) == "paid"


async def test_a_refused_cancel_leaves_the_schedule_alone(call: Any, app: App) -> None:
    paid = await pay(call, failure="cancel_failed")
    await make_schedule(app, imp_uid=paid["imp_uid"])

    await call.refusal("POST", CANCEL, {"imp_uid": paid["imp_uid"]})

    assert await schedule_status(app) == "paid"


@pytest.mark.parametrize(("enable", "state"), [(True, "held"), (False, "logged")])
async def test_a_cancel_is_told_by_webhook_when_that_is_asked_for(
    call: Any, app: App, enable: bool, state: str
) -> None:
    await set_up(call, hold_webhooks=True, strict=True)
    paid = await pay(call, notice_url="http://127.0.0.1:9/hook")
    await call.refusal("POST", CANCEL, {"imp_uid": paid["imp_uid"], "amount": 1001})

    body = {"imp_uid": paid["imp_uid"], "amount": 1, "enable_webhook": enable}
    cancelled = await call.response("POST", CANCEL, body)

    async with app.emulator.store.transaction(PUBLIC_SANDBOX_KEY) as transaction:
        told = [each for each in await transaction.webhooks() if each.status == "cancelled"]
    assert [each.state for each in told] == [state]
    assert cancelled["cancel_history"][0]["cancellation_id"] in told[0].body


@pytest.mark.parametrize("part", [{"amount": 100}, {}, {"amount": 300, "checksum": 1000}])
async def test_concurrent_cancels_never_give_back_more_than_was_paid(
    call: Any, part: dict[str, int]
) -> None:
    paid = await pay(call)
    body = {"imp_uid": paid["imp_uid"], **part}

    answers = await asyncio.gather(*(call("POST", CANCEL, body) for _ in range(30)))

    done = [answer.json() for answer in answers if answer.json()["code"] == 0]
    assert len(done) == {100: 10, None: 1, 300: 1}[part.get("amount")]
    final = await found(call, paid)
    assert sum(line["amount"] for line in final["cancel_history"]) == final["cancel_amount"] <= 1000


def test_many_threads_never_cancel_more_than_was_paid() -> None:
    with FakeIamport() as server, httpx.Client(base_url=server.url) as client:
        keys = {"imp_key": server.imp_key, "imp_secret": server.imp_secret}
        token = client.post("/users/getToken", json=keys).json()["response"]["access_token"]
        client.headers["Authorization"] = token
        order = {**card_that(None), "merchant_uid": "order", "amount": 1000}
        paid = client.post(ONETIME, json=order).json()["response"]

        def cancel(amount: int) -> Any:
            return client.post(CANCEL, json={"merchant_uid": "order", "amount": amount}).json()

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(cancel, [70] * 40))
        final = client.get(f"/payments/{paid['imp_uid']}").json()["response"]

    totals = sorted(
        answer["response"]["cancel_amount"] for answer in answers if answer["code"] == 0
    )
    assert totals == [70 * number for number in range(1, 15)]
    assert {answer["message"] for answer in answers if answer["code"]} == {above(20)[2]}
    assert final["cancel_amount"] == 980
    assert sum(line["amount"] for line in final["cancel_history"]) == 980


async def test_no_more_vat_is_given_back_than_was_paid(call: Any) -> None:
    paid = await pay(call, 11_000)
    body = {"imp_uid": paid["imp_uid"], "amount": 1000, "vat_amount": 600}

    await call.response("POST", CANCEL, body)
    status, code, message = await call.refusal("POST", CANCEL, body)
    await call.response("POST", CANCEL, {**body, "vat_amount": 400})

    assert (status, code) == (200, -1)
    assert message.startswith("결제취소에 실패하였습니다. ")
    assert (await found(call, paid))["cancel_amount"] == 2000
