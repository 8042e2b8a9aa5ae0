"""Tag ``subscribe``: payments that the merchant starts, by card data or by billing key.

Lengths are the description's (spec); that longer values are refused, not cut off, is a guess.
"""

from typing import Annotated, Literal

from msgspec import Meta

from fake_iamport.domain.contact import Contact
from fake_iamport.domain.payment import KeyUsage, Payment, PaymentStatus
from fake_iamport.errors import (
    CardNotAccepted,
    DuplicateOrder,
    PaymentNotAccepted,
    UnregisteredBuyer,
)
from fake_iamport.gateway.gateway import VerifiedCard
from fake_iamport.gateway.profiles import Profile
from fake_iamport.operations.answers import PaymentAnswer, payment_answer
from fake_iamport.operations.card_parameters import (
    Birth,
    CardNumber,
    ChannelKey,
    CustomerUid,
    Cvc,
    Expiry,
    Pg,
    PinDigits,
    card_data,
)
from fake_iamport.operations.charged_amounts import charged_amounts
from fake_iamport.operations.charging import Charge, charge_card, refuse_used_order
from fake_iamport.operations.declaration import Call, operation
from fake_iamport.operations.key_issue import issue_billing_key
from fake_iamport.webhooks.outbox import announce
from fake_iamport.wire.parameters import STRICT, CustomData, Number, Parameters, Texts

__all__ = ["again", "onetime"]

MerchantUid = Annotated[
    str, Meta(max_length=40, description="The merchant's order number, never used before.")
]
ItemName = Annotated[str, Meta(max_length=40, description="What is bought.")]


class ChargeParameters(Parameters, kw_only=True):
    """What every charge says of the order and its buyer."""

    merchant_uid: MerchantUid
    amount: Annotated[Number, Meta(description="What to charge, in `currency`.")]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "KRW"
    tax_free: Annotated[Number, Meta(description="The tax-free part of the amount.")] | None = None
    vat_amount: Annotated[Number, Meta(description="The VAT part of the amount.")] | None = None
    buyer_name: Annotated[str, Meta(max_length=16)] | None = None
    buyer_email: Annotated[str, Meta(max_length=64)] | None = None
    buyer_tel: Annotated[str, Meta(max_length=16)] | None = None
    buyer_addr: Annotated[str, Meta(max_length=128)] | None = None
    buyer_postcode: Annotated[str, Meta(max_length=8)] | None = None
    card_quota: Annotated[
        int, Meta(ge=0, description="Months of an instalment plan; 0 pays at once.")
    ] = 0
    interest_free_by_merchant: bool = False
    use_card_point: bool = False
    custom_data: CustomData | None = None
    notice_url: Texts | None = None
    browser_ip: str | None = None
    product_type: Literal["real", "digital"] | None = None
    promotion_id: str | None = None
    bypass: CustomData | None = None

    def charge(self, name: str | None, customer_uid: str | None, usage: KeyUsage | None) -> Charge:
        """What to charge.

        Raises:
            BadRequest: nothing to charge, or parts that are more than the whole (guess).
        """
        amounts = charged_amounts(self)
        return Charge(
            merchant_uid=self.merchant_uid,
            amount=amounts.amount,
            currency=self.currency,
            name=name,
            buyer=Contact(
                name=self.buyer_name,
                email=self.buyer_email,
                tel=self.buyer_tel,
                addr=self.buyer_addr,
                postcode=self.buyer_postcode,
            ),
            card_quota=self.card_quota,
            custom_data=self.custom_data,
            tax_free=amounts.tax_free,
            vat_amount=amounts.vat_amount,
            notice_url=tuple(self.notice_url or ()),
            customer_uid=customer_uid,
            key_usage=usage,
        )


class OnetimeParameters(ChargeParameters, kw_only=True):
    """A card to charge once, and perhaps to keep."""

    card_number: CardNumber
    expiry: Expiry
    birth: Birth | None = None
    pwd_2digit: PinDigits | None = None
    cvc: Cvc | None = None
    pg: Pg | None = None
    channel_key: ChannelKey | None = None
    customer_uid: CustomerUid | None = None
    name: ItemName | None = None
    secure_3d_charge_id: str | None = None
    secure_3d_token: str | None = None


class AgainParameters(ChargeParameters, kw_only=True):
    """A billing key to charge."""

    customer_uid: CustomerUid
    name: Annotated[ItemName | None, STRICT] = None
    product_count: Annotated[int, Meta(ge=1)] = 1
    cash_receipt_type: Literal["person", "company", "anonymous"] | None = None
    extra: dict[str, str] | None = None
    channel_key: (
        Annotated[
            str,
            Meta(
                max_length=55,
                description="Chooses among the keys of a super billing key, which aren't served.",
            ),
        ]
        | None
    ) = None


@operation(
    "onetime",
    "POST",
    "/subscribe/payments/onetime",
    charges=True,
    raises=(DuplicateOrder, CardNotAccepted, PaymentNotAccepted),
)
async def onetime(call: Call, parameters: OnetimeParameters) -> PaymentAnswer:
    """Charge a card once, by its data.

    Wrong card data is code -1 and leaves nothing behind (observed); a charge that the issuer
    declines is code 0 with status ``failed`` (docs). With a ``customer_uid`` the card of a paid
    payment is kept as a billing key, and ``buyer_*`` become its ``customer_*`` (spec), where the
    gateway can do that; elsewhere nothing is kept and the answer has no ``customer_uid`` (guess).
    """
    profile = call.gateway.profile(parameters.pg, parameters.channel_key)
    to_issue = parameters.customer_uid if profile.payment_stores_key else None
    charge = parameters.charge(parameters.name, to_issue, KeyUsage.ISSUE if to_issue else None)
    await refuse_used_order(call, charge.merchant_uid)
    profile.require(parameters, "key_in")
    verified = call.gateway.verify_for_payment(card_data(parameters), profile)
    payment = await _pay(call, charge, profile, verified)
    if to_issue and payment.status is PaymentStatus.PAID:
        await issue_billing_key(call, profile, verified, to_issue, payment.buyer)
    return payment_answer(payment, strict=call.merchant.settings.strict)


@operation(
    "again",
    "POST",
    "/subscribe/payments/again",
    charges=True,
    raises=(DuplicateOrder, UnregisteredBuyer, PaymentNotAccepted),
)
async def again(call: Call, parameters: AgainParameters) -> PaymentAnswer:
    """Charge the card behind a billing key.

    A used order number is refused before an unknown customer is (observed). A charge that the
    issuer declines is code 0 with status ``failed`` (docs).
    """
    charge = parameters.charge(parameters.name, parameters.customer_uid, KeyUsage.PAYMENT)
    await refuse_used_order(call, charge.merchant_uid)
    key = await call.transaction.billing_key(parameters.customer_uid)
    if key is None:
        raise UnregisteredBuyer
    profile = call.gateway.profile_of_key(key)
    profile.require(parameters, "again")
    payment = await _pay(call, charge, profile, VerifiedCard(key.card, key.failure))
    return payment_answer(payment, strict=call.merchant.settings.strict)


async def _pay(call: Call, charge: Charge, profile: Profile, verified: VerifiedCard) -> Payment:
    """Charge, and send a webhook when it is paid; a declined charge sends none (docs)."""
    payment = await charge_card(call, charge, profile, verified)
    if payment.status is PaymentStatus.PAID:
        await announce(call, payment)
    return payment
