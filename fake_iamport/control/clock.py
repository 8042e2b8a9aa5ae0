"""Control routes about a merchant's clock."""

import asyncio
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fake_iamport.clock import LATEST_MOMENT
from fake_iamport.control.declaration import ControlError, control, merchant_of
from fake_iamport.control.merchants import OneMerchant
from fake_iamport.emulator import Emulator
from fake_iamport.merchants import Merchant
from fake_iamport.moments import Moment
from fake_iamport.timeline import Happening, advance, look_ahead

__all__ = ["advance_clock", "clock", "set_clock"]

WrittenMoment = Annotated[
    Annotated[int, Meta(ge=0, le=LATEST_MOMENT)] | str,
    Meta(
        description="Unix seconds, ISO 8601 (Korean time unless it names another), or one like +30d: "
        "so long after the merchant's time."
    ),
]


class ClockView(msgspec.Struct):
    """A merchant's time: the machine's, standing still, or running from a moment of its own."""

    now: int
    mode: Literal["real", "frozen", "running"]


class SetClock(OneMerchant, kw_only=True, forbid_unknown_fields=True):
    """How the clock is to go on, from a moment or from now; a real clock has no moment."""

    mode: Literal["real", "frozen", "running"]
    at: WrittenMoment | None = None


class AdvanceClock(OneMerchant, kw_only=True, forbid_unknown_fields=True):
    """How far to go: to a moment, or by a duration; the parts of a duration add up."""

    to: WrittenMoment | None = None
    seconds: Annotated[int, Meta(ge=0)] = 0
    minutes: Annotated[int, Meta(ge=0)] = 0
    hours: Annotated[int, Meta(ge=0)] = 0
    days: Annotated[int, Meta(ge=0)] = 0
    timeout: Annotated[
        float, Meta(gt=0, le=600, description="Seconds after which it stops on the way.")
    ] = 60


class Advanced(msgspec.Struct):
    """The merchant's time now, and what happened on the way, in order of its time."""

    now: int
    happened: list[Happening]


@control("GET", "/merchants/{imp_key}/clock")
async def clock(emulator: Emulator, inputs: OneMerchant) -> ClockView:
    """Show a merchant's time."""
    return _view(merchant_of(emulator, inputs.imp_key))


@control("PUT", "/merchants/{imp_key}/clock")
async def set_clock(emulator: Emulator, inputs: SetClock) -> ClockView:
    """Set, freeze or run a merchant's clock; nothing that lies between is done."""
    merchant = merchant_of(emulator, inputs.imp_key)
    if inputs.mode == "real" and inputs.at is not None:
        raise ControlError("a real clock follows the machine; leave the moment out", field="at")
    at = _moment(inputs.at, "at", merchant)
    merchant.interrupt()
    if inputs.mode == "real":
        merchant.clock.follow()
    elif inputs.mode == "frozen":
        merchant.clock.freeze(at)
    else:
        merchant.clock.run(at)
    await look_ahead(emulator, merchant)
    return _view(merchant)


@control("POST", "/merchants/{imp_key}/clock/advance")
async def advance_clock(emulator: Emulator, inputs: AdvanceClock) -> Advanced:
    """Move a merchant's clock forward and do what falls due on the way, in order of its time.

    With a duration of 0, what is due now is done.
    """
    merchant = merchant_of(emulator, inputs.imp_key)
    by = inputs.seconds + 60 * (inputs.minutes + 60 * (inputs.hours + 24 * inputs.days))
    to = _moment(inputs.to, "to", merchant)
    _refuse_way(merchant.clock.now(), by, to)
    try:
        async with asyncio.timeout(inputs.timeout):
            happened = await advance(emulator, merchant, by, to)
    except TimeoutError:
        raise ControlError(
            f"after {inputs.timeout:g} seconds it is {merchant.clock.now()}; what was due until then "
            "is done, and a receiver of webhooks is slow: advance again to go on, or hold webhooks",
            field="timeout",
            status=408,
        ) from None
    return Advanced(now=merchant.clock.now(), happened=happened)


def _moment(written: int | str | None, field: str, merchant: Merchant) -> int | None:
    """The unix second that is meant."""
    if written is None:
        return None
    is_number = isinstance(written, str) and written.isdecimal()
    try:
        moment = Moment.read(int(written) if is_number else written).at(merchant.clock.now())
    except ValueError as error:
        raise ControlError(str(error), field=field) from None
    if moment > LATEST_MOMENT:
        raise ControlError("that is beyond the year 9998", field=field)
    return moment


def _refuse_way(now: int, by: int, to: int | None) -> None:
    if to is None and now + by > LATEST_MOMENT:
        raise ControlError("that is beyond the year 9998", field="days")
    if to is not None and by:
        raise ControlError("give a moment or a duration, not both", field="to")
    if to is not None and to < now:
        raise ControlError(f"a clock only goes forward, and it is {now} now", field="to")


def _view(merchant: Merchant) -> ClockView:
    return ClockView(now=merchant.clock.now(), mode=merchant.clock.mode)
