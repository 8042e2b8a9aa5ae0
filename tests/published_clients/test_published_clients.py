"""Published Python clients of i'mport, unmodified, against the emulator on a real port."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from fake_iamport import FakeIamport
from fake_iamport.domain.billing_key import GatewayKey

CLIENTS = ["iamport-rest-client", "iamport-rest-client2", "iamporter", "async-iamport"]
SCRIPT = Path(__file__).parent / "client_session.py"
SESSION_SECONDS = 60

UNKNOWN_NUMBER = (
    "카드정보 인증 및 빌키 발급에 실패하였습니다. "
    "[F112]유효하지않은 카드번호를 입력하셨습니다. (card_bin 없음)"
)
WRONG_NUMBER = "카드정보 인증에 실패하였습니다. [F113]거래거절 카드번호틀림"
DUPLICATE = (
    "이미 주문이 이루어진 건입니다. (동일한 merchant_uid로 결제 또는 취소된 기록이 있습니다)"
)
UNKNOWN_BUYER = "등록되지 않은 구매자입니다."
UNKNOWN_PAYMENT = "존재하지 않는 결제정보입니다."
WRONG_CREDENTIALS = "인증에 실패하였습니다. API키와 secret을 확인하세요."


class Walk(NamedTuple):
    """What one client went through: every step's outcome, and the gateway's ledger after it."""

    client: str
    steps: dict[str, dict[str, Any]]
    cards: dict[str, dict[str, str]]
    ledger: list[GatewayKey]

    def returned(self, step: str) -> Any:
        assert list(self.steps[step]) == ["returned"], self.steps[step]
        return self.steps[step]["returned"]

    def masked(self, card: str) -> str:
        digits = self.cards[card]["card_number"].replace("-", "")
        return f"{digits[:8]}****{digits[12:]}"

    def gateway_keys(self, customer_uid: str) -> list[tuple[str, bool]]:
        """The card of each key that the gateway issued, and whether the key is still good."""
        keys = [key for key in self.ledger if key.customer_uid == customer_uid]
        return [(key.card_number, key.deleted_at is None) for key in keys]

    def refusal(self, code: int, message: str) -> dict[str, Any]:
        """How this client tells of an answer with HTTP 200 and another code than 0."""
        if self.client != "iamporter":
            return {"raised": "ResponseError", "code": code, "message": message}
        response = {"status": 200, "code": code, "message": message, "data": None}
        return {"raised": "ImpApiError", "response": response}

    def missing_payment(self) -> dict[str, Any]:
        """How this client tells of HTTP 404; only iamporter reads the body."""
        if self.client != "iamporter":
            return {"raised": "HttpError", "code": 404, "reason": "Not Found"}
        response = {"status": 404, "code": -1, "message": UNKNOWN_PAYMENT, "data": None}
        return {"raised": "ImpApiError", "response": response}

    def missing_key(self, customer_uid: str) -> dict[str, Any]:
        text = f"요청하신 customer_uid({customer_uid})로 등록된 정보를 찾을 수 없습니다."
        return self.refusal(1, text)


def chosen_cards(url: str) -> dict[str, dict[str, str]]:
    answer = httpx.get(f"{url}/_fake/cards", trust_env=False)
    offered = answer.raise_for_status().json()["cards"]
    good = [as_parameters(card) for card in offered if card["failure"] is None]
    bad = {card["failure"]: as_parameters(card) for card in offered}
    return {
        "first": good[0],
        "second": good[1],
        "declined": bad["limit_exceeded"],
        "wrong_number": bad["wrong_card_number"],
        "unknown_number": {**good[0], "card_number": "1234-1234-1234-1234"},
    }


def as_parameters(card: dict[str, str]) -> dict[str, str]:
    return {
        "card_number": card["number"],
        "expiry": card["expiry"],
        "birth": card["birth"],
        "pwd_2digit": card["pwd_2digit"],
    }


def without_proxies() -> dict[str, str]:
    """The environment of a client that is to reach this machine's loopback directly."""
    return {name: value for name, value in os.environ.items() if "_proxy" not in name.lower()}


def run_session(interpreter: Path, order: dict[str, Any]) -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        [str(interpreter), "-I", str(SCRIPT)],
        input=json.dumps(order),
        env=without_proxies(),
        capture_output=True,
        text=True,
        timeout=SESSION_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    steps: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return steps


