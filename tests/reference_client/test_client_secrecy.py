import copy
import logging
import pickle
import traceback
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from reference_client import (
    AsyncIamport,
    BillingKey,
    CardDetails,
    DuplicateOrder,
    Iamport,
    IamportError,
    NotFound,
    NotSent,
    OutcomeUnknown,
    Payment,
    PaymentDeclined,
    PaymentMismatch,
    Refused,
    Unauthorized,
    Unavailable,
)
from tests.reference_client.client_driver import FLAVOURS, Driver
from tests.reference_client.iamport_stub import (
    BASE_URL,
    KEY,
    SECRET,
    Effect,
    IamportStub,
    answer,
    changed,
    envelope,
    instead,
    lose,
    never_arrives,
    refused,
)

# Distinctive values, so that finding one of them is never a coincidence.
NUMBER, EXPIRY, BIRTH, PIN = "4917-6100-0000-7328", "2093-11", "710423", "PIN-d1g1ts"
TOKEN = "70ken" * 8
HIDDEN = CardDetails(NUMBER, EXPIRY, birth=BIRTH, pwd_2digit=PIN)
SECRETS = (NUMBER, NUMBER.replace("-", ""), EXPIRY, BIRTH, PIN, SECRET, TOKEN)
ECHO = NUMBER.replace("-", " ")


def assert_clean(text: str) -> None:
    for secret in SECRETS:
        assert secret not in text


def charge(driver: Driver) -> Any:
    return driver.call("pay_by_card", merchant_uid="order-1", amount=1000, card=HIDDEN)


def issue(driver: Driver) -> Any:
    return driver.call("issue_billing_key", "shopper-1", HIDDEN)


FAILURES: dict[str, tuple[str, Effect]] = {
    "timeout": ("onetime", lose()),
    "refused connection": ("onetime", never_arrives(httpx.ConnectError)),
    "html": ("onetime", answer(200, b"<html>")),
    "decline": ("onetime", changed(status="failed", fail_reason=f"no: {NUMBER}")),
    "mismatch": ("onetime", changed(amount=1)),
    "echoed number": ("onetime", instead(refused(f"카드 {NUMBER} 오류"))),
    "echoed digits": ("onetime", instead(refused(f"카드 {NUMBER.replace('-', '')} 오류"))),
    "echoed on 401": ("onetime", instead(refused(ECHO, status=401))),
    "no token": ("token", never_arrives(httpx.ReadTimeout)),
    "wrong credentials": ("token", instead(refused("인증에 실패하였습니다.", status=401))),
    "useless token": ("token", instead(envelope({"access_token": f"{TOKEN} {TOKEN}"}))),
}


@pytest.fixture
def stub() -> IamportStub:
    stub = IamportStub()
    stub.once("token", token())
    return stub


def token() -> Effect:
    return instead(envelope({"access_token": TOKEN, "now": 0, "expired_at": 1800}))


@pytest.fixture(params=FLAVOURS)
def driver(request: pytest.FixtureRequest, stub: IamportStub) -> Iterator[Driver]:
    stub.tokens.append(TOKEN)
    with Driver(request.param, stub) as driver:
        yield driver


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_no_failure_shows_a_secret(
    driver: Driver,
    stub: IamportStub,
    caplog: pytest.LogCaptureFixture,
    failure: tuple[str, Effect],
) -> None:
    operation, effect = failure
    caplog.set_level(logging.DEBUG)
    if operation == "token":
        stub._effects["token"].clear()
    stub.once(operation, effect, effect)
    with pytest.raises(IamportError) as caught:
        charge(driver)
    error = caught.value
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert_clean("".join(told.format()))
    assert_clean(f"{error!r} {error} {vars(error)} {error.args}")
    assert_clean(caplog.text)
    assert "onetime" in caplog.text or operation == "token" or "no answer" in str(error)


def test_an_error_holds_no_request(driver: Driver, stub: IamportStub) -> None:
    stub.once("onetime", lose())
    with pytest.raises(OutcomeUnknown) as caught:
        charge(driver)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_success_logs_no_secret_and_puts_none_into_a_url(
    driver: Driver, stub: IamportStub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    issue(driver)
    charge(driver)
    assert "/subscribe/customers/shopper-1" in caplog.text, "httpx logs every URL"
    assert_clean(caplog.text)
    for call in stub.calls:
        assert_clean(str(call.url))


def test_reprs_show_nothing(driver: Driver) -> None:
    for shown in (driver.client, HIDDEN, [HIDDEN], issue(driver), charge(driver)):
        assert_clean(repr(shown))
        assert_clean(str(shown))
        assert_clean(f"{shown}")


def test_a_client_shows_a_piece_of_its_key_only() -> None:
    with Iamport(KEY, SECRET, base_url=BASE_URL) as client:
        assert repr(client) == "<Iamport imp*** at https://iamport.test>"
        assert_clean(repr(vars(client)))
        assert KEY not in repr(client)
    assert repr(AsyncIamport(KEY, SECRET, base_url=BASE_URL)).startswith("<AsyncIamport imp***")


def test_a_card_leaves_by_one_door_only() -> None:
    assert HIDDEN.reveal()["card_number"] == NUMBER
    for leave in (pickle.dumps, copy.copy, copy.deepcopy, msgspec.json.encode, vars):
        with pytest.raises(TypeError) as caught:
            leave(HIDDEN)
        assert_clean(str(caught.value))


def test_a_card_without_birth_and_pin_sends_neither() -> None:
    assert CardDetails(NUMBER, EXPIRY).reveal() == {"card_number": NUMBER, "expiry": EXPIRY}


def test_a_short_number_does_not_blank_the_answer() -> None:
    assert CardDetails("1", EXPIRY).scrub(b'{"code":1}') == b'{"code":1}'


def test_records_show_who_and_how_much_only() -> None:
    payment = Payment(
        imp_uid="imps_1", merchant_uid="o", status="paid", amount=1, buyer_email="a@b.c"
    )
    assert repr(payment) == "<Payment imps_1 paid 1 KRW for 'o'>"
    assert repr(BillingKey(customer_uid="u", customer_tel="010")) == "<BillingKey 'u'>"


@pytest.mark.parametrize(
    "error",
    [
        DuplicateOrder(-1, "duplicate"),
        NotFound(1, "nobody", 404),
        NotSent("no connection"),
        OutcomeUnknown("timeout", "order-1", "shopper-1", 1000),
        OutcomeUnknown("timeout", amount=1000, about="cancel", imp_uid="imps_1"),
        OutcomeUnknown("timeout", about="schedule", merchant_uids=("order-1", "order-2")),
        PaymentDeclined(Payment(imp_uid="i", merchant_uid="m", status="failed", amount=1)),
        PaymentMismatch(Payment(imp_uid="i", merchant_uid="m", status="paid", amount=1), 2),
        Refused(-1, ""),
        Unauthorized("no"),
        Unavailable("timeout"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_a_process_boundary(error: IamportError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error) != ""
    assert vars(again) == vars(error)
