"""A schedule as the wire shows it, in its recorded key order, which isn't alphabetical."""

import msgspec
from msgspec import UNSET, UnsetType

from fake_iamport.domain.money import Amount
from fake_iamport.domain.schedule import Schedule

__all__ = ["ScheduleAnswer", "schedule_answer"]


class ScheduleAnswer(msgspec.Struct, kw_only=True, gc=False):
    """A schedule (observed 2023). Moments are unix seconds, 0 where it didn't happen."""

    customer_uid: str
    merchant_uid: str
    imp_uid: str | None
    customer_id: str | None
    schedule_at: int
    executed_at: int
    revoked_at: int
    amount: Amount
    name: str | None
    buyer_name: str | None
    buyer_tel: str | None
    buyer_email: str | None
    buyer_addr: str | None
    buyer_postcode: str | None
    schedule_status: str
    payment_status: str | None
    fail_reason: str | None
    custom_data: str | None
    currency: str
    pg_provider: str | UnsetType | None = UNSET
    pg_id: str | UnsetType | None = UNSET
    promotion_id: str | UnsetType | None = UNSET


def schedule_answer(schedule: Schedule, *, strict: bool) -> ScheduleAnswer:
    """Show a schedule; the last three keys are newer than every recording (spec)."""
    buyer = schedule.buyer
    return ScheduleAnswer(
        customer_uid=schedule.customer_uid,
        merchant_uid=schedule.merchant_uid,
        imp_uid=schedule.imp_uid,
        customer_id=schedule.customer_id,
        schedule_at=schedule.schedule_at,
        executed_at=schedule.executed_at,
        revoked_at=schedule.revoked_at,
        amount=schedule.amount,
        name=schedule.name,
        buyer_name=buyer.name,
        buyer_tel=buyer.tel,
        buyer_email=buyer.email,
        buyer_addr=buyer.addr,
        buyer_postcode=buyer.postcode,
        schedule_status=schedule.status,
        payment_status=schedule.payment_status,
        fail_reason=schedule.fail_reason,
        custom_data=schedule.custom_data,
        currency=schedule.currency,
        pg_provider=schedule.pg_provider if strict else UNSET,
        pg_id=schedule.pg_id if strict else UNSET,
        promotion_id=None if strict else UNSET,
    )
