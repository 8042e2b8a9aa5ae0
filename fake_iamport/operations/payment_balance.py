"""Tag ``payments``: how a payment's amount divides."""

from typing import Annotated

import msgspec
from msgspec import Meta

from fake_iamport.domain.money import Amount
from fake_iamport.domain.payment import Payment
from fake_iamport.domain.tax import parts_left
from fake_iamport.errors import BalanceNotFound
from fake_iamport.operations.declaration import Call, operation
from fake_iamport.wire.parameters import Parameters

__all__ = ["balance_by_imp_uid"]


class Parts(msgspec.Struct, kw_only=True, gc=False):
    """An amount by its taxes; ``service`` is a service charge, of which there is none here."""

    tax_free: Amount = 0
    supply: Amount = 0
    vat: Amount = 0
    service: Amount = 0


class Means(msgspec.Struct, kw_only=True):
    """What was paid by which means; a card is the primary one, and the only one here."""

    cash_receipt: Parts
    primary: Parts
    secondary: Parts
    discount: Parts


class HistoryLine(Means, kw_only=True):
    """How it was from ``created``, in unix seconds, on."""

    created: int


class BalanceAnswer(msgspec.Struct, kw_only=True):
    """A payment's first amount, and what is left of it (spec; the order of the keys: guess)."""

    amount: Amount
    cash_receipt: Parts
    primary: Parts
    secondary: Parts
    discount: Parts
    histories: list[HistoryLine]


class OneBalance(Parameters):
    """Which payment."""

    imp_uid: Annotated[str, Meta(description="The payment's number.")]


@operation(
    "balanceByImpUid",
    "GET",
    "/payments/{imp_uid}/balance",
    tag="payments",
    raises=(BalanceNotFound,),
)
async def balance_by_imp_uid(call: Call, parameters: OneBalance) -> BalanceAnswer:
    """Show how the amount of a payment divides, less what was cancelled (spec).

    Only some gateways tell; elsewhere, and for payments that were never paid, there is nothing
    (observed). A line of ``histories`` shows what was left after each step (guess).
    """
    payment = await call.transaction.payment(parameters.imp_uid)
    if payment is None or not payment.uses_up_its_order:
        raise BalanceNotFound
    if not call.gateway.profile_of_payment(payment).tells_balance:
        raise BalanceNotFound
    histories = [_line(payment, cancels) for cancels in range(len(payment.cancellations) + 1)]
    return BalanceAnswer(
        amount=payment.amount,
        cash_receipt=Parts(),
        primary=histories[-1].primary,
        secondary=Parts(),
        discount=Parts(),
        histories=histories,
    )


def _line(payment: Payment, cancels: int) -> HistoryLine:
    """How it stood after the first ``cancels`` cancels."""
    lines = payment.cancellations[:cancels]
    then = msgspec.structs.replace(
        payment, cancellations=lines, cancel_amount=sum(line.amount for line in lines)
    )
    left = parts_left(then, own_vat=False)
    return HistoryLine(
        cash_receipt=Parts(),
        primary=Parts(tax_free=left.tax_free, supply=left.supply, vat=left.vat),
        secondary=Parts(),
        discount=Parts(),
        created=lines[-1].cancelled_at if lines else payment.paid_at,
    )
