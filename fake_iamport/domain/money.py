"""Exact amounts: whole won, and other currencies with the fraction they were sent with."""

from decimal import Decimal

from fake_iamport.errors import BadRequest

__all__ = ["Amount", "exact_amount", "plain"]

Amount = int | Decimal

_CURRENCIES_WITHOUT_FRACTION = frozenset({"KRW", "JPY", "VND"})
_MOST_DIGITS = 13
_MOST_FRACTION_DIGITS = 8


def exact_amount(value: Decimal, *, name: str, currency: str = "KRW") -> Amount:
    """Give ``value`` as the number that goes on the wire: an int, or a Decimal with a fraction.

    Raises:
        BadRequest: the amount isn't finite, is negative, is absurdly large or fine, or has a fraction
            that its currency doesn't have (guess: no recording of such a call is known).
    """
    if not value.is_finite() or value < 0 or value.adjusted() >= _MOST_DIGITS:
        raise BadRequest(message=f"{name}: expected an amount from 0 to {'9' * _MOST_DIGITS}.")
    amount = plain(value)
    if isinstance(amount, int):
        return amount
    if currency in _CURRENCIES_WITHOUT_FRACTION:
        raise BadRequest(message=f"{name}: {currency} has no fraction; send a whole number.")
    if amount != round(amount, _MOST_FRACTION_DIGITS):
        # More digits than that couldn't be added up exactly.
        raise BadRequest(
            message=f"{name}: expected at most {_MOST_FRACTION_DIGITS} digits behind the point."
        )
    return amount


def plain(amount: Amount) -> Amount:
    """``amount`` as an int where it is whole, else without zeros at its end."""
    if isinstance(amount, int):
        return amount
    whole = int(amount)
    return whole if whole == amount else amount.normalize()
