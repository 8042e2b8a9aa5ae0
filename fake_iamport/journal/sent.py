"""A call's request, written as it came."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote

import msgspec

from fake_iamport.journal.line import Line

__all__ = ["TOKEN_FIELD", "encoded_path", "fields", "is_form", "json_text"]

_IN_PATH = "/%:@$&'()*+,;=!~"
_encoder = msgspec.json.Encoder(decimal_format="number")

TOKEN_FIELD = "_token"  # noqa: S105 - a name, not a token
"""The name under which a token may stand in the query string."""


def is_form(line: Line) -> bool:
    """Whether the body was a form, and no JSON."""
    if line.content_type is None:
        return all(isinstance(value, str) for value in (line.body or {}).values())
    return "json" not in line.content_type.lower()


def encoded_path(line: Line) -> str:
    """The path, with everything percent-encoded that can't stand in an URL as it is."""
    return quote(line.path.encode("latin-1", "replace"), safe=_IN_PATH)


def json_text(value: object) -> str:
    """A value as JSON; exact numbers stay exact."""
    return _encoder.encode(value).decode()


def fields(values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Each name, with PHP's brackets where it nests, and its value."""
    for name, value in values.items():
        yield from _leaves(value, name)


def _leaves(value: object, name: str) -> Iterator[tuple[str, object]]:
    branches: list[tuple[object, object]]
    if isinstance(value, dict):
        branches = list(value.items())
    elif isinstance(value, list):
        branches = list(enumerate(value))
    else:
        yield name, value
        return
    for step, branch in branches:
        yield from _leaves(branch, f"{name}[{step}]")
