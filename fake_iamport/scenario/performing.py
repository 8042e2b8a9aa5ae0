"""A call to a merchant that has scenarios, and a schedule's charge."""

from typing import TYPE_CHECKING

import msgspec

from fake_iamport.domain.schedule import Schedule
from fake_iamport.errors import ApiError
from fake_iamport.merchants import Merchant
from fake_iamport.operations.declaration import Call
from fake_iamport.scenario.situation import SCHEDULED_CHARGE, UNKNOWN_OPERATION, Situation
from fake_iamport.scenario.turn import Turn
from fake_iamport.store import Store
from fake_iamport.wire.envelope import Answer
from fake_iamport.wire.exchange import Exchange

if TYPE_CHECKING:
    from fake_iamport.emulator import Emulator
    from fake_iamport.scenario.loaded import LoadedScenarios
    from fake_iamport.wire.api import Api

__all__ = ["direct_scheduled_charge", "perform"]


async def perform(
    api: "Api", exchange: Exchange, merchant: Merchant, scenarios: "LoadedScenarios"
) -> Answer:
    """Let the rules have their way with a call, before and instead of what it asks for."""
    unreadable: ApiError | None = None
    situation = _situation(exchange, merchant)
    rules = scenarios.choose(situation, before_reading=True)
    if not rules:
        try:
            await exchange.read_body()
        except ApiError as error:
            unreadable = error
        situation = _situation(exchange, merchant)
        if scenarios.asks_for_card:
            situation = await _with_key(situation, api.emulator.store)
        rules = scenarios.choose(situation)
    if rules or scenarios.held_back or scenarios.looks_back:
        turn = Turn(api.emulator, situation, scenarios, rules, exchange.connection)
        exchange.turn = turn
        await turn.prepare()
        if turn.answer is not None:
            return turn.answer
        # A rule may have killed the token.
        await api.identify(exchange)
    operation = api.admit(exchange)
    if unreadable is not None:
        raise unreadable
    return await api.carry_out(exchange, operation)


async def direct_scheduled_charge(
    emulator: "Emulator", scenarios: "LoadedScenarios", call: Call, schedule: Schedule
) -> Turn:
    """Let the rules have their way with the charge of a schedule that has fallen due.

    What it gives back carries the charge out, and is to be concluded when that is done.
    """
    key = await call.transaction.billing_key(schedule.customer_uid)
    situation = Situation(
        merchant=call.merchant,
        operation=SCHEDULED_CHARGE,
        now=call.now,
        headers={},
        query={},
        path_values={},
        fields=msgspec.structs.asdict(schedule),
        key=key,
    )
    turn = Turn(emulator, situation, scenarios, scenarios.choose(situation))
    await turn.prepare()
    return turn


def _situation(exchange: Exchange, merchant: Merchant) -> Situation:
    operation = exchange.operation
    return Situation(
        merchant=merchant,
        operation=operation.operation_id if operation else UNKNOWN_OPERATION,
        now=merchant.clock.now(),
        headers=exchange.headers,
        query=exchange.query or {},
        path_values=exchange.path_values or {},
        fields=exchange.values(),
    )


async def _with_key(situation: Situation, store: Store) -> Situation:
    """The situation with the billing key that the call names."""
    customer_uid = situation.fields.get("customer_uid")
    if not isinstance(customer_uid, str):
        return situation
    async with store.transaction(situation.merchant.imp_key) as transaction:
        key = await transaction.billing_key(customer_uid)
    return msgspec.structs.replace(situation, key=key)
