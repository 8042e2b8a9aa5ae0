"""What can go wrong with webhooks."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Effect, RuleScope, effect
from fake_iamport.scenario.operation_names import operation_named
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.situation import SCHEDULED_CHARGE
from fake_iamport.scenario.turn import Turn
from fake_iamport.webhooks.drafts import Change, Draft, held

__all__ = ["Webhook"]

_LONGEST_DELAY = 366 * 86_400
_MOST_TIMES = 20

Delay = Annotated[int, Meta(ge=0, le=_LONGEST_DELAY)]


class Forgery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a forged webhook says otherwise than the true one."""

    imp_uid: str | None = None
    merchant_uid: str | None = None
    status: str | None = None


class Webhooks(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What becomes of the webhooks that a call causes."""

    drop: Annotated[bool, Meta(description="None is sent.")] = False
    times: Annotated[int, Meta(ge=1, le=_MOST_TIMES, description="How often each is sent.")] = 1
    delay: Annotated[
        Delay | Annotated[tuple[Delay, ...], Meta(min_length=1, max_length=_MOST_TIMES)],
        Meta(
            description="How late, on the merchant's clock (seconds); a list says so for each of "
            "`times`."
        ),
    ] = 0
    before_answer: Annotated[
        bool, Meta(description="They are delivered before the call is answered.")
    ] = False
    out_of_order: Annotated[
        bool, Meta(description="They wait until the merchant's next one has overtaken them.")
    ] = False
    forge: Annotated[
        Forgery | None, Meta(description="A forged one comes after each, with other values.")
    ] = None
    content_type: (
        Annotated[
            str,
            Meta(
                description="Another content type; the body is a form where it says so, else JSON.",
                pattern=r"^[\w.+-]+/[\w.+-]+(; ?[\w.=+-]+)?$",
            ),
        ]
        | None
    ) = None
    status: (
        Annotated[str, Meta(min_length=1, max_length=40, description="A status that isn't true.")]
        | None
    ) = None


@effect("webhook")
class Webhook(Effect):
    """Let something go wrong with the webhooks that the call, or the scheduled charge, causes."""

    def __init__(self, argument: Webhooks, at: Place, scope: RuleScope) -> None:
        if argument == Webhooks():
            raise at.error(f"expected one of {', '.join(Webhooks.__struct_fields__)}")
        if argument.drop and argument != Webhooks(drop=True):
            raise at.error("what isn't sent can't be anything else", "drop")
        if isinstance(argument.delay, tuple) and len(argument.delay) != argument.times:
            message = f"expected as many as 'times' says, which is {argument.times}"
            raise at.error(message, "delay")
        self._is_late = any(_delays(argument))
        if argument.before_answer and (self._is_late or argument.out_of_order):
            raise at.error("can't be both before the answer and late", "before_answer")
        if argument.forge == Forgery():
            raise at.error("expected one of imp_uid, merchant_uid, status", "forge")
        self._webhooks = argument
        self.holds_back = argument.out_of_order
        self._changes = list(_changes(argument))

    @classmethod
    def unfit_for(cls, argument: Webhooks, operation: str) -> str | None:
        """A look-up causes no webhook, and a scheduled charge has no answer to come before."""
        if operation == SCHEDULED_CHARGE:
            return "it has no answer to come before" if argument.before_answer else None
        declared = operation_named(operation)
        writes = declared is not None and declared.method != "GET"
        return None if writes else "it causes no webhook"

    async def before(self, turn: Turn, progress: Progress) -> None:
        """Have the webhooks changed."""
        turn.webhook_changes.extend(self._changes)

    async def after(self, turn: Turn, progress: Progress) -> None:
        """Deliver or hold back what was written down."""
        if self._webhooks.before_answer:
            await turn.emulator.courier.release(turn.merchant, turn.webhooks)
        if self._is_late:
            # Nothing is due now, so that nobody else looks when the next one is.
            turn.emulator.wake(turn.merchant)
        if self._webhooks.out_of_order:
            turn.hold_back_webhooks()


def _changes(webhooks: Webhooks) -> Iterator[Change]:
    if webhooks.drop:
        yield lambda _: []
    if webhooks.status is not None:
        yield _each(_with_message(status=webhooks.status))
    if webhooks.content_type is not None:
        yield _each(_with(content_type=webhooks.content_type))
    if webhooks.forge is not None:
        yield _with_forgeries(webhooks.forge)
    if (delays := _delays(webhooks)) != (0,):
        copies = [_with(delay=delay) for delay in delays]
        yield lambda drafts: [copy(draft) for draft in drafts for copy in copies]
    if webhooks.before_answer or webhooks.out_of_order:
        yield held


def _delays(webhooks: Webhooks) -> tuple[int, ...]:
    """How late each of the copies is, in seconds."""
    delay = webhooks.delay
    return delay if isinstance(delay, tuple) else (delay,) * webhooks.times


def _each(edit: Callable[[Draft], Draft]) -> Change:
    return lambda drafts: [edit(draft) for draft in drafts]


def _with(**values: object) -> Callable[[Draft], Draft]:
    return lambda draft: msgspec.structs.replace(draft, **values)


def _with_message(**values: object) -> Callable[[Draft], Draft]:
    return lambda draft: _with(message=msgspec.structs.replace(draft.message, **values))(draft)


def _with_forgeries(forgery: Forgery) -> Change:
    values = {name: value for name, value in msgspec.structs.asdict(forgery).items() if value}
    forge = _with_message(**values)

    def change(drafts: Sequence[Draft]) -> Sequence[Draft]:
        return [each for draft in drafts for each in (draft, forge(draft))]

    return change
