"""What the users of all published clients see when they give money back."""

import pytest

from tests.published_clients.walk import DUPLICATE_ORDER, Walk

ALREADY_CANCELLED = "이미 전액취소된 주문입니다."
NOTHING_TO_CANCEL = "취소할 결제건이 존재하지 않습니다."


def test_a_whole_cancel_returns_the_cancelled_payment(walk: Walk) -> None:
    charged, cancelled = walk.returned("charge_to_cancel"), walk.returned("cancel")
    assert cancelled["imp_uid"] == charged["imp_uid"]
    assert (cancelled["status"], cancelled["cancel_reason"]) == ("cancelled", "단순 변심")
    assert (cancelled["amount"], cancelled["cancel_amount"]) == (8900, 8900)
    assert cancelled["paid_at"] == charged["paid_at"] <= cancelled["cancelled_at"]


def test_a_cancel_is_a_line_of_the_history_with_its_receipt(walk: Walk) -> None:
    cancelled = walk.returned("cancel")
    (line,) = cancelled["cancel_history"]
    assert (line["amount"], line["reason"]) == (8900, "단순 변심")
    assert line["cancelled_at"] == cancelled["cancelled_at"]
    assert cancelled["cancel_receipt_urls"] == [line["receipt_url"]]


def test_a_cancelled_payment_is_found_cancelled_and_is_not_paid(walk: Walk) -> None:
    assert walk.returned("find_cancelled") == walk.returned("cancel")
    assert walk.returned("is_cancelled_paid") is False


def test_a_cancelled_payment_cannot_be_cancelled_again(walk: Walk) -> None:
    assert walk.steps["cancel_again"] == walk.refusal(1, ALREADY_CANCELLED)


def test_a_cancelled_order_cannot_be_charged_again(walk: Walk) -> None:
    assert walk.steps["charge_cancelled"] == walk.refusal(-1, DUPLICATE_ORDER)


@pytest.mark.parametrize("step", ["cancel_unknown", "cancel_unknown_imp_uid", "cancel_declined"])
def test_what_was_never_paid_cannot_be_cancelled(walk: Walk, step: str) -> None:
    assert walk.steps[step] == walk.refusal(1, NOTHING_TO_CANCEL)


def test_a_cancel_without_a_reason_has_the_servers_reason(walk: Walk) -> None:
    cancelled = walk.returned("cancel_without_reason")
    assert cancelled["cancel_reason"] == "취소요청api"
    assert [line["reason"] for line in cancelled["cancel_history"]] == ["취소요청api"]


def test_a_partial_cancel_makes_a_payment_cancelled_at_once(walk: Walk) -> None:
    cancelled = walk.returned("cancel_part")
    assert cancelled["status"] == "cancelled"
    assert (cancelled["amount"], cancelled["cancel_amount"]) == (8900, 900)


def test_more_than_is_left_cannot_be_cancelled(walk: Walk) -> None:
    text = "취소요청금액이 취소가능금액을 초과하였습니다. (취소가능금액: 8000)"
    assert walk.steps["cancel_too_much"] == walk.refusal(1, text)
    assert walk.returned("find_after_refused_cancel") == walk.returned("cancel_part")


def test_a_payment_can_be_cancelled_in_parts_until_nothing_is_left(walk: Walk) -> None:
    assert walk.returned("cancel_second_part")["cancel_amount"] == 3900
    cancelled = walk.returned("cancel_rest")
    lines = [(line["amount"], line["reason"]) for line in cancelled["cancel_history"]]
    assert lines == [(900, "첫 부분"), (3000, "둘째 부분"), (5000, "나머지")]
    assert (cancelled["cancel_amount"], cancelled["cancel_reason"]) == (8900, "나머지")
    assert walk.steps["cancel_nothing_left"] == walk.refusal(1, ALREADY_CANCELLED)
