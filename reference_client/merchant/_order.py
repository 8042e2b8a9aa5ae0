"""An order, and how news about its payment changes it.

News may come twice, late or out of order: as the answer to a charge or a cancel, by a webhook, by a
look-up. So what is taken in is always a payment as i'mport told it, and each payment only moves on:
from paid to cancelled in part to cancelled as a whole, never back.
"""

import asyncio
import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal

from reference_client import Amount, Payment

__all__ = ["MERCHANT_UID_PREFIX", "NOT_CHARGED", "Order", "Outcome", "Refund", "shown"]

MERCHANT_UID_PREFIX = "order_"
NOT_CHARGED = "결제 요청을 보내지 못했습니다. 결제되지 않았으니 잠시 후 다시 시도해 주세요."

_PAID = "결제가 완료되었습니다."
_PENDING = "결제 결과를 확인하고 있습니다. 다시 결제하지 말고 잠시 후 주문을 확인해 주세요."
_STILL_PENDING = "앞선 결제의 결과는 아직 확인하고 있습니다."
_CANCELLED = "결제가 취소된 주문입니다."
_REFUND_PENDING = "취소 결과를 확인하고 있습니다. 잠시 후 주문을 확인해 주세요."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the shopper is told. Only ``success`` means paid, registered, or given back."""

    status: Literal["success", "failed", "pending"]
    message: str
    http_status: int = 200


@dataclass(frozen=True, slots=True)
class Refund:
    """A cancel that i'mport was asked for: what was left before, and how much of it, in KRW.

    ``asked_at`` is of this machine's monotonic clock.
    """

    rest: Amount
    amount: int | None
    asked_at: float = field(default_factory=monotonic)

    def came_through(self, payment: Payment) -> bool:
        """Whether so much is gone. More may be: others cancel too, in i'mport's console."""
        return payment.cancellable_amount <= self.rest - (self.amount or self.rest)


@dataclass(slots=True)
class Order:
    """One order: what it costs, in KRW, and what is known about its payment.

    ``payment`` is the one in which i'mport holds or held money. ``refund`` is a cancel of which
    nobody was told yet how it ended; until that is known the order is pending.
    """

    order_id: str
    name: str
    amount: int
    status: Literal["unpaid", "pending", "paid", "failed", "cancelled"] = "unpaid"
    message: str = ""
    payment: Payment | None = None
    declines: set[str] = field(default_factory=set)
    unaccounted: int = 0
    asked_at: float = 0.0
    refund: Refund | None = None
    attempts: dict[Hashable, asyncio.Task[Outcome]] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def merchant_uid(self) -> str:
        """The order's number at i'mport, the same for every attempt."""
        return f"{MERCHANT_UID_PREFIX}{self.order_id}"

    @property
    def needs_a_person(self) -> bool:
        """Whether i'mport holds money for this order that isn't its amount."""
        return self.payment is not None and not self._is_cancelled_or_as_asked(self.payment)

    def asked(self) -> None:
        """Write down that i'mport is about to be asked: from here on money may be taken."""
        self.status, self.message = "pending", _PENDING
        self.unaccounted += 1
        self.asked_at = monotonic()

    def learn(self, payment: Payment) -> None:
        """Write down how a payment of this order stands; old news changes nothing."""
        if payment.status == "failed":
            self._declined(payment)
        elif payment.status in ("paid", "cancelled") and self._is_news(payment):
            self._holds(payment)

    def refunding(self, refund: Refund | None) -> None:
        """Write down that i'mport is about to be asked for money back, or that this has ended."""
        self.refund = refund
        if self.payment is not None:
            self._holds(self.payment)

    def not_charged(self, message: str) -> None:
        """Write down that one attempt took no money, which says nothing about the others."""
        if self.payment is not None:
            return
        self.unaccounted = max(self.unaccounted - 1, 0)
        self.status = "failed" if self.declines else "unpaid"
        self.message = message
        if self.unaccounted:
            self.status = "pending"
            self.message = f"{message} {_STILL_PENDING}"

    def forget_lost_attempts(self) -> None:
        """Write down that what was lost never arrived."""
        self.unaccounted = 1
        self.not_charged(NOT_CHARGED)

    def outcome(self) -> Outcome:
        """Tell the shopper how the order stands."""
        if self.status == "paid":
            return Outcome("success", self.message)
        if self.status == "pending":
            return Outcome("pending", self.message, 202)
        return Outcome("failed", self.message)

    def _declined(self, payment: Payment) -> None:
        if payment.imp_uid in self.declines:
            return
        self.declines.add(payment.imp_uid)
        reason = shown(payment.fail_reason) or "사유를 알려 주지 않았습니다"
        self.not_charged(f"카드사에서 결제를 승인하지 않았습니다. ({reason})")

    def _is_news(self, payment: Payment) -> bool:
        known = self.payment
        if known is None:
            return True
        is_older = known.status == "cancelled" and payment.status == "paid"
        is_behind = is_older or payment.cancel_amount < known.cancel_amount
        return payment.imp_uid == known.imp_uid and not is_behind

    def _holds(self, payment: Payment) -> None:
        # One merchant_uid is paid once only, so every other attempt took nothing.
        self.payment, self.unaccounted = payment, 0
        if self.refund is not None and not self.refund.came_through(payment):
            self.status, self.message = "pending", _REFUND_PENDING
        elif not self._is_cancelled_or_as_asked(payment):
            self.status, self.message = "pending", _PENDING
        elif payment.status == "paid":
            self.status, self.message = "paid", _PAID
        else:
            self.status, self.message = "cancelled", _CANCELLED
            if payment.cancellable_amount:
                self.message = f"결제 금액 중 {payment.cancel_amount:,}원이 취소된 주문입니다."

    def _is_cancelled_or_as_asked(self, payment: Payment) -> bool:
        as_asked = (payment.amount, payment.currency) == (self.amount, "KRW")
        return as_asked or payment.status == "cancelled"


def shown(text: str | None) -> str:
    """Make somebody else's text fit to be passed on: one line, not too long."""
    return re.sub(r"\s+", " ", text or "").strip()[:200]
