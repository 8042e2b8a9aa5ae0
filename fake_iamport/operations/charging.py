"""Charging a card: the step that every payment through the API shares."""

import msgspec

from fake_iamport.domain.contact import Contact
from fake_iamport.domain.money import Amount
from fake_iamport.domain.payment import KeyUsage, Payment, PaymentStatus
from fake_iamport.errors import DuplicateOrder
from fake_iamport.gateway.gateway import Outcome, VerifiedCard
from fake_iamport.gateway.profiles import Profile
from fake_iamport.operations.declaration import Call

__all__ = ["Charge", "charge_card", "keep_failed_charge", "refuse_used_order"]


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """What to charge, and for what. ``amount`` is in ``currency``."""

    merchant_uid: str
    amount: Amount
    currency: str = "KRW"
    name: str | None = None
    buyer: Contact = Contact()
    card_quota: int = 0
    custom_data: str | None = None
    tax_free: Amount = 0
    vat_amount: Amount | None = None
    notice_url: tuple[str, ...] = ()
    customer_uid: str | None = None
    key_usage: KeyUsage | None = None


async def refuse_used_order(call: Call, merchant_uid: str) -> None:
    """See that the order wasn't paid or cancelled before.

    Raises:
        DuplicateOrder: it was (observed); an order with failed attempts only may be charged.
    """
    attempts = await call.transaction.payments_of_order(merchant_uid)
    if any(payment.uses_up_its_order for payment in attempts):
        raise DuplicateOrder


async def charge_card(
    call: Call, charge: Charge, profile: Profile, verified: VerifiedCard
) -> Payment:
    """Ask the gateway for the money and keep what came of it, paid or failed.

    Raises:
        PaymentNotAccepted: the gateway doesn't take the charge to the issuer; nothing is kept.
    """
    imp_uid = await _fresh_imp_uid(call)
    outcome = call.gateway.charge(
        verified.failure,
        profile,
        imp_uid=imp_uid,
        amount=charge.amount,
        card_quota=charge.card_quota,
    )
    return await _keep(call, charge, profile, verified, imp_uid, outcome)


async def keep_failed_charge(
    call: Call, charge: Charge, profile: Profile, verified: VerifiedCard | None, reason: str
) -> Payment:
    """Keep a charge that never got to the issuer as a failed payment."""
    imp_uid = await _fresh_imp_uid(call)
    return await _keep(call, charge, profile, verified, imp_uid, Outcome(fail_reason=reason))


async def _keep(
    call: Call,
    charge: Charge,
    profile: Profile,
    verified: VerifiedCard | None,
    imp_uid: str,
    outcome: Outcome,
) -> Payment:
    payment = Payment(
        imp_uid=imp_uid,
        number=await call.transaction.next_number(),
        merchant_uid=charge.merchant_uid,
        status=PaymentStatus.PAID if outcome.approved else PaymentStatus.FAILED,
        amount=charge.amount,
        currency=charge.currency,
        tax_free=charge.tax_free,
        vat_amount=charge.vat_amount,
        pg_provider=profile.provider,
        pg_id=profile.pg_id,
        started_at=call.now,
        paid_at=call.now if outcome.approved else 0,
        failed_at=0 if outcome.approved else call.now,
        fail_reason=outcome.fail_reason,
        pg_tid=outcome.pg_tid,
        apply_num=outcome.apply_num,
        receipt_url=outcome.receipt_url,
        name=charge.name,
        buyer=charge.buyer,
        card=verified.card if verified else None,
        card_quota=charge.card_quota,
        custom_data=charge.custom_data,
        customer_uid=charge.customer_uid,
        customer_uid_usage=charge.key_usage,
        notice_url=charge.notice_url,
        user_agent=call.user_agent,
        failure=verified.failure if verified else None,
    )
    await call.transaction.put_payment(payment)
    return payment


async def _fresh_imp_uid(call: Call) -> str:
    imp_uid = call.merchant.identifiers.imp_uid()
    while await call.transaction.payment(imp_uid):
        imp_uid = call.merchant.identifiers.imp_uid()
    return imp_uid
