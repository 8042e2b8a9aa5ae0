from collections.abc import Iterator

import pytest

from fake_iamport import FakeMerchant
from tests.stories.merchant import Merchant, Receiver, card_that, receiving

START = 1_704_067_200
MONTH = 30 * 24 * 60 * 60
SUBSCRIBER = "/subscribe/customers/subscriber"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def merchant(fake_iamport: FakeMerchant, receiver: Receiver) -> Iterator[Merchant]:
    fake_iamport.change_settings(notice_url=[receiver.url])
    with Merchant(fake_iamport) as merchant:
        merchant.freeze(START)
        yield merchant


def test_a_year_in_the_life_of_a_subscription(merchant: Merchant, receiver: Receiver) -> None:
    # In January somebody subscribes, and twelve months are scheduled.
    merchant.post(SUBSCRIBER, **card_that(None))
    months = [
        {"merchant_uid": f"month-{month:02d}", "schedule_at": START + month * MONTH, "amount": 9900}
        for month in range(1, 13)
    ]
    merchant.post("/subscribe/payments/schedule", customer_uid="subscriber", schedules=months)

    # The first five go well.
    told = merchant.advance(to=START + 5 * MONTH)
    assert [each["status"] for each in told if each["kind"] == "schedule"] == ["paid"] * 5

    # In June the card is over its limit; the subscriber brings another, and June is charged again.
    merchant.post(SUBSCRIBER, **card_that("limit_exceeded"))
    merchant.advance(to=START + 6 * MONTH)
    june = merchant.get("/subscribe/payments/schedule/month-06")
    assert (june["payment_status"], june["fail_reason"]) == ("failed", "[8326]사용한도초과")

    replaced = merchant.post(SUBSCRIBER, **card_that(None, number=1))
    assert replaced["updated"] > replaced["inserted"] == START
    retried = merchant.post("/subscribe/payments/schedule/month-06/retry")
    assert (retried["status"], retried["card_number"]) == ("paid", replaced["card_number"])

    # In September a part of August is refunded, in October all of September.
    merchant.advance(to=START + 9 * MONTH)
    part = merchant.post(
        "/payments/cancel", merchant_uid="month-08", amount=3300, enable_webhook=True
    )
    assert (part["status"], part["cancel_amount"]) == ("cancelled", 3300)
    merchant.advance(to=START + 10 * MONTH)
    whole = merchant.post("/payments/cancel", merchant_uid="month-09", enable_webhook=True)
    assert (whole["status"], whole["cancel_amount"]) == ("cancelled", 9900)

    # The year ends, and the books say what came in.
    merchant.advance(to=START + 12 * MONTH)
    charged = [merchant.get(f"/payments/find/month-{month:02d}") for month in range(1, 13)]
    assert [payment["status"] for payment in charged].count("cancelled") == 2
    income = sum(payment["amount"] - payment["cancel_amount"] for payment in charged)
    assert income == 12 * 9900 - 3300 - 9900
    assert merchant.get(f"{SUBSCRIBER}/payments")["total"] == 13

    # Every charge and refund was told to the merchant, and every message can be checked.
    merchant.advance(seconds=0)
    assert [message["status"] for message in receiver.received] == [
        *["paid"] * 5, "failed", "paid", *["paid"] * 3, "cancelled", "paid", "cancelled",
        "paid", "paid",
    ]  # fmt: skip
    for message in receiver.received:
        payment = merchant.get(f"/payments/{message['imp_uid']}")
        assert payment["merchant_uid"] == message["merchant_uid"]
        later_cancelled = payment["status"] == "cancelled" and message["status"] == "paid"
        assert payment["status"] == message["status"] or later_cancelled


def test_a_year_of_monthly_charges_is_one_call_of_less_than_a_second(
    merchant: Merchant, receiver: Receiver
) -> None:
    merchant.post(SUBSCRIBER, **card_that(None))
    months = [
        {"merchant_uid": f"month-{month:02d}", "schedule_at": START + month * MONTH, "amount": 9900}
        for month in range(1, 13)
    ]
    merchant.post("/subscribe/payments/schedule", customer_uid="subscriber", schedules=months)

    told = merchant.advance(days=365)

    assert [each["kind"] for each in told if each["kind"] != "token"] == [
        "schedule",
        "webhook",
    ] * 12
    assert len(receiver.received) == 12
