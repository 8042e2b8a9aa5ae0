"""Who issued a card, told from the first digits of its number.

``data/bins.csv`` holds the prefixes of Korean cards, ``data/schemes.csv`` the ranges of the card
schemes and ``data/issuers.yaml`` codes and names; adding a prefix touches the first alone.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Literal

import msgspec

from fake_iamport.domain.card import Card
from fake_iamport.gateway.datafiles import read_document, read_table
from fake_iamport.gateway.evidence import Evidence
from fake_iamport.gateway.profiles import Profile

__all__ = [
    "Bin",
    "CardIdentity",
    "Issuer",
    "Scheme",
    "bins",
    "identify",
    "identity_of",
    "issuers",
    "scheme_of",
    "schemes",
]

_TYPES = {"credit": 0, "check": 1}


class Issuer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An issuer's name, as answers show it."""

    name: str
    evidence: Evidence
    names: dict[str, str] = {}
    reference: str | None = None

    def name_at(self, provider: str) -> str:
        """Return what the gateway ``provider`` calls this issuer."""
        return self.names.get(provider, self.name)


class Scheme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A range of numbers that belongs to a card scheme.

    Numbers from prefix ``first`` to prefix ``last`` (equally long) are the scheme's. A card of it
    that no Korean issuer knows counts as one of ``overseas_issuer``.
    """

    name: str
    first: str
    last: str
    lengths: str
    evidence: Evidence
    overseas_issuer: str | None = None
    reference: str | None = None

    def owns(self, number: str) -> bool:
        """Tell whether a number (digits alone) begins like the scheme's."""
        return self.first <= number[: len(self.first)] <= self.last

    def has_length_of(self, number: str) -> bool:
        """Tell whether a number has as many digits as the scheme's may have."""
        return str(len(number)) in self.lengths.split()


class Bin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first digits of an issuer's cards; the longest fitting prefix counts.

    ``publisher`` is the code of the bank whose name is on the card, where that isn't the issuer.
    """

    prefix: str
    issuer: str
    evidence: Evidence
    publisher: str | None = None
    type: Literal["credit", "check"] | None = None
    reference: str | None = None


class CardIdentity(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a gateway knows of a card from its number alone; see :class:`Card` for the fields."""

    issuer_code: str | None = None
    issuer_name: str | None = None
    publisher_code: str | None = None
    publisher_name: str | None = None
    type: int | None = None


_UNKNOWN = CardIdentity()


@cache
def issuers() -> Mapping[str, Issuer]:
    """Return the issuers by code."""
    return read_document("issuers.yaml", dict[str, Issuer])


@cache
def schemes() -> tuple[Scheme, ...]:
    """Return the ranges of the card schemes."""
    return read_table("schemes.csv", Scheme)


@cache
def bins() -> tuple[Bin, ...]:
    """Return the known prefixes of Korean cards, in the file's order."""
    return read_table("bins.csv", Bin)


def scheme_of(number: str) -> Scheme | None:
    """Return the scheme that owns a number (digits alone), None when there is none."""
    return _scheme_of_prefix(number[: _longest_scheme_prefix()])


@lru_cache(maxsize=4096)
def _scheme_of_prefix(prefix: str) -> Scheme | None:
    return next((scheme for scheme in schemes() if scheme.owns(prefix)), None)


@cache
def _longest_scheme_prefix() -> int:
    return max(len(scheme.first) for scheme in schemes())


def identity_of(number: str, provider: str) -> CardIdentity:
    """Tell whose card a number (digits alone) is, in the words of the gateway ``provider``.

    A number that no Korean issuer owns is its scheme's overseas card; of one that no scheme owns
    nothing is known.
    """
    return _identity_of_prefix(number[: _digits_that_tell()], provider)


@lru_cache(maxsize=4096)
def _identity_of_prefix(prefix: str, provider: str) -> CardIdentity:
    scheme = scheme_of(prefix)
    if scheme is None:
        return _UNKNOWN
    found = _bin_of(prefix)
    code = found.issuer if found else scheme.overseas_issuer
    if code is None:
        return _UNKNOWN
    publisher = (found and found.publisher) or code
    return CardIdentity(
        issuer_code=code,
        issuer_name=issuers()[code].name_at(provider),
        publisher_code=publisher,
        publisher_name=issuers()[publisher].name_at(provider),
        type=_TYPES[found.type] if found and found.type else None,
    )


def identify(number: str, profile: Profile) -> Card:
    """Return what may be kept of a card (``number``: digits alone), as a gateway answers it."""
    identity = identity_of(number, profile.provider)
    told = identity if profile.answers_issuer else _UNKNOWN
    card = Card(
        number=profile.masked(number),
        code=identity.issuer_code,
        name=identity.issuer_name,
        type=identity.type,
        issuer_code=told.issuer_code,
        issuer_name=told.issuer_name,
        publisher_code=told.publisher_code,
        publisher_name=told.publisher_name,
    )
    nulls = profile.null_card_fields
    return msgspec.structs.replace(card, **dict.fromkeys(nulls)) if nulls else card


def _bin_of(prefix: str) -> Bin | None:
    known = _bins_by_prefix()
    prefixes = (prefix[:length] for length in range(len(prefix), 0, -1))
    return next((known[prefix] for prefix in prefixes if prefix in known), None)


@cache
def _bins_by_prefix() -> Mapping[str, Bin]:
    return {known.prefix: known for known in bins()}


@cache
def _digits_that_tell() -> int:
    """How many digits in front are looked at; what is remembered of a number is no more than these."""
    return max(_longest_scheme_prefix(), *(len(known.prefix) for known in bins()))
