"""Letting the client wait."""

import asyncio
import math
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Effect, RuleScope, effect
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.situation import SCHEDULED_CHARGE
from fake_iamport.scenario.turn import Turn
from fake_iamport.wire.connection import Connection
from fake_iamport.wire.envelope import Answer

__all__ = ["Delay", "Seconds"]

LONGEST = 600.0
"""Seconds of the machine's time that a client is let wait at most."""

Seconds = Annotated[float, Meta(ge=0, le=LONGEST, description="Seconds of real time.")]


class _Nothing:
    """An answer that never comes."""

    async def send(self, connection: Connection, answer: Answer) -> None:
        """Let the client wait."""
        await connection.keep_waiting(LONGEST)


class LogNormal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As answer times are spread: mostly near the median, now and then far above it."""

    median: Seconds
    sigma: Annotated[float, Meta(gt=0, le=5, description="How wide; 0.5 is usual.")] = 0.5


class Chance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """By chance, from the scenario's seed."""

    uniform: Annotated[
        tuple[Seconds, Seconds] | None, Meta(description="Anything between two numbers of seconds.")
    ] = None
    log_normal: LogNormal | None = None


Wait = Seconds | Chance | Literal["until_client_gives_up"]


class Waits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where in the call the client waits."""

    before_commit: Annotated[
        Wait | None,
        Meta(description="Before the call is carried out; it is afterwards, in any case."),
    ] = None
    after_commit: Annotated[
        Wait | None, Meta(description="When it is carried out, and the answer is late.")
    ] = None


@effect("delay")
class Delay(Effect):
    """Let the client wait, before the call is carried out or after that; a number means after.

    A client that gives up in the meantime doesn't change what happens to the call.
    """

    def __init__(self, argument: Seconds | Waits, at: Place, scope: RuleScope) -> None:
        waits = argument if isinstance(argument, Waits) else Waits(after_commit=argument)
        if waits.before_commit is None and waits.after_commit is None:
            raise at.error("expected a number of seconds, before_commit or after_commit")
        self._before = _checked(waits.before_commit, at / "before_commit")
        self._after = _checked(waits.after_commit, at / "after_commit")

    @classmethod
    def unfit_for(cls, argument: Seconds | Waits, operation: str) -> str | None:
        """Nobody waits for a scheduled charge."""
        return "nobody waits for it" if operation == SCHEDULED_CHARGE else None

    async def before(self, turn: Turn, progress: Progress) -> None:
        """Wait before."""
        await _wait(self._before, turn, progress)

    async def after(self, turn: Turn, progress: Progress) -> None:
        """Wait after."""
        await _wait(self._after, turn, progress)


def _checked(wait: Wait | None, at: Place) -> Wait | None:
    if not isinstance(wait, Chance):
        return wait
    if (wait.uniform is None) is (wait.log_normal is None):
        raise at.error("expected either uniform or log_normal")
    if wait.uniform is not None and wait.uniform[0] > wait.uniform[1]:
        raise at.error("expected the smaller number first", "uniform")
    return wait


async def _wait(wait: Wait | None, turn: Turn, progress: Progress) -> None:
    if wait is None or turn.connection is None:
        return
    if wait == "until_client_gives_up":
        turn.note("no answer until the client gave up")
        if turn.connection.has_socket:
            await turn.connection.wait_until_gone(LONGEST)
        else:
            turn.delivery = _Nothing()
        return
    seconds = _seconds(wait, progress)
    turn.note(f"delayed by {seconds:.3g} seconds")
    await asyncio.sleep(seconds)


def _seconds(wait: Wait, progress: Progress) -> float:
    if isinstance(wait, int | float):
        return wait
    assert isinstance(wait, Chance)
    if wait.uniform is not None:
        return progress.chance.uniform(*wait.uniform)
    assert wait.log_normal is not None
    median, sigma = wait.log_normal.median, wait.log_normal.sigma
    return min(median * math.exp(progress.chance.gauss(0, sigma)), LONGEST)
