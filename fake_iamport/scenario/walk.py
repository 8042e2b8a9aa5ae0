"""The walk of a scenario: what a merchant does to see it, and what it then sees.

Somebody else takes the steps, over HTTP; here they are only read and checked.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, get_args

import msgspec
from msgspec import Meta

from fake_iamport.gateway.failures import failures
from fake_iamport.moments import Moment
from fake_iamport.places import Place
from fake_iamport.suggestions import did_you_mean

__all__ = ["Sees", "Step", "check_walk"]

Text = Annotated[str, Meta(min_length=1)]
Order = Annotated[
    str, Meta(min_length=1, max_length=40, description="The merchant's order number.")
]
Customer = Annotated[str, Meta(min_length=1, max_length=80, description="The customer_uid.")]
Won = Annotated[int, Meta(ge=1, description="KRW.")]
Duration = Annotated[str, Meta(pattern="^[1-9][0-9]{0,6}[smhd]$")]
CardName = Annotated[
    str,
    Meta(
        description="`another` good card, or the test card of a failure; without it a good card.",
        extra_json_schema={"enum": ["another", *failures()]},
    ),
]

Error = Literal[
    "not_sent",
    "unavailable",
    "unauthorized",
    "refused",
    "not_found",
    "duplicate_order",
    "payment_declined",
    "payment_mismatch",
    "outcome_unknown",
    "invalid",
]
Sees = (
    Error
    | Literal[
        "registered",
        "deleted",
        "ready",
        "paid",
        "failed",
        "cancelled",
        "scheduled",
        "executed",
        "revoked",
    ]
)
_ERRORS: tuple[str, ...] = get_args(Error)


class _Call(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call of the API. ``well`` are the outcomes when it goes well."""

    well: ClassVar[tuple[str, ...]]


class Register(_Call, frozen=True, kw_only=True, omit_defaults=True):
    """Have a card kept under a customer_uid."""

    well = ("registered",)
    customer: Customer
    card: CardName | None = None


class PayByCard(_Call, frozen=True, kw_only=True, omit_defaults=True):
    """Charge a card that the customer typed in; with a customer, keep it too."""

    well = ("paid",)
    order: Order
    amount: Won
    card: CardName | None = None
    customer: Customer | None = None
    card_quota: Annotated[int, Meta(ge=0, description="Months of instalment.")] | None = None


class PayByKey(_Call, frozen=True, kw_only=True):
    """Charge the card that is kept for a customer."""

    well = ("paid",)
    order: Order
    amount: Won
    customer: Customer


class Reconcile(_Call, frozen=True, kw_only=True):
    """Ask what became of a charge."""

    well = ("paid",)
    order: Order
    amount: Won


class Look(_Call, frozen=True, kw_only=True):
    """Look at the newest payment of an order, whatever its status is."""

    well = ("ready", "paid", "failed", "cancelled")
    order: Order


class LookAtKey(_Call, frozen=True, kw_only=True):
    """Look whether a card is kept for a customer."""

    well = ("registered",)
    customer: Customer


class LookAtSchedule(_Call, frozen=True, kw_only=True):
    """Look at the schedule of an order."""

    well = ("scheduled", "executed", "revoked")
    order: Order


class Cancel(_Call, frozen=True, kw_only=True, omit_defaults=True):
    """Give an order's money back, or a part of it, as the merchant last saw the payment."""

    well = ("cancelled",)
    order: Order
    amount: Won | None = None


class Schedule(_Call, frozen=True, kw_only=True, omit_defaults=True):
    """Have a customer's card charged later."""

    well = ("scheduled",)
    order: Order
    amount: Won
    customer: Customer
    after: Annotated[Duration, Meta(description="How long from now, as in 30d.")]
    in_milliseconds: Annotated[bool, Meta(description="The merchant's mistake.")] = False


class Unschedule(_Call, frozen=True, kw_only=True):
    """Revoke schedules of a customer."""

    well = ("revoked",)
    customer: Customer
    orders: Annotated[tuple[Order, ...], Meta(min_length=1)]


class DeleteKey(_Call, frozen=True, kw_only=True):
    """Delete the card that is kept for a customer."""

    well = ("deleted",)
    customer: Customer


