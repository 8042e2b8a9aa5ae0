"""Checks of the clauses on giving money back."""

from collections.abc import Mapping
from typing import Any

from contract_tests.checks import OutOfReach, Precondition, check
from contract_tests.expectations import equal, holds
from contract_tests.merchant.driver import Outcome
from contract_tests.merchant.world import Order, World, given

__all__: list[str] = []

_CANCEL = "cancelPayment"
_AMOUNT, _PART = 12_000, 3_000
_A_MOMENT = 0.3


def _paid(world: World) -> Order:
    world.need("cancel")
    return world.paid_order(_AMOUNT)


def _takes_parts(world: World) -> None:
    world.need("cancel")
    if "{amount}" not in map(str, world.house.description.fields_of("cancel").values()):
        raise OutOfReach("the merchant's description has no {amount} in [cancel.fields]")


def _payment(world: World, order: Order) -> Mapping[str, Any]:
    charged = world.charged(order)
    if len(charged) != 1:
        raise Precondition(f"one payment of the order: i'mport holds {len(charged)}")
    return charged[0]


def _given_back(world: World, order: Order) -> int:
    return int(_payment(world, order)["cancel_amount"])


@check("M-CAN-01")
def a_cancelled_order_is_given_back(world: World) -> None:
    order = _paid(world)
    reply = world.cancel(order)
    if reply.outcome is not Outcome.SUCCESS and not _given_back(world, order):
        raise Precondition(f"a cancel: the answer was {reply.outline}, and nothing was given back")
    equal(_given_back(world, order), _AMOUNT, "what was given back of a cancelled order")


@check("M-CAN-02")
def a_refused_cancel_is_no_refund(world: World) -> None:
    order = _paid(world)
    world.fault(_CANCEL, fail={"code": 1, "message": "취소할수없는거래"})
    reply = world.cancel(order)
    world.heal()
    holds(
        reply.outcome is not Outcome.SUCCESS or _given_back(world, order),
        "i'mport refused the cancel (HTTP 200, code other than 0), and it was told as done",
    )


@check("M-CAN-03")
def a_double_click_gives_back_once(world: World) -> None:
    _takes_parts(world)
    order = _paid(world)
    world.fault(_CANCEL, delay={"before_commit": _A_MOMENT})
    world.together(lambda: world.cancel(order, _PART), lambda: world.cancel(order, _PART))
    world.heal()
    holds(
        _given_back(world, order) <= _PART, "one part, clicked twice at once, was given back twice"
    )


@check("M-CAN-04")
def a_lost_cancel_gives_back_once(world: World) -> None:
    _takes_parts(world)
    order = _paid(world)
    world.fault(_CANCEL, times=1, **{"break": "before_answer"})
    first = world.cancel(order, _PART)
    if first.outcome is not Outcome.SUCCESS:
        world.cancel(order, _PART)
    holds(
        _given_back(world, order) <= _PART,
        "the answer to a cancel was lost, it was asked for again, and was given back twice",
    )


@check("M-CAN-05")
def a_cancelled_order_is_not_shown_as_paid(world: World) -> None:
    world.need("cancel", "show_order")
    order = _paid(world)
    given(world.cancel(order), "a cancel")
    if _given_back(world, order) != _AMOUNT:
        raise Precondition("a cancel: i'mport didn't give all back")
    shown = world.settled(order, until="cancelled")
    holds(shown != "paid", "all was given back, and the order is shown as paid")


@check("M-CAN-06")
def the_rest_can_be_given_back_too(world: World) -> None:
    _takes_parts(world)
    order = _paid(world)
    given(world.cancel(order, _PART), "a cancel of a part")
    if _given_back(world, order) != _PART:
        raise Precondition("a cancel of a part: i'mport gave back something else")
    reply = world.cancel(order, _AMOUNT - _PART)
    holds(
        _given_back(world, order) == _AMOUNT,
        f"after a part the rest can't be given back: {reply.outline}",
    )


@check("M-CAN-07")
def no_more_is_given_back_than_was_asked(world: World) -> None:
    _takes_parts(world)
    order = _paid(world)
    world.cancel(order, _AMOUNT + 1)
    equal(
        _given_back(world, order), 0, "what was given back when more than the order was asked for"
    )


@check("M-CAN-08")
def a_lost_cancel_is_no_failure(world: World) -> None:
    order = _paid(world)
    world.fault(_CANCEL, times=1, **{"break": "before_answer"})
    reply = world.cancel(order)
    if not _given_back(world, order):
        raise Precondition("a cancel whose answer is lost: nothing was given back")
    holds(
        reply.outcome is not Outcome.REFUSED,
        "the money is back, the answer was lost, and it was told that it isn't",
    )
