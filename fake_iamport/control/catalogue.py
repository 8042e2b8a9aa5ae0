"""Control routes about what can be made to happen: test cards and failures."""

import msgspec

from fake_iamport.control.declaration import Inputs, control
from fake_iamport.emulator import Emulator
from fake_iamport.gateway.cards import TestCard, test_cards
from fake_iamport.gateway.failures import Failure
from fake_iamport.gateway.failures import failures as failure_catalogue

__all__ = ["cards", "failures"]


class Cards(msgspec.Struct):
    """Every test card."""

    cards: list[TestCard]


class Failures(msgspec.Struct):
    """Every named failure."""

    failures: list[Failure]


@control("GET", "/cards")
async def cards(emulator: Emulator, inputs: Inputs) -> Cards:
    """List the test cards: some always succeed, each of the others always fails in its own way."""
    return Cards(cards=list(test_cards()))


@control("GET", "/failures")
async def failures(emulator: Emulator, inputs: Inputs) -> Failures:
    """List the named failures, with the code and text of each gateway."""
    return Failures(failures=list(failure_catalogue().values()))
