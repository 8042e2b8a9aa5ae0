"""Checks of the clauses on webhooks, which i'mport V1 doesn't sign."""

from collections.abc import Mapping
from typing import Any

from contract_tests.checks import OutOfReach, Precondition, check
from contract_tests.expectations import equal, holds
from contract_tests.merchant.checks_payments import once
from contract_tests.merchant.world import CHARGES, LOOK_UPS, Order, World

__all__: list[str] = []

_AMOUNT = 12_000
_SERVER_ERROR = 500


def _unpaid(world: World) -> Order:
    world.need("webhook", "show_order")
    order = world.order(_AMOUNT)
    world.merchant_uid(order)
    if world.offers("place_order") and world.show(order) == "paid":
        raise Precondition("an unpaid order: it is shown as paid")
    return order


def _paid_elsewhere(world: World, merchant_uid: str, amount: int = _AMOUNT) -> Mapping[str, Any]:
    """A payment that the merchant didn't ask for, as through a payment window in the browser."""
    body = {**world.card, "merchant_uid": merchant_uid, "amount": amount}
    payment = world.iamport.call("/subscribe/payments/onetime", body)
    world.note()
    return payment


def _tell(world: World, payment: Mapping[str, Any], status: str | None = None) -> int:
    uids = payment["imp_uid"], payment["merchant_uid"]
    return world.webhook(*uids, status or payment["status"]).status


@check("M-HOOK-01")
def a_forged_webhook_pays_nothing(world: World) -> None:
    order = _unpaid(world)
    world.webhook("imps_123456789012", world.merchant_uid(order), "paid")
    holds(world.show(order) != "paid", "a forged webhook came, and the order is shown as paid")


@check("M-HOOK-02")
def another_orders_payment_pays_nothing(world: World) -> None:
    order = _unpaid(world)
    bought = _paid_elsewhere(world, f"{world.merchant_uid(order)}-x")
    world.webhook(bought["imp_uid"], world.merchant_uid(order), "paid")
    holds(
        world.show(order) != "paid",
        "a webhook named the payment of another order, and this one is shown as paid",
    )


@check("M-HOOK-03")
def a_wrong_amount_pays_nothing(world: World) -> None:
    order = _unpaid(world)
    payment = _paid_elsewhere(world, world.merchant_uid(order), 100)
    _tell(world, payment)
    holds(
        world.show(order) != "paid",
        f"the order is {_AMOUNT} won, 100 were paid, and it is shown as paid",
    )


@check("M-HOOK-04")
def a_true_webhook_is_taken_in(world: World) -> None:
    world.need("place_order")
    order = _unpaid(world)
    payment = _paid_elsewhere(world, world.merchant_uid(order))
    _tell(world, payment)
    shown = world.settled(order, until="paid")
    equal(shown, "paid", "how an order is shown that a webhook told to be paid")


@check("M-HOOK-05")
def twice_is_like_once(world: World) -> None:
    world.need("webhook")
    order = world.paid_order()
    payment = world.charged(order)[0]
    statuses = [_tell(world, payment)]
    statuses += world.together(lambda: _tell(world, payment), lambda: _tell(world, payment))
    holds(max(statuses) < _SERVER_ERROR, f"a webhook that came before was answered with {statuses}")
    once(world, order)
    now = world.charged(order)[0]
    equal(now["status"], "paid", "how the payment stands after its webhook came three times")
    if world.offers("show_order"):
        equal(world.settled(order, until="paid"), "paid", "how the order is shown then")


@check("M-HOOK-06")
def earlier_than_the_answer(world: World) -> None:
    world.need("webhook", "show_order")
    url, webhook = world.house.driver.url, world.house.description.webhook
    if url is None or webhook is None:
        raise OutOfReach("webhooks that come before the answer need a merchant with a URL")
    order = world.order()
    world.merchant_uid(order)
    world.iamport.change(notice_url=[f"{url}{webhook.path}"])
    world.fault(*CHARGES, webhook={"before_answer": True})
    world.pay(order)
    world.heal()
    once(world, order)
    shown = world.settled(order, until="paid")
    equal(
        (shown, world.charged(order)[0]["status"]), ("paid", "paid"), "the order, and its payment"
    )


@check("M-HOOK-07")
def late_news_changes_nothing(world: World) -> None:
    world.need("webhook", "show_order")
    order = world.paid_order()
    payment = world.charged(order)[0]
    world.iamport.call("/payments/cancel", {"imp_uid": payment["imp_uid"]})
    _tell(world, payment, "cancelled")
    if world.settled(order, until="cancelled") == "paid":
        raise Precondition("a cancelled order: it is shown as paid")
    _tell(world, payment, "paid")
    holds(
        world.show(order) != "paid",
        "the order was cancelled, an old webhook said paid, and it is shown as paid",
    )


@check("M-HOOK-08")
def a_cancel_elsewhere_is_learnt(world: World) -> None:
    world.need("webhook", "show_order")
    order = world.paid_order()
    if world.settled(order) != "paid":
        raise Precondition("a paid order: it isn't shown as paid")
    payment = world.charged(order)[0]
    world.iamport.call("/payments/cancel", {"imp_uid": payment["imp_uid"]})
    _tell(world, payment, "cancelled")
    shown = world.settled(order, until="cancelled")
    holds(shown != "paid", "the payment was cancelled in i'mport's console, and is shown as paid")


@check("M-HOOK-09")
def unknown_news_is_no_crash(world: World) -> None:
    world.need("webhook")
    status = world.webhook("imps_999999999999", "nobody's order", "paid").status
    holds(0 < status < _SERVER_ERROR, f"a webhook about nothing was answered with HTTP {status}")


@check("M-HOOK-10")
def news_that_cant_be_looked_up_is_not_lost(world: World) -> None:
    world.need("place_order")
    order = _unpaid(world)
    payment = _paid_elsewhere(world, world.merchant_uid(order))
    world.fault(*LOOK_UPS, answer={"page": "nginx_503"})
    status = _tell(world, payment)
    if status < _SERVER_ERROR:
        shown = world.settled(order, until="paid")
        holds(
            shown == "paid",
            f"a webhook couldn't be looked up, was answered with HTTP {status} so that it doesn't come"
            f" again, and the order is shown as {shown}",
        )


@check("M-HOOK-11")
def a_form_is_understood_too(world: World) -> None:
    world.need("place_order")
    order = _unpaid(world)
    payment = _paid_elsewhere(world, world.merchant_uid(order))
    uids = payment["imp_uid"], payment["merchant_uid"]
    other = world.house.description.webhook
    form = "json" if other is not None and other.body == "form" else "form"
    world.webhook(*uids, "paid", _as=form)
    shown = world.settled(order, until="paid")
    equal(shown, "paid", f"how an order is shown whose webhook came as {form}")
