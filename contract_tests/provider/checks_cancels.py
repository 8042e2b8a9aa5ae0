"""Checks of the clauses on cancels."""

from hypothesis import strategies as st

from contract_tests.checks import check
from contract_tests.expectations import done, equal, given, holds, refused, says
from contract_tests.provider.shop import Shop
from contract_tests.strategies import parts

__all__: list[str] = []

DEFAULT_REASON = "취소요청api"
LINE = ["pg_tid", "amount", "cancelled_at", "reason", "receipt_url"]
NOBODY = "imps_000000000000"
NOTHING = "취소할 결제건이 존재하지 않습니다."


def _untouched(shop: Shop, imp_uid: str) -> None:
    says(shop.payment(imp_uid), status="paid", cancel_amount=0)


@check("P-CAN-01")
def a_whole_cancel_gives_everything_back(shop: Shop) -> None:
    paid = shop.pay(shop.order(), 1500)
    cancelled = done(shop.ask("cancelPayment", {"imp_uid": paid["imp_uid"]}))
    says(cancelled, status="cancelled", amount=1500, cancel_amount=1500)
    holds(cancelled.get("cancelled_at"), "cancelled_at is missing")


@check("P-CAN-02")
def a_part_makes_it_cancelled(shop: Shop) -> None:
    paid = shop.pay(shop.order(), 1500)
    cancelled = done(shop.ask("cancelPayment", {"imp_uid": paid["imp_uid"], "amount": 400}))
    says(cancelled, status="cancelled", amount=1500, cancel_amount=400)


@check("P-CAN-03", amounts=parts(least=2))
def parts_add_up(shop: Shop, amounts: list[int]) -> None:
    imp_uid = shop.pay(shop.order(), sum(amounts))["imp_uid"]
    so_far = 0
    for part in amounts:
        so_far += part
        cancelled = done(shop.ask("cancelPayment", {"imp_uid": imp_uid, "amount": part}))
        says(cancelled, cancel_amount=so_far)
    lines = shop.payment(imp_uid)["cancel_history"]
    equal([line["amount"] for line in lines], amounts, "amounts of cancel_history")


@check("P-CAN-04")
def a_second_whole_cancel_is_refused(shop: Shop) -> None:
    imp_uid = shop.pay(shop.order())["imp_uid"]
    shop.cancel(imp_uid)
    answer = shop.ask("cancelPayment", {"imp_uid": imp_uid})
    refused(answer, status=200, code=1, text="이미 전액취소된 주문입니다.")


@check("P-CAN-05")
def an_unknown_payment_is_not_cancelled(shop: Shop) -> None:
    for named in ({"imp_uid": NOBODY}, {"merchant_uid": shop.order("nothing")}):
        refused(shop.ask("cancelPayment", named), status=200, code=1, text=NOTHING)


@check("P-CAN-06", wrong=st.integers(1, 999))
def a_wrong_checksum_cancels_nothing(shop: Shop, wrong: int) -> None:
    imp_uid = shop.pay(shop.order(), 1000)["imp_uid"]
    refused(shop.ask("cancelPayment", {"imp_uid": imp_uid, "checksum": wrong}))
    _untouched(shop, imp_uid)


@check("P-CAN-07")
def a_right_checksum_lets_it_through(shop: Shop) -> None:
    imp_uid = shop.pay(shop.order(), 1000)["imp_uid"]
    shop.cancel(imp_uid, amount=300)
    done(shop.ask("cancelPayment", {"imp_uid": imp_uid, "checksum": 700}))


@check("P-CAN-08", more=st.integers(1, 10_000))
def no_more_is_given_back_than_was_paid(shop: Shop, more: int) -> None:
    imp_uid = shop.pay(shop.order(), 1000)["imp_uid"]
    refused(shop.ask("cancelPayment", {"imp_uid": imp_uid, "amount": 1000 + more}))
    _untouched(shop, imp_uid)


@check("P-CAN-09")
def an_amount_of_0_means_all(shop: Shop) -> None:
    imp_uid = shop.pay(shop.order(), 1000)["imp_uid"]
    cancelled = done(shop.ask("cancelPayment", {"imp_uid": imp_uid, "amount": 0}))
    says(cancelled, cancel_amount=1000)


@check("P-CAN-10")
def imp_uid_wins(shop: Shop) -> None:
    paid = shop.pay(shop.order())
    answer = shop.ask("cancelPayment", {"imp_uid": NOBODY, "merchant_uid": paid["merchant_uid"]})
    holds(answer.code not in (0, None), "the order's payment was cancelled")


@check("P-CAN-11")
def a_cancel_without_reason_has_the_recorded_one(shop: Shop) -> None:
    cancelled = shop.cancel(shop.pay(shop.order())["imp_uid"])
    says(cancelled, cancel_reason=DEFAULT_REASON)
    equal([line["reason"] for line in cancelled["cancel_history"]], [DEFAULT_REASON], "reasons")


@check("P-CAN-12")
def a_cancel_must_name_a_payment(shop: Shop) -> None:
    answer = shop.ask("cancelPayment", {"reason": "none"})
    refused(answer, status=None, ends="지정해주셔야합니다.")


@check("P-CAN-13", control=True)
def a_gateways_refusal_is_200_and_minus_1(shop: Shop) -> None:
    paid = shop.pay(shop.order(), card=shop.control.card("cancel_not_possible"))
    answer = shop.ask("cancelPayment", {"imp_uid": paid["imp_uid"]})
    refused(answer, status=200, code=-1, begins="결제취소에 실패하였습니다. ")


@check("P-CAN-14", control=True)
def a_refused_cancel_leaves_it_paid(shop: Shop) -> None:
    paid = shop.pay(shop.order(), card=shop.control.card("cancel_not_possible"))
    given(shop.ask("cancelPayment", {"imp_uid": paid["imp_uid"]}), "a refusal", code=-1)
    _untouched(shop, paid["imp_uid"])


@check("P-CAN-15")
def a_payment_is_cancelled_by_its_order(shop: Shop) -> None:
    paid = shop.pay(shop.order())
    cancelled = done(shop.ask("cancelPayment", {"merchant_uid": paid["merchant_uid"]}))
    says(cancelled, imp_uid=paid["imp_uid"])


@check("P-CAN-16", control=True)
def a_failed_payment_is_not_cancelled(shop: Shop) -> None:
    failed = shop.decline(shop.order())
    refused(shop.ask("cancelPayment", {"imp_uid": failed["imp_uid"]}))


@check("P-CAN-17")
def each_cancel_has_its_line(shop: Shop) -> None:
    cancelled = shop.cancel(shop.pay(shop.order())["imp_uid"])
    lines = cancelled["cancel_history"]
    equal([list(line)[: len(LINE)] for line in lines], [LINE], "keys of the lines")


@check("P-CAN-18")
def a_cancel_leaves_paid_at(shop: Shop) -> None:
    paid = shop.pay(shop.order())
    equal(shop.cancel(paid["imp_uid"])["paid_at"], paid["paid_at"], "paid_at")
