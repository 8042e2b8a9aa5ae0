"""Issuing a billing key and holding it: the step that several operations share."""

from fake_iamport.domain.billing_key import BillingKey
from fake_iamport.domain.contact import Contact
from fake_iamport.gateway.gateway import VerifiedCard
from fake_iamport.gateway.profiles import Profile
from fake_iamport.operations.declaration import Call

__all__ = ["issue_billing_key"]


async def issue_billing_key(
    call: Call,
    profile: Profile,
    verified: VerifiedCard,
    customer_uid: str,
    customer: Contact,
    customer_id: str | None = None,
) -> BillingKey:
    """Let the gateway issue a key for a verified card and hold it under ``customer_uid``.

    A key that was held there before is deleted at the gateway, so that its card can't be charged
    again (docs).
    """
    previous = await call.transaction.billing_key(customer_uid)
    if previous is not None:
        await call.gateway.delete_key(previous.key)
    key = BillingKey(
        customer_uid=customer_uid,
        key=await call.gateway.issue_key(verified.card, profile, customer_uid),
        pg_provider=profile.provider,
        pg_id=profile.pg_id,
        card=verified.card,
        inserted=previous.inserted if previous else call.now,
        updated=call.now,
        customer_id=customer_id or f"customer-id-{call.merchant.identifiers.uuid()}",
        customer=customer,
        failure=verified.failure,
    )
    await call.transaction.put_billing_key(key)
    return key
