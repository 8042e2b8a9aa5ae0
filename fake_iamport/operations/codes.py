"""Tag ``codes``: card companies and banks by their standard codes."""

from typing import Annotated

import msgspec
from msgspec import Meta

from fake_iamport.errors import CodeNotFound
from fake_iamport.gateway.banks import banks
from fake_iamport.gateway.issuers import issuers
from fake_iamport.operations.declaration import Call, operation
from fake_iamport.wire.parameters import Parameters

__all__ = ["all_bank_codes", "all_card_codes", "bank_codes", "card_codes"]


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
    call: Call,  # noqa: ARG001
    parameters: Parameters,  # noqa: ARG001
) -> list[StandardCode]:
    """List the card companies; those of cards from abroad come last (order and names: guess)."""
    return [StandardCode(code=code, name=issuer.name) for code, issuer in issuers().items()]


@operation("cardCodes", "GET", "/cards/{card_standard_code}", raises=(CodeNotFound,))
async def card_codes(
    call: Call,  # noqa: ARG001
    parameters: OneCardCode,
) -> StandardCode:
    """Show one card company; an unknown code is HTTP 404 (spec)."""
    issuer = issuers().get(parameters.card_standard_code)
    if issuer is None:
        raise CodeNotFound(kind="카드사")
    return StandardCode(code=parameters.card_standard_code, name=issuer.name)


@operation("allBankCodes", "GET", "/banks")
async def all_bank_codes(
    call: Call,  # noqa: ARG001
    parameters: Parameters,  # noqa: ARG001
) -> list[StandardCode]:
    """List the banks and securities firms (order and names: guess)."""
    return [StandardCode(code=code, name=bank.name) for code, bank in banks().items()]


@operation("bankCodes", "GET", "/banks/{bank_standard_code}", raises=(CodeNotFound,))
async def bank_codes(
    call: Call,  # noqa: ARG001
    parameters: OneBankCode,
) -> StandardCode:
    """Show one bank; an unknown code is HTTP 404 (spec)."""
    bank = banks().get(parameters.bank_standard_code)
    if bank is None:
        raise CodeNotFound(kind="은행")
    return StandardCode(code=parameters.bank_standard_code, name=bank.name)
