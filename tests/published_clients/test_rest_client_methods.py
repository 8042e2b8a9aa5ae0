"""What only the users of the clients see that are named as iamport-rest-client: all its methods."""

from typing import Any

import pytest

from tests.published_clients.walk import (
    HTTP_BAD_REQUEST,
    HTTP_NOT_FOUND,
    REST_CLIENTS,
    Walk,
)

UNSERVED = {
    "pay_foreign": "POST /subscribe/payments/foreign",
    "revoke_vbank_by_imp_uid": "DELETE /vbanks/",
    "find_certification": "GET /certifications/",
    "cancel_certification": "DELETE /certifications/",
    "init_otp_certification": "POST /certifications/otp/request",
    "confirm_otp_certification": "POST /certifications/otp/confirm/",
}

rest_clients = pytest.mark.parametrize("walk", REST_CLIENTS, indirect=True)
async_client = pytest.mark.parametrize("walk", ["async-iamport"], indirect=True)


def orders(page: dict[str, Any]) -> list[tuple[str, str]]:
    """The orders of a page of payments, each with how it stands."""
    return [(payment["merchant_uid"], payment["status"]) for payment in page["list"]]


@rest_clients
@pytest.mark.parametrize("step", ["cancel_by_imp_uid", "cancel_by_merchant_uid"])
def test_a_payment_is_cancelled_by_either_number(walk: Walk, step: str) -> None:
    cancelled = walk.returned(step)
    assert cancelled["merchant_uid"] == f"{step.removeprefix('cancel_').replace('_', '-')}-order"
    assert (cancelled["status"], cancelled["cancel_amount"]) == ("cancelled", 8900)


@rest_clients
def test_a_wrong_checksum_cancels_nothing(walk: Walk) -> None:
    text = "취소 가능한 잔액이 checksum과 일치하지 않습니다. (취소가능금액: 8900)"
    assert walk.steps["wrong_checksum"] == walk.refusal(1, text)
    assert len(walk.returned("cancel_by_merchant_uid")["cancel_history"]) == 1


@rest_clients
@pytest.mark.parametrize("step", ["only_by_imp_uid", "only_by_merchant_uid"])
def test_a_payment_is_found_by_either_number(walk: Walk, step: str) -> None:
    assert walk.returned(step) == walk.returned("onetime")


@rest_clients
def test_another_amount_is_not_paid(walk: Walk) -> None:
    assert walk.returned("is_paid_by_answer") is False


@pytest.mark.parametrize("walk", ["iamport-rest-client"], indirect=True)
@pytest.mark.parametrize("status", ["paid", "no-such-status"])
def test_iamport_rest_client_breaks_before_it_asks_by_status(walk: Walk, status: str) -> None:
    text = "Iamport._get() got an unexpected keyword argument 'params'"
    assert walk.steps[f"search_{status}"] == {"raised": "TypeError", "message": text}
    assert len([call for call in walk.journal if "/status/" in call["path"]]) == 2


@async_client
@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("paid", ["second-order", "retried", "unsaved-order", "order", "replaced-order"]),
        ("failed", ["retried"]),
        ("ready", []),
    ],
)
def test_payments_are_found_by_status_newest_first(
    walk: Walk, status: str, found: list[str]
) -> None:
    page = walk.returned(f"search_{status}")
    assert orders(page) == [(order, status) for order in found]
    assert (page["total"], page["previous"], page["next"]) == (len(found), 0, 0)


@async_client
def test_all_payments_are_those_of_every_status(walk: Walk) -> None:
    statuses = ("ready", "paid", "cancelled", "failed")
    totals = [walk.returned(f"search_{status}")["total"] for status in statuses]
    assert walk.returned("search_all")["total"] == sum(totals) == 11


@async_client
def test_a_page_of_payments_names_its_neighbours(walk: Walk) -> None:
    page = walk.returned("search_page")
    assert orders(page) == [("retried", "failed"), ("retried", "paid"), ("second-order", "paid")]
    assert (page["total"], page["previous"], page["next"]) == (11, 1, 3)


@async_client
@pytest.mark.parametrize("step", ["search_no-such-status", "search_page_beyond"])
def test_a_bad_search_by_status_is_a_bad_request(walk: Walk, step: str) -> None:
    assert walk.steps[step] == HTTP_BAD_REQUEST


