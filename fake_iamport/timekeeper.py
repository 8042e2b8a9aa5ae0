"""Executes schedules by itself where a merchant's clock runs.

Where it stands still, whoever advances it executes what falls due; see :mod:`fake_iamport.timeline`.
"""

import asyncio
from typing import TYPE_CHECKING

from fake_iamport.domain.schedule import Schedule
from fake_iamport.merchants import Merchant
from fake_iamport.webhooks.alarms import Alarms

if TYPE_CHECKING:
    from fake_iamport.emulator import Emulator

__all__ = ["Timekeeper"]

LONGEST_WAIT = 60 * 60
"""Seconds after which it looks again: a clock can be moved, and timers are no calendars."""


class Timekeeper:
    """One alarm a merchant, for its next schedule."""

    def __init__(self, emulator: "Emulator") -> None:
        self._emulator = emulator
        self._alarms = Alarms()
        self._tasks: set[asyncio.Task[None]] = set()

    def watch(self, merchant: Merchant, schedule: Schedule | None) -> None:
        """Wait for ``schedule``, the merchant's next; must run on the server's loop."""
        if schedule is None or merchant.clock.mode == "frozen":
            return
        seconds = min(max(schedule.schedule_at - merchant.clock.now(), 0), LONGEST_WAIT)
        self._alarms.set(merchant.imp_key, seconds, lambda: self._start(merchant))

    def _start(self, merchant: Merchant) -> None:
        task = asyncio.get_running_loop().create_task(self._execute(merchant))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _execute(self, merchant: Merchant) -> None:
        from fake_iamport.timeline import execute_due_schedule, look_ahead

        if self._emulator.merchants.get(merchant.imp_key) is not merchant:
            return
        async with merchant.time_lock:
            while merchant.clock.mode != "frozen":
                if await execute_due_schedule(self._emulator, merchant) is None:
                    break
                # Calls come in between, however many schedules are due.
                await asyncio.sleep(0)
        await look_ahead(self._emulator, merchant)