class WaitForWebhooks(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Wait for the webhooks that are under way, and ask for the payment that each one names.

    Those that a rule holds back or delays on the merchant's clock aren't under way.
    """

    say: Annotated[
        tuple[Text, ...], Meta(description="The status that each one says; may be none.")
    ]
    truth: Annotated[
        tuple[Text, ...],
        Meta(description="What asking for each payment gave; without it, as the webhooks say."),
    ] = ()
    in_order: Annotated[
        bool, Meta(description="They came one after the other as listed; else in any order.")
    ] = False
    before_answer: Annotated[
        bool, Meta(description="They came before the call before was answered.")
    ] = False


class Books(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What i'mport holds at the end, whatever the merchant saw; what isn't given is 0."""

    paid: Annotated[int, Meta(ge=0, description="Payments.")] = 0
    failed: Annotated[int, Meta(ge=0, description="Payments.")] = 0
    cancelled: Annotated[int, Meta(ge=0, description="Payments, wholly or in part.")] = 0
    given_back: Annotated[int, Meta(ge=0, description="KRW.")] = 0
    keys: Annotated[int, Meta(ge=0, description="Cards that are kept.")] = 0
    scheduled: Annotated[int, Meta(ge=0, description="Schedules that wait.")] = 0


class Step(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One thing that a merchant does, and what it sees."""

    register: Register | None = None
    pay_by_card: PayByCard | None = None
    pay_by_key: PayByKey | None = None
    reconcile: Reconcile | None = None
    look: Look | None = None
    look_at_key: LookAtKey | None = None
    look_at_schedule: LookAtSchedule | None = None
    cancel: Cancel | None = None
    schedule: Schedule | None = None
    unschedule: Unschedule | None = None
    delete_key: DeleteKey | None = None
    set_clock: (
        Annotated[
            str,
            Meta(
                description="When the walk begins, as in 2026-03-01T23:58:00 (Korean time unless it "
                "names another); the clock stands still, and only `advance` moves it."
            ),
        ]
        | None
    ) = None
    advance: Annotated[Duration, Meta(description="How far the clock goes on.")] | None = None
    wait_for_webhooks: WaitForWebhooks | None = None
    books: Books | None = None
    sees: Annotated[Sees | None, Meta(description="What the call returns or raises.")] = None
    says: Annotated[Text | None, Meta(description="A part of the text that comes with it.")] = None
    patience: (
        Annotated[
            float, Meta(gt=0, le=60, description="Seconds after which the merchant gives up.")
        ]
        | None
    ) = None
    persist: Annotated[
        bool,
        Meta(
            description="The merchant goes on until it knows: it waits on its clock, asks what became "
            "of a charge, and repeats it under the same number."
        ),
    ] = False
    times: (
        Annotated[
            int,
            Meta(ge=2, le=100, description="For so many orders, `-1`, `-2`, … behind the number."),
        ]
        | None
    ) = None


_ABOUT_CALLS = ("sees", "says", "patience", "persist", "times")
_DEEDS = tuple(name for name in Step.__struct_fields__ if name not in _ABOUT_CALLS)


def check_walk(walk: Sequence[Step], at: Place) -> None:
    """Check what the form of the steps can't express.

    Raises:
        DocumentError: the first mistake.
    """
    for number, step in enumerate(walk):
        _check_step(step, at / number)
        if step.set_clock is not None and number > 0:
            raise at.error("the clock is set in the first step or never", number, "set_clock")
        if (step.books is None) is (number == len(walk) - 1):
            message = "the last step is 'books': what i'mport then holds; no other step is"
            raise at.error(message, number)


def _check_step(step: Step, at: Place) -> None:
    deeds = [name for name in _DEEDS if getattr(step, name) is not None]
    if len(deeds) != 1:
        got = " and ".join(deeds) or "none"
        raise at.error(f"expected one of {', '.join(_DEEDS)}, got {got}")
    name, deed = deeds[0], getattr(step, deeds[0])
    if isinstance(deed, _Call):
        _check_call(step, name, deed, at)
        return
    for about in _ABOUT_CALLS:
        if getattr(step, about):
            raise at.error(f"goes with a call, and '{name}' is none", about, at_key=True)
    if step.set_clock is not None:
        _check_moment(step.set_clock, at / "set_clock")
    if isinstance(deed, WaitForWebhooks) and deed.truth and len(deed.truth) != len(deed.say):
        raise at.error(f"expected {len(deed.say)}, one for each webhook", name, "truth")


def _check_call(step: Step, name: str, deed: _Call, at: Place) -> None:
    if step.sees is None:
        raise at.error("the key 'sees' is missing")
    known = (*deed.well, *_ERRORS)
    if step.sees not in known:
        message = f"'{step.sees}' is nothing that '{name}' gives; expected {', '.join(known)}"
        raise at.error(message, "sees")
    if step.times is not None and not hasattr(deed, "order"):
        raise at.error("goes with an order", "times", at_key=True)
    card = getattr(deed, "card", None)
    if card is None or card == "another" or (card in failures() and failures()[card].card):
        return
    choices = ["another", *failures()]
    message = f"there is no test card '{card}'{did_you_mean(card, choices)}"
    raise at.error(message, name, "card")


def _check_moment(written: str, at: Place) -> None:
    try:
        moment = Moment.read(written)
    except ValueError:
        moment = None
    if moment is None or moment.is_relative:
        raise at.error("expected a date and time like 2026-03-01T23:58:00")
