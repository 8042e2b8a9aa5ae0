"""The merchant's clock: the only place that reads the machine's own.

Every moment the emulator speaks of is a whole unix second, because that is all the API speaks of.
"""

import time

__all__ = ["Clock", "pause", "stopwatch"]

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

    def run(self) -> None:
        """Go on from the present moment at the machine's pace."""
        self._ahead = self.now() - time.time()
        self._frozen_at = None

    def advance(self, seconds: int) -> int:
        """Move ``seconds`` forward and give the new unix second.

        Raises:
            ValueError: ``seconds`` is negative; time never goes back for a merchant.
        """
        if seconds < 0:
            raise ValueError(f"a clock only goes forward; {seconds} seconds would take it back")
        if self._frozen_at is None:
            self._ahead += seconds
        else:
            self._frozen_at += seconds
        return self.now()
