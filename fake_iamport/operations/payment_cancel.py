"""Tag ``payments``: giving money back."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from fake_iamport.domain.money import Amount, exact_amount, plain
from fake_iamport.domain.payment import Payment
from fake_iamport.domain.refund import DEFAULT_REASON, Refund
from fake_iamport.errors import (
    AlreadyCancelled,
    CancelAboveRest,
    CancelRefused,
    NoPaymentNamed,
    NothingToCancel,
    WrongChecksum,
)
from fake_iamport.operations.answers import PaymentAnswer, payment_answer
from fake_iamport.operations.cancelling import cancel_charge
from fake_iamport.operations.declaration import Call, operation
from fake_iamport.webhooks.outbox import announce
from fake_iamport.wire.parameters import Number, Parameters, Secret

__all__ = ["cancel_payment"]


class CancelParameters(Parameters, kw_only=True):
    """Which payment to cancel, and how much of it."""

    imp_uid: Annotated[str, Meta(description="The payment's number.")] | None = None
    merchant_uid: (
        Annotated[str, Meta(description="The order's number, when there is no `imp_uid`.")] | None
    ) = None
    amount: (
        Annotated[Number, Meta(description="How much; 0 or nothing means all that is left.")] | None
    ) = None
    tax_free: Annotated[Number, Meta(description="The tax-free part of it.")] | None = None
    vat_amount: Annotated[Number, Meta(description="The VAT part of it.")] | None = None
    checksum: (
        Annotated[
            Number,
            Meta(
                description="What is left of the payment before this cancel, as the merchant knows "
                "it; if it isn't, nothing is cancelled. 0 means 0."
            ),
        ]
        | None
    ) = None
    reason: str = DEFAULT_REASON
    refund_holder: str | None = None
    refund_bank: str | None = None
    refund_account: Secret | None = None
    refund_tel: str | None = None
    retain_promotion: bool = False
    enable_webhook: Annotated[bool, Meta(description="Whether a webhook tells of it.")] = False
    extra: dict[str, str] | None = None

    def refund_of(self, payment: Payment) -> Refund:
        """What is asked back of ``payment``.

        Raises:
            WrongChecksum: something else is left than the caller believes. A ``checksum`` of 0 is
                taken at its word, though some clients fill it in for nothing (guess): whoever
                relies on its being ignored should see that before the real server refuses it.
            CancelAboveRest: more is asked back than is left.
            BadRequest: an amount that is none.
        """
        rest = plain(payment.cancellable_amount)
        checksum = _amount("checksum", self.checksum, payment)
        if checksum is not None and checksum != rest:
            raise WrongChecksum(rest=rest)
        amount = _amount("amount", self.amount, payment) or rest
        if amount > rest:
            raise CancelAboveRest(rest=rest)
        return Refund(
            amount=amount,
            tax_free=_amount("tax_free", self.tax_free, payment),
            vat_amount=_amount("vat_amount", self.vat_amount, payment),
            reason=self.reason,
        )


@operation(
    "cancelPayment",
    "POST",
    "/payments/cancel",
    tag="payments",
    asks_gateway=True,
    raises=(
        NoPaymentNamed,
        NothingToCancel,
        AlreadyCancelled,
        WrongChecksum,
        CancelAboveRest,
        CancelRefused,
    ),
)
async def cancel_payment(call: Call, parameters: CancelParameters) -> PaymentAnswer:
    """Cancel a payment, or a part of it.

    Every refusal is HTTP 200 with a code other than 0, and nothing was given back (docs). A part
    makes the payment ``cancelled`` at once, and more parts can follow (observed).
    """
    payment = await _payment_to_cancel(call, parameters)
    if payment.cancellable_amount == 0:
        raise AlreadyCancelled
    cancelled = await cancel_charge(call, payment, parameters.refund_of(payment))
    await announce(
        call,
        cancelled,
        cancellation_id=cancelled.cancellations[-1].cancellation_id,
        send=parameters.enable_webhook,
    )
    return payment_answer(cancelled, strict=call.merchant.settings.strict)


async def _payment_to_cancel(call: Call, parameters: CancelParameters) -> Payment:
    """The payment that is meant; ``imp_uid`` wins, and a wrong one isn't made up for (observed).

    Raises:
        NoPaymentNamed: there is neither number.
        NothingToCancel: there is no such payment, or it was never paid.
    """
    if parameters.imp_uid is not None:
        named = await call.transaction.payment(parameters.imp_uid)
        attempts = [named] if named else []
    elif parameters.merchant_uid is not None:
        attempts = list(await call.transaction.payments_of_order(parameters.merchant_uid))
    else:
        raise NoPaymentNamed
    paid = [payment for payment in attempts if payment.uses_up_its_order]
    if not paid:
        raise NothingToCancel
    return paid[-1]


def _amount(name: str, sent: Decimal | None, payment: Payment) -> Amount | None:
    return None if sent is None else exact_amount(sent, name=name, currency=payment.currency)
