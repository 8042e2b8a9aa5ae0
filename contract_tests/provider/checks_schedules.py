"""Checks of the clauses on schedules."""

from typing import Any

from contract_tests.answers import Answer
from contract_tests.checks import check
from contract_tests.expectations import done, equal, given, holds, refused, says
from contract_tests.provider.checks_keys import UNKNOWN_CARD
from contract_tests.provider.control import NOON
from contract_tests.provider.shop import Shop

__all__: list[str] = []

DAY = 86_400


def _subscriber(shop: Shop) -> str:
    customer = shop.customer()
    shop.issue_key(customer)
    return customer


def _waiting(shop: Shop, count: int = 1, **more: Any) -> tuple[str, list[str]]:
    """A customer with a key, and orders that wait to be charged a day from now."""
    customer, at = _subscriber(shop), shop.later()
    orders = [shop.order() for _ in range(count)]
    shop.schedule(customer, *(shop.item(order, at, **more) for order in orders))
    return customer, orders


def _due(shop: Shop, customer: str, order: str) -> None:
    """An order that is charged when a minute has passed on a clock that stands."""
    shop.schedule(customer, shop.item(order, NOON + 60))


def _failed(shop: Shop) -> str:
    """The order of a schedule that was declined, with a good card on the key by now."""
    shop.control.freeze()
    customer, order = shop.customer(), shop.order()
    shop.issue_key(customer, shop.control.card("limit_exceeded"))
    _due(shop, customer, order)
    shop.control.advance(60)
    shop.issue_key(customer)
    return order


def _find(shop: Shop, order: str) -> Answer:
    return shop.ask("getPaymentByMerchantUid", {"merchant_uid": order})


def _revoke(shop: Shop, **named: object) -> Any:
    return given(shop.ask("unschedule", named), "an unschedule")


@check("P-SCH-01")
def schedules_are_answered_in_their_order(shop: Shop) -> None:
    customer, at = _subscriber(shop), shop.later()
    items = [shop.item(shop.order(), at + DAY, 2000), shop.item(shop.order(), at, 1000)]
    made = done(shop.ask("schedule", {"customer_uid": customer, "schedules": items}))
    equal(len(made), 2, "records")
    for record, item in zip(made, items, strict=True):
        says(
            record, merchant_uid=item["merchant_uid"], amount=item["amount"], customer_uid=customer
        )
        says(record, schedule_at=item["schedule_at"], schedule_status="scheduled")
        says(record, executed_at=0, revoked_at=0, payment_status=None, imp_uid=None)


@check("P-SCH-02")
def a_schedule_needs_a_key_or_a_card(shop: Shop) -> None:
    items = [shop.item(shop.order(), shop.later())]
    answer = shop.ask("schedule", {"customer_uid": shop.customer("nobody"), "schedules": items})
    refused(answer, status=200, code=1, text="등록된 고객정보가 없습니다.")


@check("P-SCH-03")
def a_bad_card_schedules_nothing(shop: Shop) -> None:
    items = [shop.item(shop.order(), shop.later())]
    body = {"customer_uid": shop.customer(), "schedules": items, **UNKNOWN_CARD}
    refused(
        shop.ask("schedule", body), status=200, code=1, begins="카드정보 확인에 실패하였습니다. "
    )


@check("P-SCH-04")
def a_schedule_with_a_card_keeps_it(shop: Shop) -> None:
    customer = shop.customer()
    shop.schedule(customer, shop.item(shop.order(), shop.later()), **shop.card)
    says(done(shop.ask("customer_view", {"customer_uid": customer})), customer_uid=customer)


@check("P-SCH-05", control=True)
def a_due_schedule_is_charged(shop: Shop) -> None:
    shop.control.freeze()
    customer, order = _subscriber(shop), shop.order()
    _due(shop, customer, order)
    shop.control.advance(60)
    paid = done(_find(shop, order))
    says(paid, status="paid", amount=1000, customer_uid=customer)
    says(paid, customer_uid_usage="payment.scheduled")
    says(shop.scheduled(order), schedule_status="executed", imp_uid=paid["imp_uid"])


@check("P-SCH-06", control=True)
def nothing_is_charged_before_its_moment(shop: Shop) -> None:
    shop.control.freeze()
    customer, order = _subscriber(shop), shop.order()
    _due(shop, customer, order)
    shop.control.advance(59)
    says(shop.scheduled(order), schedule_status="scheduled")
    holds(_find(shop, order).code != 0, "the order has a payment")


