from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from fake_iamport import FakeMerchant
from fake_iamport.gateway import cards
from reference_client import (
    CardDetails,
    NotFound,
    OutcomeUnknown,
    PaidPayment,
    PaymentDeclined,
    Refused,
    Unavailable,
)
from tests.reference_client.client_driver import FLAVOURS, Driver
from tests.reference_client.iamport_stub import (
    Effect,
    IamportStub,
    answer,
    changed,
    envelope,
    instead,
    lose,
    never_arrives,
    refused,
    with_status,
)

GOOD = next(card for card in cards.test_cards() if card.failure is None)
CARD = CardDetails(GOOD.number, GOOD.expiry, birth=GOOD.birth, pwd_2digit=GOOD.pwd_2digit)


@pytest.fixture(params=FLAVOURS)
def driver(request: pytest.FixtureRequest, fake_iamport: FakeMerchant) -> Iterator[Driver]:
    with Driver(request.param, server=fake_iamport) as driver:
        yield driver


@pytest.fixture
def paid(driver: Driver) -> PaidPayment:
    paid: PaidPayment = driver.call(
        "pay_by_card", merchant_uid="order-1", amount=1000, card=CARD, name="커피"
    )
    return paid


def test_a_whole_payment_is_cancelled(driver: Driver, paid: PaidPayment) -> None:
    cancelled = driver.call("cancel", paid, reason="변심")
    assert (cancelled.status, cancelled.cancel_amount, cancelled.cancellable_amount) == (
        "cancelled",
        1000,
        0,
    )
    assert cancelled.cancel_reason == "변심"
    assert driver.call("payment", paid.imp_uid) == cancelled


def test_parts_are_cancelled_until_nothing_is_left(driver: Driver, paid: PaidPayment) -> None:
    first = driver.call("cancel", paid, amount=300)
    assert (first.status, first.amount, first.cancellable_amount) == ("cancelled", 1000, 700)
    second = driver.call("cancel", first, amount=200)
    assert [each.amount for each in second.cancel_history] == [300, 200]
    assert driver.call("cancel", second).cancellable_amount == 0
    with pytest.raises(Refused, match="전액취소"):
        driver.call("cancel", paid.imp_uid)


def test_a_payment_brings_its_checksum_so_that_nothing_is_given_back_twice(
    driver: Driver, paid: PaidPayment, fake_iamport: FakeMerchant
) -> None:
    driver.call("cancel", paid, amount=300)
    with pytest.raises(Refused) as caught:
        driver.call("cancel", paid, amount=300)
    assert caught.value.http_status == 200
    assert driver.call("payment", paid.imp_uid).cancel_amount == 300
    for call in fake_iamport.journal(operation="cancelPayment"):
        assert call.request == {"imp_uid": paid.imp_uid, "amount": 300, "checksum": 1000}


def test_an_imp_uid_alone_has_no_checksum(driver: Driver, paid: PaidPayment) -> None:
    driver.call("cancel", paid.imp_uid, amount=300)
    assert driver.call("cancel", paid.imp_uid, amount=300).cancel_amount == 600


def test_a_checksum_of_the_callers_wins(driver: Driver, paid: PaidPayment) -> None:
    with pytest.raises(Refused):
        driver.call("cancel", paid, checksum=999)
    assert driver.call("cancel", paid.imp_uid, checksum=1000).cancellable_amount == 0


def test_a_refusal_of_the_gateway_gives_nothing_back(
    driver: Driver, paid: PaidPayment, fake_iamport: FakeMerchant
) -> None:
    fake_iamport.change_settings(fail_next={"cancelPayment": ["cancel_period_over"]})
    with pytest.raises(Refused, match="결제취소에 실패하였습니다") as caught:
        driver.call("cancel", paid)
    assert (caught.value.http_status, caught.value.code) == (200, -1)
    assert driver.call("payment", paid.imp_uid).status == "paid"


def test_a_payment_that_is_not_there(driver: Driver) -> None:
    with pytest.raises(NotFound):
        driver.call("cancel", "imps_000000000000")


def test_options_go_along(driver: Driver, paid: PaidPayment, fake_iamport: FakeMerchant) -> None:
    fake_iamport.change_settings(notice_url=["http://127.0.0.1:1/"])
    driver.call("cancel", paid, enable_webhook=True)
    assert [each.status for each in fake_iamport.webhooks()] == ["cancelled"]


