"""Letting a call fail."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fake_iamport.gateway.failures import Failure, Stage, failures, parse_failure
from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Effect, RuleScope, effect
from fake_iamport.scenario.operation_names import asks_gateway, charges
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.situation import SCHEDULED_CHARGE
from fake_iamport.scenario.turn import Turn
from fake_iamport.wire.envelope import failed

__all__ = ["Fail"]

FailureName = Annotated[
    str,
    Meta(
        description="The name of a failure, or CODE:text with any code and text of a gateway.",
        extra_json_schema={"anyOf": [{"enum": list(failures())}, {"pattern": "^[^:]+:.+$"}]},
    ),
]


class Failing(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename={"declined_or_refused": "as"},
):
    """How a call fails: with a failure of the gateway, or with a code and message of i'mport."""

    failure: FailureName | None = None
    declined_or_refused: Annotated[
        Literal["declined", "refused"] | None,
        Meta(
            description="`declined`: code 0 and a payment with status `failed`. `refused`: another "
            "code and no payment. Without it, as the failure usually is."
        ),
    ] = None
    code: Annotated[int | None, Meta(description="The envelope's code; not 0.")] = None
    message: Annotated[str | None, Meta(description="The envelope's message.")] = None


@effect("fail", excludes=("answer", "fail"))
class Fail(Effect):
    """Let the call fail.

    The gateway says no with a named failure or any `CODE:text`; or i'mport itself does, with HTTP 200
    and the `code` and `message` that are given, before it asks the gateway.
    """

    def __init__(self, argument: FailureName | Failing, at: Place, scope: RuleScope) -> None:
        failing = argument if isinstance(argument, Failing) else Failing(failure=argument)
        self._failing = failing
        self._failure: Failure | None = None
        if failing.failure is None:
            _check_envelope(failing, at)
            return
        if failing.code is not None or failing.message is not None:
            raise at.error("expected either a failure, or code and message", "failure")
        self._failure = _staged(failing.failure, failing.declined_or_refused, argument, at)

    @classmethod
    def unfit_for(cls, argument: FailureName | Failing, operation: str) -> str | None:
        """A failure is for what asks the gateway, and a decline for what charges."""
        failing = argument if isinstance(argument, Failing) else Failing(failure=argument)
        if failing.failure is None:
            return "it is no call" if operation == SCHEDULED_CHARGE else None
        if not asks_gateway(operation):
            return "it never asks the gateway; 'code' and 'message' fail any call"
        if failing.declined_or_refused == "declined" and not charges(operation):
            return "it charges nothing that could be declined"
        return None

    async def before(self, turn: Turn, progress: Progress) -> None:
        """Order the failure, or answer with it."""
        if self._failure is not None:
            turn.failure = self._failure
            return
        turn.answer = failed(200, self._failing.code or -1, self._failing.message or "")
        turn.note(f"refused with code {turn.answer.code}")


def _check_envelope(failing: Failing, at: Place) -> None:
    if failing.code is None or failing.message is None:
        raise at.error("expected a failure, or code and message")
    if failing.code == 0:
        raise at.error("code 0 is no failure", "code")
    if failing.declined_or_refused == "declined":
        raise at.error("a code and a message always refuse; a failure can be declined", "as")


def _staged(
    name: str, declined_or_refused: str | None, argument: FailureName | Failing, at: Place
) -> Failure:
    """The failure, at the stage at which it is to happen."""
    steps = ("failure",) if isinstance(argument, Failing) else ()
    try:
        failure = parse_failure(name)
    except (LookupError, ValueError) as error:
        raise at.error(str(error), *steps) from None
    if declined_or_refused == "declined":
        return msgspec.structs.replace(failure, stage=Stage.CHARGE)
    if declined_or_refused == "refused" and failure.stage not in (Stage.CARD_DATA, Stage.PLATFORM):
        return msgspec.structs.replace(failure, stage=Stage.PLATFORM)
    return failure
