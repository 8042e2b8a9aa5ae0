"""A card as it comes in, and what may be kept of it."""

from dataclasses import dataclass
from typing import Self

import msgspec

__all__ = ["Card", "CardData", "check_digit", "passes_luhn"]

_CROSS_SUMS_OF_DOUBLES = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


@dataclass(frozen=True, slots=True, repr=False)
class CardData:
    """What a card holder typed: lives for one call, is never stored and never shows itself.

    ``number`` holds the digits alone, ``expiry`` is ``YYYY-MM``, ``birth`` is ``YYMMDD`` or a
    company's ten-digit business number, ``pin_digits`` are the first two digits of the card's PIN.
    """

    number: str
    expiry: str
    birth: str | None = None
    pin_digits: str | None = None
    cvc: str | None = None

    @classmethod
    def from_wire(
        cls,
        *,
        card_number: str,
        expiry: str,
        birth: str | None = None,
        pwd_2digit: str | None = None,
        cvc: str | None = None,
    ) -> Self:
        """Take the parameters as the API names them.

        Spaces and dashes in the number go, although the description wants the dashes (guess); a form
        field that was left empty counts as not sent.
        """
        return cls(
            number=card_number.replace("-", "").replace(" ", ""),
            expiry=expiry,
            birth=birth or None,
            pin_digits=pwd_2digit or None,
            cvc=cvc or None,
        )

    def __repr__(self) -> str:
        return "CardData(<hidden>)"


class Card(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """What may be kept of a card; no field can hold the full number or a secret.

    ``number`` is masked the gateway's way (None for keys without a card). ``type`` is 0 for a
    credit card, 1 for a check (debit) card and None where the gateway doesn't say. The codes are
    the three digits that the Korea Financial Telecommunications & Clearings Institute gives every
    issuer (docs), or five digits for a card issued overseas (docs).
    """

    number: str | None
    code: str | None = None
    name: str | None = None
    type: int | None = None
    issuer_code: str | None = None
    issuer_name: str | None = None
    publisher_code: str | None = None
    publisher_name: str | None = None


def check_digit(digits: str) -> str:
    """Return the digit which, put after ``digits``, makes a number that passes the Luhn check."""
    total = sum(map(int, digits[-2::-2]))
    total += sum(map(_CROSS_SUMS_OF_DOUBLES.__getitem__, map(int, digits[::-2])))
    return str(-total % 10)


def passes_luhn(number: str) -> bool:
    """Tell whether the last digit of ``number`` (digits alone) is its Luhn check digit."""
    return check_digit(number[:-1]) == number[-1]
