"""One call under a scenario: what its rules ordered, and what came of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec

from fake_iamport.gateway.failures import Failure
from fake_iamport.journal.line import FiredRule
from fake_iamport.operations.declaration import Call
from fake_iamport.scenario.situation import Situation
from fake_iamport.store import Records
from fake_iamport.webhooks.drafts import Change, held
from fake_iamport.wire.connection import Connection
from fake_iamport.wire.envelope import Answer, send_answer

if TYPE_CHECKING:
    from fake_iamport.emulator import Emulator
    from fake_iamport.scenario.loaded import LoadedRule, LoadedScenarios

__all__ = ["Delivery", "Turn"]

_Result = TypeVar("_Result")


class Delivery(Protocol):
    """A way for an answer to go out."""

    async def send(self, connection: Connection, answer: Answer) -> None:
        """Send the answer, or what this makes of it."""


class Turn:
    """One call, or one scheduled charge, and the rules that are applied to it.

    Effects leave here what they order: an ``answer`` instead of carrying the call out, a ``failure``
    for the gateway, ``webhook_changes``, over how many writes a look-up is to ``look_back``, and the
    ``delivery`` of the answer. ``webhooks`` are the numbers of those that the call caused.
    """

    def __init__(
        self,
        emulator: "Emulator",
        situation: Situation,
        scenarios: "LoadedScenarios",
        rules: "Sequence[LoadedRule]",
        connection: Connection | None = None,
    ) -> None:
        self.emulator = emulator
        self.situation = situation
        self.merchant = situation.merchant
        self.scenarios = scenarios
        self.connection = connection
        self.fired: tuple[FiredRule, ...] = tuple(rule.told() for rule in rules)
        self.answer: Answer | None = None
        self.failure: Failure | None = None
        self.webhook_changes: list[Change] = []
        self.webhooks: list[int] = []
        self.look_back = 0
        self.delivery: Delivery | None = None
        self._rules = rules
        self._overtaken = list(scenarios.held_back)
        self._faults: list[str] = []
        self._is_cut_short = False

    async def prepare(self) -> None:
        """Do what the rules do before the call is carried out, or answered instead."""
        for rule in self._rules:
            for effect in rule.rule.effects:
                await effect.before(self, rule.progress)

    async def carry_out(self, call: Call, work: Callable[[], Awaitable[_Result]]) -> _Result:
        """Do the work of a call; a look-up that lags behind sees the world as it was."""
        self._direct(call)
        if not self.scenarios.looks_back:
            return await work()
        past = self.scenarios.world_before(self.look_back)
        if past is not None:
            return await _in(past, call, work)
        before = await call.transaction.snapshot()
        result = await work()
        self.scenarios.note_write(before, await call.transaction.snapshot())
        return result

    def _direct(self, call: Call) -> None:
        """Hand over to a call what was ordered for it."""
        if self.failure is not None:
            call.gateway.order(self.failure)
        if self._overtaken:
            self.webhook_changes.append(held)
        call.webhook_changes = self.webhook_changes
        call.webhooks = self.webhooks

    async def finish(self, answer: Answer) -> Answer:
        """Do what the rules do after the call was carried out; give the answer that is to go out."""
        self.answer = answer
        try:
            await self.conclude()
        except asyncio.CancelledError:
            if not self.cut_short():
                raise
        return self.answer

    def cut_short(self) -> bool:
        """Do and wait for nothing more, because the server stops; what the call did is done.

        Without a socket it isn't a server that stops but the caller who gives up: then this is False.
        """
        if self.connection is None or not self.connection.has_socket:
            return False
        self._rules = ()
        self._is_cut_short = True
        self.note("cut short, because the emulator stopped")
        return True

    async def deliver(self, answer: Answer, *, keep_alive: bool) -> None:
        """Send the answer, or what the rules make of it."""
        assert self.connection is not None
        if self.delivery is None:
            await send_answer(self.connection, answer, keep_alive=keep_alive)
            return
        try:
            if not self._is_cut_short:
                await self.delivery.send(self.connection, answer)
                return
        except asyncio.CancelledError:
            if not self.cut_short():
                raise
        await self.connection.reset()

    async def conclude(self) -> None:
        """Do what the rules do after the charge, or after the call."""
        for rule in self._rules:
            for effect in rule.rule.effects:
                await effect.after(self, rule.progress)
        if self._overtaken and self.webhooks:
            self.scenarios.held_back = []
            self.emulator.courier.release(self.merchant, [*self.webhooks, *self._overtaken])

    def hold_back_webhooks(self) -> None:
        """Let the webhooks of this call wait until the merchant's next one has overtaken them."""
        if self.merchant.scenarios is not self.scenarios or not self.scenarios.holds_back:
            # The rule was unloaded in the meantime: no later call would let these go.
            self.emulator.courier.release(self.merchant, self.webhooks)
        elif not self._overtaken:
            self.scenarios.held_back = list(self.webhooks)

    def change(self, edit: Callable[[bytes], bytes]) -> None:
        """Change the body of the answer, in what is sent and in what is written down."""
        answer = self.answer
        if answer is None:
            return
        shown = None if answer.shown is None else edit(answer.shown)
        self.answer = msgspec.structs.replace(answer, body=edit(answer.body), shown=shown)

    def answered_well(self) -> bool:
        """Whether the answer is one that did what was asked."""
        return self.answer is not None and self.answer.code == 0

    def note(self, fault: str) -> None:
        """Tell the journal what is done to the call."""
        self._faults.append(fault)

    def told(self) -> str | None:
        """What was done to the call, for the journal."""
        return "; ".join(self._faults) or None


async def _in(past: Records, call: Call, work: Callable[[], Awaitable[_Result]]) -> _Result:
    """Do the work in a world of the past; what goes wrong there is undone with the transaction."""
    present = await call.transaction.snapshot()
    await call.transaction.restore(past)
    result = await work()
    await call.transaction.restore(present)
    return result
