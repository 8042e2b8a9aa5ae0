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


class Cancellation(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """One cancel of a payment, whole or in part."""

    pg_tid: str
    amount: Amount
    cancelled_at: int
    reason: str
    receipt_url: str | None
    cancellation_id: str = ""
    tax_free: Amount = 0
    vat_amount: Amount | None = None


class Payment(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """One charge, paid or failed. Amounts are KRW unless ``currency`` says otherwise; moments are
    unix seconds, 0 where it didn't happen (spec, observed).

    ``number`` tells payments of the same second apart; ``failure`` names what a test card will
    cause when the payment is cancelled. Neither is shown.
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
    number: int = 0
    tax_free: Amount = 0
    vat_amount: Amount | None = None
    notice_url: tuple[str, ...] = ()
    failure: str | None = None

    @property
    def updated_at(self) -> int:
        """When the payment last changed, in unix seconds."""
        return max(self.started_at, self.paid_at, self.failed_at, self.cancelled_at)

    @property
    def cancellable_amount(self) -> Amount:
        """What is left to cancel."""
        return self.amount - self.cancel_amount

    @property
    def uses_up_its_order(self) -> bool:
        """Whether the ``merchant_uid`` can't be used again: it was paid or cancelled.

        The refusal's text says so (observed); that a failed attempt leaves it free follows from it
        (guess).
        """
        return self.status in (PaymentStatus.PAID, PaymentStatus.CANCELLED)
