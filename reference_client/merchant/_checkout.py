"""How an order is charged: once, for its own amount, whatever the network does.

- An order has one ``merchant_uid`` for all its attempts, made with the order and not with the
  attempt. i'mport lets it be paid once only, which makes it safe to ask again.
- The order is marked uncertain before the card is asked, so that a crash can't leave it unpaid.
- Clicks that come while an attempt runs wait for that attempt and share its outcome.
- When the outcome is unknown, i'mport is asked for it. Until it is certain the order is pending:
  neither paid nor failed.
"""

import asyncio
import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Literal, TypeAlias

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

__all__ = ["Ask", "Checkout", "Order", "Outcome", "Patience"]

Ask: TypeAlias = Callable[[], Awaitable[PaidPayment]]

_LOG = logging.getLogger("reference_client.merchant")

_PAID = "결제가 완료되었습니다."
_PENDING = "결제 결과를 확인하고 있습니다. 다시 결제하지 말고 잠시 후 주문을 확인해 주세요."
_STILL_PENDING = "앞선 결제의 결과는 아직 확인하고 있습니다."
_CANCELLED = "결제가 취소된 주문입니다."
_NOT_CHARGED = "결제 요청을 보내지 못했습니다. 결제되지 않았으니 잠시 후 다시 시도해 주세요."
_NO_SUCH_KEY = "등록된 카드가 없습니다. 카드를 먼저 등록해 주세요."
_KEY_ISSUED = "카드가 등록되었습니다."
_KEY_UNCERTAIN = "카드 등록 결과를 확인하지 못했습니다. 같은 카드를 다시 등록해 주세요."
_KEY_NOT_ISSUED = "카드 등록 요청을 보내지 못했습니다. 잠시 후 다시 시도해 주세요."


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for i'mport, in seconds.

    ``charge`` and ``look`` are for one charge or key issue and for one look-up. ``waits`` come
    before each look-up after a charge of unknown outcome. A charge that i'mport still doesn't know
    after ``forget`` is taken as one that never arrived (guess: no gateway takes ten minutes).
    """

    charge: float = 40.0
    look: float = 5.0
    waits: tuple[float, ...] = (0.0, 0.5, 1.5)
    forget: float = 600.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the shopper is told. Only ``success`` means paid, or registered."""

    status: Literal["success", "failed", "pending"]
    message: str
    http_status: int = 200


@dataclass(slots=True)
class Order:
    """One order: what it costs, in KRW, and what is known about its payment."""

    order_id: str
    name: str
    amount: int
    status: Literal["unpaid", "pending", "paid", "failed", "cancelled"] = "unpaid"
    message: str = ""
    payment: Payment | None = None
    declines: set[str] = field(default_factory=set)
    unaccounted: int = 0
    asked_at: float = 0.0
    attempt: asyncio.Task[Outcome] | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def merchant_uid(self) -> str:
        """The order's number at i'mport, the same for every attempt."""
        return f"order_{self.order_id}"

    def asked(self) -> None:
        """Write down that i'mport is about to be asked: from here on money may be taken."""
        self.status, self.message = "pending", _PENDING
        self.unaccounted += 1
        self.asked_at = monotonic()

    def paid(self, payment: PaidPayment) -> None:
        """Write down that the money came in; nothing is uncertain any more."""
        self.status, self.message, self.payment = "paid", _PAID, payment
        self.unaccounted = 0

    def declined(self, payment: Payment) -> None:
        """Write down that one attempt was declined."""
        self.declines.add(payment.imp_uid)
        reason = _shown(payment.fail_reason) or "사유를 알려 주지 않았습니다"
        self.not_charged(f"카드사에서 결제를 승인하지 않았습니다. ({reason})")

    def not_charged(self, message: str) -> None:
        """Write down that one attempt took no money, which says nothing about the others."""
        self.unaccounted -= 1
        self.status = "failed" if self.declines else "unpaid"
        self.message = message
        if self.unaccounted > 0:
            self.status = "pending"
            self.message = f"{message} {_STILL_PENDING}"

    def mismatched(self, payment: Payment) -> None:
        """Write down that i'mport holds something else than what was asked for."""
        self.payment = payment
        if payment.status != "cancelled":
            return
        self.status, self.unaccounted = "cancelled", 0
        self.message = _CANCELLED
        if payment.cancel_amount < payment.amount:
            self.message = f"결제 금액 중 {payment.cancel_amount:,}원이 취소된 주문입니다."

    def forget_lost_attempts(self) -> None:
        """Write down that what was lost never arrived."""
        self.unaccounted = 1
        self.not_charged(_NOT_CHARGED)

    def outcome(self) -> Outcome:
        """Tell the shopper how the order stands."""
        if self.status == "paid":
            return Outcome("success", self.message)
        if self.status == "pending":
            return Outcome("pending", self.message, 202)
        return Outcome("failed", self.message)


