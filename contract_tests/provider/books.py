"""The books: a model of what the server must know after any sequence of calls.

Each method stands for an operation. It changes the books as the server must change its own, and gives
the answer that the contract asks for, with the clause that asks for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

__all__ = ["CARDS", "REFUSALS", "Books", "Expected", "Payment", "Schedule"]

CARDS = ("good", "other", "declining", "keeping", "unknown")
"""What a card does: two are approved, one is declined when charged, one keeps the money when a cancel
is asked for, one is refused at once.
"""

LIFETIME, LAST_MINUTE, EXTENSION = 1800, 60, 300

REFUSALS: Mapping[str, tuple[str, int, int | None]] = {
    "wrong secret": ("P-TOK-07", 401, -1),
    "keys missing": ("P-TOK-08", 400, -1),
    "expired token": ("P-TOK-05", 401, None),
    "no token": ("P-TOK-09", 401, None),
    "unknown token": ("P-TOK-10", 401, None),
    "card refused for a key": ("P-KEY-09", 200, -1),
    "unknown customer": ("P-KEY-10", 200, 1),
    "unknown customer to delete": ("P-KEY-12", 200, 1),
    "none of several customers": ("P-KEY-16", 404, None),
    "card refused for a payment": ("P-ONE-06", 200, -1),
    "used order, by card": ("P-DUP-01", 200, -1),
    "used order, with a key": ("P-DUP-02", 200, -1),
    "customer without key": ("P-AGN-03", 200, 1),
    "no payment named": ("P-CAN-12", 200, None),
    "nothing to cancel": ("P-CAN-05", 200, 1),
    "cancelled already": ("P-CAN-04", 200, 1),
    "wrong checksum": ("P-CAN-06", 200, None),
    "more than is left": ("P-CAN-08", 200, None),
    "gateway keeps the money": ("P-CAN-13", 200, -1),
    "no key to schedule on": ("P-SCH-02", 200, 1),
    "card refused for a schedule": ("P-SCH-03", 200, 1),
    "past schedule": ("P-SCH-14", 200, None),
    "scheduled already": ("P-DUP-06", 200, 1),
    "used order, to schedule": ("P-BOOK-01", 200, -1),
    "nothing to revoke": ("P-SCH-10", 200, 1),
    "unknown schedule": ("P-SCH-12", 404, None),
    "schedule doesn't wait": ("P-SCH-18", 400, None),
    "schedule waits or is paid": ("P-SCH-20", 400, None),
    "moment that has passed": ("P-SCH-17", 400, None),
    "unknown payment": ("P-LOOK-02", 404, -1),
    "unknown order": ("P-LOOK-05", 404, None),
    "none of several payments": ("P-LOOK-10", 404, None),
    "no status": ("P-LOOK-07", 400, None),
    "no such page": ("P-LOOK-12", 400, None),
    "window too long": ("P-LOOK-13", 400, None),
    "no balance": ("P-BOOK-01", 404, None),
    "announced already": ("P-BOOK-01", 200, None),
    "not announced": ("P-LOOK-15", 404, None),
    "unknown code": ("P-LOOK-16", 404, None),
}
"""Every refusal that the books know: its clause, HTTP status, and code where that is known."""


class Expected(NamedTuple):
    """The answer that must come. ``refusal`` names the refusal that it is, if it is one."""

    clause: str
    status: int = 200
    code: int | None = 0
    fields: Mapping[str, Any] = {}
    refusal: str = ""


@dataclass
class Payment:
    """One attempt to charge; ``imp_uid`` is known once it was answered."""

    order: str
    amount: int
    card: str
    status: str
    customer: str | None
    imp_uid: str | None = None
    cancelled: int = 0

    @property
    def rest(self) -> int:
        """What can still be given back."""
        return self.amount - self.cancelled

    @property
    def shown(self) -> dict[str, Any]:
        """How a look-up shows it."""
        return {
            "merchant_uid": self.order,
            "amount": self.amount,
            "status": self.status,
            "cancel_amount": self.cancelled,
            "customer_uid": self.customer,
        }


@dataclass
class Schedule:
    """One charge to come, or what became of it."""

    customer: str
    at: int
    amount: int
    number: int
    status: str = "scheduled"
    payment: Payment | None = None

    @property
    def shown(self) -> dict[str, Any]:
        """How a look-up shows it."""
        return {
            "schedule_at": self.at,
            "amount": self.amount,
            "schedule_status": self.status,
            "payment_status": self.payment.status if self.payment else None,
        }


@dataclass
class Key:
    """A billing key: the card behind it, and since when."""

    card: str
    inserted: int
    updated: int


@dataclass
class Books:
    """What the server knows of one merchant, at the unix second ``now``."""

    now: int
    token_until: int = 0
    keys: dict[str, Key] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    announced: dict[str, int] = field(default_factory=dict)
    _schedules_made: int = 0

    def get_token(self) -> Expected:
        """The same token, a longer one, or another."""
        clause = "P-TOK-02"
        if self.token_until <= self.now:
            clause, self.token_until = "P-TOK-03", self.now + LIFETIME
        elif self.token_until - self.now <= LAST_MINUTE:
            clause, self.token_until = "P-TOK-04", self.token_until + EXTENSION
        return Expected(clause, fields={"now": self.now, "expired_at": self.token_until})

    def save(self, customer: str, card: str) -> Expected:
        """customer_save."""
        if card == "unknown":
            return refusal("card refused for a key")
        self._keep(customer, card)
        key = self.keys[customer]
        times = {"inserted": key.inserted, "updated": key.updated}
        return Expected("P-KEY-05", fields={"customer_uid": customer, **times})

    def view(self, customer: str) -> Expected:
        """customer_view."""
        key = self.keys.get(customer)
        if key is None:
            return refusal("unknown customer")
        return Expected("P-KEY-02", fields={"customer_uid": customer, "updated": key.updated})

    def view_several(self, customers: Iterable[str]) -> Expected:
        """customer_view_multiple."""
        wanted = set(customers)
        known = wanted & self.keys.keys()
        if not known:
            return refusal("none of several customers")
        if known != wanted:
            return Expected("P-KEY-15", status=207, fields={"length": len(known)})
        return Expected("P-KEY-14", fields={"length": len(known)})

    def delete(self, customer: str) -> Expected:
        """customer_delete."""
        if self.keys.pop(customer, None) is None:
            return refusal("unknown customer to delete")
        return Expected("P-KEY-11", fields={"customer_uid": customer})

    def payments_of(self, customer: str) -> Expected:
        """customer_payments."""
        found = [each for each in self.payments if each.customer == customer]
        return Expected("P-KEY-19", fields={"total": len(found)})

    def onetime(self, order: str, amount: int, card: str, customer: str | None) -> Expected:
        """A charge by card data."""
        if self._is_used(order):
            return refusal("used order, by card")
        if card == "unknown":
            return refusal("card refused for a payment")
        payment = self._charge(order, amount, card, customer)
        if payment.status == "failed":
            return Expected("P-ONE-08", fields=payment.shown)
        if customer is not None:
            self._keep(customer, card)
        return Expected("P-ONE-01", fields=payment.shown)

    def again(self, customer: str, order: str, amount: int) -> Expected:
        """A charge with a key."""
        if self._is_used(order):
            return refusal("used order, with a key")
        if customer not in self.keys:
            return refusal("customer without key")
        payment = self._charge(order, amount, self.keys[customer].card, customer)
        return Expected(
            "P-AGN-04" if payment.status == "failed" else "P-AGN-01", fields=payment.shown
        )

    def cancel(self, payment: Payment | None, amount: int | None, checksum: int | None) -> Expected:
        """cancelPayment of a payment that was named, None for an unknown one."""
        if payment is None or payment.status == "failed":
            return refusal("nothing to cancel")
        if payment.rest == 0:
            return refusal("cancelled already")
        if checksum is not None and checksum != payment.rest:
            return refusal("wrong checksum")
        given_back = amount or payment.rest
        if given_back > payment.rest:
            return refusal("more than is left")
        if payment.card == "keeping":
            return refusal("gateway keeps the money")
        payment.cancelled += given_back
        payment.status = "cancelled"
        clause = "P-CAN-02" if payment.rest else "P-CAN-01"
        return Expected(clause, fields=payment.shown)

    def schedule(
        self, customer: str, items: Sequence[tuple[str, int, int]], card: str | None
    ) -> Expected:
        """schedule: items are order, moment and amount; all of them are taken or none."""
        if customer not in self.keys and card is None:
            return refusal("no key to schedule on")
        if customer not in self.keys and card == "unknown":
            return refusal("card refused for a schedule")
        refused = self._refuse_items(items)
        if refused:
            return refusal(refused)
        if customer not in self.keys and card is not None:
            self._keep(customer, card)
        for order, at, amount in items:
            self._schedules_made += 1
            self.schedules[order] = Schedule(customer, at, amount, self._schedules_made)
        return Expected("P-SCH-01", fields={"length": len(items)})

    def unschedule(self, customer: str | None, orders: Sequence[str]) -> Expected:
        """unschedule: a customer's, those of some orders, or both together."""
        matching = [
            each
            for order, each in self.schedules.items()
            if each.status == "scheduled"
            and (not orders or order in orders)
            and customer in (None, each.customer)
        ]
        if not matching:
            return refusal("nothing to revoke")
        for each in matching:
            each.status = "revoked"
        return Expected("P-SCH-09" if orders else "P-SCH-08", fields={"length": len(matching)})

    def view_schedule(self, order: str) -> Expected:
        """getScheduleByMid."""
        found = self.schedules.get(order)
        return Expected("P-SCH-05", fields=found.shown) if found else refusal("unknown schedule")

    def move(self, order: str, at: int) -> Expected:
        """updateScheduleByMid."""
        found = self.schedules.get(order)
        if found is None:
            return refusal("unknown schedule")
        if found.status != "scheduled":
            return refusal("schedule doesn't wait")
        if at <= self.now:
            return refusal("moment that has passed")
        found.at = at
        return Expected("P-SCH-16", fields=found.shown)

    def set_again(self, order: str, at: int) -> Expected:
        """rescheduleByMid."""
        found = self.schedules.get(order)
        if found is None:
            return refusal("unknown schedule")
        if not _is_undone(found):
            return refusal("schedule waits or is paid")
        if at <= self.now:
            return refusal("moment that has passed")
        found.status, found.at, found.payment = "scheduled", at, None
        return Expected("P-SCH-19", fields=found.shown)

    def retry(self, order: str) -> Expected:
        """retryScheduleByMid."""
        found = self.schedules.get(order)
        if found is None or (_is_undone(found) and found.customer not in self.keys):
            return refusal("unknown schedule")
        if not _is_undone(found):
            return refusal("schedule waits or is paid")
        return Expected("P-SCH-21", fields=self._execute(order, found).shown)

    def schedules_between(self, since: int, until: int, customer: str | None = None) -> Expected:
        """findSchedulesByRange and findSchedulesByCustomer."""
        found = [
            each
            for each in self.schedules.values()
            if since <= each.at < until and customer in (None, each.customer)
        ]
        return Expected("P-SCH-15", fields={"total": len(found)})

    def advance(self, seconds: int) -> list[tuple[str, str]]:
        """Let time pass; gives the orders that fell due, in their order, and how they stand."""
        until = self.now + seconds
        happened = []
        while due := self._next_due(until):
            order, each = due
            self.now = max(self.now, each.at)
            happened.append((order, self._execute(order, each).status))
        self.now = until
        return happened

    def find(self, payment: Payment | None) -> Expected:
        """getPaymentByImpUid."""
        if payment is None:
            return refusal("unknown payment")
        return Expected("P-LOOK-01", fields={**payment.shown, "imp_uid": payment.imp_uid})

    def find_order(self, order: str) -> Expected:
        """getPaymentByMerchantUid."""
        attempts = self.attempts(order)
        if not attempts:
            return refusal("unknown order")
        return Expected("P-LOOK-03", fields=attempts[-1].shown)

    def find_all(self, order: str) -> Expected:
        """getAllPaymentsByMerchantUid."""
        attempts = self.attempts(order)
        if not attempts:
            return refusal("unknown order")
        return Expected("P-LOOK-06", fields={"total": len(attempts)})

    def find_several(self, known: int, unknown: int) -> Expected:
        """getPaymentListByImpUid of so many different payments."""
        if not known:
            return refusal("none of several payments")
        if unknown:
            return Expected("P-LOOK-09", status=207, fields={"length": known})
        return Expected("P-LOOK-08", fields={"length": known})

    def by_status(self, status: str, page: int, limit: int) -> Expected:
        """getPaymentsByStatus."""
        if status not in ("all", "ready", "paid", "failed", "cancelled"):
            return refusal("no status")
        total = sum(status in ("all", each.status) for each in self.payments)
        if page > 1 and (page - 1) * limit >= total:
            return refusal("no such page")
        return Expected("P-LOOK-11", fields={"total": total})

    def announce(self, order: str, amount: int) -> Expected:
        """preparePayment."""
        if order in self.announced:
            return refusal("announced already")
        self.announced[order] = amount
        return Expected("P-LOOK-14", fields={"merchant_uid": order, "amount": amount})

    def announce_anew(self, order: str, amount: int) -> Expected:
        """editPreparePayment."""
        if order not in self.announced:
            return refusal("not announced")
        self.announced[order] = amount
        return Expected("P-LOOK-14", fields={"merchant_uid": order, "amount": amount})

    def view_announced(self, order: str) -> Expected:
        """getPaymentPrepareByMerchantUid."""
        if order not in self.announced:
            return refusal("not announced")
        return Expected(
            "P-LOOK-14", fields={"merchant_uid": order, "amount": self.announced[order]}
        )

    def attempts(self, order: str) -> list[Payment]:
        """An order's payments, oldest first."""
        return [each for each in self.payments if each.order == order]

    def to_cancel(self, order: str) -> Payment | None:
        """The payment that a cancel by order number means."""
        paid = [each for each in self.attempts(order) if each.status != "failed"]
        return paid[-1] if paid else None

    def _refuse_items(self, items: Sequence[tuple[str, int, int]]) -> str:
        """The name of the refusal that the first wrong item causes; empty when all are right."""
        taken = set(self.schedules)
        for order, at, _ in items:
            if at <= self.now:
                return "past schedule"
            if order in taken:
                return "scheduled already"
            if self._is_used(order):
                return "used order, to schedule"
            taken.add(order)
        return ""

    def _is_used(self, order: str) -> bool:
        return self.to_cancel(order) is not None

    def _keep(self, customer: str, card: str) -> None:
        previous = self.keys.get(customer)
        inserted = previous.inserted if previous else self.now
        self.keys[customer] = Key(card, inserted, self.now)

    def _charge(self, order: str, amount: int, card: str, customer: str | None) -> Payment:
        status = "failed" if card == "declining" else "paid"
        self.payments.append(Payment(order, amount, card, status, customer))
        return self.payments[-1]

    def _execute(self, order: str, each: Schedule) -> Payment:
        key = self.keys.get(each.customer)
        card = "declining" if key is None or self._is_used(order) else key.card
        each.payment = self._charge(order, each.amount, card, each.customer)
        each.status = "executed"
        return each.payment

    def _next_due(self, until: int) -> tuple[str, Schedule] | None:
        due = [
            (order, each)
            for order, each in self.schedules.items()
            if each.status == "scheduled" and each.at <= until
        ]
        return min(due, key=lambda pair: (pair[1].at, pair[1].number), default=None)


def refusal(name: str) -> Expected:
    """The answer that refuses so."""
    clause, status, code = REFUSALS[name]
    return Expected(clause, status, code, refusal=name)


def _is_undone(each: Schedule) -> bool:
    failed = each.payment is not None and each.payment.status == "failed"
    return each.status == "revoked" or (each.status == "executed" and failed)
