"""Korean wall-clock time and Korean business numbers, as the gateways read them."""

from datetime import datetime, timedelta, timezone

__all__ = ["KOREA", "has_right_check_digit", "is_business_number", "korean_time"]

KOREA = timezone(timedelta(hours=9), "KST")
"""Korea has no daylight saving time, so that no time zone database is needed."""

_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def korean_time(at: int) -> datetime:
    """Return the wall-clock time in Korea at ``at`` (unix seconds)."""
    return datetime.fromtimestamp(at, KOREA)


def is_business_number(text: str) -> bool:
    """Tell whether ``text`` has the shape of a business registration number: ten digits."""
    return len(text) == 10 and text.isascii() and text.isdigit()


def has_right_check_digit(business_number: str) -> bool:
    """Tell whether the last of the ten digits is the one that the first nine demand."""
    digits = [int(digit) for digit in business_number]
    total = sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    total += digits[8] * _WEIGHTS[8] // 10
    return (total + digits[9]) % 10 == 0
