"""The parameters that carry a card, shared by every operation that takes one.

Lengths are the description's (spec); that longer values are refused, not cut off, is a guess.
"""

from typing import Annotated, Protocol

from msgspec import Meta

from fake_iamport.domain.card import CardData
from fake_iamport.wire.parameters import Secret

__all__ = [
    "Birth",
    "CardNumber",
    "CarriesCard",
    "ChannelKey",
    "CustomerUid",
    "Cvc",
    "Expiry",
    "Pg",
    "PinDigits",
    "card_data",
]

CustomerUid = Annotated[
    str, Meta(max_length=80, description="The merchant's own name for one card of one customer.")
]
ChannelKey = Annotated[
    str, Meta(max_length=55, description="The channel, and with it the gateway, to use.")
]
Pg = Annotated[
    str,
    Meta(
        max_length=80,
        description="The gateway, as `provider` or `provider.MID`; an unknown one means the default.",
    ),
]


CardNumber = Annotated[Secret, Meta(description="Sixteen digits, dddd-dddd-dddd-dddd.")]
Expiry = Annotated[Secret, Meta(description="Last month of validity, YYYY-MM.")]
Birth = Annotated[
    Secret, Meta(description="Birth date YYMMDD, or the 10-digit business number of a company.")
]
PinDigits = Annotated[Secret, Meta(description="First two digits of the card's PIN.")]
Cvc = Annotated[Secret, Meta(description="The card's verification number.")]


class CarriesCard(Protocol):
    """Parameters with a card among them, as the customer typed it."""

    card_number: str
    expiry: str
    birth: str | None
    pwd_2digit: str | None
    cvc: str | None


def card_data(parameters: CarriesCard) -> CardData:
    """The card in ``parameters``, for the gateway's eyes only."""
    return CardData.from_wire(
        card_number=parameters.card_number,
        expiry=parameters.expiry,
        birth=parameters.birth,
        pwd_2digit=parameters.pwd_2digit,
        cvc=parameters.cvc,
    )
