"""A walk: calls of one merchant, each answer compared with the books."""

from collections.abc import Mapping, Sequence
from typing import Any

from contract_tests.answers import Answer
from contract_tests.checks import Violation
from contract_tests.provider.books import REFUSALS, Books, Expected, Payment, refusal
from contract_tests.provider.operations import OPERATIONS
from contract_tests.provider.server import Card
from contract_tests.provider.shop import Shop

__all__ = ["Walk", "tour"]

NOBODY = "imps_000000000000"
DAY = 86_400
NEVER_GIVEN = "0" * 40


class Walk:
    """One merchant's calls from an empty world on, on a clock that stands until it is moved.

    Every method makes a call, and raises ``Violation`` with the clause of the expected answer when
    another one comes. ``reached`` collects operations and refusals by name.
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.books = Books(shop.control.freeze())
        self.reached: set[str] = set()
        self.steps = 0
        self._token = ""
        self._masks: dict[str, str] = {}
        self._cards: Mapping[str, Card] = {
            "good": shop.card,
            "other": shop.other_card,
            "declining": shop.control.card("limit_exceeded"),
            "keeping": shop.control.card("cancel_not_possible"),
            "unknown": shop.control.card("unknown_card_number"),
        }

    def get_token(self) -> None:
        """getToken."""
        before = self.books.token_until > self.books.now
        answer = self._send("getToken", self._shop.keys, {}, self.books.get_token())
        given = str(answer.response.get("access_token"))
        if before and given != self._token:
            raise Violation("getToken gave another token while the one before was good", "P-TOK-02")
        if not before and given == self._token:
            raise Violation("getToken gave the expired token again", "P-TOK-06")
        self._token = given

    def wrong_keys(self) -> None:
        """getToken with a wrong secret, and without one."""
        keys = self._shop.keys
        self._send("getToken", {**keys, "imp_secret": "wrong"}, {}, refusal("wrong secret"))
        self._send("getToken", {"imp_key": keys["imp_key"]}, {}, refusal("keys missing"))

    def wrong_tokens(self) -> None:
        """Calls without a token and with one that was never given."""
        named = {"imp_uid": NOBODY}
        self._send("getPaymentByImpUid", named, {}, refusal("no token"))
        unknown = {"authorization": NEVER_GIVEN}
        self._send("getPaymentByImpUid", named, unknown, refusal("unknown token"))

    def save(self, customer: str, card: str) -> None:
        """customer_save."""
        sent = {"customer_uid": customer, **self._cards[card]}
        answer = self._call("customer_save", sent, self.books.save(customer, card))
        if answer.code == 0:
            self._compare_mask(answer, card, "P-KEY-02")

    def view(self, customer: str) -> None:
        """customer_view."""
        answer = self._call("customer_view", {"customer_uid": customer}, self.books.view(customer))
        if answer.code == 0:
            self._compare_mask(answer, self.books.keys[customer].card, "P-KEY-02")

    def view_several(self, customers: Sequence[str]) -> None:
        """customer_view_multiple."""
        expected = self.books.view_several(customers)
        self._call("customer_view_multiple", {"customer_uid": list(customers)}, expected)

    def delete(self, customer: str) -> None:
        """customer_delete."""
        self._call("customer_delete", {"customer_uid": customer}, self.books.delete(customer))

    def payments_of(self, customer: str) -> None:
        """customer_payments."""
        expected = self.books.payments_of(customer)
        self._call("customer_payments", {"customer_uid": customer}, expected)

    def onetime(self, order: str, amount: int, card: str, customer: str | None = None) -> None:
        """A charge by card data."""
        sent = {"merchant_uid": order, "amount": amount, **self._cards[card]}
        if customer is not None:
            sent["customer_uid"] = customer
        expected = self.books.onetime(order, amount, card, customer)
        self._charged("onetime", sent, expected)

    def again(self, customer: str, order: str, amount: int) -> None:
        """A charge with a key."""
        sent = {"customer_uid": customer, "merchant_uid": order, "amount": amount, "name": "goods"}
        answer = self._charged("again", sent, self.books.again(customer, order, amount))
        if answer.code == 0:
            self._compare_mask(answer, self.books.keys[customer].card, "P-KEY-03")

    def cancel(
        self, place: int, amount: int | None, checksum: int | None = None, *, by_order: bool = False
    ) -> None:
        """cancelPayment of the payment at a place in the books, or of an unknown one."""
        payment = self._payment(place)
        if by_order and payment is not None:
            payment = self.books.to_cancel(payment.order) or payment
        named = {"imp_uid": payment.imp_uid if payment else NOBODY}
        if by_order:
            named = {"merchant_uid": payment.order if payment else "nothing"}
        sent = {**named, "amount": amount, "checksum": checksum}
        self._call("cancelPayment", sent, self.books.cancel(payment, amount, checksum))

    def cancel_nothing(self) -> None:
        """cancelPayment that names no payment."""
        self._call("cancelPayment", {"reason": "none"}, refusal("no payment named"))

    def schedule(
        self, customer: str, items: Sequence[tuple[str, int, int]], card: str | None = None
    ) -> None:
        """schedule: order, seconds from now, and amount of each."""
        due = [(order, self.books.now + seconds, amount) for order, seconds, amount in items]
        sent = {
            "customer_uid": customer,
            "schedules": [self._shop.item(order, at, amount) for order, at, amount in due],
            **(self._cards[card] if card else {}),
        }
        self._call("schedule", sent, self.books.schedule(customer, due, card))

    def unschedule(self, customer: str | None, orders: Sequence[str]) -> None:
        """unschedule; without either, of a customer that nobody is."""
        if customer is None and not orders:
            customer = "nobody"
        sent = {"customer_uid": customer, "merchant_uid": list(orders)}
        self._call("unschedule", sent, self.books.unschedule(customer, orders))

    def view_schedule(self, order: str) -> None:
        """getScheduleByMid."""
        self._call("getScheduleByMid", {"merchant_uid": order}, self.books.view_schedule(order))

    def move(self, order: str, seconds: int) -> None:
        """updateScheduleByMid, to so many seconds from now."""
        at = self.books.now + seconds
        sent = {"merchant_uid": order, "schedule_at": at}
        self._call("updateScheduleByMid", sent, self.books.move(order, at))

    def set_again(self, order: str, seconds: int) -> None:
        """rescheduleByMid, to so many seconds from now."""
        at = self.books.now + seconds
        sent = {"merchant_uid": order, "schedule_at": at}
        self._call("rescheduleByMid", sent, self.books.set_again(order, at))

    def retry(self, order: str) -> None:
        """retryScheduleByMid."""
        self._charged("retryScheduleByMid", {"merchant_uid": order}, self.books.retry(order))

    def list_schedules(self, customer: str | None, seconds: int) -> None:
        """Every operation that lists schedules, for so many seconds around now."""
        since, until = self.books.now - seconds, self.books.now + seconds
        if customer is None:
            sent: dict[str, Any] = {"schedule_from": since, "schedule_to": until}
            expected = self.books.schedules_between(since, until)
            self._call("findSchedulesByRange", sent, expected)
            return
        expected = self.books.schedules_between(since, until, customer)
        sent = {"customer_uid": customer, "from": since, "to": until}
        for operation in ("findSchedulesByCustomer", "customer_schedules"):
            self._call(operation, sent, expected)

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self.steps += 1
        expected = self.books.advance(seconds)
        told = self._shop.control.advance(seconds)
        made = [each for each in told if each["kind"] == "schedule"]
        happened = [(each["merchant_uid"], each["status"]) for each in made]
        if happened != expected:
            raise Violation(f"due schedules: expected {expected}, got {happened}", "P-SCH-05")
        fresh = [each for each in self.books.payments if each.imp_uid is None]
        for payment, each in zip(fresh, made, strict=True):
            payment.imp_uid = each["imp_uid"]

    def find(self, place: int) -> None:
        """getPaymentByImpUid of the payment at a place in the books."""
        payment = self._payment(place)
        named = {"imp_uid": payment.imp_uid if payment else NOBODY}
        self._call("getPaymentByImpUid", named, self.books.find(payment))

    def find_order(self, order: str) -> None:
        """getPaymentByMerchantUid, and getAllPaymentsByMerchantUid."""
        named = {"merchant_uid": order}
        self._call("getPaymentByMerchantUid", named, self.books.find_order(order))
        self._call("getAllPaymentsByMerchantUid", named, self.books.find_all(order))

    def find_several(self, places: Sequence[int], *, unknown: bool = False) -> None:
        """getPaymentListByImpUid of payments at places in the books, and of an unknown one."""
        known = {payment.imp_uid for place in places if (payment := self._payment(place))}
        strangers = [NOBODY] if unknown or not known else []
        named = [*sorted(filter(None, known)), *strangers]
        expected = self.books.find_several(len(known), len(strangers))
        self._call("getPaymentListByImpUid", {"imp_uid": named}, expected)

    def list_payments(self, status: str, page: int, limit: int) -> None:
        """getPaymentsByStatus."""
        sent = {"payment_status": status, "page": page, "limit": limit}
        self._call("getPaymentsByStatus", sent, self.books.by_status(status, page, limit))

    def list_too_much(self) -> None:
        """getPaymentsByStatus over more than it covers."""
        sent = {"payment_status": "all", "from": self.books.now - 91 * DAY, "to": self.books.now}
        self._call("getPaymentsByStatus", sent, refusal("window too long"))

    def balance(self, place: int) -> None:
        """balanceByImpUid, which the usual gateway doesn't tell."""
        payment = self._payment(place)
        named = {"imp_uid": payment.imp_uid if payment else NOBODY}
        self._call("balanceByImpUid", named, refusal("no balance"))

    def announce(self, order: str, amount: int) -> None:
        """preparePayment, and what it shows."""
        sent = {"merchant_uid": order, "amount": amount}
        self._call("preparePayment", sent, self.books.announce(order, amount))
        self.view_announced(order)

    def announce_anew(self, order: str, amount: int) -> None:
        """editPreparePayment."""
        sent = {"merchant_uid": order, "amount": amount}
        self._call("editPreparePayment", sent, self.books.announce_anew(order, amount))

    def view_announced(self, order: str) -> None:
        """getPaymentPrepareByMerchantUid."""
        expected = self.books.view_announced(order)
        self._call("getPaymentPrepareByMerchantUid", {"merchant_uid": order}, expected)

    def look_up_codes(self) -> None:
        """Card companies, banks and the merchant's own gateways."""
        self._call("getPgSettingList", {}, Expected("P-BOOK-01"))
        for every, one in (("allCardCodes", "cardCodes"), ("allBankCodes", "bankCodes")):
            name = f"{one[:4]}_standard_code"
            listed = self._call(every, {}, Expected("P-LOOK-16")).response
            first = listed[0]
            self._call(one, {name: first["code"]}, Expected("P-LOOK-16", fields=first))
            self._call(one, {name: "999"}, refusal("unknown code"))

    def _payment(self, place: int) -> Payment | None:
        payments = self.books.payments
        return payments[place % len(payments)] if payments else None

    def _charged(self, operation: str, sent: Mapping[str, Any], expected: Expected) -> Answer:
        answer = self._call(operation, sent, expected)
        if answer.code == 0:
            self.books.payments[-1].imp_uid = answer.response.get("imp_uid")
        return answer

    def _call(self, operation: str, sent: Mapping[str, Any], expected: Expected) -> Answer:
        """Make a call with a good token; one that has expired is tried first."""
        given = {name: value for name, value in sent.items() if value not in (None, [])}
        if self._token and self.books.token_until <= self.books.now:
            dead = {"authorization": self._token}
            self._send("allCardCodes", {}, dead, refusal("expired token"))
        if self.books.token_until <= self.books.now:
            self.get_token()
        return self._send(operation, given, {"authorization": self._token}, expected)

    def _send(
        self,
        operation: str,
        sent: Mapping[str, Any],
        headers: Mapping[str, str],
        expected: Expected,
    ) -> Answer:
        self.steps += 1
        answer = self._shop.ask(operation, sent, headers=headers)
        _compare(operation, answer, expected)
        self.reached |= {operation, expected.refusal} - {""}
        return answer

    def _compare_mask(self, answer: Answer, card: str, clause: str) -> None:
        shown = answer.response.get("card_number")
        if self._masks.setdefault(card, shown) != shown:
            raise Violation(f"card_number: expected that of the {card} card, got {shown}", clause)


