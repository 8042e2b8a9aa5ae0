"""Breaking the connection."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Effect, RuleScope, effect
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.situation import SCHEDULED_CHARGE
from fake_iamport.scenario.turn import Turn
from fake_iamport.wire.connection import Connection
from fake_iamport.wire.envelope import Answer, headers_of

__all__ = ["NOTHING", "Break"]

NOTHING = Answer(0, b'""', code=None)
"""Stands in the journal where nothing was answered."""

At = Literal["before_reading", "before_commit", "before_answer", "in_headers", "in_body"]

_BEFORE_COMMIT = frozenset({"before_reading", "before_commit"})

_WHERE = {
    "before_reading": "before the request was read",
    "before_commit": "before the call was carried out",
    "before_answer": "after the call was carried out, before the answer",
    "in_headers": "in the middle of the answer's headers",
    "in_body": "in the middle of the answer's body",
}


class Breaking(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where and how a connection ends."""

    at: At
    by: Annotated[
        Literal["reset", "close"],
        Meta(description="`reset` is an RST, `close` an orderly end."),
    ] = "reset"
    after_bytes: (
        Annotated[
            int,
            Meta(ge=1, description="How much of the body goes out before; without it, half of it."),
        ]
        | None
    ) = None


@effect("break", excludes=("fail", "answer", "break", "drip", "garbage"))
class Break(Effect):
    """Break the connection: before the request is read, before the call is carried out, before the
    answer (the money moved, and the answer is lost), in its headers or in its body.

    Rules that break before the request is read are tried before all others. getToken is read in any
    case, because only its body says whose call it is.
    """

    def __init__(self, argument: At | Breaking, at: Place, scope: RuleScope) -> None:
        self._breaking = argument if isinstance(argument, Breaking) else Breaking(at=argument)
        if self._breaking.after_bytes is not None and self._breaking.at != "in_body":
            raise at.error("goes only with 'at: in_body'", "after_bytes")
        self.before_reading = self._breaking.at == "before_reading"

    @classmethod
    def unfit_for(cls, argument: At | Breaking, operation: str) -> str | None:
        """A scheduled charge has no connection."""
        return "it has no connection" if operation == SCHEDULED_CHARGE else None

    @classmethod
    def excludes(cls, argument: At | Breaking) -> frozenset[str]:
        """A call that isn't carried out has no use for a token, causes no webhook and sees nothing."""
        at = argument.at if isinstance(argument, Breaking) else argument
        if at not in _BEFORE_COMMIT:
            return frozenset()
        return frozenset({"token", "webhook", "stale", "limit"})

    async def before(self, turn: Turn, progress: Progress) -> None:
        """Let the call be, where it isn't to be carried out."""
        turn.delivery = _Broken(self._breaking)
        turn.note(f"{self._breaking.by} {_WHERE[self._breaking.at]}")
        if self._breaking.at in _BEFORE_COMMIT:
            turn.answer = NOTHING


class _Broken:
    """An answer that doesn't arrive, or not all of it."""

    def __init__(self, breaking: Breaking) -> None:
        self._breaking = breaking

    async def send(self, connection: Connection, answer: Answer) -> None:
        """Send what arrives, and break the connection."""
        if self._breaking.at == "in_headers":
            await connection.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/j")
        if self._breaking.at == "in_body":
            await self._send_part(connection, answer)
        if self._breaking.by == "reset":
            await connection.reset()
        else:
            await connection.close()

    async def _send_part(self, connection: Connection, answer: Answer) -> None:
        most = len(answer.body) - 1
        size = min(self._breaking.after_bytes or len(answer.body) // 2, most)
        await connection.start(answer.status, headers_of(answer, keep_alive=False))
        await connection.send(answer.body[:size], more=True)
