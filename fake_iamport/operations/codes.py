"""Tag ``codes``: card companies and banks by their standard codes."""

from collections.abc import Mapping
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from fake_iamport.errors import CodeNotFound
from fake_iamport.gateway.banks import banks
from fake_iamport.gateway.issuers import issuers
from fake_iamport.operations.declaration import Call, operation
from fake_iamport.wire.parameters import Parameters

__all__ = ["all_bank_codes", "all_card_codes", "bank_codes", "card_codes"]


class _Institution(Protocol):
    @property
    def name(self) -> str: ...


class StandardCode(msgspec.Struct, kw_only=True, gc=False):
    """A code and what it stands for (spec)."""

    code: str
    name: str


class OneCardCode(Parameters):
    """Which card company."""

    card_standard_code: Annotated[str, Meta(description="Its code, as `card_code` in answers.")]


class OneBankCode(Parameters):
    """Which bank."""

    bank_standard_code: Annotated[str, Meta(description="Its code, as `bank_code` in answers.")]


@operation("allCardCodes", "GET", "/cards")
async def all_card_codes(
    call: Call,
    parameters: Parameters,
) -> list[StandardCode]:
    """List the card companies; those of cards from abroad come last (order and names: guess)."""
    return _all(issuers())


@operation("cardCodes", "GET", "/cards/{card_standard_code}", raises=(CodeNotFound,))
async def card_codes(
    call: Call,
    parameters: OneCardCode,
) -> StandardCode:
    """Show one card company; an unknown code is HTTP 404 (spec)."""
    return _one(issuers(), parameters.card_standard_code, kind="카드사")


@operation("allBankCodes", "GET", "/banks")
async def all_bank_codes(
    call: Call,
    parameters: Parameters,
) -> list[StandardCode]:
    """List the banks and securities firms (order and names: guess)."""
    return _all(banks())


@operation("bankCodes", "GET", "/banks/{bank_standard_code}", raises=(CodeNotFound,))
async def bank_codes(
    call: Call,
    parameters: OneBankCode,
) -> StandardCode:
    """Show one bank; an unknown code is HTTP 404 (spec)."""
    return _one(banks(), parameters.bank_standard_code, kind="은행")


def _all(institutions: Mapping[str, _Institution]) -> list[StandardCode]:
    return [StandardCode(code=code, name=each.name) for code, each in institutions.items()]


def _one(institutions: Mapping[str, _Institution], code: str, *, kind: str) -> StandardCode:
    found = institutions.get(code)
    if found is None:
        raise CodeNotFound(kind=kind)
    return StandardCode(code=code, name=found.name)
