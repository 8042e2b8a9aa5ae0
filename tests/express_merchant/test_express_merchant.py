"""The documentation's merchant, in Express and axios, against the emulator on a real port."""

import base64
import json
import selectors
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import httpx
import pytest

from fake_iamport import FakeIamport, FakeMerchant

Form = dict[str, str]
Cards = dict[str | None, list[Form]]
StartScript = Callable[..., AbstractContextManager[subprocess.Popen[str]]]

START_SECONDS = 30

REFUSED_KEY = "카드정보 인증 및 빌키 발급에 실패하였습니다. [F113]거래거절 카드번호틀림"
REFUSED_CARD = "카드정보 인증에 실패하였습니다. [F113]거래거절 카드번호틀림"
DUPLICATE = (
    "이미 주문이 이루어진 건입니다. (동일한 merchant_uid로 결제 또는 취소된 기록이 있습니다)"
)
UNKNOWN_BUYER = "등록되지 않은 구매자입니다."


class Shop(NamedTuple):
    """The running Express merchant, and its account at the emulator."""

    http: httpx.Client
    account: FakeMerchant

    def post(self, path: str, form: Form) -> Any:
        answer = self.http.post(path, data=form)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def cards_of(self, customer_uid: str) -> list[tuple[str, bool]]:
        """The card of each key that the gateway issued, and whether the key is still good."""
        keys = [key for key in self.account.ledger() if key.customer_uid == customer_uid]
        return [(key.card_number, key.deleted_at is None) for key in keys]


@contextmanager
def running_merchant(
    start_script: StartScript, account: FakeMerchant, secret: str
) -> Iterator[httpx.Client]:
    variables = {"IAMPORT_BASE_URL": account.url, "IMP_KEY": account.imp_key, "IMP_SECRET": secret}
    with (
        start_script("merchant.js", **variables) as process,
        httpx.Client(base_url=announced_url(process), trust_env=False) as http,
    ):
        yield http


def announced_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        assert selector.select(START_SECONDS), "the merchant said nothing"
    line = process.stdout.readline()
    before, announced, url = line.strip().partition("merchant at ")
    assert (before, announced) == ("", "merchant at "), line
    return url


@pytest.fixture(scope="session")
def shop(fake_iamport_server: FakeIamport, start_script: StartScript) -> Iterator[Shop]:
    account = fake_iamport_server.create_merchant()
    with running_merchant(start_script, account, account.imp_secret) as http:
        yield Shop(http, account)


@pytest.fixture(scope="session")
def cards(fake_iamport_server: FakeIamport) -> Cards:
    """The forms that a buyer fills in: the test cards, by the failure that they cause."""
    answer = httpx.get(f"{fake_iamport_server.url}/_fake/cards", trust_env=False)
    forms: Cards = {}
    for card in answer.raise_for_status().json()["cards"]:
        form = {name: card[name] for name in ("expiry", "birth", "pwd_2digit")}
        forms.setdefault(card["failure"], []).append({"card_number": card["number"], **form})
    return forms


@pytest.fixture
def customer_uid() -> str:
    return f"customer-{uuid.uuid4()}"


@pytest.fixture
def merchant_uid() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def order(merchant_uid: str) -> Form:
    return {"merchant_uid": merchant_uid, "amount": "8900"}


def masked(card: Form) -> str:
    digits = card["card_number"].replace("-", "")
    return f"{digits[:8]}****{digits[12:]}"


def register(shop: Shop, customer_uid: str, card: Form) -> Any:
    return shop.post("/subscriptions/issue-billing", {**card, "customer_uid": customer_uid})


def test_a_card_from_the_form_is_registered(shop: Shop, cards: Cards, customer_uid: str) -> None:
    card = cards[None][0]
    answer = register(shop, customer_uid, card)
    assert answer == {"status": "success", "message": "the card is registered"}
    found = shop.get(f"/subscriptions/{customer_uid}")["found"]
    assert (found["customer_uid"], found["card_number"]) == (customer_uid, masked(card))


def test_a_second_card_for_a_customer_replaces_the_first_and_its_gateway_key_is_deleted(
    shop: Shop, cards: Cards, customer_uid: str
) -> None:
    old, new = cards[None][:2]
    register(shop, customer_uid, old)
    inserted = shop.get(f"/subscriptions/{customer_uid}")["found"]["inserted"]
    assert register(shop, customer_uid, new)["status"] == "success"
    assert shop.cards_of(customer_uid) == [(masked(old), False), (masked(new), True)]
    found = shop.get(f"/subscriptions/{customer_uid}")["found"]
    assert (found["card_number"], found["inserted"]) == (masked(new), inserted)


def test_a_refused_card_is_failed_with_the_message_of_the_gateway(
    shop: Shop, cards: Cards, customer_uid: str
) -> None:
    (card,) = cards["wrong_card_number"]
    answer = register(shop, customer_uid, card)
    assert answer == {"status": "failed", "message": REFUSED_KEY}
    assert shop.cards_of(customer_uid) == []


def test_an_unregistered_customer_is_failed_with_the_message_of_iamport(
    shop: Shop, customer_uid: str
) -> None:
    text = f"요청하신 customer_uid({customer_uid})로 등록된 정보를 찾을 수 없습니다."
    answer = shop.get(f"/subscriptions/{customer_uid}")
    assert answer == {"status": "failed", "message": text, "found": None}


