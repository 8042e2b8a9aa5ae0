"""Checks of the clauses on charges: by card data, with a key, and twice for one order."""

import json
import re

from contract_tests.checks import check
from contract_tests.expectations import done, equal, given, holds, refused, says
from contract_tests.provider.checks_keys import UNKNOWN_CARD
from contract_tests.provider.shop import Shop
from contract_tests.strategies import amounts

__all__: list[str] = []

PREFIX = "카드정보 인증에 실패하였습니다. ["
DUPLICATE = (
    "이미 주문이 이루어진 건입니다. (동일한 merchant_uid로 결제 또는 취소된 기록이 있습니다)"
)
NO_BUYER = "등록되지 않은 구매자입니다."
NOBODY = "imps_000000000000"


def _again(customer: str, order: str, amount: int = 1000) -> dict[str, object]:
    return {"customer_uid": customer, "merchant_uid": order, "amount": amount, "name": "goods"}


def _is_declined(payment: object) -> None:
    says(payment, status="failed", paid_at=0)
    assert isinstance(payment, dict)
    holds(payment.get("fail_reason"), "fail_reason is missing")
    holds(payment.get("failed_at"), "failed_at is missing")


@check("P-ONE-01")
def an_approved_card_is_paid(shop: Shop) -> None:
    order = shop.order()
    paid = done(shop.ask("onetime", {"merchant_uid": order, "amount": 1234, **shop.card}))
    says(paid, status="paid", merchant_uid=order, amount=1234, failed_at=0)
    holds(paid.get("paid_at"), "paid_at is missing")


@check("P-ONE-02")
def a_payment_is_numbered_imps(shop: Shop) -> None:
    imp_uid = shop.pay(shop.order())["imp_uid"]
    holds(re.fullmatch(r"imps_[0-9]{12}", str(imp_uid)), f"imp_uid is {imp_uid!r}")


@check("P-ONE-03")
def with_a_name_the_card_is_kept(shop: Shop) -> None:
    customer = shop.customer()
    shop.pay(shop.order(), customer_uid=customer)
    says(done(shop.ask("again", _again(customer, shop.order()))), status="paid")


@check("P-ONE-04")
def without_a_name_nothing_is_kept(shop: Shop) -> None:
    says(shop.pay(shop.order()), customer_uid=None, customer_uid_usage=None)


@check("P-ONE-05")
def keeping_a_card_by_paying_is_told(shop: Shop) -> None:
    customer = shop.customer()
    paid = shop.pay(shop.order(), customer_uid=customer)
    says(paid, customer_uid=customer, customer_uid_usage="issue")


@check("P-ONE-06")
def wrong_card_data_is_200_and_minus_1(shop: Shop) -> None:
    answer = shop.ask("onetime", {"merchant_uid": shop.order(), "amount": 1000, **UNKNOWN_CARD})
    refused(answer, status=200, code=-1, begins=PREFIX)


@check("P-ONE-07")
def wrong_card_data_leaves_no_payment(shop: Shop) -> None:
    order = shop.order()
    body = {"merchant_uid": order, "amount": 1000, **UNKNOWN_CARD}
    given(shop.ask("onetime", body), "a refusal", code=-1)
    answer = shop.ask("getPaymentByMerchantUid", {"merchant_uid": order})
    holds(answer.code != 0, "the order has a payment")


@check("P-ONE-08", control=True)
def a_declined_card_is_0_and_failed(shop: Shop) -> None:
    card = shop.control.card("limit_exceeded")
    answer = shop.ask("onetime", {"merchant_uid": shop.order(), "amount": 1000, **card})
    _is_declined(done(answer))


@check("P-ONE-09", control=True)
def a_declined_charge_keeps_no_card(shop: Shop) -> None:
    customer = shop.customer()
    shop.decline(shop.order(), customer_uid=customer)
    holds(shop.ask("customer_view", {"customer_uid": customer}).code != 0, "the card was kept")


@check("P-ONE-10")
def the_buyer_becomes_the_keys_customer(shop: Shop) -> None:
    customer = shop.customer()
    shop.pay(shop.order(), customer_uid=customer, buyer_name="홍길동", buyer_tel="010-1234-5678")
    shown = given(shop.ask("customer_view", {"customer_uid": customer}), "the key")
    says(shown, customer_name="홍길동", customer_tel="010-1234-5678")


@check("P-ONE-11")
def custom_data_comes_back(shop: Shop) -> None:
    says(shop.pay(shop.order(), custom_data="두 개, 빨리!"), custom_data="두 개, 빨리!")
    note = {"color": "빨강", "count": 2}
    kept = shop.pay(shop.order(), custom_data=note).get("custom_data")
    holds(isinstance(kept, str), f"custom_data is {kept!r}, no text")
    equal(json.loads(str(kept)), note, "custom_data")


@check("P-ONE-12")
def a_charge_without_its_card_is_not_made(shop: Shop) -> None:
    body = {"merchant_uid": shop.order(), "amount": 1000, **shop.card}
    del body["card_number"]
    holds(shop.ask("onetime", body).code not in (0, None), "it was charged")


