"""Korean wall-clock time and Korean business numbers, as the gateways read them."""

from calendar import monthrange
from datetime import datetime, timedelta, timezone

__all__ = [
    "KOREA",
    "has_right_check_digit",
    "is_business_number",
    "is_within_months",
    "korean_time",
    "unix_second",
]

KOREA = timezone(timedelta(hours=9), "KST")
"""Korea has no daylight saving time, so that no time zone database is needed."""

_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def korean_time(at: int) -> datetime:
    """Return the wall-clock time in Korea at ``at`` (unix seconds)."""
    return datetime.fromtimestamp(at, KOREA)


def unix_second(text: str) -> int:
    """Return the unix second of a date, or date and time, in ISO 8601; Korean time if it names none.

    Raises:
        ValueError: the text is none.
    """
    moment = datetime.fromisoformat(text)
    try:
        return int((moment if moment.tzinfo else moment.replace(tzinfo=KOREA)).timestamp())
    except OverflowError:
        raise ValueError("out of range") from None


def is_within_months(months: int, *, since: int, at: int) -> bool:
    """Tell whether ``at`` is at most ``months`` calendar months after ``since`` (unix seconds).

    The whole last day counts. It has the number of the first day, or is the last of its month.
    """
    first = korean_time(since).date()
    years, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + years, month + 1
    last = first.replace(year=year, month=month, day=min(first.day, monthrange(year, month)[1]))
    return korean_time(at).date() <= last


def is_business_number(text: str) -> bool:
    """Tell whether ``text`` has the shape of a business registration number: ten digits."""
    return len(text) == 10 and text.isascii() and text.isdigit()


def has_right_check_digit(business_number: str) -> bool:
    """Tell whether the last of the ten digits is the one that the first nine demand."""
    digits = [int(digit) for digit in business_number]
    total = sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    total += digits[8] * _WEIGHTS[8] // 10
    return (total + digits[9]) % 10 == 0
