"""What a call costs among a million payments, beside what it costs among a thousand."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

import msgspec

from benchmarks.in_process import Shop
from benchmarks.measurement import Measurement, at_most, middle, ratio
from benchmarks.own_process import in_own_process
from benchmarks.rounds import alternate
from benchmarks.subject import Run, subject
from fake_iamport import Clock, create_app
from fake_iamport.domain.payment import Payment

__all__ = ["growth"]

_MOST = 1.3
_PER_PAGE = 20
_LATE_PAGE = 1_000
_START = 1_700_000_000
_SECONDS_BETWEEN = 5
"""Keeps a million payments within the 90 days that a list may span."""

_AT_A_TIME = 1_000
_Blocks = dict[str, Callable[[], Awaitable[None]]]


@subject("growth", "Calls among many payments")
def growth(run: Run) -> list[Measurement]:
    """Both worlds are in one process, and their blocks of calls alternate."""
    scale = run.scale
    few, many = scale.few_payments, scale.many_payments
    taken = in_own_process(_measured, few, many, scale.rounds, scale.calls)
    return [
        measurement
        for call, (in_few, in_many) in taken.items()
        for measurement in (
            ratio(f"{call} at {many:,}, of {few:,}", in_many, in_few, at_most(_MOST)),
            middle(f"{call} at {many:,}", in_many, "us"),
        )
    ]


def _measured(
    few: int, many: int, rounds: int, calls: int
) -> dict[str, tuple[list[float], list[float]]]:
    with asyncio.Runner() as runner:
        worlds = {count: runner.run(_world(count)) for count in (few, many)}
        taken = {}
        for call in worlds[few]:
            contestants = {
                str(count): partial(_block, runner, blocks[call], calls)
                for count, blocks in worlds.items()
            }
            alternate(1, contestants)
            values = alternate(rounds, contestants)
            taken[call] = (values[str(few)], values[str(many)])
        return taken


async def _world(payments: int) -> _Blocks:
    clock = Clock(_START)
    shop = Shop(create_app(clock=clock))
    await shop.enter()
    first = await shop.pay("order-0")
    await _multiply(shop, first, payments)
    clock.move_to(_START + payments * _SECONDS_BETWEEN)
    await shop.enter()
    middle_one = payments // 2
    late = min(_LATE_PAGE, payments // _PER_PAGE)
    window = f"from={_START}&to={clock.now()}&limit={_PER_PAGE}"
    numbers = iter(range(payments, payments * 1_000_000))

    async def show() -> None:
        await shop.get(f"/payments/imps_n{middle_one}")

    async def find() -> None:
        await shop.get(f"/payments/find/order-{middle_one}")

    async def pay() -> None:
        await shop.pay(f"order-{next(numbers)}")

    async def first_page() -> None:
        await shop.get("/payments/status/paid", query=window)

    async def late_page() -> None:
        await shop.get("/payments/status/paid", query=f"{window}&page={late}")

    return {
        "GET payment": show,
        "find": find,
        "onetime": pay,
        "status/paid, page 1": first_page,
        f"status/paid, page {_LATE_PAGE:,} or the last": late_page,
    }


async def _multiply(shop: Shop, imp_uid: str, payments: int) -> None:
    """Put copies of a payment into the store, each with strings of its own, five seconds apart."""
    emulator = shop.app.emulator
    merchant = emulator.default_merchant
    async with emulator.store.transaction(merchant.imp_key) as transaction:
        paid = await transaction.payment(imp_uid)
    assert paid is not None
    for begin in range(1, payments, _AT_A_TIME):
        async with emulator.store.transaction(merchant.imp_key) as transaction:
            for number in range(begin, min(begin + _AT_A_TIME, payments)):
                await transaction.next_number()
                await transaction.put_payment(_copy(paid, number))


def _copy(paid: Payment, number: int) -> Payment:
    at = paid.started_at + number * _SECONDS_BETWEEN
    return msgspec.structs.replace(
        paid,
        imp_uid=f"imps_n{number}",
        merchant_uid=f"order-{number}",
        number=paid.number + number,
        started_at=at,
        paid_at=at,
    )


def _block(runner: asyncio.Runner, make: Callable[[], Awaitable[None]], calls: int) -> float:
    return runner.run(_microseconds(make, calls))


async def _microseconds(make: Callable[[], Awaitable[None]], calls: int) -> float:
    started = time.perf_counter()
    for _ in range(calls):
        await make()
    return (time.perf_counter() - started) / calls * 1_000_000
