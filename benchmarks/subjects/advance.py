"""Advancing a merchant's clock over schedules that fall due on the way."""

import asyncio
import time
from functools import partial

from benchmarks.in_process import Shop
from benchmarks.measurement import Measurement, at_least, at_most, middle, ratio
from benchmarks.own_process import in_own_process
from benchmarks.rounds import alternate
from benchmarks.subject import Run, subject
from fake_iamport import Clock, create_app
from fake_iamport.timeline import advance as advance_clock

__all__ = ["advance"]

_LEAST_A_SECOND = 20_000
_LINEAR = 1.3
"""How many times the cost of one schedule may be as high among ten times as many."""

_TENTH = 10
_MOST_ROUNDS = 3
_START = 1_700_000_000
_SECONDS_BETWEEN = 10
_AT_A_TIME = 1_000
_CUSTOMERS = 100


@subject("advance", "Advancing the clock over due schedules")
def advance(run: Run) -> list[Measurement]:
    """Each time in a process of its own, without webhooks."""
    many = run.scale.schedules
    few = many // _TENTH
    contestants = {str(count): partial(in_own_process, _rate, count) for count in (few, many)}
    rates = alternate(min(run.scale.rounds, _MOST_ROUNDS), contestants)
    return [
        middle(
            f"{many:,} due schedules", rates[str(many)], "schedules/s", at_least(_LEAST_A_SECOND)
        ),
        ratio(
            f"one of {many:,}, of one of {few:,}",
            rates[str(few)],
            rates[str(many)],
            at_most(_LINEAR),
        ),
    ]


def _rate(schedules: int) -> float:
    return asyncio.run(_schedules_a_second(schedules))


async def _schedules_a_second(schedules: int) -> float:
    shop = Shop(create_app(clock=Clock(_START)))
    await shop.enter()
    for customer in range(_CUSTOMERS):
        await shop.register(f"subscriber-{customer}")
    for begin in range(0, schedules, _AT_A_TIME):
        await _schedule(shop, range(begin, min(begin + _AT_A_TIME, schedules)))
    emulator = shop.app.emulator
    started = time.perf_counter()
    happened = await advance_clock(
        emulator, emulator.default_merchant, by=(schedules + 1) * _SECONDS_BETWEEN
    )
    seconds = time.perf_counter() - started
    executed = [each for each in happened if each.kind == "schedule" and each.status == "paid"]
    if len(executed) != schedules:
        raise ValueError(f"{len(executed)} of {schedules} schedules were paid; expected all")
    return schedules / seconds


async def _schedule(shop: Shop, numbers: range) -> None:
    items = [
        {
            "merchant_uid": f"month-{number}",
            "schedule_at": _START + (number + 1) * _SECONDS_BETWEEN,
            "amount": 9900,
        }
        for number in numbers
    ]
    customer = f"subscriber-{numbers.start // _AT_A_TIME % _CUSTOMERS}"
    await shop.get("/subscribe/payments/schedule", {"customer_uid": customer, "schedules": items})
