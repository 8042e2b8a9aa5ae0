"""Cancelling a payment: the step that every operation shares which gives money back."""

from decimal import Decimal

import msgspec

from fake_iamport.domain.money import plain
from fake_iamport.domain.payment import Cancellation, Payment, PaymentStatus
from fake_iamport.domain.refund import Refund
from fake_iamport.operations.declaration import Call

__all__ = ["cancel_charge"]


async def cancel_charge(call: Call, payment: Payment, refund: Refund) -> Payment:
    """Ask the gateway for money back and keep what became of the payment.

    A part makes it ``cancelled`` at once, too; its ``amount`` stays (observed). The caller sees to it
    that no more is asked back than is left.

    Raises:
        CancelRefused: the gateway keeps the money; nothing changes.
    """
    outcome = call.gateway.cancel(payment, refund)
    cancellation = Cancellation(
        pg_tid=outcome.pg_tid or "",
        amount=refund.amount,
        cancelled_at=call.now,
        reason=refund.reason,
        receipt_url=outcome.receipt_url,
        cancellation_id=call.merchant.identifiers.uuid(),
        tax_free=refund.tax_free_of(payment),
        vat_amount=refund.vat_amount,
    )
    cancelled = msgspec.structs.replace(
        payment,
        status=PaymentStatus.CANCELLED,
        cancel_amount=plain(Decimal(payment.cancel_amount + refund.amount)),
        cancellations=(*payment.cancellations, cancellation),
        cancelled_at=call.now,
    )
    await call.transaction.put_payment(cancelled)
    await _mark_schedule(call, cancelled)
    return cancelled


async def _mark_schedule(call: Call, cancelled: Payment) -> None:
    """Let the schedule that made the payment know (spec)."""
    schedule = await call.transaction.schedule(cancelled.merchant_uid)
    if schedule is None or schedule.imp_uid != cancelled.imp_uid:
        return
    marked = msgspec.structs.replace(schedule, payment_status=PaymentStatus.CANCELLED)
    await call.transaction.put_schedule(marked)