@pytest.fixture(scope="session")
def walk_of(
    fake_iamport_server: FakeIamport, interpreter_of: Callable[[str], Path]
) -> Callable[[str], Walk]:
    """Lets a client walk through all steps, once, as a merchant of its own."""

    @cache
    def walk(client: str) -> Walk:
        interpreter = interpreter_of(client)
        merchant = fake_iamport_server.create_merchant()
        cards = chosen_cards(merchant.url)
        credentials = {"imp_key": merchant.imp_key, "imp_secret": merchant.imp_secret}
        order = {"client": client, "url": merchant.url, **credentials, "cards": cards}
        steps = run_session(interpreter, order)
        return Walk(client, steps, cards, merchant.ledger())

    return walk


@pytest.fixture(params=CLIENTS)
def walk(request: pytest.FixtureRequest, walk_of: Callable[[str], Walk]) -> Walk:
    return walk_of(request.param)


def test_a_token_is_forty_hexadecimal_digits_and_stays_the_same(walk: Walk) -> None:
    token = walk.returned("token")
    assert re.fullmatch("[0-9a-f]{40}", token)
    assert walk.returned("token_later") == token


def test_wrong_credentials_are_refused(walk: Walk) -> None:
    expected = {"raised": "HttpError", "code": 401, "reason": "Unauthorized"}
    if walk.client == "iamporter":
        expected = {"raised": "ImpUnAuthorized", "message": WRONG_CREDENTIALS}
    assert walk.steps["wrong_credentials"] == expected


def test_a_saved_card_comes_back_masked_with_its_owner(walk: Walk) -> None:
    saved = walk.returned("save")
    assert saved["customer_uid"] == "customer"
    assert saved["customer_name"] == "홍길동"
    assert saved["card_number"] == walk.masked("first")
    assert (saved["pg_provider"], saved["pg_id"]) == ("nice", "nictest04m")
    assert saved["inserted"] == saved["updated"]


def test_what_was_not_said_of_a_customer_is_null(walk: Walk) -> None:
    saved = walk.returned("save")
    unsaid = ("customer_tel", "customer_email", "customer_addr", "customer_postcode")
    assert [saved[name] for name in unsaid] == [None, None, None, None]


def test_a_reused_customer_uid_takes_the_new_card_and_keeps_its_first_moment(walk: Walk) -> None:
    saved, replaced = walk.returned("save"), walk.returned("replace")
    assert replaced["card_number"] == walk.masked("second")
    assert replaced["card_name"] != saved["card_name"]
    assert replaced["inserted"] == saved["inserted"]
    assert replaced["updated"] >= saved["updated"]


def test_the_gateway_key_of_a_replaced_card_is_deleted(walk: Walk) -> None:
    assert walk.gateway_keys("customer") == [
        (walk.masked("first"), False),
        (walk.masked("second"), True),
    ]


def test_a_viewed_key_is_the_key_that_was_saved(walk: Walk) -> None:
    assert walk.returned("view") == walk.returned("replace")


def test_a_charge_after_a_replacement_goes_to_the_new_card(walk: Walk) -> None:
    assert walk.returned("charge_replaced")["card_number"] == walk.masked("second")


def test_a_number_that_no_card_scheme_owns_gets_no_key(walk: Walk) -> None:
    assert walk.steps["save_unknown_number"] == walk.refusal(-1, UNKNOWN_NUMBER)
    assert walk.steps["view_refused"] == walk.missing_key("refused")


def test_a_refused_replacement_leaves_the_old_card(walk: Walk) -> None:
    assert walk.steps["save_over_good_key"] == walk.refusal(-1, UNKNOWN_NUMBER)
    assert walk.returned("view_after_refused_replacement") == walk.returned("replace")


def test_a_deletion_returns_what_was_deleted(walk: Walk) -> None:
    assert walk.returned("delete") == walk.returned("save_to_delete")
    assert walk.gateway_keys("leaver") == [(walk.masked("first"), False)]


def test_a_second_deletion_finds_nothing(walk: Walk) -> None:
    assert walk.steps["delete_again"] == walk.missing_key("leaver")


def test_a_deleted_key_cannot_be_charged(walk: Walk) -> None:
    assert walk.steps["charge_deleted"] == walk.refusal(1, UNKNOWN_BUYER)


