"""What falls due on a merchant's clock, and moving that clock.

Advancing stops at each moment on the way at which something falls due, does it with the clock
standing there, and goes on; a year of monthly charges is one call.
"""

from typing import TYPE_CHECKING, Literal

import msgspec

from fake_iamport.domain.webhook import Webhook
from fake_iamport.journal.line import FiredRule
from fake_iamport.merchants import Merchant
from fake_iamport.operations.declaration import Call
from fake_iamport.operations.schedule_execution import execute_schedule
from fake_iamport.webhooks.delivery import deliver_next

if TYPE_CHECKING:
    from fake_iamport.emulator import Emulator

__all__ = ["Happening", "advance", "execute_due_schedule", "look_ahead", "next_moment"]


class Happening(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Something that fell due, at the merchant's unix second ``at``.

    A ``schedule`` was executed and its payment stands as ``status``; a ``webhook`` was attempted and
    stands as ``status``; a ``token`` expired.

    ``rules`` are those of a scenario that were applied to the charge, and ``failure`` is why it was
    declined, as in the journal.
    """

    at: int
    kind: Literal["schedule", "webhook", "token"]
    status: str | None = None
    merchant_uid: str | None = None
    imp_uid: str | None = None
    failure: str | None = None
    rules: tuple[FiredRule, ...] = ()


async def advance(
    emulator: "Emulator", merchant: Merchant, by: int = 0, to: int | None = None
) -> list[Happening]:
    """Move the clock ``by`` seconds or ``to`` a unix second, doing what falls due in its order.

    A moment that has passed does what is due now and moves nothing. Others that advance the same
    clock wait; a reset, a restored world or a clock that is set ends it where it stands.
    """
    happened: list[Happening] = []
    async with merchant.time_lock:
        turns = merchant.turns
        until = merchant.clock.now() + by if to is None else to
        await _do_due(emulator, merchant, happened)
        while merchant.turns == turns:
            moment = await next_moment(emulator, merchant)
            if moment is None or moment > until:
                merchant.clock.move_to(until)
                break
            merchant.clock.move_to(moment)
            await _note_expiry(emulator, merchant, happened)
            await _do_due(emulator, merchant, happened)
    await look_ahead(emulator, merchant)
    return happened


async def look_ahead(emulator: "Emulator", merchant: Merchant) -> None:
    """Where the clock runs, wait for what comes next on it; to be called when it was moved."""
    async with emulator.store.transaction(merchant.imp_key) as transaction:
        schedule = await transaction.next_schedule()
    emulator.timekeeper.watch(merchant, schedule)
    emulator.wake(merchant)


async def next_moment(emulator: "Emulator", merchant: Merchant) -> int | None:
    """The next unix second at which something falls due."""
    now = merchant.clock.now()
    async with emulator.store.transaction(merchant.imp_key) as transaction:
        token = await transaction.token()
        schedule = await transaction.next_schedule()
        webhook = await transaction.next_webhook()
    moments = [
        token.expired_at if token else None,
        schedule.schedule_at if schedule else None,
        webhook.due_at if webhook else None,
    ]
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


async def execute_due_schedule(emulator: "Emulator", merchant: Merchant) -> Happening | None:
    """Execute the earliest schedule whose moment has come, if there is one."""
    async with emulator.store.transaction(merchant.imp_key) as transaction:
        schedule = await transaction.next_schedule()
        if schedule is None or schedule.schedule_at > merchant.clock.now():
            return None
        call = Call(merchant, transaction, "schedule", None)
        turn = None
        if merchant.scenarios is not None:
            turn = await merchant.scenarios.direct(emulator, call, schedule)
        if turn is None:
            payment = await execute_schedule(call, schedule)
        else:
            payment = await turn.carry_out(call, lambda: execute_schedule(call, schedule))
    if turn is not None:
        await turn.conclude()
    return Happening(
        at=call.now,
        kind="schedule",
        status=payment.status,
        merchant_uid=payment.merchant_uid,
        imp_uid=payment.imp_uid,
        failure=call.gateway.failure,
        rules=turn.fired if turn else (),
    )


async def _do_due(emulator: "Emulator", merchant: Merchant, happened: list[Happening]) -> None:
    turns = merchant.turns
    while merchant.turns == turns:
        executed = await execute_due_schedule(emulator, merchant)
        if executed is not None:
            happened.append(executed)
        attempted = await deliver_next(emulator, merchant)
        if attempted is not None:
            happened.append(_attempt(merchant, attempted))
        if executed is None and attempted is None:
            return


async def _note_expiry(emulator: "Emulator", merchant: Merchant, happened: list[Happening]) -> None:
    now = merchant.clock.now()
    async with emulator.store.transaction(merchant.imp_key) as transaction:
        token = await transaction.token()
    if token is not None and token.expired_at == now:
        happened.append(Happening(at=now, kind="token"))


def _attempt(merchant: Merchant, webhook: Webhook) -> Happening:
    return Happening(
        at=merchant.clock.now(),
        kind="webhook",
        status=webhook.state,
        merchant_uid=webhook.merchant_uid,
        imp_uid=webhook.imp_uid,
    )