@check("P-SCH-07", control=True)
def the_card_that_is_there_now_is_charged(shop: Shop) -> None:
    shop.control.freeze()
    customer, order = _subscriber(shop), shop.order()
    _due(shop, customer, order)
    shop.issue_key(customer, shop.other_card)
    expected = shop.issue_key(shop.customer("other"), shop.other_card)
    shop.control.advance(60)
    paid = given(_find(shop, order), "the payment")
    equal(paid["card_number"], expected["card_number"], "card_number")


@check("P-SCH-08")
def a_customers_schedules_are_revoked_together(shop: Shop) -> None:
    customer, orders = _waiting(shop, 2)
    revoked = done(shop.ask("unschedule", {"customer_uid": customer}))
    equal(sorted(each["merchant_uid"] for each in revoked), sorted(orders), "revoked orders")
    for order in orders:
        says(shop.scheduled(order), schedule_status="revoked")


@check("P-SCH-09")
def only_the_named_schedules_are_revoked(shop: Shop) -> None:
    _, orders = _waiting(shop, 3)
    by_list = done(shop.ask("unschedule", {"merchant_uid": [orders[0]]}))
    equal([each["merchant_uid"] for each in by_list], orders[:1], "revoked orders")
    by_text = done(shop.ask("unschedule", {"merchant_uid": orders[1]}))
    equal([each["merchant_uid"] for each in by_text], orders[1:2], "revoked orders")
    says(shop.scheduled(orders[2]), schedule_status="scheduled")


@check("P-SCH-10")
def nothing_to_revoke_is_code_1(shop: Shop) -> None:
    answer = shop.ask("unschedule", {"customer_uid": shop.customer("nobody")})
    refused(answer, status=200, code=1, text="취소할 예약결제 기록이 존재하지 않습니다.")


@check("P-SCH-11", control=True)
def a_revoked_schedule_is_not_charged(shop: Shop) -> None:
    shop.control.freeze()
    customer, order = _subscriber(shop), shop.order()
    _due(shop, customer, order)
    _revoke(shop, merchant_uid=[order])
    shop.control.advance(60)
    holds(_find(shop, order).code != 0, "the revoked order was charged")


@check("P-SCH-12")
def an_unknown_schedule_is_404(shop: Shop) -> None:
    refused(shop.ask("getScheduleByMid", {"merchant_uid": shop.order("nothing")}), status=404)


@check("P-SCH-13")
def milliseconds_are_taken_for_seconds(shop: Shop) -> None:
    at = shop.later() * 1000
    items = [shop.item(shop.order(), at)]
    made = done(shop.ask("schedule", {"customer_uid": _subscriber(shop), "schedules": items}))
    says(made[0], schedule_at=at, schedule_status="scheduled")


@check("P-SCH-14")
def a_moment_that_has_passed_is_not_taken(shop: Shop) -> None:
    items = [shop.item(shop.order(), shop.later(-DAY))]
    answer = shop.ask("schedule", {"customer_uid": _subscriber(shop), "schedules": items})
    holds(answer.code not in (0, None), "it was scheduled")


@check("P-SCH-15")
def a_search_covers_its_first_moment_only(shop: Shop) -> None:
    customer, at = _subscriber(shop), shop.later()
    orders = [shop.order() for _ in range(3)]
    shop.schedule(customer, *(shop.item(order, at + place) for place, order in enumerate(orders)))
    for operation, names in (
        ("findSchedulesByRange", ("schedule_from", "schedule_to")),
        ("customer_schedules", ("from", "to")),
    ):
        uid = {"customer_uid": customer} if operation == "customer_schedules" else {}
        span = dict(zip(names, (at, at + 2), strict=True))
        found = done(shop.ask(operation, {**uid, **span}))
        listed = sorted(
            each["merchant_uid"] for each in found["list"] if each["merchant_uid"] in orders
        )
        equal(listed, sorted(orders[:2]), "orders found")


@check("P-SCH-16")
def a_waiting_schedule_can_be_moved(shop: Shop) -> None:
    _, (order,) = _waiting(shop)
    at = shop.later(2 * DAY)
    done(shop.ask("updateScheduleByMid", {"merchant_uid": order, "schedule_at": at}))
    says(shop.scheduled(order), schedule_at=at, schedule_status="scheduled")


