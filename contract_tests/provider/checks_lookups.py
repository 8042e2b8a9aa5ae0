"""Checks of the clauses on look-ups."""

from hypothesis import strategies as st

from contract_tests.checks import check
from contract_tests.expectations import done, equal, given, holds, refused, says
from contract_tests.provider.shop import Shop

__all__: list[str] = []

NOBODY = "imps_000000000000"
NOT_FOUND = "존재하지 않는 결제정보입니다."
STATUSES = ("ready", "paid", "failed", "cancelled")
DAY = 86_400


def _attempts(shop: Shop) -> tuple[str, str, str]:
    """An order that was declined and then paid, and the numbers of both payments."""
    order = shop.order()
    failed = shop.decline(order)["imp_uid"]
    return order, failed, shop.pay(order)["imp_uid"]


@check("P-LOOK-01")
def a_payment_is_found_as_it_was_answered(shop: Shop) -> None:
    paid = shop.pay(shop.order())
    equal(done(shop.ask("getPaymentByImpUid", {"imp_uid": paid["imp_uid"]})), paid, "the payment")


@check("P-LOOK-02")
def an_unknown_payment_is_404(shop: Shop) -> None:
    answer = shop.ask("getPaymentByImpUid", {"imp_uid": NOBODY})
    refused(answer, status=404, code=-1, text=NOT_FOUND)


@check("P-LOOK-03", control=True)
def an_orders_newest_attempt_comes_first(shop: Shop) -> None:
    order, _, newest = _attempts(shop)
    says(done(shop.ask("getPaymentByMerchantUid", {"merchant_uid": order})), imp_uid=newest)


@check("P-LOOK-04", control=True)
def an_order_is_found_by_status(shop: Shop) -> None:
    order, failed, _ = _attempts(shop)
    found = done(shop.ask("getPaymentByMerchantUid", {"merchant_uid": order}, suffix="/failed"))
    says(found, imp_uid=failed, status="failed")


@check("P-LOOK-05")
def an_unknown_order_is_404(shop: Shop) -> None:
    answer = shop.ask("getPaymentByMerchantUid", {"merchant_uid": shop.order("nothing")})
    refused(answer, status=404, text=NOT_FOUND)


@check("P-LOOK-06", control=True)
def all_attempts_are_listed(shop: Shop) -> None:
    order, failed, paid = _attempts(shop)
    found = done(shop.ask("getAllPaymentsByMerchantUid", {"merchant_uid": order}))
    equal(found["total"], 2, "total")
    equal(sorted(each["imp_uid"] for each in found["list"]), sorted([failed, paid]), "imp_uids")


@check("P-LOOK-07")
def a_word_that_is_no_status_is_400(shop: Shop) -> None:
    order = shop.pay(shop.order())["merchant_uid"]
    refused(
        shop.ask("getAllPaymentsByMerchantUid", {"merchant_uid": order}, suffix="/nonsense"),
        status=400,
    )
    refused(shop.ask("getPaymentsByStatus", {"payment_status": "nonsense"}), status=400)


@check("P-LOOK-08")
def several_payments_are_answered_together(shop: Shop) -> None:
    uids = sorted(shop.pay(shop.order())["imp_uid"] for _ in range(2))
    found = done(shop.ask("getPaymentListByImpUid", {"imp_uid": uids}))
    equal(sorted(each["imp_uid"] for each in found), uids, "imp_uids")


@check("P-LOOK-09")
def some_of_several_payments_is_207(shop: Shop) -> None:
    known = shop.pay(shop.order())["imp_uid"]
    answer = shop.ask("getPaymentListByImpUid", {"imp_uid": [known, NOBODY]})
    equal(answer.status, 207, "HTTP status")
    equal([each["imp_uid"] for each in answer.response or []], [known], "imp_uids")


@check("P-LOOK-10")
def none_of_several_payments_is_404(shop: Shop) -> None:
    refused(
        shop.ask("getPaymentListByImpUid", {"imp_uid": [NOBODY, NOBODY[:-1] + "1"]}), status=404
    )


@check("P-LOOK-11", control=True, cancelled=st.integers(0, 2), declined=st.integers(0, 2))
def lists_by_status_add_up(shop: Shop, cancelled: int, declined: int) -> None:
    for _ in range(cancelled):
        shop.cancel(shop.pay(shop.order())["imp_uid"])
    for _ in range(declined):
        shop.decline(shop.order())
    shop.pay(shop.order())
    totals = [
        done(shop.ask("getPaymentsByStatus", {"payment_status": word}))["total"]
        for word in ("all", *STATUSES)
    ]
    equal(sum(totals[1:]), totals[0], "sum of the totals")


@check("P-LOOK-12", control=True, count=st.integers(1, 5), limit=st.integers(1, 3), most=20)
def pages_join_without_gap(shop: Shop, count: int, limit: int) -> None:
    made = [shop.pay(shop.order())["imp_uid"] for _ in range(count)]
    last = -(-count // limit)
    found: list[str] = []
    for page in range(1, last + 1):
        parameters = {"payment_status": "paid", "page": page, "limit": limit}
        listed = done(shop.ask("getPaymentsByStatus", parameters))
        following = page + 1 if page < last else 0
        says(listed, total=count, previous=page - 1, next=following)
        found += [each["imp_uid"] for each in listed["list"]]
    equal(sorted(found), sorted(made), "imp_uids of all pages")


@check("P-LOOK-13")
def a_search_covers_ninety_days(shop: Shop) -> None:
    now = shop.later(0)
    span = {"payment_status": "all", "from": now - 91 * DAY, "to": now}
    holds(
        shop.ask("getPaymentsByStatus", span).code not in (0, None), "ninety-one days were listed"
    )


@check("P-LOOK-14")
def an_announced_amount_is_found_again(shop: Shop) -> None:
    order = shop.order()
    says(done(shop.ask("preparePayment", {"merchant_uid": order, "amount": 1000})), amount=1000)
    named = {"merchant_uid": order}
    says(done(shop.ask("getPaymentPrepareByMerchantUid", named)), merchant_uid=order, amount=1000)
    says(done(shop.ask("editPreparePayment", {"merchant_uid": order, "amount": 2000})), amount=2000)
    says(done(shop.ask("getPaymentPrepareByMerchantUid", named)), amount=2000)


@check("P-LOOK-15")
def an_order_that_was_not_announced_is_404(shop: Shop) -> None:
    answer = shop.ask("getPaymentPrepareByMerchantUid", {"merchant_uid": shop.order("nothing")})
    refused(answer, status=404, text="사전등록된 결제정보가 존재하지 않습니다.")


@check("P-LOOK-16")
def card_companies_and_banks_have_their_codes(shop: Shop) -> None:
    for every, one, name in (
        ("allCardCodes", "cardCodes", "card_standard_code"),
        ("allBankCodes", "bankCodes", "bank_standard_code"),
    ):
        listed = given(shop.ask(every), "the list")
        holds(listed and {"code", "name"} <= listed[0].keys(), "code or name is missing")
        equal(done(shop.ask(one, {name: listed[0]["code"]})), listed[0], "the first of the list")
        refused(shop.ask(one, {name: "999"}), status=404)