def _compare(operation: str, answer: Answer, expected: Expected) -> None:
    code = "other than 0" if expected.refusal and expected.code is None else expected.code
    refused = bool(expected.refusal)
    right_code = answer.code == expected.code or (
        refused and expected.code is None and answer.code not in (0, None)
    )
    if answer.status != expected.status or not right_code:
        wanted = f"HTTP {expected.status} with code {code}"
        why = f" ({expected.refusal})" if refused else ""
        raise Violation(
            f"{operation}: expected {wanted}{why}, got {answer.outline}", expected.clause
        )
    for name, value in expected.fields.items():
        found = _field(answer.response, name)
        if found != value:
            raise Violation(
                f"{operation}: {name}: expected {value!r}, got {found!r}", expected.clause
            )


def _field(response: Any, name: str) -> object:
    if name == "length":
        return len(response) if isinstance(response, list) else None
    return response.get(name) if isinstance(response, dict) else None


def tour(walk: Walk) -> None:
    """Visit every operation and every refusal once, the shortest way."""
    walk.wrong_keys()
    walk.get_token()
    walk.get_token()
    walk.wrong_tokens()
    walk.look_up_codes()
    walk.find(0)
    walk.find_several([])
    _visit_keys(walk)
    _visit_payments(walk)
    _visit_schedules(walk)
    _visit_lists(walk)
    walk.advance(1800 - 30)
    walk.get_token()
    missing = (REFUSALS.keys() | OPERATIONS.keys()) - walk.reached
    if missing:
        raise RuntimeError(f"the tour doesn't reach {', '.join(sorted(missing))}")


