"""How far a run is, for whoever sits in front of it; nothing where its output goes into a file."""

from typing import TextIO

__all__ = ["Progress"]

_CLEAR = "\r\x1b[K"


class Progress:
    """Shows ``12/72`` in the last line of a terminal until something else is said."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self._total = total
        self._stream = stream if stream.isatty() else None
        self._done: set[str] = set()

    def clear(self) -> None:
        """Make room for another line."""
        self._say(_CLEAR)

    def after(self, clause_id: str) -> None:
        """A clause has a result; it may get another one."""
        self._done.add(clause_id)
        self._say(f"{len(self._done)}/{max(self._total, len(self._done))}")

    def _say(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(text)
            self._stream.flush()
