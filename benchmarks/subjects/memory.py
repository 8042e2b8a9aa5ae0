"""Memory of a process: what a stored payment takes, and what a call leaves behind."""

import asyncio
import gc
import resource
import sys
from pathlib import Path

import msgspec

from benchmarks.in_process import Shop
from benchmarks.measurement import Measurement, at_most, middle
from benchmarks.merchant import CARD
from benchmarks.own_process import in_own_process
from benchmarks.subject import Run, subject
from fake_iamport import create_app

__all__ = ["memory"]

_MOST_A_PAYMENT = 1.5 * 1024
_MOST_OF_ALL = 2 * 1024**3
_ALL = 1_000_000
_MOST_LEFT_BEHIND = 2 * 1024**2
"""Bytes that a process may grow by while it is called: what an allocator does, not what is kept."""

_TOKEN_LASTS = 50_000
"""Calls after which a token is asked for again, long before it dies."""

_SELDOM = 100


@subject("memory", "Memory")
def memory(run: Run) -> list[Measurement]:
    """Each in a process of its own."""
    payments, calls = run.scale.stored_payments, run.scale.repeated_calls
    before, after = in_own_process(_filled, payments)
    each = (after - before) / payments
    grown = in_own_process(_called, calls)
    return [
        middle(f"a payment of {payments:,}", [each], "bytes", at_most(_MOST_A_PAYMENT)),
        middle(
            f"a process with {_ALL:,} payments",
            [(before + each * _ALL) / 1024**3],
            "GiB",
            at_most(_MOST_OF_ALL / 1024**3),
        ),
        middle(
            f"growth over {calls:,} calls",
            [grown / 1024**2],
            "MiB",
            at_most(_MOST_LEFT_BEHIND / 1024**2),
        ),
    ]


def _filled(payments: int) -> tuple[int, int]:
    """The memory before and after so many payments by card, with the journal full all the time."""

    async def fill() -> tuple[int, int]:
        app = create_app()
        shop = Shop(app)
        await shop.enter()
        for _ in range(app.emulator.settings.journal_size):
            await shop.send("GET", "/payments/nothing")
        before = _resident()
        for number in range(payments):
            await shop.pay(f"order-{number:08d}")
            if number % _TOKEN_LASTS == 0:
                await shop.enter()
        return before, _resident()

    return asyncio.run(fill())


def _called(calls: int) -> int:
    """How much a process grows by calls that leave no record: good ones, refused ones, lost ones."""

    async def call() -> int:
        shop = Shop(create_app())
        await shop.enter()
        imp_uid = await shop.pay("order-1")
        half = await _repeat(shop, imp_uid, calls // 2)
        return await _repeat(shop, imp_uid, calls - calls // 2) - half

    return asyncio.run(call())


async def _repeat(shop: Shop, imp_uid: str, calls: int) -> int:
    used = msgspec.json.encode({"merchant_uid": "order-1", "amount": 1000, **CARD})
    for number in range(calls // 4):
        if number % _TOKEN_LASTS == 0:
            await shop.enter()
        await shop.get(f"/payments/{imp_uid}")
        await shop.send("POST", "/subscribe/payments/onetime", used)
        await shop.send("GET", f"/payments/imps_{number:012d}")
        # Looking for the nearest path takes as long as many other calls.
        lost = f"/nothing/{number}" if number % _SELDOM == 0 else f"/payments/find/{number}"
        await shop.send("GET", lost)
    return _resident()


def _resident() -> int:
    """Bytes of memory that this process has now; where that can't be told, the most it had."""
    gc.collect()
    statistics = Path("/proc/self/statm")
    if statistics.exists():
        return int(statistics.read_text("ascii").split()[1]) * resource.getpagesize()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
