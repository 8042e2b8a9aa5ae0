"""Hypothesis strategies for what a merchant sends: cards, uids, amounts.

They shrink to what a person would write: the first card, the customer ``0``, one won.
"""

from typing import Any

from hypothesis import strategies as st

__all__ = [
    "amounts",
    "birth_dates",
    "business_numbers",
    "card_numbers",
    "cards",
    "customer_uids",
    "expiries",
    "merchant_uids",
    "pins",
]

_LONGEST_CUSTOMER_UID = 80
_LONGEST_MERCHANT_UID = 40
_PREFIXES = ("4", "51", "52", "53", "54", "55", "62", "94")
_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_AWKWARD = st.sampled_from(["a/b", "a b", "100%", "%2F", "?&=#", "한글", "😀", "..", "+", "\u00e9"])


def card_numbers() -> st.SearchStrategy[str]:
    """Sixteen digits, ``dddd-dddd-dddd-dddd``, of a card scheme and with a right check digit."""
    return st.builds(_card_number, st.sampled_from(_PREFIXES), st.integers(0, 10**14 - 1))


def expiries(first_year: int = 2030, last_year: int = 2049) -> st.SearchStrategy[str]:
    """The last month of a card's validity, ``YYYY-MM``."""
    return st.builds("{:04d}-{:02d}".format, st.integers(first_year, last_year), st.integers(1, 12))


def birth_dates() -> st.SearchStrategy[str]:
    """A day that was, ``YYMMDD``."""
    return st.dates().map(lambda day: f"{day:%y%m%d}").filter(lambda text: text != "000229")


def business_numbers(*, right: bool = True) -> st.SearchStrategy[str]:
    """Ten digits of a company, with a right check digit or with a wrong one."""
    offsets = st.just(0) if right else st.integers(1, 9)
    return st.builds(_business_number, st.integers(0, 10**9 - 1), offsets)


def pins() -> st.SearchStrategy[str]:
    """The first two digits of a card's PIN."""
    return st.integers(0, 99).map("{:02d}".format)


def cards() -> st.SearchStrategy[dict[str, str]]:
    """A card as the API's parameters: a person's, or a company's without PIN."""
    persons = st.fixed_dictionaries(
        {
            "card_number": card_numbers(),
            "expiry": expiries(),
            "birth": birth_dates(),
            "pwd_2digit": pins(),
        }
    )
    companies = st.fixed_dictionaries(
        {"card_number": card_numbers(), "expiry": expiries(), "birth": business_numbers()}
    )
    return persons | companies


def customer_uids() -> st.SearchStrategy[str]:
    """A merchant's name for a card: any text up to 80 characters, and awkward ones in a path."""
    return _uids(_LONGEST_CUSTOMER_UID)


def merchant_uids() -> st.SearchStrategy[str]:
    """An order number: any text up to 40 characters, and awkward ones in a path."""
    return _uids(_LONGEST_MERCHANT_UID)


def amounts(most: int = 10**9) -> st.SearchStrategy[int]:
    """Whole KRW."""
    return st.integers(1, most)


def _uids(longest: int) -> st.SearchStrategy[str]:
    letters: Any = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
    return st.text(letters, min_size=1, max_size=longest) | _AWKWARD


def _card_number(prefix: str, rest: int) -> str:
    digits = f"{prefix}{rest:014d}"[:15]
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(digits)]
    number = f"{digits}{-sum(value // 10 + value % 10 for value in doubled) % 10}"
    return "-".join(number[start : start + 4] for start in range(0, 16, 4))


def _business_number(first: int, offset: int) -> str:
    digits = f"{first:09d}"
    weighted = [int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)]
    total = sum(weighted) + weighted[-1] // 10
    return f"{digits}{(-total + offset) % 10}"
