"""Test cards: numbers with a known fate.

Every failure of the catalogue has one that always causes it, every Korean issuer one that always
works.
"""

from collections.abc import Mapping
from functools import cache

import msgspec

from fake_iamport.domain.card import check_digit
from fake_iamport.gateway.failures import Failure, failures
from fake_iamport.gateway.issuers import bins, identity_of
from fake_iamport.gateway.profiles import default_profile

__all__ = ["TestCard", "failure_of_test_card", "test_cards"]

EXPIRY = "2049-12"
BIRTH = "900101"
PIN_DIGITS = "12"


class TestCard(msgspec.Struct, frozen=True, kw_only=True):
    """A card number with a known fate, and data that passes the checks with it.

    ``number`` stands in groups of four digits, ``expiry`` is ``YYYY-MM``, ``birth`` ``YYMMDD``.
    ``failure`` names what the card always causes, None when it always works.
    """

    number: str
    expiry: str
    birth: str
    pwd_2digit: str
    issuer_code: str | None
    issuer_name: str | None
    publisher_code: str | None
    publisher_name: str | None
    failure: str | None = None

    def __repr__(self) -> str:
        return f"TestCard({self.issuer_name!r}, failure={self.failure!r})"


@cache
def test_cards() -> tuple[TestCard, ...]:
    """Return every test card: first those that work, then the failing ones in catalogue order."""
    working = tuple(_test_card(number, None) for number in _working_numbers())
    failing = tuple(
        _test_card(failure.card, failure.name) for failure in failures().values() if failure.card
    )
    return working + failing


def failure_of_test_card(number: str) -> Failure | None:
    """Return what a test card always causes; None for one that works and for any other number."""
    return _failures_by_number().get(number.replace("-", ""))


def _working_numbers() -> list[str]:
    """Return one number for each Korean issuer and publisher, made from its first prefix."""
    prefixes: dict[tuple[str, str | None], str] = {}
    for known in bins():
        prefixes.setdefault((known.issuer, known.publisher), known.prefix)
    return [_complete(prefix) for prefix in prefixes.values()]


def _complete(prefix: str) -> str:
    # No zeros: kcp hides digits behind zeros, and such a number would look the same when masked.
    digits = (prefix + "12345678901234")[:15]
    number = digits + check_digit(digits)
    return "-".join(number[place : place + 4] for place in range(0, 16, 4))


def _test_card(number: str, failure: str | None) -> TestCard:
    identity = identity_of(number.replace("-", ""), default_profile().provider)
    return TestCard(
        number=number,
        expiry=EXPIRY,
        birth=BIRTH,
        pwd_2digit=PIN_DIGITS,
        issuer_code=identity.issuer_code,
        issuer_name=identity.issuer_name,
        publisher_code=identity.publisher_code,
        publisher_name=identity.publisher_name,
        failure=failure,
    )


@cache
def _failures_by_number() -> Mapping[str, Failure]:
    catalogue = failures().values()
    return {failure.card.replace("-", ""): failure for failure in catalogue if failure.card}
