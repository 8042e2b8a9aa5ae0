"""The test charge before schedules are taken: it shows that the card works, and is cancelled."""

from fake_iamport.domain.billing_key import BillingKey
from fake_iamport.domain.money import Amount
from fake_iamport.domain.payment import KeyUsage, PaymentStatus
from fake_iamport.domain.refund import Refund
from fake_iamport.errors import CardNotConfirmed
from fake_iamport.gateway.gateway import VerifiedCard
from fake_iamport.operations.cancelling import cancel_charge
from fake_iamport.operations.charging import Charge, charge_card
from fake_iamport.operations.declaration import Call

__all__ = ["make_checking_charge"]

REASON = "결제예약 카드 확인"


async def make_checking_charge(call: Call, key: BillingKey, amount: Amount) -> None:
    """Charge ``amount`` KRW and cancel it at once (spec).

    The order number of this payment and its cancel reason are made up (guess).

    Raises:
        CardNotConfirmed: the charge was declined, and nothing is scheduled (guess).
        CancelRefused: the gateway won't cancel it; the whole call counts as not made (guess).
    """
    charge = Charge(
        merchant_uid=f"checking_{call.merchant.identifiers.digits(12)}",
        amount=amount,
        name=REASON,
        buyer=key.customer,
        customer_uid=key.customer_uid,
        key_usage=KeyUsage.PAYMENT,
    )
    profile = call.gateway.profile_of_key(key)
    paid = await charge_card(call, charge, profile, VerifiedCard(key.card, key.failure))
    if paid.status is not PaymentStatus.PAID:
        raise CardNotConfirmed(reason=paid.fail_reason)
    await cancel_charge(call, paid, Refund(amount=amount, reason=REASON))
