"""The subject of the merchant's checks: one example's world, with its three witnesses.

What the merchant answered is in :attr:`World.replies`, the calls that it made of i'mport in
:attr:`World.calls`, and what i'mport holds in :meth:`World.payments` and :meth:`World.live_keys`.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from contract_tests.checks import Check, OutOfReach, Precondition
from contract_tests.merchant.driver import Outcome, Reply
from contract_tests.merchant.emulator import KIT
from contract_tests.merchant.house import House
from contract_tests.story import Exchange, Told, told
from contract_tests.verdicts import Moment

__all__ = [
    "CHARGES",
    "KEY_ISSUE",
    "LOOK_UPS",
    "Card",
    "Fault",
    "Order",
    "World",
    "given",
    "leaks",
    "open_world",
]

Card = Mapping[str, str]
Fault = Mapping[str, Any]
_Result = TypeVar("_Result")

CHARGES = ["onetime", "again"]
"""The operations that take money when they are called."""

KEY_ISSUE = "customer_save"
LOOK_UPS = [
    "getPaymentByImpUid", "getPaymentListByImpUid", "getPaymentByMerchantUid",
    "getAllPaymentsByMerchantUid", "getPaymentsByStatus",
]  # fmt: skip
"""The operations that tell what became of a payment."""

_BIRTH, _PIN, _EXPIRY = "870921", "73", "2048-11"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5
_TOOK_MONEY = ("paid", "cancelled")


@dataclass(slots=True)
class Order:
    """An order at the merchant: its number there, its amount in KRW, its number at i'mport if known."""

    number: str
    amount: int
    merchant_uid: str | None
    customer_uid: str = ""