@check("P-ONE-13")
def started_at_is_paid_at(shop: Shop) -> None:
    paid = shop.pay(shop.order())
    equal(paid["started_at"], paid["paid_at"], "started_at")


@check("P-AGN-01")
def a_key_is_charged_for_the_sent_order(shop: Shop) -> None:
    customer, order = shop.customer(), shop.order()
    shop.issue_key(customer)
    paid = done(shop.ask("again", _again(customer, order)))
    says(paid, status="paid", merchant_uid=order, customer_uid=customer, failed_at=0)
    says(paid, customer_uid_usage="payment")


@check("P-AGN-02", amount=amounts(10**7))
def exactly_the_sent_amount_is_charged(shop: Shop, amount: int) -> None:
    customer = shop.customer()
    shop.issue_key(customer)
    paid = shop.pay_again(customer, shop.order(), amount)
    equal(paid["amount"], amount, "amount of the answer")
    equal(shop.payment(paid["imp_uid"])["amount"], amount, "amount of the look-up")


@check("P-AGN-03")
def a_customer_without_a_key_is_not_charged(shop: Shop) -> None:
    answer = shop.ask("again", _again(shop.customer("nobody"), shop.order()))
    refused(answer, status=200, code=1, text=NO_BUYER)


@check("P-AGN-04", control=True)
def a_declined_key_is_0_and_failed(shop: Shop) -> None:
    customer = shop.customer()
    shop.issue_key(customer, shop.control.card("limit_exceeded"))
    _is_declined(done(shop.ask("again", _again(customer, shop.order()))))


@check("P-AGN-05")
def a_charge_needs_no_name(shop: Shop) -> None:
    customer = shop.customer()
    shop.issue_key(customer)
    body = {"customer_uid": customer, "merchant_uid": shop.order(), "amount": 1000}
    says(done(shop.ask("again", body)), status="paid")


@check("P-AGN-06")
def the_used_order_is_told_first(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    refused(shop.ask("again", _again(shop.customer("nobody"), order)), status=200, code=-1)


@check("P-DUP-01")
def a_paid_order_is_not_paid_by_card_again(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    answer = shop.ask("onetime", {"merchant_uid": order, "amount": 1000, **shop.card})
    refused(answer, status=200, code=-1, text=DUPLICATE)


@check("P-DUP-02")
def a_paid_order_is_not_paid_with_a_key_again(shop: Shop) -> None:
    customer, order = shop.customer(), shop.order()
    shop.issue_key(customer)
    shop.pay_again(customer, order)
    refused(shop.ask("again", _again(customer, order)), status=200, code=-1)


@check("P-DUP-03")
def a_cancelled_order_is_not_paid_again(shop: Shop) -> None:
    order = shop.order()
    shop.cancel(shop.pay(order)["imp_uid"])
    answer = shop.ask("onetime", {"merchant_uid": order, "amount": 1000, **shop.card})
    refused(answer, status=200, code=-1)


@check("P-DUP-04", control=True)
def a_declined_order_can_be_tried_again(shop: Shop) -> None:
    order = shop.order()
    shop.decline(order)
    says(
        done(shop.ask("onetime", {"merchant_uid": order, "amount": 1000, **shop.card})),
        status="paid",
    )


@check("P-DUP-05")
def a_refused_duplicate_leaves_one_payment(shop: Shop) -> None:
    order = shop.order()
    paid = shop.pay(order)
    shop.ask("onetime", {"merchant_uid": order, "amount": 1000, **shop.card})
    found = given(shop.ask("getAllPaymentsByMerchantUid", {"merchant_uid": order}), "the attempts")
    equal([each["imp_uid"] for each in found["list"]], [paid["imp_uid"]], "payments of the order")


@check("P-DUP-06")
def a_scheduled_order_is_not_scheduled_again(shop: Shop) -> None:
    customer, item = shop.customer(), shop.item(shop.order(), shop.later())
    shop.issue_key(customer)
    shop.schedule(customer, item)
    answer = shop.ask("schedule", {"customer_uid": customer, "schedules": [item]})
    refused(answer, status=200, code=1)


@check("P-LOST-01")
def a_lost_charge_is_found(shop: Shop) -> None:
    order = shop.order()
    shop.ask("onetime", {"merchant_uid": order, "amount": 1000, **shop.card})
    found = done(shop.ask("getPaymentByMerchantUid", {"merchant_uid": order}))
    says(found, merchant_uid=order, amount=1000)


@check("P-LOST-02")
def repeating_a_lost_charge_charges_once(shop: Shop) -> None:
    customer, order = shop.customer(), shop.order()
    shop.issue_key(customer)
    given(shop.ask("again", _again(customer, order)), "a payment")
    holds(shop.ask("again", _again(customer, order)).code != 0, "it was charged twice")
    found = given(shop.ask("getAllPaymentsByMerchantUid", {"merchant_uid": order}), "the attempts")
    equal(len(found["list"]), 1, "payments of the order")