def test_a_key_in_payment_is_paid_and_saves_the_card(
    shop: Shop, cards: Cards, customer_uid: str, order: Form
) -> None:
    card = cards[None][0]
    answer = shop.post("/payments/key-in", {**card, **order, "customer_uid": customer_uid})
    assert (answer["status"], answer["message"]) == ("success", "the card was charged")
    payment = answer["payment"]
    assert (payment["status"], payment["amount"]) == ("paid", 8900)
    assert (payment["customer_uid"], payment["customer_uid_usage"]) == (customer_uid, "issue")
    assert shop.cards_of(customer_uid) == [(masked(card), True)]


def test_a_key_in_payment_without_a_customer_saves_no_card(
    shop: Shop, cards: Cards, order: Form
) -> None:
    keys_before = len(shop.account.ledger())
    answer = shop.post("/payments/key-in", {**cards[None][0], **order})
    assert answer["payment"]["status"] == "paid"
    assert answer["payment"]["customer_uid"] is None
    assert len(shop.account.ledger()) == keys_before


def test_a_key_in_payment_with_a_refused_card_is_failed_with_its_message(
    shop: Shop, cards: Cards, order: Form
) -> None:
    (card,) = cards["wrong_card_number"]
    answer = shop.post("/payments/key-in", {**card, **order})
    assert answer == {"status": "failed", "message": REFUSED_CARD, "payment": None}


def test_a_key_from_the_form_is_charged(
    shop: Shop, cards: Cards, customer_uid: str, order: Form
) -> None:
    register(shop, customer_uid, cards[None][0])
    answer = shop.post("/subscriptions/charge", {**order, "customer_uid": customer_uid})
    assert (answer["status"], answer["message"]) == ("success", "the card was charged")
    payment = answer["payment"]
    assert (payment["status"], payment["amount"]) == ("paid", 8900)
    assert payment["name"] == "월간 이용권 정기결제"
    assert payment["customer_uid_usage"] == "payment"


def test_a_declined_charge_is_a_success_to_a_merchant_who_only_looks_at_the_code(
    shop: Shop, cards: Cards, customer_uid: str, order: Form
) -> None:
    (card,) = cards["limit_exceeded"]
    assert register(shop, customer_uid, card)["status"] == "success"
    answer = shop.post("/subscriptions/charge", {**order, "customer_uid": customer_uid})
    assert (answer["status"], answer["message"]) == ("success", "the card was charged")
    payment = answer["payment"]
    assert (payment["status"], payment["paid_at"]) == ("failed", 0)
    assert "사용한도초과" in payment["fail_reason"]
    assert payment["failed_at"] > 0


def test_an_unknown_customer_cannot_be_charged(shop: Shop, customer_uid: str, order: Form) -> None:
    answer = shop.post("/subscriptions/charge", {**order, "customer_uid": customer_uid})
    assert answer == {"status": "failed", "message": UNKNOWN_BUYER, "payment": None}


def test_a_paid_order_cannot_be_paid_again_by_card_or_key(
    shop: Shop, cards: Cards, customer_uid: str, order: Form
) -> None:
    payment = {**cards[None][0], **order, "customer_uid": customer_uid}
    assert shop.post("/payments/key-in", payment)["status"] == "success"
    refused = {"status": "failed", "message": DUPLICATE, "payment": None}
    assert shop.post("/payments/key-in", payment) == refused
    assert shop.post("/subscriptions/charge", payment) == refused


def test_a_payment_is_found_by_either_of_its_numbers(
    shop: Shop, cards: Cards, merchant_uid: str, order: Form
) -> None:
    payment = shop.post("/payments/key-in", {**cards[None][0], **order})["payment"]
    found = {"status": "success", "message": "found", "found": payment}
    assert shop.get(f"/payments/{payment['imp_uid']}") == found
    assert shop.get(f"/orders/{merchant_uid}") == found


def test_an_unknown_payment_is_an_exception_in_axios(shop: Shop, merchant_uid: str) -> None:
    answer = shop.http.get(f"/orders/{merchant_uid}")
    assert answer.status_code == 400
    assert answer.json()["message"] == "Request failed with status code 404"


def test_wrong_credentials_are_an_exception_in_axios(
    fake_iamport: FakeMerchant, start_script: StartScript, customer_uid: str
) -> None:
    with running_merchant(start_script, fake_iamport, "not-the-secret") as http:
        answer = http.get(f"/subscriptions/{customer_uid}")
    assert answer.status_code == 400
    assert answer.json()["message"] == "Request failed with status code 401"


def test_the_fetch_of_node_gets_the_same_bytes_as_another_client(
    shop: Shop,
    cards: Cards,
    merchant_uid: str,
    order: Form,
    start_script: StartScript,
) -> None:
    shop.post("/payments/key-in", {**cards[None][0], **order})
    with httpx.Client(base_url=shop.account.url, trust_env=False) as http:
        keys = {"imp_key": shop.account.imp_key, "imp_secret": shop.account.imp_secret}
        token = http.post("/users/getToken", json=keys).json()["response"]["access_token"]
        expected = http.get(f"/payments/find/{merchant_uid}", headers={"Authorization": token})
    with start_script("fetch_once.js", str(expected.url), token) as process:
        output, _ = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 0, output
    fetched = json.loads(output)
    assert (fetched["status"], base64.b64decode(fetched["body"])) == (200, expected.content)