def _visit_keys(walk: Walk) -> None:
    for customer, card in (("a", "unknown"), ("a", "good"), ("a", "other"), ("b", "declining")):
        walk.save(customer, card)
        walk.view(customer)
    walk.delete("c")
    for customers in (["a", "b"], ["a", "c"], ["c"]):
        walk.view_several(customers)
    walk.payments_of("a")


def _visit_payments(walk: Walk) -> None:
    for order, card in (("1", "unknown"), ("1", "declining"), ("1", "good"), ("1", "good")):
        walk.onetime(order, 1000, card)
        walk.find_order(order)
    walk.onetime("2", 1000, "keeping", "c")
    for customer, order in (("a", "3"), ("a", "3"), ("b", "4"), ("nobody", "5")):
        walk.again(customer, order, 500)
    walk.cancel_nothing()
    for place, amount, checksum in (
        (0, None, None), (1, 300, None), (1, 300, 1000), (1, 800, None), (1, 0, 700), (1, 0, None),
        (2, 0, None),
    ):  # fmt: skip
        walk.cancel(place, amount, checksum)
        walk.find(place)
    walk.cancel(3, 100, by_order=True)
    walk.delete("c")


def _visit_schedules(walk: Walk) -> None:
    walk.schedule("nobody", [("s1", 60, 1000)])
    walk.schedule("nobody", [("s1", 60, 1000)], "unknown")
    walk.schedule("d", [("s1", 60, 1000)], "good")
    walk.schedule("b", [("s2", 60, 1000), ("s3", 120, 1000)])
    walk.schedule("a", [("s1", 60, 1000)])
    walk.schedule("a", [("s4", 0, 1000)])
    walk.schedule("a", [("1", 60, 1000)])
    walk.set_again("s2", 60)
    walk.move("s3", 600)
    walk.move("s3", 0)
    walk.unschedule(None, ["s3"])
    walk.unschedule("b", ["s3"])
    walk.unschedule("b", [])
    walk.unschedule("b", [])
    walk.view_schedule("s3")
    walk.view_schedule("nothing")
    walk.move("s3", 60)
    walk.set_again("s3", 0)
    walk.set_again("s2", 60)
    walk.list_schedules(None, DAY)
    walk.list_schedules("b", DAY)
    walk.advance(60)
    for order in ("s1", "s2", "nothing"):
        walk.retry(order)
    walk.advance(3600)


def _visit_lists(walk: Walk) -> None:
    walk.find(0)
    walk.find_several([0, 1])
    walk.find_several([0], unknown=True)
    for status in ("all", "ready", "paid", "failed", "cancelled", "nonsense"):
        walk.list_payments(status, 1, 20)
    walk.list_payments("all", 99, 20)
    walk.list_too_much()
    walk.balance(0)
    walk.announce("9", 1000)
    walk.announce("9", 2000)
    walk.announce_anew("9", 3000)
    walk.announce_anew("nothing", 3000)
