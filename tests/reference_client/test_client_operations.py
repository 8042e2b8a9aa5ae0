import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from reference_client import (
    BillingKeys,
    Iamport,
    NotFound,
    OutcomeUnknown,
    PaidPayment,
    Refused,
    Unavailable,
)
from tests.reference_client.client_driver import FLAVOURS, Driver
from tests.reference_client.iamport_stub import (
    BASE_URL,
    CARD,
    KEY,
    NUMBER,
    SECRET,
    IamportStub,
    answer,
    changed,
    envelope,
    instead,
    refused,
)

ODD_UIDS = [
    "a/b",
    "a b",
    "100%",
    "%2F",
    "..",
    ".",
    "?x=1#y",
    "고객-1",
    "😀",
    "a+b",
    "customer_uid[]",
]


@pytest.fixture
def stub() -> IamportStub:
    return IamportStub()


@pytest.fixture(params=FLAVOURS)
def driver(request: pytest.FixtureRequest, stub: IamportStub) -> Iterator[Driver]:
    with Driver(request.param, stub) as driver:
        yield driver


def test_a_key_is_issued_with_the_card_as_json(driver: Driver, stub: IamportStub) -> None:
    key = driver.call("issue_billing_key", "shopper-1", CARD, customer_name="홍길동")
    assert (key.customer_uid, key.card_number, key.card_type) == (
        "shopper-1",
        "53651012****7890",
        None,
    )
    sent = stub.asked("issue")[0]
    assert sent.headers["content-type"] == "application/json"
    assert json.loads(sent.content) == {
        "card_number": NUMBER,
        "expiry": "2031-07",
        "birth": "830217",
        "pwd_2digit": "49",
        "customer_name": "홍길동",
    }


def test_the_token_goes_into_the_authorization_header(driver: Driver, stub: IamportStub) -> None:
    driver.issue()
    assert stub.asked("issue")[0].headers["authorization"] == f"Bearer {stub.tokens[0]}"


def test_a_key_is_viewed_and_deleted(driver: Driver, stub: IamportStub) -> None:
    driver.issue()
    assert driver.call("billing_key", "shopper-1").inserted == stub.now
    assert driver.call("delete_billing_key", "shopper-1", reason="탈퇴").customer_uid == "shopper-1"
    assert stub.asked("delete")[0].url.params["reason"] == "탈퇴"
    for method in ("billing_key", "delete_billing_key"):
        with pytest.raises(NotFound, match="shopper-1"):
            driver.call(method, "shopper-1")


def test_an_unknown_key_may_also_be_a_404(driver: Driver, stub: IamportStub) -> None:
    stub.once("view", instead(refused("other words", status=404)))
    with pytest.raises(NotFound) as caught:
        driver.call("billing_key", "shopper-1")
    assert caught.value.http_status == 404


def test_several_keys_say_which_are_missing(driver: Driver) -> None:
    driver.issue("a")
    driver.issue("b")
    assert driver.call("billing_keys", ["a", "b"]).missing == ()
    partly: BillingKeys = driver.call("billing_keys", ["a", "c&d", "b", "a", "e"])
    assert {key.customer_uid for key in partly.found} == {"a", "b"}
    assert partly.missing == ("c&d", "e")
    assert driver.call("billing_keys", ["x", "y"]) == BillingKeys((), ("x", "y"))


def test_none_found_may_also_be_code_1(driver: Driver, stub: IamportStub) -> None:
    stub.once("many", instead(refused("요청하신 customer_uid(a)로 등록된 정보를 …", code=1)))
    assert driver.call("billing_keys", ["a"]).missing == ("a",)


def test_a_404_that_is_no_answer_of_the_api_does_not_mean_missing(
    driver: Driver, stub: IamportStub
) -> None:
    stub.once("many", answer(404, b"<html>no such page</html>"))
    with pytest.raises(Unavailable):
        driver.call("billing_keys", ["a"])
    stub.once("find", answer(404, b"<html>no such page</html>"))
    with pytest.raises(Unavailable):
        driver.call("find_payment", "order-1")


