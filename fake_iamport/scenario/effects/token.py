"""What can be wrong with a token."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fake_iamport.errors import Unauthorized
from fake_iamport.operations.declaration import Access
from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Effect, RuleScope, effect
from fake_iamport.scenario.json_editing import edited
from fake_iamport.scenario.operation_names import operation_named
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.turn import Turn
from fake_iamport.wire.envelope import failed

__all__ = ["Token"]

_DAY = 86_400


class ClockDifference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the clock that a token is dated with is off."""

    clock_ahead: Annotated[
        int,
        Meta(
            ge=-_DAY,
            le=_DAY,
            description="Seconds by which `now` and `expired_at` are ahead of the merchant's clock; "
            "below 0, behind it.",
        ),
    ]


@effect("token")
class Token(Effect):
    """Let something be wrong with the token.

    `expired`: it expires now, so that this call is 401 and the next getToken gives another.
    `revoked`: it is gone without having expired. `refused`: this call is 401 and the token stays good.
    `clock_ahead`: getToken's `now` and `expired_at` are off, and its life isn't.
    """

    def __init__(
        self,
        argument: Literal["expired", "revoked", "refused"] | ClockDifference,
        at: Place,
        scope: RuleScope,
    ) -> None:
        self._wrong = argument

    @classmethod
    def unfit_for(cls, argument: str | ClockDifference, operation: str) -> str | None:
        """The clock is getToken's; everything else is about calls with a token."""
        declared = operation_named(operation)
        if isinstance(argument, ClockDifference):
            gives = declared is not None and declared.access is Access.CREDENTIALS
            return None if gives else "it gives no token"
        takes = declared is not None and declared.access is Access.TOKEN
        return None if takes else "it takes no token"

    async def before(self, turn: Turn, progress: Progress) -> None:
        """Let the token die, or turn it away."""
        if isinstance(self._wrong, ClockDifference):
            return
        turn.note(f"the token was {self._wrong}")
        if self._wrong == "refused":
            unauthorized = Unauthorized()
            turn.answer = failed(unauthorized.status, unauthorized.code, unauthorized.message)
            return
        store, now = turn.emulator.store, turn.merchant.clock.now()
        async with store.transaction(turn.merchant.imp_key) as transaction:
            token = await transaction.token()
            if self._wrong == "revoked":
                await transaction.delete_token()
            elif token is not None and token.expired_at > now:
                await transaction.put_token(msgspec.structs.replace(token, expired_at=now))

    async def after(self, turn: Turn, progress: Progress) -> None:
        """Move the moments in the answer."""
        if not isinstance(self._wrong, ClockDifference) or not turn.answered_well():
            return
        ahead = self._wrong.clock_ahead
        turn.note(f"the token's clock is {ahead} seconds ahead")

        def moved(moment: object) -> object:
            return moment + ahead if isinstance(moment, int) else msgspec.UNSET

        turn.change(edited(dict.fromkeys(("response.now", "response.expired_at"), moved)))
