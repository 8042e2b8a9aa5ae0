"""Cards: right ones by issuer, and wrong ones by what is wrong."""

from collections.abc import Mapping
from types import MappingProxyType

from hypothesis import strategies as st

__all__ = [
    "ISSUER_PREFIXES",
    "WRONG_CARDS",
    "birth_dates",
    "business_numbers",
    "card_numbers",
    "cards",
    "expiries",
    "pins",
    "wrong_birth_dates",
    "wrong_cards",
]

Card = dict[str, str]

_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_PREFIXES = ("4", "51", "52", "53", "54", "55", "62", "94")

ISSUER_PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "BC": "954049",
        "KB": "527289",
        "Shinhan": "559410",
        "UnionPay": "625817",
        "Kakao Bank": "536510",
    }
)
"""How some issuers' numbers begin, as seen in recorded answers."""


def _other_digit(number: str) -> str:
    return f"{number[:-1]}{(int(number[-1]) + 1) % 10}"


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


def card_numbers(issuer: str | None = None) -> st.SearchStrategy[str]:
    """Sixteen digits, ``dddd-dddd-dddd-dddd``, of a card scheme and with a right check digit.

    ``issuer`` is one of :data:`ISSUER_PREFIXES`; without it, any.

    Raises:
        KeyError: there is no such issuer.
    """
    prefixes = _PREFIXES if issuer is None else (ISSUER_PREFIXES[issuer],)
    return st.builds(_card_number, st.sampled_from(prefixes), st.integers(0, 10**14 - 1))


def expiries(first_year: int = 2030, last_year: int = 2049) -> st.SearchStrategy[str]:
    """The last month of a card's validity, ``YYYY-MM``."""
    return st.builds("{:04d}-{:02d}".format, st.integers(first_year, last_year), st.integers(1, 12))


def birth_dates() -> st.SearchStrategy[str]:
    """A day that was, ``YYMMDD``."""
    return st.dates().map(lambda day: f"{day:%y%m%d}").filter(lambda text: text != "000229")


def wrong_birth_dates() -> st.SearchStrategy[str]:
    """Six digits that are no day: a month too many, or a day."""
    months = st.builds("{:02d}{:02d}01".format, st.integers(0, 99), st.integers(13, 99))
    days = st.builds(
        "{:02d}{:02d}{:02d}".format, st.integers(0, 99), st.integers(1, 12), st.integers(32, 99)
    )
    return months | days


def business_numbers(*, right: bool = True) -> st.SearchStrategy[str]:
    """Ten digits of a company, with a right check digit or with a wrong one."""
    offsets = st.just(0) if right else st.integers(1, 9)
    return st.builds(_business_number, st.integers(0, 10**9 - 1), offsets)


def pins() -> st.SearchStrategy[str]:
    """The first two digits of a card's PIN."""
    return st.integers(0, 99).map("{:02d}".format)


def cards(issuer: str | None = None) -> st.SearchStrategy[Card]:
    """A card as the API's parameters: a person's, or a company's without PIN."""
    persons = st.fixed_dictionaries(
        {
            "card_number": card_numbers(issuer),
            "expiry": expiries(),
            "birth": birth_dates(),
            "pwd_2digit": pins(),
        }
    )
    companies = st.fixed_dictionaries(
        {"card_number": card_numbers(issuer), "expiry": expiries(), "birth": business_numbers()}
    )
    return persons | companies


WRONG_CARDS: Mapping[str, Mapping[str, st.SearchStrategy[str | None]]] = MappingProxyType(
    {
        "number of nobody": {"card_number": st.just("1234-5678-9012-3452")},
        "wrong check digit": {"card_number": card_numbers().map(_other_digit)},
        "too short": {"card_number": card_numbers().map(lambda number: number[:-5])},
        "no digits": {"card_number": st.just("abcd-efgh-ijkl-mnop")},
        "expired": {"expiry": expiries(2000, 2019)},
        "no month": {
            "expiry": st.builds("{:04d}-{:02d}".format, st.just(2030), st.integers(13, 99))
        },
        "expiry the other way round": {"expiry": st.just("12/30")},
        "no birth": {"birth": st.none()},
        "wrong birth": {"birth": wrong_birth_dates()},
        "wrong business number": {"birth": business_numbers(right=False)},
        "no PIN": {"pwd_2digit": st.none()},
        "PIN that isn't two digits": {"pwd_2digit": st.sampled_from(["1", "123", "ab"])},
    }
)
"""What can be wrong with a person's card, and the value that makes it so; ``None`` leaves it out."""


def wrong_cards(kind: str | None = None) -> st.SearchStrategy[Card]:
    """A person's card with one thing wrong: a key of :data:`WRONG_CARDS`, or any of them."""
    kinds = WRONG_CARDS if kind is None else {kind: WRONG_CARDS[kind]}
    return st.one_of([_spoilt(values) for values in kinds.values()])


def _spoilt(values: Mapping[str, st.SearchStrategy[str | None]]) -> st.SearchStrategy[Card]:
    right: dict[str, st.SearchStrategy[str | None]] = {
        "card_number": card_numbers(),
        "expiry": expiries(),
        "birth": birth_dates(),
        "pwd_2digit": pins(),
    }
    spoilt = st.fixed_dictionaries({**right, **values})
    return spoilt.map(
        lambda card: {name: value for name, value in card.items() if value is not None}
    )
