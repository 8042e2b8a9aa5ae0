"""The merchant's clock: the only place that reads the machine's own.

Every moment the emulator speaks of is a whole unix second, because that is all the API speaks of.
"""

import time
from typing import Literal

__all__ = ["LATEST_MOMENT", "Clock", "pause", "stopwatch"]

LATEST_MOMENT = 253_370_000_000
"""A unix second late in the year 9998, which is a date everywhere on earth."""

stopwatch = time.perf_counter
pause = time.sleep


class Clock:
    """One merchant's time in unix seconds: the machine's, shifted, or standing still.

    A clock made without a moment follows the machine. One made with ``at`` stands still there until
    :meth:`run` lets it go on from that moment.
    """

    __slots__ = ("_ahead", "_frozen_at")

    def __init__(self, at: int | None = None) -> None:
        self._ahead: float = 0.0
        self._frozen_at = at

    def now(self) -> int:
        """The current unix second."""
        if self._frozen_at is not None:
            return self._frozen_at
        return int(time.time() + self._ahead)

    def freeze(self, at: int | None = None) -> None:
        """Stand still, at ``at`` or at the present moment."""
        self._frozen_at = self.now() if at is None else at

    def run(self, at: int | None = None) -> None:
        """Go on at the machine's pace, from ``at`` or from the present moment."""
        self._ahead = (self.now() if at is None else at) - time.time()
        self._frozen_at = None

    def follow(self) -> None:
        """Follow the machine's clock again."""
        self._ahead = 0.0
        self._frozen_at = None

    @property
    def mode(self) -> Literal["real", "frozen", "running"]:
        """Whether it follows the machine, stands still, or runs from a moment of its own."""
        if self._frozen_at is not None:
            return "frozen"
        return "running" if self._ahead else "real"

    def move_to(self, moment: int) -> None:
        """Go to ``moment``, and on from there as before; does nothing when that has passed."""
        if moment <= self.now():
            return
        if self._frozen_at is None:
            self._ahead = moment - time.time()
        else:
            self._frozen_at = moment

    def advance(self, seconds: int) -> int:
        """Move ``seconds`` forward and give the new unix second.

        Raises:
            ValueError: ``seconds`` is negative; time never goes back for a merchant.
        """
        if seconds < 0:
            raise ValueError(f"a clock only goes forward; {seconds} seconds would take it back")
        self.move_to(self.now() + seconds)
        return self.now()