@pytest.mark.parametrize("uids", [[], "abc"])
def test_several_keys_need_a_list(driver: Driver, stub: IamportStub, uids: Any) -> None:
    with pytest.raises(ValueError, match="list"):
        driver.call("billing_keys", uids)
    assert stub.calls == []


@pytest.mark.parametrize("uid", ODD_UIDS)
def test_odd_uids_stay_one_piece_of_the_path(driver: Driver, stub: IamportStub, uid: str) -> None:
    assert driver.issue(uid).customer_uid == uid
    path = stub.asked("issue")[0].url.raw_path.decode()
    assert path.count("/") == 3
    assert "?" not in path
    assert ".." not in path
    driver.pay(merchant_uid=uid)
    assert driver.call("find_payment", uid).merchant_uid == uid
    assert driver.call("find_payment", uid, "paid").merchant_uid == uid
    assert driver.call("billing_keys", [uid]).missing == ()


def test_a_slash_a_space_a_percent_and_an_emoji_on_the_wire(
    driver: Driver, stub: IamportStub
) -> None:
    driver.issue("a/b %😀")
    raw = stub.asked("issue")[0].url.raw_path
    assert raw == b"/subscribe/customers/a%2Fb%20%25%F0%9F%98%80"


def test_an_empty_uid_never_reaches_the_server(driver: Driver, stub: IamportStub) -> None:
    for method in ("billing_key", "delete_billing_key", "payment", "find_payment"):
        with pytest.raises(ValueError, match="empty"):
            driver.call(method, "")
    assert stub.calls == []


def test_a_card_payment(driver: Driver, stub: IamportStub) -> None:
    paid = driver.pay(amount=12_000, name="커피", customer_uid="shopper-1", card_quota=0)
    assert isinstance(paid, PaidPayment)
    assert (paid.amount, paid.merchant_uid, paid.paid_at) == (12_000, "order-1", stub.now)
    assert json.loads(stub.asked("onetime")[0].content) == {
        "merchant_uid": "order-1",
        "amount": 12_000,
        "name": "커피",
        "customer_uid": "shopper-1",
        "card_quota": 0,
        "card_number": NUMBER,
        "expiry": "2031-07",
        "birth": "830217",
        "pwd_2digit": "49",
    }


def test_a_key_payment(driver: Driver, stub: IamportStub) -> None:
    driver.issue()
    paid = driver.call(
        "pay_by_key", merchant_uid="order-1", amount=1000, customer_uid="shopper-1", name="커피"
    )
    assert isinstance(paid, PaidPayment)
    assert json.loads(stub.asked("again")[0].content) == {
        "merchant_uid": "order-1",
        "amount": 1000,
        "customer_uid": "shopper-1",
        "name": "커피",
    }


def test_a_payment_is_looked_up(driver: Driver, stub: IamportStub) -> None:
    imp_uid = driver.pay().imp_uid
    assert driver.call("payment", imp_uid).status == "paid"
    driver.call("payment", imp_uid, include_sandbox=True)
    assert stub.asked("payment")[1].url.query == b"include_sandbox=true"
    with pytest.raises(NotFound):
        driver.call("payment", "imps_unknown")
    with pytest.raises(NotFound):
        driver.call("find_payment", "order-1", "failed")


def test_records_are_read_generously(driver: Driver, stub: IamportStub) -> None:
    record = {
        "imp_uid": "imps_1",
        "merchant_uid": "order-1",
        "status": "paid",
        "amount": "1000",
        "paid_at": None,
        "started_at": "1700000000",
        "cancel_history": [{"amount": 10.5, "unheard": "of"}],
        "unheard": ["of"],
    }
    stub.once("payment", instead(envelope(record)))
    payment = driver.call("payment", "imps_1")
    assert (payment.amount, payment.paid_at, payment.currency) == (1000, 0, "KRW")
    assert payment.started_at == 1_700_000_000
    assert payment.cancel_history[0].amount == Decimal("10.5")


