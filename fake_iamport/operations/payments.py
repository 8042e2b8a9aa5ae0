"""Tag ``payments``: looking one payment up."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from fake_iamport.domain.payment import Payment, PaymentStatus
from fake_iamport.errors import PaymentNotFound
from fake_iamport.operations.answers import PaymentAnswer, payment_answer
from fake_iamport.operations.declaration import Call, operation
from fake_iamport.operations.payment_order import Sorting, in_order
from fake_iamport.wire.parameters import Parameters

__all__ = ["get_payment_by_imp_uid", "get_payment_by_merchant_uid"]


class OnePayment(Parameters):
    """Which payment."""

    imp_uid: Annotated[str, Meta(description="The payment's number.")]
    include_sandbox: bool = False


class OneOrder(Parameters):
    """Which order's payment, and which of several."""

    merchant_uid: Annotated[str, Meta(description="The order's number.")]
    payment_status: Annotated[
        str,
        Meta(
            description="Only payments that stand so: ready, paid, failed or cancelled. "
            "Any other word means all of them."
        ),
    ] = ""
    sorting: Annotated[Sorting, Meta(description="Which of several comes first.")] = "-started"
    include_sandbox: bool = False


@operation("getPaymentByImpUid", "GET", "/payments/{imp_uid}", raises=(PaymentNotFound,))
async def get_payment_by_imp_uid(call: Call, parameters: OnePayment) -> PaymentAnswer:
    """Show a payment by its number; unknown is HTTP 404 (observed)."""
    payment = await call.transaction.payment(parameters.imp_uid)
    if payment is None:
        raise PaymentNotFound
    return payment_answer(payment, strict=call.merchant.settings.strict)


@operation(
    "getPaymentByMerchantUid",
    "GET",
    "/payments/find/{merchant_uid}/{payment_status}",
    "/payments/find/{merchant_uid}",
    raises=(PaymentNotFound,),
)
async def get_payment_by_merchant_uid(call: Call, parameters: OneOrder) -> PaymentAnswer:
    """Show an order's newest payment, or its newest one that stands as asked.

    No match is HTTP 404 (observed). Clients in use send no status at all, or words such as
    ``undefined``; those get the newest of all (guess).
    """
    attempts = await call.transaction.payments_of_order(parameters.merchant_uid)
    wanted = _standing(attempts, parameters.payment_status)
    if not wanted:
        raise PaymentNotFound
    first = in_order(wanted, parameters.sorting)[0]
    return payment_answer(first, strict=call.merchant.settings.strict)


def _standing(payments: Sequence[Payment], status: str) -> list[Payment]:
    if status not in set(PaymentStatus):
        return list(payments)
    return [payment for payment in payments if payment.status == status]