def test_an_unknown_key_cannot_be_viewed(walk: Walk) -> None:
    assert walk.steps["view_unknown"] == walk.missing_key("nobody")


def test_a_key_in_payment_is_paid(walk: Walk) -> None:
    payment = walk.returned("onetime")
    assert (payment["status"], payment["amount"]) == ("paid", 1004)
    assert (payment["merchant_uid"], payment["name"]) == ("order", "월간 이용권")
    assert payment["card_number"] == walk.masked("first")
    assert re.fullmatch(r"imps_\d{12}", payment["imp_uid"])
    assert payment["paid_at"] == payment["started_at"] > 0
    assert (payment["failed_at"], payment["fail_reason"]) == (0, None)


def test_a_key_in_payment_with_a_customer_uid_saves_card_and_buyer(walk: Walk) -> None:
    payment, saved = walk.returned("onetime"), walk.returned("view_saved")
    assert (payment["customer_uid"], payment["customer_uid_usage"]) == ("buyer", "issue")
    assert saved["card_number"] == payment["card_number"]
    assert (saved["customer_name"], saved["customer_email"]) == ("김구매", "buyer@example.com")


def test_a_key_in_payment_without_a_customer_uid_saves_nothing(walk: Walk) -> None:
    payment = walk.returned("onetime_unsaved")
    assert payment["status"] == "paid"
    assert (payment["customer_uid"], payment["customer_uid_usage"]) == (None, None)
    assert {key.customer_uid for key in walk.ledger} == {"customer", "leaver", "buyer"}


def test_a_declined_charge_is_an_answer_with_status_failed_and_no_exception(walk: Walk) -> None:
    payment = walk.returned("decline")
    assert payment["status"] == "failed"
    assert "사용한도초과" in payment["fail_reason"]
    assert payment["failed_at"] == payment["started_at"] > 0
    assert payment["paid_at"] == 0
    assert walk.returned("is_declined_paid") is False
    assert walk.returned("find_declined") == payment


def test_a_declined_charge_saves_no_card(walk: Walk) -> None:
    assert walk.steps["view_declined"] == walk.missing_key("declined")


def test_an_order_whose_charge_was_declined_can_be_paid_and_is_found_paid(walk: Walk) -> None:
    retried = walk.returned("retry")
    assert retried["status"] == "paid"
    assert retried["imp_uid"] != walk.returned("decline")["imp_uid"]
    assert walk.returned("is_retried_paid") is True
    assert walk.returned("find_retried") == retried


def test_a_wrong_card_number_is_refused_and_leaves_no_payment(walk: Walk) -> None:
    assert walk.steps["wrong_number"] == walk.refusal(-1, WRONG_NUMBER)
    assert walk.steps["find_wrong_number"] == walk.missing_payment()


def test_a_charge_on_a_key_is_paid(walk: Walk) -> None:
    payment = walk.returned("again")
    assert (payment["status"], payment["amount"]) == ("paid", 8900)
    assert (payment["merchant_uid"], payment["name"]) == ("second-order", "정기 결제")
    assert (payment["customer_uid"], payment["customer_uid_usage"]) == ("buyer", "payment")
    assert payment["card_number"] == walk.masked("first")


def test_an_unknown_customer_cannot_be_charged(walk: Walk) -> None:
    assert walk.steps["again_unknown"] == walk.refusal(1, UNKNOWN_BUYER)


@pytest.mark.parametrize("step", ["duplicate_again", "duplicate_onetime"])
def test_a_paid_order_cannot_be_charged_again(walk: Walk, step: str) -> None:
    assert walk.steps[step] == walk.refusal(-1, DUPLICATE)


def test_a_paid_order_is_refused_before_an_unknown_customer_is(walk: Walk) -> None:
    assert walk.steps["duplicate_unknown"] == walk.refusal(-1, DUPLICATE)


@pytest.mark.parametrize("step", ["find_by_imp_uid", "find_by_merchant_uid"])
def test_a_payment_is_found(walk: Walk, step: str) -> None:
    assert walk.returned(step) == walk.returned("onetime")


@pytest.mark.parametrize("step", ["find_unknown_imp_uid", "find_unknown_merchant_uid"])
def test_an_unknown_payment_is_not_found(walk: Walk, step: str) -> None:
    assert walk.steps[step] == walk.missing_payment()
