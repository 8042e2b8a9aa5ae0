"""A place in a document, to complain about."""

from dataclasses import dataclass
from decimal import Decimal

from fake_iamport.documents import Document, DocumentError
from fake_iamport.domain.money import Amount, exact_amount
from fake_iamport.errors import BadRequest
from fake_iamport.moments import Moment

__all__ = ["Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """A value of a document, by its path."""

    document: Document
    path: tuple[str | int, ...]

    def __truediv__(self, step: str | int) -> "Place":
        return Place(self.document, (*self.path, step))

    def error(self, message: str, *steps: str | int, at_key: bool = False) -> DocumentError:
        """The error that says ``message`` about what is ``steps`` further."""
        return self.document.error(message, *self.path, *steps, at_key=at_key)

    def moment(self, written: int | str, *steps: str | int) -> Moment:
        """The moment that stands there.

        Raises:
            DocumentError: it is none.
        """
        try:
            return Moment.read(written)
        except ValueError as error:
            raise self.error(str(error), *steps) from None

    def amount(self, value: Decimal, currency: str, step: str) -> Amount:
        """The amount that stands there, more than 0.

        Raises:
            DocumentError: it is none.
        """
        try:
            amount = exact_amount(value, name=step, currency=currency)
        except BadRequest as error:
            message = error.message.removeprefix(f"{step}: ").rstrip(".")
            raise self.error(message, step) from None
        if amount == 0:
            raise self.error("expected more than 0", step)
        return amount
