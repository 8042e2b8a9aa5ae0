"""What is charged, and the parts of it that tax is counted by."""

from decimal import Decimal
from typing import NamedTuple, Protocol

from fake_iamport.domain.money import Amount, exact_amount
from fake_iamport.errors import BadRequest

__all__ = ["ChargedAmounts", "charged_amounts"]


class CarriesAmounts(Protocol):
    """Parameters with an amount among them."""

    amount: Decimal
    currency: str
    tax_free: Decimal | None
    vat_amount: Decimal | None


class ChargedAmounts(NamedTuple):
    """The amount, its tax-free part and its VAT, all in one currency; the VAT may be unsaid."""

    amount: Amount
    tax_free: Amount
    vat_amount: Amount | None


def charged_amounts(parameters: CarriesAmounts) -> ChargedAmounts:
    """Read the amounts exactly.

    Raises:
        BadRequest: nothing to charge, or parts that are more than the whole (guess).
    """
    currency = parameters.currency
    amount = exact_amount(parameters.amount, name="amount", currency=currency)
    tax_free = _exact(parameters.tax_free, "tax_free", currency) or 0
    vat_amount = _exact(parameters.vat_amount, "vat_amount", currency)
    if amount == 0:
        raise BadRequest(message="amount: expected more than 0.")
    if tax_free > amount:
        raise BadRequest(message="tax_free: expected no more than the amount.")
    if tax_free + (vat_amount or 0) > amount:
        raise BadRequest(message="vat_amount: expected no more than the rest of the amount.")
    return ChargedAmounts(amount, tax_free, vat_amount)


def _exact(value: Decimal | None, name: str, currency: str) -> Amount | None:
    return None if value is None else exact_amount(value, name=name, currency=currency)
