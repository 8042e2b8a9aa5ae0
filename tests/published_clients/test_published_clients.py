"""Published Python clients of i'mport, unmodified, against the emulator on a real port."""

import re

import pytest

from tests.published_clients.walk import DUPLICATE_ORDER, Walk

UNKNOWN_NUMBER = (
    "카드정보 인증 및 빌키 발급에 실패하였습니다. "
    "[F112]유효하지않은 카드번호를 입력하셨습니다. (card_bin 없음)"
)
WRONG_NUMBER = "카드정보 인증에 실패하였습니다. [F113]거래거절 카드번호틀림"
UNKNOWN_BUYER = "등록되지 않은 구매자입니다."
WRONG_CREDENTIALS = "인증에 실패하였습니다. API키와 secret을 확인하세요."


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
    paid_with = [key for key in walk.ledger if key.card_number == payment["card_number"]]
    assert {key.customer_uid for key in paid_with} == {"customer"}


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
    assert walk.steps[step] == walk.refusal(-1, DUPLICATE_ORDER)


def test_a_paid_order_is_refused_before_an_unknown_customer_is(walk: Walk) -> None:
    assert walk.steps["duplicate_unknown"] == walk.refusal(-1, DUPLICATE_ORDER)


@pytest.mark.parametrize("step", ["find_by_imp_uid", "find_by_merchant_uid"])
def test_a_payment_is_found(walk: Walk, step: str) -> None:
    assert walk.returned(step) == walk.returned("onetime")


@pytest.mark.parametrize("step", ["find_unknown_imp_uid", "find_unknown_merchant_uid"])
def test_an_unknown_payment_is_not_found(walk: Walk, step: str) -> None:
    assert walk.steps[step] == walk.missing_payment()
