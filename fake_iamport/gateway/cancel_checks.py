"""What a gateway looks at before it gives money back."""

from fake_iamport.domain.money import Amount
from fake_iamport.domain.payment import Payment
from fake_iamport.domain.refund import Refund
from fake_iamport.domain.tax import divided, parts_left
from fake_iamport.gateway.korea import is_within_months
from fake_iamport.gateway.profiles import Profile

__all__ = ["find_cancel_failure"]


def find_cancel_failure(payment: Payment, refund: Refund, profile: Profile, now: int) -> str | None:
    """The name of the failure that the gateway answers a cancel with; None when it gives it back.

    Which gateway insists on what stands in the profiles; the words that it refuses with are a guess.
    """
    if _is_over(payment, profile, now):
        return "cancel_period_over"
    if _is_one_part_too_many(payment, refund, profile):
        return "partial_cancel_count_exceeded"
    return _tax_failure(payment, refund, profile)


def _is_over(payment: Payment, profile: Profile, now: int) -> bool:
    months = profile.months_to_cancel
    return months is not None and not is_within_months(months, since=payment.paid_at, at=now)


def _is_one_part_too_many(payment: Payment, refund: Refund, profile: Profile) -> bool:
    most = profile.most_partial_cancels
    if most is None or refund.is_whole(payment):
        return False
    return len(payment.cancellations) >= most


def _tax_failure(payment: Payment, refund: Refund, profile: Profile) -> str | None:
    own_vat = profile.takes_vat_amount and payment.vat_amount is not None
    unsaid_tax_free = profile.cancel_needs_tax_free and payment.tax_free and refund.tax_free is None
    if unsaid_tax_free or (own_vat and refund.vat_amount is None):
        return "cancel_tax_parts_wrong"
    tax_free = refund.tax_free_of(payment)
    left = parts_left(payment, own_vat=own_vat)
    if tax_free > left.tax_free:
        return "cancel_tax_free_above_rest"
    if not 0 <= refund.amount - tax_free <= left.taxed:
        return "cancel_tax_parts_wrong"
    vat = refund.vat_amount if profile.takes_vat_amount else None
    parts = divided(refund.amount, tax_free, vat, payment.currency)
    if parts.supply < 0 or (own_vat and not left.covers(parts)):
        return "cancel_tax_parts_wrong"
    if vat is not None and vat > _vat_left(payment):
        return "cancel_tax_parts_wrong"
    return None


def _vat_left(payment: Payment) -> Amount:
    """The payment's VAT, said or an eleventh, less that of its cancels."""
    currency = payment.currency
    whole = divided(payment.amount, payment.tax_free, payment.vat_amount, currency).vat
    return whole - sum(
        divided(line.amount, line.tax_free, line.vat_amount, currency).vat
        for line in payment.cancellations
    )
