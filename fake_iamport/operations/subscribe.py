"""Tag ``subscribe``: payments that the merchant starts, by card data or by billing key."""

from typing import Annotated, Literal

from msgspec import Meta

from fake_iamport.domain.contact import Contact
from fake_iamport.domain.errors import (
    BadRequest,
    CardNotAccepted,
    DuplicateOrder,
    PaymentNotAccepted,
    UnregisteredBuyer,
)
from fake_iamport.domain.money import Amount, exact_amount
from fake_iamport.domain.payment import KeyUsage, Payment, PaymentStatus
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
from fake_iamport.operations.declaration import Call, operation
from fake_iamport.operations.key_issue import issue_billing_key
from fake_iamport.wire.parameters import STRICT, CustomData, Number, Parameters

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
    notice_url: str | None = None
    browser_ip: str | None = None
    product_type: Literal["real", "digital"] | None = None
    promotion_id: str | None = None
    bypass: CustomData | None = None

    def buyer(self) -> Contact:
        """Who buys."""
        return Contact(
            name=self.buyer_name,
            email=self.buyer_email,
            tel=self.buyer_tel,
            addr=self.buyer_addr,
            postcode=self.buyer_postcode,
        )

    def charged_amount(self) -> Amount:
        """What to charge, exactly.

        Raises:
            BadRequest: nothing to charge, or a part that is larger than the whole (guess).
        """
        amount = exact_amount(self.amount, name="amount", currency=self.currency)
        if amount == 0:
            raise BadRequest(message="amount: expected more than 0.")
        parts = (("tax_free", self.tax_free), ("vat_amount", self.vat_amount))
        for name, part in parts:
            if part is not None and exact_amount(part, name=name, currency=self.currency) > amount:
                raise BadRequest(message=f"{name}: expected no more than the amount.")
        return amount


class OnetimeParameters(ChargeParameters, kw_only=True):
    """A card to charge once, and perhaps to keep."""

    card_number: CardNumber
    expiry: Expiry
    birth: Birth | None = None
    pwd_2digit: PinDigits | None = None
    cvc: Cvc | None = None
    pg: Pg | None = None
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
    channel_key: ChannelKey | None = None


@operation(
    "onetime",
    "POST",
    "/subscribe/payments/onetime",
    asks_gateway=True,
    raises=(DuplicateOrder, CardNotAccepted, PaymentNotAccepted),
)
async def onetime(call: Call, parameters: OnetimeParameters) -> PaymentAnswer:
    """Charge a card once, by its data.

    Wrong card data is code -1 and leaves nothing behind (observed); a charge that the issuer
    declines is code 0 with status ``failed`` (docs). With a ``customer_uid`` the card of a paid
    payment is kept as a billing key, and ``buyer_*`` become its ``customer_*`` (spec), where the
    gateway can do that; elsewhere nothing is kept and the answer has no ``customer_uid`` (guess).
    """
    amount = parameters.charged_amount()
    await _refuse_used_order(call, parameters.merchant_uid)
    profile = call.gateway.profile(parameters.pg)
    profile.require(parameters, "key_in")
    verified = call.gateway.verify_for_payment(card_data(parameters), profile)
    to_issue = parameters.customer_uid if profile.payment_stores_key else None
    key_use = (to_issue, KeyUsage.ISSUE) if to_issue else (None, None)
    payment = await _charge(call, parameters, amount, profile, verified, key_use)
    if to_issue and payment.status is PaymentStatus.PAID:
        await issue_billing_key(call, profile, verified, to_issue, payment.buyer)
    return payment_answer(payment, strict=call.merchant.settings.strict)


@operation(
    "again",
    "POST",
    "/subscribe/payments/again",
    asks_gateway=True,
    raises=(DuplicateOrder, UnregisteredBuyer, PaymentNotAccepted),
)
async def again(call: Call, parameters: AgainParameters) -> PaymentAnswer:
    """Charge the card behind a billing key.

    A used order number is refused before an unknown customer is (observed). A charge that the
    issuer declines is code 0 with status ``failed`` (docs).
    """
    amount = parameters.charged_amount()
    await _refuse_used_order(call, parameters.merchant_uid)
    key = await call.transaction.billing_key(parameters.customer_uid)
    if key is None:
        raise UnregisteredBuyer
    profile = call.gateway.profile_of_key(key)
    profile.require(parameters, "again")
    verified = VerifiedCard(key.card, key.failure)
    key_use = (key.customer_uid, KeyUsage.PAYMENT)
    payment = await _charge(call, parameters, amount, profile, verified, key_use)
    return payment_answer(payment, strict=call.merchant.settings.strict)


async def _refuse_used_order(call: Call, merchant_uid: str) -> None:
    attempts = await call.transaction.payments_of_order(merchant_uid)
    if any(payment.uses_up_its_order for payment in attempts):
        raise DuplicateOrder


async def _charge(
    call: Call,
    parameters: OnetimeParameters | AgainParameters,
    amount: Amount,
    profile: Profile,
    verified: VerifiedCard,
    key_use: tuple[str, KeyUsage] | tuple[None, None],
) -> Payment:
    imp_uid = await _fresh_imp_uid(call)
    outcome = call.gateway.charge(
        verified.failure,
        profile,
        imp_uid=imp_uid,
        amount=amount,
        card_quota=parameters.card_quota,
    )
    payment = Payment(
        imp_uid=imp_uid,
        merchant_uid=parameters.merchant_uid,
        status=PaymentStatus.PAID if outcome.approved else PaymentStatus.FAILED,
        amount=amount,
        currency=parameters.currency,
        pg_provider=profile.provider,
        pg_id=profile.pg_id,
        started_at=call.now,
        paid_at=call.now if outcome.approved else 0,
        failed_at=0 if outcome.approved else call.now,
        fail_reason=outcome.fail_reason,
        pg_tid=outcome.pg_tid,
        apply_num=outcome.apply_num,
        receipt_url=outcome.receipt_url,
        name=parameters.name,
        buyer=parameters.buyer(),
        card=verified.card,
        card_quota=parameters.card_quota,
        custom_data=parameters.custom_data,
        customer_uid=key_use[0],
        customer_uid_usage=key_use[1],
        user_agent=call.user_agent,
    )
    await call.transaction.add_payment(payment)
    return payment


async def _fresh_imp_uid(call: Call) -> str:
    imp_uid = call.merchant.identifiers.imp_uid()
    while await call.transaction.payment(imp_uid):
        imp_uid = call.merchant.identifiers.imp_uid()
    return imp_uid