def test_an_answer_about_another_record_is_not_believed(driver: Driver, stub: IamportStub) -> None:
    driver.issue()
    stub.once("view", changed(customer_uid="somebody-else"))
    with pytest.raises(Unavailable):
        driver.call("billing_key", "shopper-1")
    imp_uid = driver.pay().imp_uid
    stub.once("payment", changed(imp_uid="imps_9"))
    with pytest.raises(Unavailable):
        driver.call("payment", imp_uid)
    stub.once("find", changed(merchant_uid="order-2"))
    with pytest.raises(Unavailable):
        driver.call("find_payment", "order-1")
    stub.once("find", changed(status="failed"))
    with pytest.raises(Unavailable):
        driver.call("find_payment", "order-1", "paid")


def test_a_refusal_carries_code_and_text(driver: Driver, stub: IamportStub) -> None:
    stub.once("issue", instead(refused("카드정보 인증 … [F112]유효하지않은 카드번호")))
    with pytest.raises(Refused) as caught:
        driver.issue()
    assert type(caught.value) is Refused
    assert (caught.value.code, caught.value.http_status) == (-1, 200)
    assert caught.value.message.endswith("[F112]유효하지않은 카드번호")


@pytest.mark.parametrize("method", ["issue_billing_key", "delete_billing_key"])
def test_a_lost_answer_about_a_key_is_unknown(
    driver: Driver, stub: IamportStub, method: str
) -> None:
    stub.once("issue", answer(502, b"<html>"))
    stub.once("delete", answer(502, b"<html>"))
    arguments = (CARD,) if method == "issue_billing_key" else ()
    with pytest.raises(OutcomeUnknown) as caught:
        driver.call(method, "shopper-1", *arguments)
    assert (caught.value.customer_uid, caught.value.merchant_uid) == ("shopper-1", None)


class TestSettings:
    def test_come_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("IAMPORT_IMP_KEY", "key-from-outside")
        monkeypatch.setenv("IAMPORT_IMP_SECRET", SECRET)
        monkeypatch.setenv("IAMPORT_BASE_URL", "http://elsewhere.test/")
        with Iamport() as client:
            assert repr(client) == "<Iamport key*** at http://elsewhere.test>"

    def test_of_the_caller_win(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("IAMPORT_BASE_URL", "http://elsewhere.test/")
        with Iamport(KEY, SECRET, base_url=BASE_URL) as client:
            assert BASE_URL in repr(client)

    def test_default_to_the_real_server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("IAMPORT_BASE_URL", raising=False)
        with Iamport(KEY, SECRET) as client:
            assert "https://api.iamport.kr" in repr(client)

    def test_without_credentials_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("IAMPORT_IMP_SECRET", raising=False)
        with pytest.raises(ValueError, match="IAMPORT_IMP_SECRET"):
            Iamport(KEY)

    @pytest.mark.parametrize(
        "url", ["api.iamport.kr", "ftp://h", "https://u:p@h", "https://h?a=1", "https://h#a"]
    )
    def test_with_an_odd_url_are_refused(self, url: str) -> None:
        with pytest.raises(ValueError, match="base URL"):
            Iamport(KEY, SECRET, base_url=url)


def test_timeouts_are_on_for_the_call_and_for_its_token(driver: Driver, stub: IamportStub) -> None:
    driver.pay()
    assert len(stub.calls) == 2
    for call in stub.calls:
        assert call.extensions["timeout"] == {"connect": 5, "read": 30, "write": 30, "pool": 5}


def test_a_base_url_with_a_path_is_kept() -> None:
    stub = IamportStub()
    seen = []

    def behind_a_prefix(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        inner = request.url.copy_with(raw_path=request.url.raw_path.removeprefix(b"/v1"))
        return stub(
            httpx.Request(request.method, inner, headers=request.headers, content=request.content)
        )

    transport = httpx.MockTransport(behind_a_prefix)
    with Iamport(KEY, SECRET, base_url=f"{BASE_URL}/v1/", transport=transport) as client:
        client.pay_by_card(merchant_uid="order-1", amount=1000, card=CARD)
    assert seen == ["/v1/users/getToken", "/v1/subscribe/payments/onetime"]
