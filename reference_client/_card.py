"""A payer's card data, which never shows."""

import re
from typing import NoReturn, final

__all__ = ["CardDetails"]


@final
class CardDetails:
    """A card as its holder typed it: handed on to i'mport, shown and stored nowhere.

    ``number`` is ``dddd-dddd-dddd-dddd``, ``expiry`` ``YYYY-MM``, ``birth`` ``YYMMDD`` (for a
    corporate card the ten digits of the business number), ``pwd_2digit`` the first two digits of
    the card's PIN. Whether the last two are needed depends on the gateway (spec). Nothing is
    checked here: the server does that.

    ``repr`` and ``str`` are empty of it, and it can't be pickled, copied or serialised.
    """

    __slots__ = ("__birth", "__expiry", "__number", "__pwd_2digit")

    def __init__(
        self, number: str, expiry: str, *, birth: str | None = None, pwd_2digit: str | None = None
    ) -> None:
        self.__number = number
        self.__expiry = expiry
        self.__birth = birth
        self.__pwd_2digit = pwd_2digit

    def __repr__(self) -> str:
        return "CardDetails(hidden)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("card details are neither copied nor stored")

    def reveal(self) -> dict[str, str]:
        """Give the card data under the API's field names; what isn't known is left out."""
        fields = {
            "card_number": self.__number,
            "expiry": self.__expiry,
            "birth": self.__birth,
            "pwd_2digit": self.__pwd_2digit,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def scrub(self, answer: bytes) -> bytes:
        """Take the card's number out of an answer that repeats it."""
        digits = re.sub("[^0-9]", "", self.__number)
        if len(digits) < 12:
            return answer
        return re.sub("[ -]?".join(digits).encode(), b"****", answer)
