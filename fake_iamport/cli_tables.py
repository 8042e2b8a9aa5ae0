"""Tables on the command line."""

import unicodedata
from collections.abc import Iterable, Sequence

import click

__all__ = ["echo_table"]


def echo_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows below a header; Korean letters are two columns wide."""
    lines = [header, *rows]
    widths = [max(map(_width, column)) for column in list(zip(*lines, strict=True))[:-1]]
    for *cells, last in lines:
        padded = [
            cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)
        ]
        click.echo("  ".join([*padded, last]))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
