from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from reference_client import (
    DuplicateOrder,
    IamportError,
    NotFound,
    NotSent,
    OutcomeUnknown,
    PaidPayment,
    PaymentDeclined,
    PaymentMismatch,
    Refused,
    Unavailable,
)
from tests.reference_client.client_driver import FLAVOURS, Driver
from tests.reference_client.iamport_stub import (
    BAD_CARD,
    DUPLICATE,
    NO_BUYER,
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

Pay = Callable[[], PaidPayment]


@pytest.fixture
def stub() -> IamportStub:
    return IamportStub()


@pytest.fixture(params=FLAVOURS)
def driver(request: pytest.FixtureRequest, stub: IamportStub) -> Iterator[Driver]:
    with Driver(request.param, stub) as driver:
        yield driver


@pytest.fixture(params=["onetime", "again"])
def operation(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def pay(driver: Driver, stub: IamportStub, operation: str) -> Pay:
    """Charge order-1 with 1000 KRW, by card or by key."""
    if operation == "onetime":
        return driver.pay
    stub.keys["shopper-1"] = {"customer_uid": "shopper-1"}
    order: dict[str, Any] = {"merchant_uid": "order-1", "amount": 1000, "name": "커피"}
    return lambda: driver.call("pay_by_key", customer_uid="shopper-1", **order)


def test_a_decline_is_raised_and_never_returned(pay: Pay, stub: IamportStub) -> None:
    stub.decline = "[CC61]거래금액 한도초과"
    with pytest.raises(PaymentDeclined, match="한도초과") as caught:
        pay()
    assert caught.value.payment.status == "failed"
    assert not isinstance(caught.value.payment, PaidPayment)


def test_a_declined_order_can_be_paid_with_the_same_merchant_uid(
    pay: Pay, stub: IamportStub
) -> None:
    stub.decline = "잔액부족"
    with pytest.raises(PaymentDeclined):
        pay()
    stub.decline = None
    assert pay().status == "paid"


def test_a_refused_card(pay: Pay, stub: IamportStub, operation: str) -> None:
    stub.once(operation, instead(refused(BAD_CARD)))
    with pytest.raises(Refused) as caught:
        pay()
    assert type(caught.value) is Refused
    assert caught.value.message == BAD_CARD


def test_a_used_merchant_uid(pay: Pay) -> None:
    pay()
    with pytest.raises(DuplicateOrder) as caught:
        pay()
    assert caught.value.message == DUPLICATE


def test_an_unknown_customer(driver: Driver) -> None:
    with pytest.raises(NotFound, match=NO_BUYER):
        driver.call("pay_by_key", merchant_uid="o", amount=1, customer_uid="nobody", name="x")


@pytest.mark.parametrize(
    "fields", [{"amount": 999}, {"amount": 1000.5}, {"currency": "USD"}, {"status": "cancelled"}]
)
def test_another_payment_than_asked_is_not_taken_for_it(
    pay: Pay, stub: IamportStub, operation: str, fields: dict[str, Any]
) -> None:
    stub.once(operation, changed(**fields))
    with pytest.raises(PaymentMismatch, match="asked for 1000 KRW"):
        pay()


UNUSABLE: dict[str, Effect] = {
    "html": answer(200, b"<html><body>502</body></html>"),
    "empty": answer(200, b""),
    "no content": answer(204, b""),
    "truncated": answer(200, b'{"code":0,"message":null,"response":{"imp_uid":"imps_1","stat'),
    "not utf-8": answer(200, b'{"code":0,"message":"\xff","response":null}'),
    "deep": answer(200, b'{"code":0,"response":' + b"[" * 100_000),
    "array": answer(200, b"[]"),
    "code as text": answer(200, b'{"code":"0","message":null,"response":null}'),
    "code as boolean": answer(200, b'{"code":false,"message":null,"response":null}'),
    "no code": answer(200, b'{"message":null,"response":{}}'),
    "no payment": instead(envelope(None)),
    "a list": instead(envelope([])),
    "half a payment": instead(envelope({"imp_uid": "imps_1"})),
    "another order": changed(merchant_uid="order-2"),
    "no imp_uid": changed(imp_uid=""),
    "not settled": changed(status="ready"),
    "unheard-of status": changed(status="PAID"),
    "500 that says no": instead(refused("내부 오류", status=500)),
    "502": answer(502, b"<html>"),
    "503 that says yes": with_status(503),
    "400 that says yes": with_status(400),
    "302 that says yes": with_status(302),
    "302 that says no": instead(refused("내부 오류", status=302)),
    "404 page": answer(404, b"<html>"),
    "redirect": answer(302, b"", location="https://elsewhere.test/"),
    "timeout": lose(httpx.ReadTimeout),
    "reset": lose(httpx.ReadError),
    "closed": lose(httpx.RemoteProtocolError),
    "write broken off": never_arrives(httpx.WriteError),
    "write timeout": never_arrives(httpx.WriteTimeout),
    "garbled compression": answer(200, b"not gzip", **{"content-encoding": "gzip"}),
}


@pytest.mark.parametrize("effect", UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_answer_to_a_charge_is_an_unknown_outcome(
    pay: Pay, stub: IamportStub, operation: str, effect: Effect
) -> None:
    stub.once(operation, effect)
    with pytest.raises(OutcomeUnknown) as caught:
        pay()
    assert (caught.value.merchant_uid, caught.value.amount) == ("order-1", 1000)
    assert "order-1" in str(caught.value)
    assert len(stub.asked(operation)) == 1, "a charge must not be repeated"


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_what_was_never_sent_is_said_to_be_safe(
    pay: Pay, stub: IamportStub, operation: str, error: type[httpx.TransportError]
) -> None:
    stub.once(operation, never_arrives(error))
    with pytest.raises(NotSent):
        pay()
    assert len(stub.asked(operation)) == 1
    assert pay().status == "paid"


def test_a_look_up_without_an_answer_is_merely_unavailable(
    driver: Driver, stub: IamportStub
) -> None:
    stub.once("find", lose(httpx.ReadTimeout))
    with pytest.raises(Unavailable) as caught:
        driver.call("find_payment", "order-1")
    assert not isinstance(caught.value, NotSent)


class TestReconcile:
    @pytest.fixture
    def lost(self, driver: Driver, stub: IamportStub) -> Callable[[], OutcomeUnknown]:
        def charge() -> OutcomeUnknown:
            stub.once("onetime", lose())
            with pytest.raises(OutcomeUnknown) as caught:
                driver.pay()
            return caught.value

        return charge

    def test_finds_the_payment(
        self, driver: Driver, stub: IamportStub, lost: Callable[[], OutcomeUnknown]
    ) -> None:
        paid = driver.call("reconcile", lost())
        assert isinstance(paid, PaidPayment)
        assert paid.imp_uid == stub.payments[0]["imp_uid"]

    def test_takes_a_merchant_uid_and_its_amount(self, driver: Driver) -> None:
        driver.pay()
        assert driver.call("reconcile", "order-1", amount=1000).status == "paid"
        with pytest.raises(PaymentMismatch):
            driver.call("reconcile", "order-1", amount=999)

    def test_finds_the_decline(
        self, driver: Driver, stub: IamportStub, lost: Callable[[], OutcomeUnknown]
    ) -> None:
        stub.decline = "한도초과"
        with pytest.raises(PaymentDeclined, match="한도초과"):
            driver.call("reconcile", lost())

    def test_finds_nothing_yet(self, driver: Driver, stub: IamportStub) -> None:
        stub.once("onetime", never_arrives())
        with pytest.raises(OutcomeUnknown) as caught:
            driver.pay()
        with pytest.raises(NotFound):
            driver.call("reconcile", caught.value)

    def test_a_later_decline_does_not_hide_an_earlier_payment(
        self, driver: Driver, stub: IamportStub
    ) -> None:
        driver.pay()
        stub.payments.append(stub.payments[0] | {"imp_uid": "imps_9", "status": "failed"})
        assert driver.call("reconcile", "order-1", amount=1000).imp_uid != "imps_9"

    @pytest.mark.parametrize("status", ["cancelled", "ready"])
    def test_other_states_are_not_paid(
        self, driver: Driver, stub: IamportStub, status: str
    ) -> None:
        driver.pay()
        stub.payments[0]["status"] = status
        expected = PaymentMismatch if status == "cancelled" else OutcomeUnknown
        with pytest.raises(expected):
            driver.call("reconcile", "order-1", amount=1000)

    def test_needs_to_know_the_charge(self, driver: Driver, stub: IamportStub) -> None:
        for charge in ("order-1", OutcomeUnknown("lost", customer_uid="shopper-1")):
            with pytest.raises(ValueError, match="which charge"):
                driver.call("reconcile", charge)
        assert stub.calls == []

    def test_a_server_that_is_down_says_nothing(self, driver: Driver, stub: IamportStub) -> None:
        stub.once("find", answer(502, b"<html>"))
        with pytest.raises(Unavailable):
            driver.call("reconcile", "order-1", amount=1000)


def test_everything_is_an_iamport_error() -> None:
    for kind in (DuplicateOrder, NotSent, OutcomeUnknown, PaymentDeclined, PaymentMismatch):
        assert issubclass(kind, IamportError)
    assert not issubclass(PaymentDeclined, Refused)
    assert not issubclass(OutcomeUnknown, Unavailable)


@pytest.mark.parametrize("amount", ["1000", 0, -1, 10.5, True, None])
def test_an_amount_that_is_no_whole_number_of_won_is_never_sent(
    driver: Driver, stub: IamportStub, amount: Any
) -> None:
    with pytest.raises(ValueError, match="whole number of KRW"):
        driver.call(
            "pay_by_key", customer_uid="a", merchant_uid="order-1", amount=amount, name="커피"
        )
