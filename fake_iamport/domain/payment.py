"""The payment: one attempt to charge a card, and what became of it."""

from enum import StrEnum

import msgspec

from fake_iamport.domain.card import Card
from fake_iamport.domain.contact import Contact
from fake_iamport.domain.money import Amount

__all__ = ["Cancellation", "KeyUsage", "Payment", "PaymentStatus"]


class PaymentStatus(StrEnum):
    """Where a payment stands (spec)."""

    READY = "ready"
    PAID = "paid"
    CANCELLED = "cancelled"
    FAILED = "failed"


class KeyUsage(StrEnum):
    """What a payment did with its ``customer_uid`` (spec)."""

    ISSUE = "issue"
    PAYMENT = "payment"
    SCHEDULED = "payment.scheduled"


class Cancellation(msgspec.Struct, frozen=True, gc=False):
    """One cancel of a payment; its key order on the wire is recorded and isn't alphabetical."""

    pg_tid: str
    amount: Amount
    cancelled_at: int
    reason: str
    receipt_url: str | None


class Payment(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One charge, paid or failed. Amounts are KRW unless ``currency`` says otherwise; moments are
    unix seconds, 0 where it didn't happen (spec, observed).
    """

    imp_uid: str
    merchant_uid: str
    status: PaymentStatus
    amount: Amount
    pg_provider: str
    pg_id: str
    started_at: int
    currency: str = "KRW"
    cancel_amount: Amount = 0
    cancellations: tuple[Cancellation, ...] = ()
    paid_at: int = 0
    failed_at: int = 0
    cancelled_at: int = 0
    fail_reason: str | None = None
    pg_tid: str | None = None
    apply_num: str | None = None
    receipt_url: str | None = None
    name: str | None = None
    buyer: Contact = Contact()
    card: Card | None = None
    card_quota: int = 0
    channel: str = "api"
    pay_method: str = "card"
    custom_data: str | None = None
    customer_uid: str | None = None
    customer_uid_usage: KeyUsage | None = None
    user_agent: str | None = None

    @property
    def uses_up_its_order(self) -> bool:
        """Whether the ``merchant_uid`` can't be used again: it was paid or cancelled.

        The refusal's text says so (observed); that a failed attempt leaves it free follows from it
        (guess).
        """
        return self.status in (PaymentStatus.PAID, PaymentStatus.CANCELLED)