@pytest.mark.parametrize("amount", [0, -1, "100", 1.5, True])
def test_an_amount_that_is_no_whole_number_of_won_is_never_sent(
    driver: Driver, paid: PaidPayment, fake_iamport: FakeMerchant, amount: Any
) -> None:
    with pytest.raises(ValueError, match="whole number of KRW"):
        driver.call("cancel", paid, amount=amount)
    with pytest.raises(ValueError, match="imp_uid"):
        driver.call("cancel", "")
    assert fake_iamport.journal(operation="cancelPayment") == []


def test_every_attempt_of_an_order_is_listed(driver: Driver, fake_iamport: FakeMerchant) -> None:
    fake_iamport.change_settings(fail_next={"onetime": ["limit_exceeded"]})
    order: dict[str, Any] = {"merchant_uid": "order/1", "amount": 1000, "card": CARD}
    with pytest.raises(PaymentDeclined):
        driver.call("pay_by_card", **order)
    driver.call("pay_by_card", **order)
    page = driver.call("payments_of_order", "order/1")
    assert (page.total, page.previous, page.next) == (2, 0, 0)
    assert sorted(each.status for each in page.records) == ["failed", "paid"]
    assert driver.call("payments_of_order", "order/1", "failed").total == 1
    with pytest.raises(NotFound):
        driver.call("payments_of_order", "order/1", "cancelled")


UNUSABLE: dict[str, Effect] = {
    "html": answer(200, b"<html>"),
    "truncated": answer(200, b'{"code":0,"message":null,"response":{"imp_uid":"imps_1"'),
    "no payment": instead(envelope(None)),
    "a list": instead(envelope([])),
    "still paid": changed(status="paid"),
    "another payment": changed(imp_uid="imps_9"),
    "less than asked": changed(cancel_amount=1),
    "more than asked": changed(cancel_amount=301),
    "502": answer(502, b"<html>"),
    "500 that says no": instead(refused("내부 오류", status=500)),
    "503 that says yes": with_status(503),
    "timeout": lose(httpx.ReadTimeout),
    "reset": lose(httpx.ReadError),
    "write broken off": never_arrives(httpx.WriteError),
}


class TestWithoutAUsableAnswer:
    @pytest.fixture
    def stub(self) -> IamportStub:
        return IamportStub()

    @pytest.fixture(params=FLAVOURS)
    def driver(self, request: pytest.FixtureRequest, stub: IamportStub) -> Iterator[Driver]:
        with Driver(request.param, stub) as driver:
            yield driver

    @pytest.mark.parametrize("effect", UNUSABLE.values(), ids=UNUSABLE)
    def test_the_outcome_of_a_cancel_is_unknown(
        self, driver: Driver, stub: IamportStub, effect: Effect
    ) -> None:
        paid = driver.pay()
        stub.once("cancel", effect)
        with pytest.raises(OutcomeUnknown) as caught:
            driver.call("cancel", paid, amount=300)
        lost = caught.value
        assert (lost.about, lost.imp_uid, lost.amount) == ("cancel", paid.imp_uid, 300)
        assert f"the cancel of {paid.imp_uid!r}" in str(lost)
        assert len(stub.asked("cancel")) == 1, "a cancel must not be repeated by itself"

    def test_the_payment_tells_what_became_of_it(self, driver: Driver, stub: IamportStub) -> None:
        paid = driver.pay()
        stub.once("cancel", lose())
        with pytest.raises(OutcomeUnknown) as caught:
            driver.call("cancel", paid, amount=300)
        assert driver.call("payment", caught.value.imp_uid).cancellable_amount == 700
        with pytest.raises(Refused):
            driver.call("cancel", paid, amount=300)
        assert stub.payments[0]["cancel_amount"] == 300

    def test_a_lost_cancel_is_not_taken_for_a_charge(
        self, driver: Driver, stub: IamportStub
    ) -> None:
        stub.once("cancel", lose())
        with pytest.raises(OutcomeUnknown) as caught:
            driver.call("cancel", driver.pay(), amount=300)
        with pytest.raises(ValueError, match="which charge"):
            driver.call("reconcile", caught.value)

    def test_a_whole_cancel_that_left_something_is_not_believed(
        self, driver: Driver, stub: IamportStub
    ) -> None:
        paid = driver.pay()
        stub.once("cancel", changed(cancel_amount=999))
        with pytest.raises(OutcomeUnknown):
            driver.call("cancel", paid.imp_uid)

    def test_a_list_of_other_orders_payments_is_not_believed(
        self, driver: Driver, stub: IamportStub
    ) -> None:
        other = {"imp_uid": "i", "merchant_uid": "order-2", "status": "paid", "amount": 1}
        stub.once("attempts", instead(envelope({"total": 1, "list": [other]})))
        with pytest.raises(Unavailable):
            driver.call("payments_of_order", "order-1")