class World:
    """One example's world."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.iamport = house.emulator
        self.story: list[Exchange] = []
        self.replies: list[Reply] = []
        self.calls: list[Mapping[str, Any]] = []
        self.timeline: list[Moment] = []
        self.operations = 0
        self._told = 0
        self._is_faulty = False
        self._groups = 0
        self._is_together = False
        self._orders: list[Order] = []
        cards = [_typed(card) for card in house.cards if card["failure"] is None]
        self.card, self.other_card = cards[0], cards[1]

    def begin(self) -> None:
        """Start an example: an empty world, and orders and customers that nobody knows yet."""
        self.iamport.reset()
        for seen in (self.story, self.replies, self.calls, self.timeline, self._orders):
            seen.clear()
        self._told = self._groups = 0
        self._is_faulty = self._is_together = False

    def offers(self, *names: str) -> bool:
        """Whether the merchant offers all of these."""
        return all(name in self.house.driver.offers for name in names)

    def need(self, *names: str) -> None:
        """Go on only with a merchant that offers all of these.

        Raises:
            OutOfReach: it doesn't.
        """
        missing = [name for name in names if not self.offers(name)]
        if missing:
            raise OutOfReach(f"the merchant's description has no [{missing[0]}]")

    def card_that(self, failure: str) -> Card:
        """The card that always causes ``failure``."""
        return next(_typed(card) for card in self.house.cards if card["failure"] == failure)

    def customer(self) -> str:
        """A ``customer_uid`` that nobody has used."""
        return f"customer-{self.house.number()}"

    def order(self, amount: int = 12_000) -> Order:
        """An order that isn't paid, with whatever paying it takes.

        Raises:
            OutOfReach: the merchant takes no payments.
            Precondition: it takes no order.
        """
        if not (self.offers("pay_by_card") or self.offers("pay_by_key", "issue_key")):
            raise OutOfReach("the merchant's description has no [pay_by_card], nor [pay_by_key]")
        made = self._placed(amount)
        self._orders.append(made)
        if not self.offers("pay_by_card"):
            made.customer_uid = self.customer_with()
        return made

    def _placed(self, amount: int) -> Order:
        number = f"order-{self.house.number()}"
        if not self.offers("place_order"):
            return Order(number, amount, number)
        values = {"order": number, "amount": amount, "name": "coffee"}
        values_there = self.ask("place_order", **values).values
        if values_there.get("order") is None:
            raise Precondition("place_order: its answer has no number of the order")
        return Order(str(values_there["order"]), amount, values_there.get("merchant_uid"))

    def customer_with(self, card: Card | None = None) -> str:
        """A customer whose card is registered."""
        customer_uid = self.customer()
        given(self.issue(customer_uid, card), "a registered card")
        return customer_uid

    def paid_order(self, amount: int = 12_000) -> Order:
        """An order that is paid."""
        order = self.order(amount)
        given(self.pay(order), "a paid order")
        if not self.charged(order):
            raise Precondition("a paid order: i'mport holds no payment of it")
        return order

    def issue(self, customer_uid: str, card: Card | None = None, **more: object) -> Reply:
        """A shopper registers a card."""
        self.need("issue_key")
        return self.ask("issue_key", customer_uid=customer_uid, **(card or self.card), **more)

    def pay(self, order: Order, card: Card | None = None, **more: object) -> Reply:
        """The shopper pays an order: with a card, or with a registered one if it must be."""
        values = {"order": order.number, "amount": order.amount, "name": "coffee", **more}
        if not order.customer_uid:
            return self.ask("pay_by_card", **(card or self.card), **values)
        return self.ask("pay_by_key", customer_uid=order.customer_uid, **values)

    def pay_by_key(self, order: Order, customer_uid: str) -> Reply:
        """The shopper pays an order with a registered card."""
        self.need("pay_by_key")
        values = {"order": order.number, "amount": order.amount, "name": "coffee"}
        return self.ask("pay_by_key", customer_uid=customer_uid, **values)

    def cancel(self, order: Order, amount: int | None = None) -> Reply:
        """Somebody has an order cancelled, all of it or a part."""
        self.need("cancel")
        charged = self.charged(order)
        imp_uid = charged[0]["imp_uid"] if charged else ""
        return self.ask("cancel", order=order.number, amount=amount, imp_uid=imp_uid)

    def webhook(self, imp_uid: str, merchant_uid: str, status: str, **more: object) -> Reply:
        """A webhook comes, true or not."""
        self.need("webhook")
        return self.ask(
            "webhook", imp_uid=imp_uid, merchant_uid=merchant_uid, status=status, **more
        )

    def show(self, order: Order) -> str | None:
        """How the merchant shows an order: one of the states of its description, if it is any."""
        self.need("show_order")
        charged = self.charged(order)
        imp_uid = charged[-1]["imp_uid"] if charged else ""
        return self.ask("show_order", order=order.number, imp_uid=imp_uid).state

    def settled(self, order: Order, *, until: str | None = None) -> str | None:
        """How an order is shown when it isn't pending any more, with i'mport well again.

        ``until`` waits for that state. After the patience of the description it is given as it is.
        """
        self.heal()
        end, pause = time.monotonic() + self.house.description.settles_within, _FIRST_PAUSE
        while True:
            state = self.show(order)
            is_over = state == until if until else state not in ("pending", None)
            if is_over or time.monotonic() >= end:
                return state
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def ask(self, offer: str, **values: object) -> Reply:
        """Ask the merchant, and write down what was said."""
        self.need(offer)
        reply, exchange = self.house.driver.ask(offer, values)
        self.operations += 1
        at_once = self._groups if self._is_together else 0
        self.story.append(exchange._replace(at_once=at_once))
        self.replies.append(reply)
        # What happens at the same time is one moment.
        if not self._is_together:
            self.note()
        return reply

    def together(self, *asks: Callable[[], _Result]) -> list[_Result]:
        """Do several things at the same time."""
        self.note()
        self._groups += 1
        self._is_together = True
        try:
            with ThreadPoolExecutor(len(asks)) as pool:
                return [future.result() for future in [pool.submit(ask) for ask in asks]]
        finally:
            self._is_together = False
            self.note()

    def fault(self, *operations: str, times: int | None = None, **then: Any) -> None:
        """From now on this happens to calls of these operations, and nothing else of before."""
        self.note()
        rule: dict[str, Any] = {"when": {"operation": list(operations)}, "then": then}
        self.faults(rule if times is None else {**rule, "times": times})

    def faults(self, *rules: Mapping[str, Any]) -> None:
        """From now on these rules hold."""
        self.note()
        self.story.append(self.iamport.rules(*rules))
        self.note()
        self._is_faulty = True

    def heal(self) -> None:
        """From now on i'mport is well."""
        if self._is_faulty:
            self.note()
            self.story.append(self.iamport.rules())
            self.note()
        self._is_faulty = False

    def warm_up(self) -> None:
        """Let the merchant call i'mport once, so that it has a token."""
        if self.offers("issue_key"):
            given(self.issue(self.customer()), "a registered card")
        else:
            self.paid_order()
        self.note()

    def write(self) -> Reply:
        """Something that makes the merchant call i'mport: a registration, or a payment."""
        if self.offers("issue_key"):
            return self.issue(self.customer())
        return self.pay(self.order())

    def write_or_nothing(self) -> Reply | None:
        """:meth:`write`; nothing where i'mport's troubles are in the way before it."""
        try:
            return self.write()
        except Precondition:
            return None

    def made(self, *operations: str) -> list[Mapping[str, Any]]:
        """The calls of these operations that the merchant made so far; of any without names."""
        self.note()
        return [
            call
            for call in self.calls
            if not _is_ours(call) and (not operations or call["operation"] in operations)
        ]

    def payments(self, order: Order) -> list[Mapping[str, Any]]:
        """What i'mport holds of an order, under whatever number."""
        every = self.iamport.payments()
        if self._orders == [order]:
            return list(every)
        return [each for each in every if _is_of(each["merchant_uid"], order)]

    def charged(self, order: Order) -> list[Mapping[str, Any]]:
        """The payments of an order that took money, cancelled ones included."""
        return [each for each in self.payments(order) if each["status"] in _TOOK_MONEY]

    def live_keys(self) -> list[Mapping[str, Any]]:
        """The keys that are in use at the gateway."""
        return [key for key in self.iamport.gateway_keys() if not key.get("deleted_at")]

    def merchant_uid(self, order: Order) -> str:
        """The order's number at i'mport, which the merchant's calls tell where its answers don't."""
        if order.merchant_uid is None:
            self.fault(*CHARGES, times=1, fail="limit_exceeded")
            self.pay(order)
            self.heal()
            found = [call["request"].get("merchant_uid") for call in self.made(*CHARGES)]
            if not found or not isinstance(found[-1], str):
                raise Precondition("the order's merchant_uid can't be seen: nothing was charged")
            order.merchant_uid = found[-1]
        return order.merchant_uid

    def note(self) -> None:
        """Write down the calls that came since the last time, beside what the merchant said."""
        last = self.calls[-1]["number"] if self.calls else 0
        fresh = list(self.iamport.calls(last))
        self.calls += fresh
        exchanges = told(self.story)[self._told :]
        self._told = len(self.story)
        shown = [_said(each) for each in exchanges]
        beats = [_beat(call) for call in fresh]
        if shown or beats:
            self.timeline.append(Moment("\n".join(shown), beats))


