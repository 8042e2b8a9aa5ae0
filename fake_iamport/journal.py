"""The journal: every call that came in and what was answered, without card data or secrets.

Only parameters that the operation declares are written down, and of those the secret ones not; in
everything else, digits that look like a card number are blotted out.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from fake_iamport.wire.parameters import Parameters

__all__ = ["REDACTED", "Entry", "Journal", "redacted"]

REDACTED = "[redacted]"
UNKNOWN = "[not a parameter]"
_CARD_NUMBER = re.compile(r"\d(?:[ -]?\d){12,18}")
_SHORTEST = 13
_LEAST_CARD_NUMBER = 10 ** (_SHORTEST - 1)


class Entry(msgspec.Struct, kw_only=True, gc=False):
    """One call. ``at`` is the merchant's unix second, ``duration_ms`` the machine's milliseconds."""

    number: int
    at: int
    merchant: str | None
    operation: str | None
    method: str
    path: str
    status: int
    code: int
    message: str | None
    request: dict[str, Any] | None
    response: msgspec.Raw
    failure: str | None
    duration_ms: float

    def answer(self) -> Any:
        """The envelope that was answered, decoded."""
        return msgspec.json.decode(self.response)


class Journal:
    """The latest calls, oldest first, up to a fixed number."""

    def __init__(self, size: int) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self._count = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def next_number(self) -> int:
        """The number of the call that is being written down; numbers are never used again."""
        self._count += 1
        return self._count

    def add(self, entry: Entry) -> None:
        """Write a call down, and forget the oldest when there is no room."""
        self._entries.append(entry)

    def clear(self, merchant: str | None = None) -> int:
        """Forget every call, or every one of a merchant; say how many."""
        before = len(self._entries)
        kept = [] if merchant is None else [e for e in self._entries if e.merchant != merchant]
        self._entries.clear()
        self._entries.extend(kept)
        return before - len(kept)


def redacted(parameters: type[Parameters], values: Mapping[str, object]) -> dict[str, object]:
    """What the journal may keep of the parameters that were sent."""
    return {
        _blotted_text(name): _kept(parameters, name, value)
        for name, value in values.items()
        if name != "_token"
    }


def _kept(parameters: type[Parameters], name: str, value: object) -> object:
    if name in parameters.secrets:
        return REDACTED
    if name not in parameters.__struct_fields__:
        return UNKNOWN
    return value if name.endswith("_uid") else _blotted(value)


def _blotted(value: object) -> object:
    if isinstance(value, str):
        return _blotted_text(value)
    if isinstance(value, dict):
        return {_blotted_text(str(name)): _blotted(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_blotted(item) for item in value]
    if isinstance(value, int | Decimal) and abs(value) >= _LEAST_CARD_NUMBER:
        return REDACTED
    return value


def _blotted_text(text: str) -> str:
    return text if len(text) < _SHORTEST else _CARD_NUMBER.sub(REDACTED, text)
