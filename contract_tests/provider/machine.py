"""Any operation in any order: a walk whose steps Hypothesis chooses, and shortens when it fails."""

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from contract_tests.checks import Violation
from contract_tests.provider.books import CARDS
from contract_tests.provider.shop import Shop
from contract_tests.provider.walk import Walk
from contract_tests.runner import Plan, search_settings

__all__ = ["explore"]

STEPS = 40
"""Calls of one walk at most."""

WALKS = 4
"""Walks for each example of a check."""

CUSTOMERS = st.sampled_from(["a", "b", "c"])
ORDERS = st.sampled_from(["1", "2", "3", "4"])
KINDS = st.sampled_from(CARDS)
AMOUNTS = st.integers(1, 3000)
PLACES = st.integers(0, 5)
SOON = st.sampled_from([60, 120, 600, 0, -60])
STATUSES = st.sampled_from(["all", "paid", "failed", "cancelled", "ready", "nonsense"])


class _Machine(RuleBasedStateMachine):
    """Calls of one merchant; ``walk`` is set by :func:`explore`."""

    begin: "staticmethod[[], Walk]"

    def __init__(self) -> None:
        super().__init__()
        self.walk = type(self).begin()

    @rule(customer=CUSTOMERS, card=KINDS)
    def save(self, customer: str, card: str) -> None:
        self.walk.save(customer, card)

    @rule(customer=CUSTOMERS)
    def view(self, customer: str) -> None:
        self.walk.view(customer)

    @rule(customers=st.lists(CUSTOMERS, min_size=1, max_size=3, unique=True))
    def view_several(self, customers: list[str]) -> None:
        self.walk.view_several(customers)

    @rule(customer=CUSTOMERS)
    def delete(self, customer: str) -> None:
        self.walk.delete(customer)

    @rule(customer=CUSTOMERS)
    def payments_of(self, customer: str) -> None:
        self.walk.payments_of(customer)

    @rule(order=ORDERS, amount=AMOUNTS, card=KINDS, customer=st.none() | CUSTOMERS)
    def onetime(self, order: str, amount: int, card: str, customer: str | None) -> None:
        self.walk.onetime(order, amount, card, customer)

    @rule(customer=CUSTOMERS, order=ORDERS, amount=AMOUNTS)
    def again(self, customer: str, order: str, amount: int) -> None:
        self.walk.again(customer, order, amount)

    @rule(place=PLACES, amount=st.none() | st.integers(0, 3000), by_order=st.booleans())
    def cancel(self, place: int, amount: int | None, by_order: bool) -> None:
        self.walk.cancel(place, amount, by_order=by_order)

    @rule(place=PLACES, amount=st.integers(0, 1000), checksum=st.integers(0, 3000))
    def cancel_with_checksum(self, place: int, amount: int, checksum: int) -> None:
        self.walk.cancel(place, amount, checksum)

    @rule(
        customer=CUSTOMERS,
        items=st.lists(st.tuples(ORDERS, SOON, AMOUNTS), min_size=1, max_size=2),
        card=st.none() | KINDS,
    )
    def schedule(self, customer: str, items: list[tuple[str, int, int]], card: str | None) -> None:
        self.walk.schedule(customer, items, card)

    @rule(customer=st.none() | CUSTOMERS, orders=st.lists(ORDERS, max_size=2, unique=True))
    def unschedule(self, customer: str | None, orders: list[str]) -> None:
        self.walk.unschedule(customer, orders)

    @rule(order=ORDERS, seconds=SOON)
    def move(self, order: str, seconds: int) -> None:
        self.walk.move(order, seconds)
        self.walk.view_schedule(order)

    @rule(order=ORDERS, seconds=SOON)
    def set_again(self, order: str, seconds: int) -> None:
        self.walk.set_again(order, seconds)

    @rule(order=ORDERS)
    def retry(self, order: str) -> None:
        self.walk.retry(order)

    @rule(customer=st.none() | CUSTOMERS, seconds=st.integers(1, 600))
    def list_schedules(self, customer: str | None, seconds: int) -> None:
        self.walk.list_schedules(customer, seconds)

    @rule(seconds=st.sampled_from([0, 1, 60, 600, 1750, 1800]))
    def advance(self, seconds: int) -> None:
        self.walk.advance(seconds)

    @rule()
    def get_token(self) -> None:
        self.walk.get_token()

    @rule(place=PLACES)
    def find(self, place: int) -> None:
        self.walk.find(place)

    @rule(order=ORDERS)
    def find_order(self, order: str) -> None:
        self.walk.find_order(order)

    @rule(places=st.lists(PLACES, max_size=3), unknown=st.booleans())
    def find_several(self, places: list[int], unknown: bool) -> None:
        self.walk.find_several(places, unknown=unknown)

    @rule(status=STATUSES, page=st.integers(1, 3), limit=st.integers(1, 5))
    def list_payments(self, status: str, page: int, limit: int) -> None:
        self.walk.list_payments(status, page, limit)

    @rule(order=ORDERS, amount=AMOUNTS)
    def announce(self, order: str, amount: int) -> None:
        self.walk.announce(order, amount)

    @rule(order=ORDERS, amount=AMOUNTS)
    def announce_anew(self, order: str, amount: int) -> None:
        self.walk.announce_anew(order, amount)


def explore(shop: Shop, plan: Plan, clause: str) -> list[Walk]:
    """Walk as often as the plan says; gives the walks.

    Raises:
        Violation: an answer wasn't the books'; the shop's story is the shortest walk found.
    """
    walks: list[Walk] = []

    def begin() -> Walk:
        shop.begin()
        walks.append(Walk(shop))
        return walks[-1]

    machine = type("Merchant", (_Machine,), {"begin": staticmethod(begin)})
    seeded = hypothesis.seed(plan.seed_of(clause))(machine)
    try:
        run_state_machine_as_test(seeded, settings=search_settings(WALKS * plan.examples, STEPS))
    except Violation as violation:
        raise Violation(str(violation), violation.clause) from None
    return walks
