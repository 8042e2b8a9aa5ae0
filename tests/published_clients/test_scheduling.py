"""What the users of published clients see of schedules; iamporter knows none."""

from typing import Any

import pytest

from tests.published_clients.walk import HTTP_BAD_REQUEST, HTTP_NOT_FOUND, REST_CLIENTS, Walk

NOTHING_TO_REVOKE = "취소할 예약결제 기록이 존재하지 않습니다."
ITEM_KEYS = [
    *("customer_uid", "merchant_uid", "imp_uid", "customer_id"),
    *("schedule_at", "executed_at", "revoked_at", "amount", "name"),
    *("buyer_name", "buyer_tel", "buyer_email", "buyer_addr", "buyer_postcode"),
    *("schedule_status", "payment_status", "fail_reason", "custom_data", "currency"),
]

rest_clients = pytest.mark.parametrize("walk", REST_CLIENTS, indirect=True)
# iamport-rest-client2 has no methods that look schedules up.
looking_clients = pytest.mark.parametrize(
    "walk", ["iamport-rest-client", "async-iamport"], indirect=True
)


def standing(schedule: dict[str, Any]) -> tuple[str, str | None]:
    return schedule["schedule_status"], schedule["payment_status"]


def orders(schedules: list[dict[str, Any]]) -> list[str]:
    return [schedule["merchant_uid"] for schedule in schedules]


@rest_clients
def test_a_schedule_waits(walk: Walk) -> None:
    (schedule,) = walk.returned("schedule_new")
    assert list(schedule) == ITEM_KEYS
    assert (schedule["customer_uid"], schedule["merchant_uid"]) == ("subscriber", "first-month")
    assert (schedule["amount"], schedule["name"], schedule["currency"]) == (5900, "구독", "KRW")
    assert standing(schedule) == ("scheduled", None)
    assert (schedule["executed_at"], schedule["revoked_at"], schedule["imp_uid"]) == (0, 0, None)


@rest_clients
def test_a_schedule_of_a_new_customer_saves_the_card(walk: Walk) -> None:
    assert walk.returned("view_subscriber")["card_number"] == walk.masked("first")


@rest_clients
def test_a_known_customer_is_scheduled_without_a_card_in_the_order_asked(walk: Walk) -> None:
    schedules = walk.returned("schedule_known")
    assert orders(schedules) == ["second-month", "third-month"]
    assert schedules[1]["schedule_at"] - schedules[0]["schedule_at"] == 60


@rest_clients
def test_a_schedule_without_a_buyer_has_the_customer_as_buyer(walk: Walk) -> None:
    (schedule,) = walk.returned("schedule_poor")
    assert schedule["buyer_name"] == walk.returned("save_poor")["customer_name"] == "홍길동"


@rest_clients
def test_an_unknown_customer_without_a_card_cannot_be_scheduled(walk: Walk) -> None:
    assert walk.steps["schedule_unknown"] == walk.refusal(1, "등록된 고객정보가 없습니다.")


@rest_clients
def test_a_wrong_card_number_is_refused_and_saves_no_customer(walk: Walk) -> None:
    text = "카드정보 확인에 실패하였습니다. [F113]거래거절 카드번호틀림"
    assert walk.steps["schedule_wrong"] == walk.refusal(1, text)
    assert walk.steps["view_nobody"] == walk.missing_key("nobody")


@rest_clients
def test_an_order_is_scheduled_once(walk: Walk) -> None:
    # The code is recorded; the text is the emulator's own.
    text = "이미 예약된 merchant_uid입니다. (first-month)"
    assert walk.steps["schedule_twice"] == walk.refusal(1, text)


@looking_clients
def test_a_schedule_is_looked_up_by_its_order(walk: Walk) -> None:
    assert [walk.returned("get_schedule")] == walk.returned("schedule_new")
    assert walk.steps["get_unknown_schedule"] == HTTP_NOT_FOUND


@looking_clients
def test_schedules_between_two_moments_are_listed_oldest_first(walk: Walk) -> None:
    page = walk.returned("get_between")
    assert orders(page["list"]) == ["first-month", "poor-month", "second-month"]
    assert (page["total"], page["previous"], page["next"]) == (3, 0, 0)


