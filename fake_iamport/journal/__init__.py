"""The journal: every call that came in and what was answered, without card data or secrets.

A call is written down as a :class:`Line`, which costs little; what people read of it, an
:class:`Entry` with its curl line, is made when somebody asks.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator

from fake_iamport.journal.entry import Entry, entry_of
from fake_iamport.journal.line import Line
from fake_iamport.journal.redaction import REDACTED, blotted_text, redacted

__all__ = ["REDACTED", "Entry", "Journal", "Line", "entry_of", "redacted"]

_LONGEST_HEADER = 200
_MOST_HEADERS = 256


class Journal:
    """The latest calls, oldest first, up to a fixed number."""

    def __init__(self, size: int) -> None:
        self._lines: deque[Line] = deque(maxlen=size)
        self._count = 0
        self._listeners: list[Callable[[Line], None]] = []
        self._header_texts: dict[bytes, str] = {}

    def __iter__(self) -> Iterator[Line]:
        return iter(self._lines)

    @property
    def is_read(self) -> bool:
        """Whether anybody could come to see what is written down now."""
        return self._lines.maxlen != 0 or bool(self._listeners)

    def next_number(self) -> int:
        """The number of the call that is being written down; numbers are never used again."""
        self._count += 1
        return self._count

    def add(self, line: Line) -> None:
        """Write a call down, and forget the oldest when there is no room."""
        self._lines.append(line)
        if self._listeners:
            for listener in self._listeners:
                listener(line)

    def header_text(self, value: bytes | None) -> str | None:
        """What may be kept of a header's value."""
        if value is None:
            return None
        known = self._header_texts.get(value)
        return known if known is not None else self._note_header(value)

    async def wait_for(
        self, matches: Callable[[Line], bool], *, count: int, seconds: float
    ) -> list[Line]:
        """The calls that match, as soon as there are ``count`` of them, the earlier ones included.

        After ``seconds`` of the machine's time it gives those that there are.
        """
        found = [line for line in self._lines if matches(line)]
        enough = asyncio.Event()

        def listen(line: Line) -> None:
            if matches(line):
                found.append(line)
                if len(found) >= count:
                    enough.set()

        if len(found) >= count:
            return found
        self._listeners.append(listen)
        try:
            async with asyncio.timeout(seconds):
                await enough.wait()
        except TimeoutError:
            pass
        finally:
            self._listeners.remove(listen)
        return found

    def clear(self, merchant: str | None = None) -> int:
        """Forget every call, or every one of a merchant; say how many."""
        before = len(self._lines)
        kept = (
            [] if merchant is None else [each for each in self._lines if each.merchant != merchant]
        )
        self._lines.clear()
        self._lines.extend(kept)
        return before - len(kept)

    def _note_header(self, value: bytes) -> str:
        text = value.decode("latin-1")[:_LONGEST_HEADER]
        kept = blotted_text(text)
        if kept == text and len(self._header_texts) < _MOST_HEADERS:
            self._header_texts[value[:_LONGEST_HEADER]] = kept
        return kept
