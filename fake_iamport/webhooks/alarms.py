"""Alarms: calls at a later moment of the machine's time, at most one that matters for each name."""

import asyncio
import weakref
from collections.abc import Callable

__all__ = ["Alarms"]


class Alarms:
    """Timers on the running loop; no task waits for them, and a loop that is closed never rings."""

    def __init__(self) -> None:
        self._set: dict[str, _Alarm] = {}

    def set(self, name: str, seconds: float, ring: Callable[[], None]) -> None:
        """Call ``ring`` in so many seconds, unless the alarm of that name is sooner."""
        loop = asyncio.get_running_loop()
        at = loop.time() + seconds
        before = self._set.get(name)
        if before is not None and before.rings_on(loop) and before.at <= at:
            return
        alarm = self._set[name] = _Alarm(loop, at)
        loop.call_at(at, self._ring, name, alarm, ring)

    def _ring(self, name: str, alarm: "_Alarm", ring: Callable[[], None]) -> None:
        if self._set.get(name) is alarm:
            del self._set[name]
            ring()


class _Alarm:
    __slots__ = ("_loop", "at")

    def __init__(self, loop: asyncio.AbstractEventLoop, at: float) -> None:
        self._loop = weakref.ref(loop)
        self.at = at

    def rings_on(self, loop: asyncio.AbstractEventLoop) -> bool:
        return self._loop() is loop
