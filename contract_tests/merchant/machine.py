"""Shoppers, double clicks, faults and webhooks in any order, over whatever a merchant offers.

What must hold after each step is judged by all three witnesses. A story that breaks it is shortened
by Hypothesis, step by step.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import seed
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contract_tests.checks import OutOfReach
from contract_tests.expectations import holds
from contract_tests.merchant.driver import Outcome
from contract_tests.merchant.world import CHARGES, Order, World
from contract_tests.runner import Plan, search_settings

__all__ = ["FAULTS", "MOST_STORIES", "STEPS", "explore"]

STEPS = 8
"""The steps of a story at most."""

MOST_STORIES = 200
"""Stories worth their time; a plan has so many for each of its examples."""

_STORIES = 6
_MOST_ORDERS = 2
_STEPS_OF_ORDER = 3
_A_MOMENT = 0.1
_PRICES = (1_000, 12_000)
_CANCEL = "cancelPayment"

FAULTS: Mapping[str, Mapping[str, Any]] = {
    "declined": {"fail": {"failure": "limit_exceeded", "as": "declined"}},
    "refused": {"fail": {"failure": "limit_exceeded", "as": "refused"}},
    "lost answer": {"break": "before_answer"},
    "lost request": {"break": "before_commit"},
    "error page": {"answer": {"page": "nginx_502", "commit": True}},
    "cut short": {"break": "in_body"},
    "token refused": {"token": "refused"},
}
"""What may happen to the next charge or cancel."""


def explore(world: World, plan: Plan, clause: str) -> None:
    """Let shoppers loose on the merchant.

    Raises:
        Violation: the books don't agree; the story is the shortest one found.
        OutOfReach: the merchant takes no payments.
    """
    if not (world.offers("pay_by_card") or world.offers("pay_by_key", "issue_key")):
        raise OutOfReach("the merchant's description has no [pay_by_card], nor [pay_by_key]")

    class Shoppers(_Shoppers):
        def __init__(self) -> None:
            super().__init__(world)

    run_state_machine_as_test(
        seed(plan.seed_of(clause))(Shoppers),
        settings=search_settings(min(plan.examples * _STORIES, MOST_STORIES), STEPS),
    )


class _Shoppers(RuleBasedStateMachine):
    """Shoppers who don't do the same for ever: an order that is open or charged takes a few steps."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._orders: list[Order] = []
        self._charged: set[str] = set()
        self._asked_back: set[str] = set()
        self._steps: Counter[tuple[str, bool]] = Counter()
        world.begin()

    @initialize(amount=st.sampled_from(_PRICES))
    def place_the_first_order(self, amount: int) -> None:
        self._orders.append(self._world.order(amount))

    @precondition(lambda self: len(self._orders) < _MOST_ORDERS and not self._open)
    @rule(amount=st.sampled_from(_PRICES))
    def place_another_order(self, amount: int) -> None:
        self._orders.append(self._world.order(amount))

    @precondition(lambda self: self._open)
    @rule(happens=st.sampled_from(list(FAULTS)))
    def pay_in_trouble(self, happens: str) -> None:
        self._pay(self._open[-1], happens)

    @precondition(lambda self: self._unspent)
    @rule()
    def pay(self) -> None:
        self._pay(self._unspent[-1], "nothing")

    def _pay(self, order: Order, happens: str) -> None:
        self._next(happens, CHARGES)
        reply = self._world.pay(order)
        self._after(order, reply.outcome is Outcome.SUCCESS)

    @precondition(lambda self: self._unspent)
    @rule(happens=st.sampled_from(["nothing", "lost answer"]))
    def click_twice(self, happens: str) -> None:
        order = self._unspent[-1]
        slow: dict[str, Any] = {"delay": {"before_commit": _A_MOMENT}}
        then = {**FAULTS[happens], **slow} if happens != "nothing" else slow
        self._world.faults(
            {"when": {"operation": CHARGES}, "then": then, "times": 1},
            {"when": {"operation": CHARGES}, "then": slow},
        )
        self._world.together(lambda: self._world.pay(order), lambda: self._world.pay(order))
        self._after(order, False)

    @precondition(lambda self: self._world.offers("cancel") and self._charged)
    @rule(data=st.data(), happens=st.sampled_from(["nothing", "refused", "lost answer"]))
    def cancel(self, data: st.DataObject, happens: str) -> None:
        charged = [order for order in self._orders if order.number in self._charged]
        order = data.draw(st.sampled_from(charged), "order")
        self._asked_back.add(order.number)
        if happens == "refused":
            self._world.fault(_CANCEL, times=1, fail={"code": 1, "message": "취소할수없는거래"})
        else:
            self._next(happens, [_CANCEL])
        self._world.cancel(order)
        self._after(order, False)

    @precondition(lambda self: self._world.offers("webhook") and self._unspent)
    @rule(status=st.sampled_from(["paid", "failed", "cancelled"]))
    def tell(self, status: str) -> None:
        order = self._unspent[-1]
        charged = self._world.charged(order)
        imp_uid = charged[0]["imp_uid"] if charged else "imps_000000000000"
        merchant_uid = charged[0]["merchant_uid"] if charged else order.merchant_uid
        self._world.webhook(imp_uid, merchant_uid or order.number, status)
        self._after(order, False)

    @property
    def _open(self) -> list[Order]:
        """The orders that can still be paid."""
        return [order for order in self._unspent if order.number not in self._charged]

    @property
    def _unspent(self) -> list[Order]:
        """The orders with which something new can still happen."""
        return [
            order
            for order in self._orders
            if self._steps[order.number, order.number in self._charged] < _STEPS_OF_ORDER
        ]

    def teardown(self) -> None:
        """At the end i'mport is well, and every order is shown as it stands."""
        if not self._world.offers("show_order"):
            return
        for order in self._orders:
            charged = self._world.charged(order)
            if not charged:
                continue
            is_paid = charged[0]["status"] == "paid"
            shown = self._world.settled(order, until="paid" if is_paid else "cancelled")
            holds(
                not is_paid or shown == "paid",
                f"i'mport holds the money of an order, and it is shown as {shown}",
            )

    def _next(self, happens: str, operations: Sequence[str]) -> None:
        if happens != "nothing":
            self._world.fault(*operations, times=1, **FAULTS[happens])

    def _after(self, order: Order, told_paid: bool) -> None:
        self._world.heal()
        self._steps[order.number, order.number in self._charged] += 1
        charged = self._world.charged(order)
        if charged:
            self._charged.add(order.number)
        holds(len(charged) <= 1, f"one order was charged {len(charged)} times")
        for payment in charged:
            holds(
                payment["amount"] == order.amount,
                f"an order of {order.amount} won was charged with {payment['amount']}",
            )
            is_unasked = payment["cancel_amount"] and order.number not in self._asked_back
            holds(not is_unasked, "an order's money was given back, and nobody asked for that")
        holds(charged or not told_paid, "an order was told as paid, and i'mport holds no payment")
        if self._world.offers("show_order") and self._world.show(order) == "paid":
            is_paid = any(payment["status"] == "paid" for payment in charged)
            holds(is_paid, "an order is shown as paid, and i'mport doesn't hold its money")
