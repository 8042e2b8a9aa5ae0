"""The schedule: a charge on a billing key that i'mport makes later by itself."""

from enum import StrEnum

import msgspec

from fake_iamport.domain.contact import Contact
from fake_iamport.domain.money import Amount
from fake_iamport.domain.payment import PaymentStatus

__all__ = ["Schedule", "ScheduleStatus"]


class ScheduleStatus(StrEnum):
    """Where a schedule stands (spec)."""

    SCHEDULED = "scheduled"
    EXECUTED = "executed"
    REVOKED = "revoked"


class Schedule(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """One charge to come, or what became of it. Moments are unix seconds, 0 where it didn't happen.

    ``payment_status`` and ``imp_uid`` are ``None`` until it is executed (spec). ``number`` tells
    schedules of the same second apart: the one that was made first is executed first (guess).
    """

    number: int
    merchant_uid: str
    customer_uid: str
    schedule_at: int
    amount: Amount
    currency: str
    name: str | None
    buyer: Contact
    tax_free: Amount = 0
    vat_amount: Amount | None = None
    card_quota: int = 0
    custom_data: str | None = None
    notice_url: tuple[str, ...] = ()
    status: ScheduleStatus = ScheduleStatus.SCHEDULED
    payment_status: PaymentStatus | None = None
    imp_uid: str | None = None
    executed_at: int = 0
    revoked_at: int = 0
    fail_reason: str | None = None
    customer_id: str | None = None
    pg_provider: str | None = None
    pg_id: str | None = None
