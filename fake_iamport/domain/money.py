"""Exact amounts: whole won, and other currencies with the fraction they were sent with."""

from decimal import Decimal

from fake_iamport.domain.errors import BadRequest

__all__ = ["Amount", "exact_amount"]

Amount = int | Decimal

_CURRENCIES_WITHOUT_FRACTION = frozenset({"KRW", "JPY", "VND"})
_MOST_DIGITS = 13


def exact_amount(value: Decimal, *, name: str, currency: str = "KRW") -> Amount:
    """Give ``value`` as the number that goes on the wire: an int, or a Decimal with a fraction.

    Raises:
        BadRequest: the amount isn't finite, is negative, is absurdly large, or has a fraction that
            its currency doesn't have (guess: no recording of such a call is known).
    """
    if not value.is_finite() or value < 0 or value.adjusted() >= _MOST_DIGITS:
        raise BadRequest(message=f"{name}: expected an amount from 0 to {'9' * _MOST_DIGITS}.")
    if value == value.to_integral_value():
        return int(value)
    if currency in _CURRENCIES_WITHOUT_FRACTION:
        raise BadRequest(message=f"{name}: {currency} has no fraction; send a whole number.")
    return value.normalize()