@looking_clients
def test_a_span_without_schedules_is_empty_and_one_that_goes_back_is_refused(walk: Walk) -> None:
    nothing = {"total": 0, "previous": 0, "next": 0, "list": []}
    assert walk.returned("get_between_nothing") == nothing
    assert walk.steps["get_backwards"] == HTTP_BAD_REQUEST


@rest_clients
def test_a_schedule_can_be_revoked_once(walk: Walk) -> None:
    (revoked,) = walk.returned("unschedule")
    assert revoked["merchant_uid"] == "third-month"
    assert standing(revoked) == ("revoked", None)
    assert 0 < revoked["revoked_at"] < revoked["schedule_at"]
    assert walk.steps["unschedule_again"] == walk.refusal(1, NOTHING_TO_REVOKE)


@rest_clients
@pytest.mark.parametrize("step", ["unschedule_nobody", "unschedule_executed"])
def test_what_does_not_wait_cannot_be_revoked(walk: Walk, step: str) -> None:
    assert walk.steps[step] == walk.refusal(1, NOTHING_TO_REVOKE)


@rest_clients
def test_a_due_schedule_is_paid_at_its_moment(walk: Walk) -> None:
    (schedule,) = walk.returned("schedule_new")
    payment = walk.returned("find_executed")
    assert (payment["status"], payment["amount"], payment["name"]) == ("paid", 5900, "구독")
    assert payment["paid_at"] == payment["started_at"] == schedule["schedule_at"]
    assert payment["customer_uid"] == "subscriber"
    assert payment["customer_uid_usage"] == "payment.scheduled"
    assert payment["card_number"] == walk.masked("first")
    assert (payment["channel"], payment["user_agent"]) == ("api", None)


@rest_clients
def test_a_due_schedule_on_a_bad_card_leaves_a_failed_payment(walk: Walk) -> None:
    payment = walk.returned("find_executed_poor")
    assert (payment["status"], payment["paid_at"]) == ("failed", 0)
    assert "사용한도초과" in payment["fail_reason"]
    assert payment["failed_at"] == payment["started_at"] > 0


@rest_clients
def test_a_schedule_that_is_not_due_has_no_payment(walk: Walk) -> None:
    assert walk.steps["find_waiting"] == walk.missing_payment()


@looking_clients
@pytest.mark.parametrize(("suffix", "status"), [("executed", "paid"), ("executed_poor", "failed")])
def test_an_executed_schedule_tells_of_its_payment(walk: Walk, suffix: str, status: str) -> None:
    schedule, payment = walk.returned(f"get_{suffix}"), walk.returned(f"find_{suffix}")
    assert standing(schedule) == ("executed", status)
    assert schedule["imp_uid"] == payment["imp_uid"]
    assert schedule["executed_at"] == schedule["schedule_at"]
    assert schedule["fail_reason"] == payment["fail_reason"]


@rest_clients
def test_a_scheduled_payment_can_be_cancelled(walk: Walk) -> None:
    cancelled = walk.returned("cancel_executed")
    assert (cancelled["status"], cancelled["cancel_amount"]) == ("cancelled", 5900)


@looking_clients
def test_the_schedule_of_a_cancelled_payment_says_so(walk: Walk) -> None:
    assert standing(walk.returned("get_cancelled_schedule")) == ("executed", "cancelled")


@rest_clients
def test_revoking_for_a_customer_revokes_what_still_waits(walk: Walk) -> None:
    (revoked,) = walk.returned("unschedule_customer")
    assert (revoked["merchant_uid"], revoked["schedule_status"]) == ("second-month", "revoked")


@rest_clients
def test_a_customers_payments_and_schedules_are_read_through_the_client(walk: Walk) -> None:
    payments = walk.returned("customer_payments")
    assert payments["list"] == [walk.returned("cancel_executed")]
    schedules = walk.returned("customer_schedules")
    assert orders(schedules["list"]) == ["first-month"]
    assert standing(schedules["list"][0]) == ("executed", "cancelled")