@rest_clients
def test_an_announced_amount_is_valid_and_no_other_is(walk: Walk) -> None:
    announced = {"merchant_uid": "announced-order", "amount": 12000}
    assert walk.returned("prepare") == announced
    assert walk.returned("validate") is True
    assert walk.returned("validate_other_amount") is False


@rest_clients
def test_an_order_is_announced_once(walk: Walk) -> None:
    text = "이미 동일한 merchant_uid로 사전등록된 정보가 존재합니다."
    assert walk.steps["prepare_again"] == walk.refusal(1, text)


@rest_clients
def test_an_order_that_was_not_announced_is_not_found(walk: Walk) -> None:
    assert walk.steps["validate_unknown"] == HTTP_NOT_FOUND


@async_client
def test_an_announced_amount_can_be_changed(walk: Walk) -> None:
    assert walk.returned("adjust") == {"merchant_uid": "announced-order", "amount": 9000}
    assert walk.returned("validate_adjusted") is True
    assert walk.steps["adjust_unknown"] == HTTP_NOT_FOUND


@rest_clients
def test_codes_are_read_through_the_client(walk: Walk) -> None:
    assert walk.returned("one_card") == {"code": "361", "name": "BC카드"}
    assert walk.returned("one_card") in walk.returned("cards")
    assert walk.returned("one_bank") == {"code": "004", "name": "KB국민은행"}
    assert walk.returned("one_bank") in walk.returned("banks")
    assert walk.steps["unknown_card"] == HTTP_NOT_FOUND


@rest_clients
def test_the_merchants_channels_are_read_through_the_client(walk: Walk) -> None:
    channels = walk.returned("channels")
    saved = walk.returned("save")
    gateways = {(channel["pg_provider"], channel["pg_id"]) for channel in channels}
    assert (saved["pg_provider"], saved["pg_id"]) in gateways
    assert {channel["type"] for channel in channels} == {"api_payment"}


@rest_clients
def test_a_card_payment_has_no_details_of_its_amount(walk: Walk) -> None:
    assert walk.steps["balance"] == HTTP_NOT_FOUND


@rest_clients
def test_several_payments_are_read_at_once(walk: Walk) -> None:
    many = {payment["imp_uid"]: payment for payment in walk.returned("many")}
    expected = [walk.returned("onetime"), walk.returned("again")]
    assert many == {payment["imp_uid"]: payment for payment in expected}


@rest_clients
def test_several_payments_of_which_one_is_missing_are_an_error_to_the_client(walk: Walk) -> None:
    expected = {"raised": "HttpError", "code": 207, "reason": "Multi-Status"}
    assert walk.steps["many_partly"] == expected


@rest_clients
def test_all_attempts_of_an_order_are_listed(walk: Walk) -> None:
    retried, declined = walk.returned("retry"), walk.returned("decline")
    assert walk.returned("find_all")["list"] == [retried, declined]
    assert walk.returned("find_all_paid")["list"] == [retried]
    assert walk.steps["find_all_bad_status"] == HTTP_BAD_REQUEST


@rest_clients
def test_paid_payments_are_listed_and_a_bad_status_is_a_bad_request(walk: Walk) -> None:
    found = [order for order, _ in orders(walk.returned("status_paid"))]
    assert found == ["second-order", "retried", "unsaved-order", "order", "replaced-order"]
    assert walk.steps["status_bad"] == HTTP_BAD_REQUEST


@rest_clients
def test_what_is_not_served_is_not_found_and_pays_nothing(walk: Walk) -> None:
    outcomes = {name: each for name, each in walk.steps.items() if name.startswith("unserved_")}
    methods = {name.split(".")[1] for name in walk.report["methods"]}
    assert set(outcomes) == {f"unserved_{method}" for method in methods & set(UNSERVED)}
    assert list(outcomes.values()) == [HTTP_NOT_FOUND] * len(outcomes)
    assert walk.steps["find_abroad"] == HTTP_NOT_FOUND


@rest_clients
def test_the_journal_names_each_operation_that_is_not_served(walk: Walk) -> None:
    methods = {name.split(".")[1] for name in walk.report["methods"]}
    expected = [asked for method, asked in UNSERVED.items() if method in methods]
    texts = [call["message"] for call in walk.journal if call["status"] == 404]
    assert [asked for asked in expected if not any(asked in text for text in texts)] == []