def _typed(card: Mapping[str, Any]) -> Card:
    number = str(card["number"])
    return {"card_number": number, "expiry": _EXPIRY, "birth": _BIRTH, "pwd_2digit": _PIN}


def _is_of(merchant_uid: str, order: Order) -> bool:
    return merchant_uid == order.merchant_uid or order.number in merchant_uid


def _said(exchange: Told) -> str:
    if exchange.sent.startswith("DELETE /_fake/"):
        return "i'mport is well again"
    if exchange.sent.startswith("PUT /_fake/"):
        return f"i'mport is told {exchange.sent.partition(' {')[2].removesuffix('}')}"
    return f"{exchange.sent}\n{exchange.answered}"


def _beat(call: Mapping[str, Any]) -> str:
    said = f"HTTP {call['status']}" if call["status"] else "no answer"
    if call["code"] is not None:
        said += f", code {call['code']}"
    response = (
        (call["response"] or {}).get("response") if isinstance(call["response"], dict) else None
    )
    if isinstance(response, dict) and "status" in response:
        said += f", {response['status']}"
    said += "".join(f", {told}" for told in _order_of(call))
    fault = f" ({call['fault']})" if call["fault"] else ""
    whose = "the kit: " if _is_ours(call) else ""
    return f"{whose}{call['method']} {call['path']}: {said}{fault}"


def _order_of(call: Mapping[str, Any]) -> Iterator[str]:
    """Which order a call was to pay, and with how much."""
    sent = call["request"]
    if call["operation"] not in CHARGES or not isinstance(sent, Mapping):
        return
    if "merchant_uid" in sent:
        yield f"merchant_uid {sent['merchant_uid']}"
    if "amount" in sent:
        yield f"amount {sent['amount']}"


def _is_ours(call: Mapping[str, Any]) -> bool:
    return bool(call["headers"]["user_agent"] == KIT)


def given(reply: Reply, what: str) -> Reply:
    """What must go before has gone well.

    Raises:
        Precondition: it hasn't.
    """
    if reply.outcome is not Outcome.SUCCESS:
        raise Precondition(f"{what}: the merchant's answer was {reply.outline}")
    return reply


def leaks(text: str, *cards: Card) -> str | None:
    """The name of the card data that stands in a text, if any does."""
    for card in cards:
        digits = card["card_number"].replace("-", "")
        number = r"[\s.+-]?".join(digits[start : start + 4] for start in range(0, 16, 4))
        if re.search(number, text):
            return "card_number"
        if re.search(rf"(?<!\d){card['birth']}(?!\d)", text):
            return "birth"
        if re.search(rf"pwd_2digit\W{{1,6}}{card['pwd_2digit']}(?!\d)", text):
            return "pwd_2digit"
    return None


@contextmanager
def open_world(house: House, _: Check) -> Iterator[World]:
    """The world of one check; its time line is the house's afterwards."""
    world = World(house)
    house.timeline = []
    try:
        yield world
    finally:
        with suppress(Precondition):
            world.note()
        house.timeline = list(world.timeline)
