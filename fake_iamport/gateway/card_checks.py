"""The checks that a gateway makes on typed card data before it asks anybody."""

import re
from datetime import date
from functools import lru_cache

from fake_iamport.domain.card import CardData, passes_luhn
from fake_iamport.gateway.issuers import scheme_of
from fake_iamport.gateway.korea import has_right_check_digit, is_business_number, korean_time
from fake_iamport.gateway.profiles import Profile

__all__ = ["find_card_failure"]

_EXPIRY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def find_card_failure(card: CardData, profile: Profile, *, for_key: bool, now: int) -> str | None:
    """Return the name of the failure that this card data causes, None when it is right.

    The order is part of the behaviour (guess): number, expiry, birth or business number, PIN. A card is
    good to the end of its month (guess), and a company's has no PIN to ask for (docs). Only
    what the gateway asks for is looked at: for a key (``for_key``) or for a payment by card data.
    ``now`` is in unix seconds.
    """
    required = profile.required_fields.key if for_key else profile.required_fields.key_in
    failure = _number_failure(card.number) or _expiry_failure(card.expiry, now)
    if failure is None and "birth" in required:
        failure = _birth_failure(card.birth)
    if failure is None and "pwd_2digit" in required:
        failure = _pin_failure(card)
    return failure


def _number_failure(number: str) -> str | None:
    scheme = scheme_of(number) if _has_digits_alone(number) else None
    if scheme is None:
        return "unknown_card_number"
    if not scheme.has_length_of(number) or not passes_luhn(number):
        return "wrong_card_number"
    return None


def _expiry_failure(expiry: str, now: int) -> str | None:
    if not _EXPIRY.fullmatch(expiry):
        return "wrong_expiry"
    # A card is good until the end of its last month, in Korea.
    return "expired_card" if expiry < _month(now) else None


@lru_cache(maxsize=64)
def _month(now: int) -> str:
    return f"{korean_time(now):%Y-%m}"


def _birth_failure(birth: str | None) -> str | None:
    if birth is None:
        return "birth_missing"
    if is_business_number(birth):
        return None if has_right_check_digit(birth) else "wrong_business_number"
    return None if _is_birthday(birth) else "wrong_birth"


def _pin_failure(card: CardData) -> str | None:
    if card.pin_digits is None:
        # A company's card belongs to nobody whose PIN could be asked.
        return None if is_business_number(card.birth or "") else "pin_missing"
    is_right = len(card.pin_digits) == 2 and _has_digits_alone(card.pin_digits)
    return None if is_right else "malformed_pin"


def _is_birthday(text: str) -> bool:
    """Tell whether ``YYMMDD`` is a day of the last century or of this."""
    if len(text) != 6 or not _has_digits_alone(text):
        return False
    try:
        # Every day of the years 1900 to 1999 has its twin a hundred years later.
        date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        return False
    return True


def _has_digits_alone(text: str) -> bool:
    return text.isascii() and text.isdigit()