class Checkout:
    """The orders, and the two things that a shopper does: register a card, and pay."""

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
            return Outcome("failed", _shown(refused.message) or _KEY_NOT_ISSUED)
        except IamportError as error:
            _LOG.warning("a card could not be registered: %s", _told(error))
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
        """Bring an order up to date before it is shown, unless it is being charged right now."""
        if order.lock.locked():
            return
        async with order.lock:
            if order.unaccounted:
                await self._is_settled(order)
            elif order.status == "paid" and order.payment is not None:
                await self._notice_cancellation(order, order.payment)

    async def _pay(self, order: Order, ask: Ask) -> Outcome:
        if order.attempt is None or order.attempt.done():
            order.attempt = asyncio.create_task(self._attempt(order, ask))
        # A shopper who goes away must not interrupt the charge.
        return await asyncio.shield(order.attempt)

    async def _attempt(self, order: Order, ask: Ask) -> Outcome:
        async with order.lock:
            if order.unaccounted:
                await self._is_settled(order)
            if order.status in ("paid", "cancelled") or self._needs_a_person(order):
                return order.outcome()
            return await self._charge(order, ask)

    async def _charge(self, order: Order, ask: Ask) -> Outcome:
        order.asked()
        try:
            async with asyncio.timeout(self._patience.charge):
                order.paid(await ask())
        except (OutcomeUnknown, DuplicateOrder, TimeoutError) as error:
            _LOG.warning("%s: asking what became of it: %s", order.merchant_uid, _told(error))
            await self._reconcile(order)
        except PaymentMismatch as mismatch:
            self._mismatched(order, mismatch)
        except PaymentDeclined as declined:
            order.declined(declined.payment)
        except Refused as refused:
            order.not_charged(_why_refused(refused))
        except IamportError as error:
            _LOG.warning("%s: not charged: %s", order.merchant_uid, _told(error))
            order.not_charged(_NOT_CHARGED)
            return replace(order.outcome(), http_status=400)
        return order.outcome()

    def _mismatched(self, order: Order, mismatch: PaymentMismatch) -> None:
        _LOG.error("%s: needs a person: %s", order.merchant_uid, _told(mismatch))
        order.mismatched(mismatch.payment)

    async def _reconcile(self, order: Order) -> None:
        for wait in self._patience.waits:
            await asyncio.sleep(wait)
            if await self._is_settled(order):
                return

    async def _is_settled(self, order: Order) -> bool:
        """Ask i'mport once about what was lost; False when that remains unknown."""
        try:
            async with asyncio.timeout(self._patience.look):
                order.paid(await self._iamport.reconcile(order.merchant_uid, amount=order.amount))
        except PaymentDeclined as declined:
            # A decline that was known before says nothing about the attempt that was lost.
            if declined.payment.imp_uid in order.declines:
                self._forget_in_time(order)
            else:
                order.declined(declined.payment)
        except PaymentMismatch as mismatch:
            self._mismatched(order, mismatch)
        except NotFound:
            self._forget_in_time(order)
        except (IamportError, TimeoutError) as error:
            _LOG.info("%s: still unknown: %s", order.merchant_uid, _told(error))
        return order.unaccounted == 0

    def _forget_in_time(self, order: Order) -> None:
        if monotonic() - order.asked_at >= self._patience.forget:
            order.forget_lost_attempts()

    def _needs_a_person(self, order: Order) -> bool:
        """Whether i'mport holds money for this order that isn't its amount."""
        return order.status == "pending" and order.payment is not None

    async def _notice_cancellation(self, order: Order, payment: Payment) -> None:
        try:
            async with asyncio.timeout(self._patience.look):
                now = await self._iamport.payment(payment.imp_uid)
        except (IamportError, TimeoutError) as error:
            _LOG.info("%s: shown as last known: %s", order.merchant_uid, _told(error))
            return
        if now.status == "cancelled":
            order.mismatched(now)

    async def _is_registered(self, customer_uid: str, card: CardDetails) -> bool:
        try:
            async with asyncio.timeout(self._patience.look):
                key = await self._iamport.billing_key(customer_uid)
        except (IamportError, TimeoutError):
            return False
        return _is_mask_of(key.card_number or "", card)


def _is_mask_of(masked: str, card: CardDetails) -> bool:
    """Compare the digits that gateways leave to be seen: at most the first six and last four."""
    number = card.reveal()["card_number"].replace("-", "")
    pairs = list(zip(masked, number, strict=False))
    shown = [(seen, digit) for seen, digit in pairs[:6] + pairs[-4:] if seen != "*"]
    return len(masked) == len(number) and len(shown) > 6 and all(a == b for a, b in shown)


def _why_refused(refused: Refused) -> str:
    if isinstance(refused, NotFound):
        return _NO_SUCH_KEY
    return _shown(refused.message) or _NOT_CHARGED


def _told(error: Exception) -> str:
    return f"{type(error).__name__} {_shown(str(error))}"


def _shown(text: str | None) -> str:
    """Make somebody else's text fit to be passed on: one line, not too long."""
    return re.sub(r"\s+", " ", text or "").strip()[:200]
