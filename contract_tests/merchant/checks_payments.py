"""Checks of the clauses on paying an order."""

from contract_tests import strategies
from contract_tests.checks import Precondition, check
from contract_tests.expectations import equal, holds
from contract_tests.merchant.driver import Outcome
from contract_tests.merchant.world import CHARGES, Order, World, given

__all__: list[str] = []

_DECLINED = {"failure": "limit_exceeded", "as": "declined"}
_REFUSED = {"failure": "limit_exceeded", "as": "refused"}
_A_MOMENT = 0.3


def is_not_paid(world: World, order: Order, why: str) -> None:
    """The order is not shown as paid, where the merchant shows orders."""
    if world.offers("show_order"):
        shown = world.settled(order)
        holds(shown != "paid", f"{why}, and the order is shown as paid")


def once(world: World, order: Order) -> None:
    """i'mport took the money of the order once."""
    charged = world.charged(order)
    if not charged:
        raise Precondition("the order was charged: i'mport holds no payment of it")
    numbers = ", ".join(payment["merchant_uid"] for payment in charged)
    equal(len(charged), 1, f"payments that i'mport took for one order (merchant_uid {numbers})")


def _fails(world: World, failing: dict[str, str], why: str) -> None:
    order = world.order()
    world.fault(*CHARGES, fail=failing)
    reply = world.pay(order)
    holds(reply.outcome is not Outcome.SUCCESS, f"{why}, and the shopper was told success")
    is_not_paid(world, order, why)


@check("M-PAY-01")
def success_means_paid(world: World) -> None:
    order = world.order()
    reply = world.pay(order)
    charged = world.charged(order)
    if reply.outcome is Outcome.SUCCESS:
        holds(charged, "the shopper was told success, and i'mport holds no payment")
    elif not charged:
        raise Precondition(f"a good card: the answer was {reply.outline}, and nothing was charged")
    holds(
        reply.outcome is Outcome.SUCCESS,
        f"i'mport took the money, and the answer was {reply.outline}",
    )


@check("M-PAY-02")
def a_declined_charge_is_not_paid(world: World) -> None:
    _fails(world, _DECLINED, "the card was declined (HTTP 200, code 0, status failed)")


@check("M-PAY-03")
def a_refused_charge_is_not_paid(world: World) -> None:
    _fails(world, _REFUSED, "i'mport refused the charge (HTTP 200, code other than 0)")


@check("M-PAY-04")
def another_try_after_a_decline(world: World) -> None:
    order = world.order()
    world.fault(*CHARGES, times=1, fail=_DECLINED)
    if world.pay(order).outcome is Outcome.SUCCESS:
        raise Precondition("a declined charge was told as success")
    world.heal()
    reply = world.pay(order)
    holds(
        world.charged(order),
        f"after a decline the order can't be paid with a good card: {reply.outline}",
    )


@check("M-PAY-05", amount=strategies.amounts(), most=20)
def the_amount_is_the_orders(world: World, amount: int) -> None:
    order = world.order(amount)
    given(world.pay(order), "a payment")
    charged = [payment["amount"] for payment in world.charged(order)]
    if len(charged) != 1:
        raise Precondition(f"one payment: i'mport holds {len(charged)}")
    equal(charged[0], amount, "the amount that was charged")


@check("M-PAY-06")
def the_browser_does_not_set_the_price(world: World) -> None:
    world.need("place_order")
    order = world.order(12_000)
    world.pay(order, _more={"amount": 1, "price": 1, "total": 1})
    amounts = {payment["amount"] for payment in world.charged(order)}
    holds(
        amounts <= {12_000}, f"the order is 12000 won, the form said 1, and {amounts} was charged"
    )


@check("M-PAY-07")
def a_double_click_charges_once(world: World) -> None:
    order = world.order()
    world.merchant_uid(order)
    world.fault(*CHARGES, delay={"before_commit": _A_MOMENT})
    world.together(lambda: world.pay(order), lambda: world.pay(order))
    world.heal()
    once(world, order)


@check("M-PAY-08")
def a_paid_order_is_not_charged_again(world: World) -> None:
    order = world.paid_order()
    world.pay(order)
    once(world, order)


@check("M-PAY-09")
def each_order_has_a_number_of_its_own(world: World) -> None:
    first = world.order(12_000)
    given(world.pay(first), "a payment")
    world.pay(world.order(12_000))
    numbers = {payment["merchant_uid"] for payment in world.iamport.payments()}
    equal(len(numbers), 2, "order numbers at i'mport, for two orders")


@check("M-PAY-10")
def a_paid_order_is_shown_as_paid(world: World) -> None:
    world.need("show_order")
    order = world.paid_order()
    equal(world.settled(order), "paid", "how an order is shown that was paid")


@check("M-PAY-11")
def an_unpaid_order_is_not_shown_as_paid(world: World) -> None:
    world.need("show_order", "place_order")
    holds(world.show(world.order()) != "paid", "an order that nobody paid is shown as paid")


@check("M-PAY-12")
def one_click_is_one_try(world: World) -> None:
    world.need("pay_by_card")
    order = world.order()
    reply = world.pay(order, world.card_that("limit_exceeded"))
    if reply.outcome is Outcome.SUCCESS:
        raise Precondition("a declined charge was told as success")
    tries = len(world.made(*CHARGES))
    holds(tries <= 1, f"a declined card was charged {tries} times for one click")
