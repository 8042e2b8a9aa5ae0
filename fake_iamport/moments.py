"""Moments as a person writes them into a file."""

import re
from dataclasses import dataclass
from typing import Self

from fake_iamport.gateway.korea import unix_second

__all__ = ["NOW", "Moment"]

_RELATIVE = re.compile(r"([+-])([0-9]{1,9})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LATEST = 253_370_000_000


@dataclass(frozen=True, slots=True)
class Moment:
    """A unix second, or so many seconds before or after the moment in which the file is read."""

    seconds: int
    is_relative: bool = False

    @classmethod
    def read(cls, written: int | str) -> Self:
        """Take unix seconds, ISO 8601 (Korean time unless it names another), or ``-30d``, ``+2h``.

        Raises:
            ValueError: it is none of them; the text says what was expected.
        """
        if isinstance(written, int):
            return cls._checked(written)
        relative = _RELATIVE.fullmatch(written)
        if relative:
            seconds = int(relative[2]) * _SECONDS[relative[3]]
            return cls(-seconds if relative[1] == "-" else seconds, is_relative=True)
        try:
            return cls._checked(unix_second(written))
        except ValueError:
            raise ValueError(
                "expected unix seconds, a date and time like 2024-02-07T21:11:08+09:00, "
                "or one like -30d or +2h"
            ) from None

    @classmethod
    def _checked(cls, seconds: int) -> Self:
        if not 0 <= seconds <= _LATEST:
            raise ValueError("expected unix seconds")
        return cls(seconds)

    def at(self, now: int) -> int:
        """The unix second that is meant, in a file that is read at ``now``."""
        return max(now + self.seconds, 0) if self.is_relative else self.seconds


NOW = Moment(0, is_relative=True)
"""The moment in which the file is read."""
