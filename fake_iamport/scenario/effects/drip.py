"""Sending the answer in drops."""

import asyncio
from typing import Annotated

import msgspec
from msgspec import Meta

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Effect, RuleScope, effect
from fake_iamport.scenario.effects.delay import LONGEST, Seconds
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.situation import SCHEDULED_CHARGE
from fake_iamport.scenario.turn import Turn
from fake_iamport.wire.connection import Connection
from fake_iamport.wire.envelope import Answer, headers_of

__all__ = ["Drip"]


class Dripping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How slowly a body arrives."""

    seconds: Annotated[Seconds, Meta(description="How long from one drop to the next.")]
    bytes: Annotated[int, Meta(ge=1, description="How many bytes are a drop.")] = 1
    stop_after: (
        Annotated[
            int,
            Meta(
                ge=1,
                description="After so many bytes nothing more comes, until the client gives up.",
            ),
        ]
        | None
    ) = None


@effect("drip", excludes=("break", "drip", "garbage"))
class Drip(Effect):
    """Send the body of the answer in drops, so slowly that no read ever times out but the whole
    never arrives in time; or stop in the middle without a word.
    """

    def __init__(self, argument: Dripping, at: Place, scope: RuleScope) -> None:
        self._dripping = argument

    @classmethod
    def unfit_for(cls, argument: Dripping, operation: str) -> str | None:
        """A scheduled charge has no answer."""
        return "it has no answer" if operation == SCHEDULED_CHARGE else None

    async def before(self, turn: Turn, progress: Progress) -> None:
        """Have the answer sent so."""
        turn.delivery = _Drops(self._dripping)
        turn.note(f"{self._dripping.bytes} bytes every {self._dripping.seconds:g} seconds")


class _Drops:
    """An answer that arrives drop by drop."""

    def __init__(self, dripping: Dripping) -> None:
        self._dripping = dripping

    async def send(self, connection: Connection, answer: Answer) -> None:
        """Send it."""
        await connection.start(answer.status, headers_of(answer, keep_alive=False))
        try:
            async with asyncio.timeout(LONGEST):
                if await self._send_drops(connection, answer.body):
                    return
        except TimeoutError:
            await connection.close()
            return
        await connection.keep_waiting(LONGEST)
        await connection.close()

    async def _send_drops(self, connection: Connection, body: bytes) -> bool:
        """Send the drops; whether that is all, because the body or the client is gone."""
        size, stop_after = self._dripping.bytes, self._dripping.stop_after
        whole = len(body)
        end = whole if stop_after is None else max(min(stop_after, whole - 1), 0)
        for start in range(0, max(end, 1), size):
            stop = min(start + size, end)
            await connection.send(body[start:stop], more=stop < whole)
            if stop < whole and await connection.wait_until_gone(self._dripping.seconds):
                return True
        return end == whole
