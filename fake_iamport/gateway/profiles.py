"""How each payment gateway behaves, as far as a merchant can see it.

The profiles stand in ``data/profiles.yaml``; adding a gateway touches nothing else.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Literal

import msgspec

from fake_iamport.domain.money import Amount
from fake_iamport.errors import MissingParameters
from fake_iamport.gateway.datafiles import read_data
from fake_iamport.gateway.evidence import Evidence
from fake_iamport.gateway.failures import Failure, Stage
from fake_iamport.gateway.korea import korean_time

__all__ = [
    "CallKind",
    "Mask",
    "Profile",
    "RequiredFields",
    "choose_profile",
    "default_profile",
    "load_profiles",
    "profile_of_channel",
    "profiles",
]

CallKind = Literal["key", "key_in", "again"]
"""What a merchant asks of a gateway: a key, a charge by card data, a charge with a key."""

_LEAST_HIDDEN = 4
_MARK = "\0"
_PG = re.compile(r"([^.]+)(?:\.([\w-]+))?", re.ASCII)
_DECIDED_BY_CARD_CHECKS = frozenset({"birth", "pwd_2digit"})


class Mask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a gateway hides a card number: ``first`` and ``last`` digits stay, ``fill`` hides."""

    first: int
    last: int
    fill: str


class RequiredFields(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters, by their wire names, that a gateway insists on for each kind of call."""

    key: tuple[str, ...]
    key_in: tuple[str, ...]
    again: tuple[str, ...] = ()


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One payment gateway. The data file says what each field means."""

    provider: str
    pg_id: str
    channel_key: str
    mask: Mask
    required_fields: RequiredFields
    code_table: str
    transaction_id_template: str
    evidence: Evidence
    reference: str
    payment_stores_key: bool = True
    answers_issuer: bool = False
    null_card_fields: tuple[str, ...] = ()
    message_template: str = "[{code}]{text}"
    cancel_message_template: str = "{text}"
    receipt_url_template: str | None = None
    cancel_needs_tax_free: bool = False
    takes_vat_amount: bool = False
    most_partial_cancels: int | None = None
    months_to_cancel: int | None = None
    tells_balance: bool = False

    def with_pg_id(self, pg_id: str) -> "Profile":
        """Return this gateway as a merchant with another ``pg_id`` meets it."""
        return self if pg_id == self.pg_id else msgspec.structs.replace(self, pg_id=pg_id)

    def masked(self, number: str) -> str:
        """Hide the middle of a card number (digits alone).

        The masks are recorded for 16 digits. A shorter number loses digits in front, so that at
        least four stay hidden (guess).
        """
        length = len(number)
        last = self.mask.last if length > self.mask.last + _LEAST_HIDDEN else 0
        first = max(min(self.mask.first, length - last - _LEAST_HIDDEN), 0)
        hidden = self.mask.fill * (length - first - last)
        return number[:first] + hidden + number[length - last :]

    def transaction_id(self, at: int, digits: Callable[[int], str]) -> str:
        """Make a ``pg_tid`` for a charge at ``at`` (unix seconds).

        ``digits(n)`` is the source of its ``n`` arbitrary digits.
        """
        parts = _dated_parts(self.transaction_id_template, self.pg_id, at)
        return "".join(digits(part) if isinstance(part, int) else part for part in parts)

    def receipt_url(self, transaction_id: str, imp_uid: str, amount: Amount) -> str | None:
        """Return the address of a charge's receipt; ``amount`` is in the payment's currency."""
        if self.receipt_url_template is None:
            return None
        return self.receipt_url_template.format(
            transaction_id=transaction_id, imp_uid=imp_uid, amount=amount
        )

    def reason(self, failure: Failure) -> str:
        """Return what this gateway says about a failure, as it stands in a message."""
        said = failure.code_for(self.code_table)
        is_cancel = failure.stage is Stage.CANCEL
        template = self.cancel_message_template if is_cancel else self.message_template
        return template.format(code=said.code, text=said.text)

    def require(self, parameters: object, kind: CallKind) -> None:
        """Check that the fields which the gateway insists on are there.

        Birth and PIN are left to the card checks, which answer as the gateway does.

        Raises:
            MissingParameters: some are absent or empty (spec: that they are required; guess: how
                the refusal looks).
        """
        required: tuple[str, ...] = getattr(self.required_fields, kind)
        missing = [
            name
            for name in required
            if name not in _DECIDED_BY_CARD_CHECKS and not getattr(parameters, name, None)
        ]
        if missing:
            raise MissingParameters(names=", ".join(missing))


@cache
def profiles() -> Mapping[str, Profile]:
    """Return the gateways by provider, in the file's order: the default one comes first."""
    return load_profiles(read_data("profiles.yaml"), "profiles.yaml")


def default_profile() -> Profile:
    """Return the gateway of a merchant who chose none."""
    return next(iter(profiles().values()))


def choose_profile(pg: str | None, default: Profile) -> Profile:
    """Return the gateway that a merchant's ``pg`` means: ``provider`` or ``provider.MID``.

    An absent, malformed or unknown one means ``default`` (spec). The emulator knows no merchant's
    MIDs, so that any MID of a known provider is taken, and answered as ``pg_id`` (guess).
    """
    found = _PG.fullmatch(pg) if pg else None
    profile = profiles().get(found[1]) if found else None
    if found is None or profile is None:
        return default
    return profile.with_pg_id(found[2]) if found[2] else profile


def profile_of_channel(channel_key: str) -> Profile | None:
    """Return the gateway with this channel key, if there is one."""
    return _channels().get(channel_key)


def load_profiles(text: str, source: str) -> Mapping[str, Profile]:
    """Read profiles; ``source`` names the text in errors.

    Raises:
        DocumentError: the first mistake, with its line.
    """
    from fake_iamport.documents import Document

    document = Document(text, source)
    found: dict[str, Profile] = {}
    for place, profile in enumerate(document.read(list[Profile])):
        if profile.provider in found:
            message = f"'{profile.provider}' stands twice"
            raise document.error(message, place, "provider")
        found[profile.provider] = profile
    return MappingProxyType(found)


@cache
def _channels() -> Mapping[str, Profile]:
    return {profile.channel_key: profile for profile in profiles().values()}


@lru_cache(maxsize=256)
def _dated_parts(template: str, pg_id: str, at: int) -> tuple[str | int, ...]:
    """The texts of a template, and between them how many arbitrary digits stand there.

    Many charges are made in one second, and all but their digits is the same then.
    """
    text = template.format(pg_id=pg_id, at=korean_time(at), digits=_Digits())
    parts = text.split(_MARK)
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts))


class _Digits:
    """Lets a template write ``{digits:4}``."""

    def __format__(self, length: str) -> str:
        return f"{_MARK}{length}{_MARK}"
