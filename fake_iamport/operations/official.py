"""The operations of the official description, served here or not."""

import csv
from functools import cache
from typing import NamedTuple

__all__ = ["Official", "official_operation", "official_operations"]


class Official(NamedTuple):
    """An operation of the official description."""

    tag: str
    method: str
    path: str
    operation_id: str


@cache
def official_operations() -> tuple[Official, ...]:
    """All operations of the official description, in its order."""
    from importlib.resources import files  # Takes long to import, and few runs ask.

    text = (files("fake_iamport.operations") / "data" / "official.csv").read_text("utf-8")
    return tuple(Official(**row) for row in csv.DictReader(text.splitlines()))


def official_operation(method: str, segments: list[str]) -> Official | None:
    """The official operation with this method whose path fits best, literal segments first."""
    fitting = [
        each for each in official_operations() if each.method == method and _fits(each, segments)
    ]
    return min(fitting, key=lambda each: each.path.count("{"), default=None)


def _fits(official: Official, segments: list[str]) -> bool:
    parts = official.path.strip("/").split("/")
    return len(parts) == len(segments) and all(
        part.startswith("{") or part == segment
        for part, segment in zip(parts, segments, strict=True)
    )
