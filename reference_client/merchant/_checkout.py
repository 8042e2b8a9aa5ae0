"""How an order is charged: once, for its own amount, whatever the network does.

- An order has one ``merchant_uid`` for all its attempts, made with the order and not with the
  attempt. i'mport lets it be paid once only, which makes it safe to ask again.
- The order is marked uncertain before the card is asked, so that a crash can't leave it unpaid.
- Clicks that come while an attempt runs wait for that attempt and share its outcome.
- When the outcome is unknown, i'mport is asked for it. Until it is certain the order is pending:
  neither paid nor failed.
- A webhook is a hint that there is news, and whoever knows the URL can send one. What it says is not
  believed: i'mport is asked.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, TypeAlias

from reference_client import (
    AsyncIamport,
    CardDetails,
    DuplicateOrder,
    IamportError,
    NotFound,
    OutcomeUnknown,
    PaidPayment,
    Payment,
    PaymentDeclined,
    PaymentMismatch,
    Refused,
)
from reference_client.merchant._order import (
    MERCHANT_UID_PREFIX,
    NOT_CHARGED,
    Order,
    Outcome,
    shown,
)

__all__ = ["Ask", "Checkout", "Patience", "once", "told"]

Ask: TypeAlias = Callable[[], Awaitable[PaidPayment]]

_LOG = logging.getLogger("reference_client.merchant")

_NO_SUCH_KEY = "등록된 카드가 없습니다. 카드를 먼저 등록해 주세요."
_KEY_ISSUED = "카드가 등록되었습니다."
_KEY_UNCERTAIN = "카드 등록 결과를 확인하지 못했습니다. 같은 카드를 다시 등록해 주세요."
_KEY_NOT_ISSUED = "카드 등록 요청을 보내지 못했습니다. 잠시 후 다시 시도해 주세요."


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for i'mport, in seconds.

    ``charge`` and ``look`` are for one charge, cancel or key issue and for one look-up. ``waits``
    come before each look-up after a charge or cancel of unknown outcome. One that i'mport still
    doesn't know after ``forget`` is taken to have never arrived (guess: no gateway takes ten
    minutes).
    """

    charge: float = 40.0
    look: float = 5.0
    waits: tuple[float, ...] = (0.0, 0.5, 1.5)
    forget: float = 600.0


