"""Answering with what is no HTTP."""

from typing import Annotated

import msgspec
from msgspec import Meta

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Effect, RuleScope, effect
from fake_iamport.scenario.effects.break_off import NOTHING
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.situation import SCHEDULED_CHARGE
from fake_iamport.scenario.turn import Turn
from fake_iamport.wire.connection import Connection
from fake_iamport.wire.envelope import Answer

__all__ = ["Garbage"]

_BYTES = b"\x16\x03\x01\x02\x00\x01\x00 *** \xff\xfe no HTTP"


class Rubbish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Bytes that aren't an answer."""

    line_end: Annotated[
        bool,
        Meta(
            description="Whether they end like a line. Without, some clients wait for more; with, "
            "they complain of what they read."
        ),
    ] = True
    commit: Annotated[bool, Meta(description="Whether the call is carried out first.")] = True


@effect("garbage", excludes=("fail", "answer", "break", "drip", "garbage"))
class Garbage(Effect):
    """Send bytes that are no HTTP in place of the answer, and close the connection."""

    def __init__(self, argument: Rubbish, at: Place, scope: RuleScope) -> None:
        self._rubbish = argument

    @classmethod
    def unfit_for(cls, argument: Rubbish, operation: str) -> str | None:
        """A scheduled charge has no answer."""
        return "it has no answer" if operation == SCHEDULED_CHARGE else None

    async def before(self, turn: Turn, progress: Progress) -> None:
        """Have the bytes sent."""
        turn.delivery = _Bytes(_BYTES + b"\r\n\r\n" if self._rubbish.line_end else _BYTES)
        turn.note("garbage in place of the answer")
        if not self._rubbish.commit:
            turn.answer = NOTHING


class _Bytes:
    """Bytes, and the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def send(self, connection: Connection, answer: Answer) -> None:
        """Send them."""
        await connection.write(self._data)
        await connection.close()
