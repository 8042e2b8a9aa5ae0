"""What the users of iamporter's api classes see, which return each answer as it is."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.published_clients.walk import UNKNOWN_PAYMENT, Walk

NO_BALANCE = (
    "(현재는 PAYCO, KCP만 지원됩니다) 결제건에 대한 금액상세정보가 확인되지 않습니다. "
    "결제 상태가 paid 또는 cancelled가 아닌 경우 확인되지 않습니다."
)
ORDERS = {
    "cancelled": ["parted-order", "unreasoned-order", "returned-order"],
    "failed": ["retried"],
    "paid": [
        *("api-again", "api-order", "second-order", "retried"),
        *("unsaved-order", "order", "replaced-order"),
    ],
    "ready": [],
}


@pytest.fixture
def walk(walk_of: Callable[[str], Walk]) -> Walk:
    return walk_of("iamporter")


def answer(status: int, code: int, message: str) -> dict[str, Any]:
    return {"status": status, "code": code, "message": message, "data": None}


def data(walk: Walk, step: str) -> Any:
    """What a step was answered with, when it went well."""
    returned = walk.returned(step)
    assert (returned["status"], returned["code"], returned["message"]) == (200, 0, None)
    return returned["data"]


def test_a_card_is_saved_shown_and_deleted_once(walk: Walk) -> None:
    saved = data(walk, "post_customers")
    assert (saved["customer_uid"], saved["customer_name"]) == ("api-buyer", "홍길동")
    assert saved["card_number"] == walk.masked("first")
    assert data(walk, "get_customers") == data(walk, "delete_customers") == saved
    text = "요청하신 customer_uid(api-buyer)로 등록된 정보를 찾을 수 없습니다."
    assert walk.returned("delete_customers_again") == answer(200, 1, text)


def test_a_key_in_payment_is_paid(walk: Walk) -> None:
    payment = data(walk, "post_onetime")
    assert (payment["status"], payment["amount"]) == ("paid", 1004)
    assert (payment["merchant_uid"], payment["buyer_name"]) == ("api-order", "김구매")
    assert payment["customer_uid_usage"] is None


def test_a_charge_on_a_key_is_paid_and_listed_as_the_customers(walk: Walk) -> None:
    payment = data(walk, "post_again")
    assert (payment["status"], payment["customer_uid_usage"]) == ("paid", "payment")
    page = {"total": 1, "previous": 0, "next": 0, "list": [payment]}
    assert data(walk, "get_customers_payments") == page
    assert data(walk, "get_page_of_payments") == page


def test_an_unknown_customer_cannot_be_charged_and_has_no_payments(walk: Walk) -> None:
    assert walk.returned("post_again_unknown") == answer(200, 1, "등록되지 않은 구매자입니다.")
    nothing = {"total": 0, "previous": 0, "next": 0, "list": []}
    assert data(walk, "get_payments_of_nobody") == nothing


def test_a_payment_is_found_by_its_number(walk: Walk) -> None:
    assert data(walk, "get") == walk.returned("onetime")


def test_an_orders_payment_is_its_newest_or_the_one_of_a_status(walk: Walk) -> None:
    assert data(walk, "get_find") == walk.returned("retry")
    assert data(walk, "get_find_failed") == walk.returned("decline")


@pytest.mark.parametrize("step", ["get_unknown", "get_find_cancelled", "get_findall_unknown"])
def test_a_payment_that_there_is_not_is_not_found(walk: Walk, step: str) -> None:
    assert walk.returned(step) == answer(404, -1, UNKNOWN_PAYMENT)


def test_all_attempts_of_an_order_are_listed(walk: Walk) -> None:
    declined, retried = walk.returned("decline"), walk.returned("retry")
    attempts = {"total": 2, "previous": 0, "next": 0, "list": [declined, retried]}
    assert data(walk, "get_findall") == attempts
    assert data(walk, "get_findall_paid")["list"] == [retried]


def test_a_card_payment_has_no_details_of_its_amount(walk: Walk) -> None:
    assert walk.returned("get_balance") == answer(404, -1, NO_BALANCE)


@pytest.mark.parametrize("status", ORDERS)
def test_payments_are_found_by_status_newest_first(walk: Walk, status: str) -> None:
    page = data(walk, f"get_status_{status}")
    found = [(payment["merchant_uid"], payment["status"]) for payment in page["list"]]
    assert found == [(order, status) for order in ORDERS[status]]
    assert page["total"] == len(ORDERS[status])


def test_all_payments_are_those_of_every_status(walk: Walk) -> None:
    assert data(walk, "get_status_all")["total"] == sum(map(len, ORDERS.values()))


def test_a_page_of_payments_names_its_neighbours(walk: Walk) -> None:
    page = data(walk, "get_status_page")
    assert len(page["list"]) == 3
    assert (page["total"], page["previous"], page["next"]) == (11, 1, 3)


def test_a_time_without_payments_is_an_empty_page(walk: Walk) -> None:
    nothing = {"total": 0, "previous": 0, "next": 0, "list": []}
    assert data(walk, "get_status_of_1970") == nothing


@pytest.mark.parametrize("step", ["get_status_no-such-status", "get_findall_bad_status"])
def test_a_word_that_is_no_status_is_a_bad_request(walk: Walk, step: str) -> None:
    assert walk.returned(step) == answer(400, -1, "지원되지 않는 상태값입니다.")


def test_a_page_beyond_the_last_is_a_bad_request(walk: Walk) -> None:
    returned = walk.returned("get_status_page_beyond")
    assert (returned["status"], returned["code"], returned["data"]) == (400, -1, None)


def test_a_cancel_that_names_no_payment_is_refused(walk: Walk) -> None:
    returned = walk.returned("post_cancel_nothing")
    assert (returned["status"], returned["code"], returned["data"]) == (200, 1, None)
    assert returned["message"].endswith("지정해주셔야합니다.")


def test_an_unknown_payment_cannot_be_cancelled(walk: Walk) -> None:
    text = "취소할 결제건이 존재하지 않습니다."
    assert walk.returned("post_cancel_unknown") == answer(200, 1, text)


def test_a_wrong_checksum_cancels_nothing(walk: Walk) -> None:
    returned = walk.returned("post_cancel_wrong_checksum")
    assert (returned["status"], returned["code"], returned["data"]) == (200, 1, None)
    assert data(walk, "post_cancel_part")["cancel_amount"] == 4


def test_a_payment_is_cancelled_in_parts_until_nothing_is_left(walk: Walk) -> None:
    cancelled = data(walk, "post_cancel_rest")
    lines = [(line["amount"], line["reason"]) for line in cancelled["cancel_history"]]
    assert lines == [(4, "취소요청api"), (1000, "변심")]
    assert (cancelled["status"], cancelled["cancel_amount"]) == ("cancelled", 1004)
    text = "이미 전액취소된 주문입니다."
    assert walk.returned("post_cancel_again") == answer(200, 1, text)