class Checkout:
    """The orders, and what is done with them: a card is registered, an order paid, news taken in."""

    def __init__(self, iamport: AsyncIamport, patience: Patience) -> None:
        self._iamport = iamport
        self._patience = patience
        self._orders: dict[str, Order] = {}

    def order(self, name: str, amount: int) -> Order:
        """Take an order. In a real shop its amount comes from the cart."""
        order = Order(secrets.token_hex(8), name, amount)
        self._orders[order.order_id] = order
        return order

    def find(self, order_id: str) -> Order | None:
        """Give the order with this number, or None."""
        return self._orders.get(order_id)

    async def register(self, customer_uid: str, card: CardDetails) -> Outcome:
        """Have a card kept; one that was registered under the same uid is replaced."""
        try:
            async with asyncio.timeout(self._patience.charge):
                await self._iamport.issue_billing_key(customer_uid, card)
        except (OutcomeUnknown, TimeoutError):
            if not await self._is_registered(customer_uid, card):
                return Outcome("failed", _KEY_UNCERTAIN, 400)
        except Refused as refused:
            return Outcome("failed", shown(refused.message) or _KEY_NOT_ISSUED)
        except IamportError as error:
            _LOG.warning("a card could not be registered: %s", told(error))
            return Outcome("failed", _KEY_NOT_ISSUED, 400)
        return Outcome("success", _KEY_ISSUED)

    async def pay_by_card(self, order: Order, card: CardDetails, keep_as: str | None) -> Outcome:
        """Charge the card that was typed in; keep it under a uid when one is given."""
        return await self._pay(
            order,
            lambda: self._iamport.pay_by_card(
                merchant_uid=order.merchant_uid,
                amount=order.amount,
                name=order.name,
                card=card,
                customer_uid=keep_as,
            ),
        )

    async def pay_by_key(self, order: Order, customer_uid: str) -> Outcome:
        """Charge the card that was registered under a uid."""
        return await self._pay(
            order,
            lambda: self._iamport.pay_by_key(
                merchant_uid=order.merchant_uid,
                amount=order.amount,
                name=order.name,
                customer_uid=customer_uid,
            ),
        )

    async def refresh(self, order: Order) -> None:
        """Bring an order up to date before it is shown, unless something is done with it now."""
        if order.lock.locked():
            return
        async with order.lock:
            await self.bring_up_to_date(order)
            if order.refund and order.payment and order.refund.came_through(order.payment):
                order.refunding(None)

    async def hear(self, imp_uid: str) -> bool:
        """Take in that there is news about a payment; False when i'mport can't be asked for it.

        It doesn't wait for a charge that runs: its answer and this may come in either order. That
        the payment is nobody's, or that there is none, is no reason to be told again.
        """
        try:
            async with asyncio.timeout(self._patience.look):
                payment = await self._iamport.payment(imp_uid)
        except NotFound:
            _LOG.warning("a webhook told of a payment that i'mport doesn't know")
            return True
        except (IamportError, TimeoutError) as error:
            _LOG.warning("a webhook has to come again: %s", told(error))
            return False
        order = self.find(payment.merchant_uid.removeprefix(MERCHANT_UID_PREFIX))
        if order is not None and order.merchant_uid == payment.merchant_uid:
            self.learn(order, payment)
        return True

    async def bring_up_to_date(self, order: Order) -> None:
        """Ask i'mport once about what can have changed; whoever calls holds the order's lock."""
        if order.unaccounted:
            await self._is_settled(order)
        elif order.payment is not None and order.payment.cancellable_amount:
            await self.look(order, order.payment)

    async def look(self, order: Order, payment: Payment) -> Payment:
        """Ask how a payment stands and give it, as it was last known when no answer comes."""
        try:
            async with asyncio.timeout(self._patience.look):
                self.learn(order, await self._iamport.payment(payment.imp_uid))
        except (IamportError, TimeoutError) as error:
            _LOG.info("%s: shown as last known: %s", order.merchant_uid, told(error))
        else:
            if order.refund and self._is_over(order.refund.asked_at):
                order.refunding(None)
        return order.payment or payment

    def learn(self, order: Order, payment: Payment) -> None:
        """Take in how a payment of an order stands, and call for a person where one is needed."""
        order.learn(payment)
        is_another = order.payment is not None and order.payment.imp_uid != payment.imp_uid
        if order.needs_a_person or (is_another and payment.status in ("paid", "cancelled")):
            _LOG.error("%s: needs a person: i'mport holds %r", order.merchant_uid, payment)

    async def _pay(self, order: Order, ask: Ask) -> Outcome:
        return await once(order, "pay", lambda: self._attempt(order, ask))

    async def _attempt(self, order: Order, ask: Ask) -> Outcome:
        async with order.lock:
            if order.unaccounted:
                await self._is_settled(order)
            if order.payment is not None:
                return order.outcome()
            return await self._charge(order, ask)

    async def _charge(self, order: Order, ask: Ask) -> Outcome:
        order.asked()
        try:
            async with asyncio.timeout(self._patience.charge):
                self.learn(order, await ask())
        except (OutcomeUnknown, DuplicateOrder, TimeoutError) as error:
            _LOG.warning("%s: asking what became of it: %s", order.merchant_uid, told(error))
            await self._reconcile(order)
        except (PaymentMismatch, PaymentDeclined) as other:
            self.learn(order, other.payment)
        except Refused as refused:
            order.not_charged(_why_refused(refused))
        except IamportError as error:
            _LOG.warning("%s: not charged: %s", order.merchant_uid, told(error))
            order.not_charged(NOT_CHARGED)
            return replace(order.outcome(), http_status=400)
        return order.outcome()

    async def _reconcile(self, order: Order) -> None:
        for wait in self._patience.waits:
            await asyncio.sleep(wait)
            # A webhook may have told meanwhile.
            if not order.unaccounted or await self._is_settled(order):
                return

    async def _is_settled(self, order: Order) -> bool:
        """Ask i'mport once about what was lost; False when that remains unknown."""
        try:
            async with asyncio.timeout(self._patience.look):
                found = await self._iamport.reconcile(order.merchant_uid, amount=order.amount)
            self.learn(order, found)
        except PaymentDeclined as declined:
            # A decline that was known before says nothing about the attempt that was lost.
            if declined.payment.imp_uid in order.declines:
                self._forget_in_time(order)
            else:
                self.learn(order, declined.payment)
        except PaymentMismatch as mismatch:
            self.learn(order, mismatch.payment)
        except NotFound:
            self._forget_in_time(order)
        except (IamportError, TimeoutError) as error:
            _LOG.info("%s: still unknown: %s", order.merchant_uid, told(error))
        return order.unaccounted == 0

    def _forget_in_time(self, order: Order) -> None:
        if self._is_over(order.asked_at):
            order.forget_lost_attempts()

    def _is_over(self, asked_at: float) -> bool:
        return monotonic() - asked_at >= self._patience.forget

    async def _is_registered(self, customer_uid: str, card: CardDetails) -> bool:
        try:
            async with asyncio.timeout(self._patience.look):
                key = await self._iamport.billing_key(customer_uid)
        except (IamportError, TimeoutError):
            return False
        return _is_mask_of(key.card_number or "", card)


async def once(
    order: Order, what: Hashable, attempt: Callable[[], Coroutine[Any, Any, Outcome]]
) -> Outcome:
    """Make an attempt; whoever wants the same of the order while it runs shares its outcome."""
    running = order.attempts.get(what)
    if running is None:
        running = order.attempts[what] = asyncio.create_task(attempt())
        running.add_done_callback(lambda _: order.attempts.pop(what))
    # A shopper who goes away must not interrupt it.
    return await asyncio.shield(running)


def told(error: Exception) -> str:
    """Describe an error for the log."""
    return f"{type(error).__name__} {shown(str(error))}"


def _is_mask_of(masked: str, card: CardDetails) -> bool:
    """Compare the digits that gateways leave to be seen: at most the first six and last four."""
    number = card.reveal()["card_number"].replace("-", "")
    pairs = list(zip(masked, number, strict=False))
    visible = [(seen, digit) for seen, digit in pairs[:6] + pairs[-4:] if seen != "*"]
    return len(masked) == len(number) and len(visible) > 6 and all(a == b for a, b in visible)


def _why_refused(refused: Refused) -> str:
    if isinstance(refused, NotFound):
        return _NO_SUCH_KEY
    return shown(refused.message) or NOT_CHARGED
