"""Executing a schedule: the charge that i'mport makes by itself when the moment has come."""

import msgspec

from fake_iamport.domain.payment import KeyUsage, Payment
from fake_iamport.domain.schedule import Schedule, ScheduleStatus
from fake_iamport.errors import ApiError, UnregisteredBuyer
from fake_iamport.gateway.gateway import VerifiedCard
from fake_iamport.gateway.profiles import profiles
from fake_iamport.operations.charging import (
    Charge,
    charge_card,
    keep_failed_charge,
    refuse_used_order,
)
from fake_iamport.operations.declaration import Call
from fake_iamport.webhooks.outbox import announce

__all__ = ["execute_schedule"]


async def execute_schedule(call: Call, schedule: Schedule) -> Payment:
    """Charge what was scheduled and tell the merchant, paid or failed (docs).

    The key that ``customer_uid`` has now is charged, so that a replaced card isn't; without a key,
    or for an order that was paid in the meantime, the payment fails (guess).
    """
    charge = Charge(
        merchant_uid=schedule.merchant_uid,
        amount=schedule.amount,
        currency=schedule.currency,
        name=schedule.name,
        buyer=schedule.buyer,
        card_quota=schedule.card_quota,
        custom_data=schedule.custom_data,
        tax_free=schedule.tax_free,
        vat_amount=schedule.vat_amount,
        notice_url=schedule.notice_url,
        customer_uid=schedule.customer_uid,
        key_usage=KeyUsage.SCHEDULED,
    )
    payment = await _charge(call, schedule, charge)
    executed = msgspec.structs.replace(
        schedule,
        status=ScheduleStatus.EXECUTED,
        payment_status=payment.status,
        imp_uid=payment.imp_uid,
        executed_at=call.now,
        revoked_at=0,
        fail_reason=payment.fail_reason,
        pg_provider=payment.pg_provider,
        pg_id=payment.pg_id,
    )
    await call.transaction.put_schedule(executed)
    await announce(call, payment)
    return payment


async def _charge(call: Call, schedule: Schedule, charge: Charge) -> Payment:
    key = await call.transaction.billing_key(schedule.customer_uid)
    fallback = profiles()[schedule.pg_provider or call.merchant.settings.default_pg]
    profile = call.gateway.profile_of_key(key) if key else fallback
    card = VerifiedCard(key.card, key.failure) if key else None
    try:
        await refuse_used_order(call, charge.merchant_uid)
        if card is None:
            raise UnregisteredBuyer
        return await charge_card(call, charge, profile, card)
    except ApiError as refusal:
        return await keep_failed_charge(call, charge, profile, card, refusal.message)