@check("P-SCH-17")
def a_schedule_is_not_moved_into_the_past(shop: Shop) -> None:
    _, (order,) = _waiting(shop)
    parameters = {"merchant_uid": order, "schedule_at": shop.later(-DAY)}
    refused(shop.ask("updateScheduleByMid", parameters), status=400)


@check("P-SCH-18")
def a_revoked_schedule_is_not_moved(shop: Shop) -> None:
    _, (order,) = _waiting(shop)
    _revoke(shop, merchant_uid=[order])
    parameters = {"merchant_uid": order, "schedule_at": shop.later(2 * DAY)}
    refused(shop.ask("updateScheduleByMid", parameters), status=400)


@check("P-SCH-19")
def a_revoked_schedule_can_be_set_again(shop: Shop) -> None:
    _, (order,) = _waiting(shop)
    _revoke(shop, merchant_uid=[order])
    at = shop.later(2 * DAY)
    done(shop.ask("rescheduleByMid", {"merchant_uid": order, "schedule_at": at}))
    says(shop.scheduled(order), schedule_at=at, schedule_status="scheduled")


@check("P-SCH-20")
def a_waiting_schedule_is_not_set_again(shop: Shop) -> None:
    _, (order,) = _waiting(shop)
    parameters = {"merchant_uid": order, "schedule_at": shop.later(2 * DAY)}
    refused(shop.ask("rescheduleByMid", parameters), status=400)


@check("P-SCH-21", control=True)
def a_failed_schedule_can_be_charged_at_once(shop: Shop) -> None:
    order = _failed(shop)
    says(done(shop.ask("retryScheduleByMid", {"merchant_uid": order})), merchant_uid=order)
    found = given(shop.ask("getAllPaymentsByMerchantUid", {"merchant_uid": order}), "the attempts")
    equal(found["total"], 2, "attempts")


@check("P-SCH-22", control=True)
def a_declined_schedule_is_executed_and_failed(shop: Shop) -> None:
    record = shop.scheduled(_failed(shop))
    says(record, schedule_status="executed", payment_status="failed")
    holds(record.get("fail_reason"), "fail_reason is missing")


@check("P-SCH-23", control=True)
def the_checking_amount_is_given_back(shop: Shop) -> None:
    customer, at = _subscriber(shop), shop.later()
    shop.schedule(customer, shop.item(shop.order(), at), checking_amount=100)
    kept = given(shop.ask("getPaymentsByStatus", {"payment_status": "paid"}), "what is paid")
    equal(kept["list"], [], "payments that stay paid")
    back = given(shop.ask("getPaymentsByStatus", {"payment_status": "cancelled"}), "the cancels")
    shown = [(each["amount"], each["cancel_amount"]) for each in back["list"]]
    equal(shown, [(100, 100)], "amounts that were charged and given back")


@check("P-SCH-24")
def all_of_a_calls_schedules_are_taken_or_none(shop: Shop) -> None:
    _, (used,) = _waiting(shop)
    customer, at, fresh = _subscriber(shop), shop.later(), shop.order()
    items = [shop.item(fresh, at), shop.item(used, at)]
    given(shop.ask("schedule", {"customer_uid": customer, "schedules": items}), "a refusal", code=1)
    answer = shop.ask("getScheduleByMid", {"merchant_uid": fresh})
    holds(answer.code != 0, "the first item was scheduled")


@check("P-SCH-25")
def schedules_come_as_a_form_too(shop: Shop) -> None:
    customer, item = _subscriber(shop), shop.item(shop.order(), shop.later())
    form = {f"schedules[0][{name}]": value for name, value in item.items()}
    made = done(shop.ask("schedule", {"customer_uid": customer, **form}, form=True))
    says(made[0], merchant_uid=item["merchant_uid"], amount=1000)


@check("P-SCH-26")
def the_buyer_is_the_keys_customer_unless_said(shop: Shop) -> None:
    customer, at = shop.customer(), shop.later()
    shop.issue_key(customer, customer_name="홍길동", customer_tel="010-1234-5678")
    (made,) = shop.schedule(customer, shop.item(shop.order(), at, buyer_name="성춘향"))
    says(made, buyer_name="성춘향", buyer_tel="010-1234-5678")


@check("P-LOST-04")
def a_lost_schedule_is_found(shop: Shop) -> None:
    _, (order,) = _waiting(shop)
    record = done(shop.ask("getScheduleByMid", {"merchant_uid": order}))
    says(record, merchant_uid=order, amount=1000)
