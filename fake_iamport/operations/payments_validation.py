"""Tag ``payments.validation``: announcing what an order will cost."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from fake_iamport.domain.money import Amount, exact_amount
from fake_iamport.domain.prepared import PreparedPayment
from fake_iamport.errors import AlreadyPrepared, PreparedPaymentNotFound
from fake_iamport.operations.declaration import Call, operation
from fake_iamport.wire.parameters import Number, Parameters

__all__ = ["edit_prepare_payment", "get_payment_prepare_by_merchant_uid", "prepare_payment"]


class PrepareParameters(Parameters, kw_only=True):
    """What an order will cost."""

    merchant_uid: Annotated[str, Meta(max_length=40, description="The order's number.")]
    amount: Annotated[Number, Meta(description="What its payment must amount to.")]
    currency: (
        Annotated[
            str, Meta(pattern="^[A-Z]{3}$", description="Its currency; none means any will do.")
        ]
        | None
    ) = None

    def prepared(self) -> PreparedPayment:
        """What is announced.

        Raises:
            BadRequest: the amount is none.
        """
        amount = exact_amount(self.amount, name="amount", currency=self.currency or "")
        return PreparedPayment(self.merchant_uid, amount, self.currency)


class OnePrepared(Parameters):
    """Which order."""

    merchant_uid: Annotated[str, Meta(description="The order's number.")]


class PreparedAnswer(msgspec.Struct, kw_only=True, gc=False):
    """What was announced (observed); ``currency`` is there when one was given (guess)."""

    merchant_uid: str
    amount: Amount
    currency: str | UnsetType | None = UNSET


@operation("preparePayment", "POST", "/payments/prepare", raises=(AlreadyPrepared,))
async def prepare_payment(call: Call, parameters: PrepareParameters) -> PreparedAnswer:
    """Announce what an order will cost, so that its payment window opens for that amount only.

    An order that was announced before is refused (guess). Charges through the API aren't held to it
    (guess: it is described for the payment window).
    """
    if await call.transaction.prepared_payment(parameters.merchant_uid) is not None:
        raise AlreadyPrepared
    return await _keep(call, parameters.prepared())


@operation("editPreparePayment", "PUT", "/payments/prepare", raises=(PreparedPaymentNotFound,))
async def edit_prepare_payment(call: Call, parameters: PrepareParameters) -> PreparedAnswer:
    """Change what was announced of an order; one that wasn't announced is HTTP 404 (spec)."""
    await _existing(call, parameters.merchant_uid)
    return await _keep(call, parameters.prepared())


@operation(
    "getPaymentPrepareByMerchantUid",
    "GET",
    "/payments/prepare/{merchant_uid}",
    raises=(PreparedPaymentNotFound,),
)
async def get_payment_prepare_by_merchant_uid(
    call: Call, parameters: OnePrepared
) -> PreparedAnswer:
    """Show what was announced of an order; unknown is HTTP 404 (observed)."""
    return _shown(call, await _existing(call, parameters.merchant_uid))


async def _existing(call: Call, merchant_uid: str) -> PreparedPayment:
    prepared = await call.transaction.prepared_payment(merchant_uid)
    if prepared is None:
        raise PreparedPaymentNotFound
    return prepared


async def _keep(call: Call, prepared: PreparedPayment) -> PreparedAnswer:
    await call.transaction.put_prepared_payment(prepared)
    return _shown(call, prepared)


def _shown(call: Call, prepared: PreparedPayment) -> PreparedAnswer:
    shows_currency = prepared.currency is not None or call.merchant.settings.strict
    return PreparedAnswer(
        merchant_uid=prepared.merchant_uid,
        amount=prepared.amount,
        currency=prepared.currency if shows_currency else UNSET,
    )
