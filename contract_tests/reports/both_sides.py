"""A time line in two columns: what the merchant said, and what i'mport recorded meanwhile."""

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence

from contract_tests.verdicts import Moment

__all__ = ["side_by_side"]

_WIDTH, _MOST_LINES = 56, 3
_FILL = "\0"


def side_by_side(timeline: Sequence[Moment]) -> Iterator[str]:
    """The merchant's time line beside i'mport's."""
    yield f"{'the merchant':<{_WIDTH}} | i'mport"
    for moment in timeline:
        left = [line for said in moment.merchant.splitlines() for line in _lines(said)]
        right = moment.iamport
        for number in range(max(len(left), len(right))):
            said = left[number] if number < len(left) else ""
            recorded = right[number] if number < len(right) else ""
            yield f"{_padded(said)} | {recorded}".rstrip()


def _lines(said: str) -> list[str]:
    """A side's text in a few lines; the report has all of it above."""
    # Wrapped as if each character took one column: what takes two is filled up for that time.
    filled = "".join(character + _FILL * (_columns(character) - 1) for character in said)
    wrapped = textwrap.wrap(
        filled, _WIDTH, max_lines=_MOST_LINES, placeholder=" ...", subsequent_indent="  "
    )
    return [line.replace(_FILL, "") for line in wrapped]


def _padded(line: str) -> str:
    return line + " " * (_WIDTH - _width(line))


def _width(text: str) -> int:
    """The columns of a terminal that a text takes."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
