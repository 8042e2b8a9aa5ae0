"""How an amount divides for tax: a tax-free part, and a taxed one of supply price and VAT."""

from decimal import ROUND_HALF_UP, Decimal

import msgspec

from fake_iamport.domain.money import Amount, plain
from fake_iamport.domain.payment import Payment

__all__ = ["TaxParts", "divided", "parts_left"]

VAT_SHARE = 11
"""VAT is a tenth on top of the supply price, and so an eleventh of both together (spec)."""


class TaxParts(msgspec.Struct, frozen=True, gc=False):
    """The parts of one amount, in its currency."""

    tax_free: Amount
    supply: Amount
    vat: Amount

    @property
    def taxed(self) -> Amount:
        """The part that isn't tax-free."""
        return self.supply + self.vat

    def covers(self, other: "TaxParts") -> bool:
        """Whether no part of ``other`` is larger than here."""
        return (
            other.tax_free <= self.tax_free
            and other.supply <= self.supply
            and other.vat <= self.vat
        )


def divided(amount: Amount, tax_free: Amount, vat: Amount | None, currency: str) -> TaxParts:
    """Divide ``amount``; a VAT that nobody gave is an eleventh of what isn't tax-free (spec)."""
    taxed = amount - tax_free
    if vat is None:
        unit = Decimal(1) if currency == "KRW" else Decimal("0.01")
        vat = (Decimal(taxed) / VAT_SHARE).quantize(unit, ROUND_HALF_UP)
    return TaxParts(plain(tax_free), plain(taxed - vat), plain(vat))


def parts_left(payment: Payment, *, own_vat: bool) -> TaxParts:
    """What is left of a payment after its cancels.

    Its VAT is the one that came with it, less what was cancelled of it, when ``own_vat``.
    """
    tax_free = payment.tax_free - sum(line.tax_free for line in payment.cancellations)
    vat = payment.vat_amount if own_vat else None
    if vat is not None:
        vat -= sum(line.vat_amount or 0 for line in payment.cancellations)
    return divided(payment.cancellable_amount, tax_free, vat, payment.currency)
