"""Checks of the clauses on a merchant beside an i'mport that is slow or broken."""

import time
from collections.abc import Sequence

from contract_tests.checks import Precondition, check
from contract_tests.expectations import holds
from contract_tests.merchant.driver import Outcome, Reply
from contract_tests.merchant.world import CHARGES, KEY_ISSUE, Fault, World

__all__: list[str] = []

_WRITES = [KEY_ISSUE, *CHARGES]
_SLOW = 1.0
_TROUBLES = 6
_TROUBLE: Sequence[Fault] = ({"break": "before_reading"}, {"answer": {"page": "balancer_503"}})
_RUBBISH: Sequence[Fault] = (
    {"garbage": {}}, {"answer": {"body": "<!", "status": 500}}, {"break": "in_body"},
)  # fmt: skip


@check("M-UP-01")
def one_slow_answer_holds_one_shopper(world: World) -> None:
    world.warm_up()
    order = None if world.offers("issue_key") else world.order()
    world.faults(
        {"when": {"operation": _WRITES, "call": 1}, "then": {"delay": {"after_commit": _SLOW}}}
    )
    ended: list[float] = []

    def write() -> None:
        reply = world.write() if order is None else world.pay(order)
        ended.append(time.monotonic())
        if reply.outcome is Outcome.NO_ANSWER:
            raise Precondition("a shopper beside a slow one got no answer")

    world.together(write, write)
    apart = ended[1] - ended[0]
    holds(
        apart >= _SLOW / 2,
        f"one call of i'mport took {_SLOW:g} s, and another shopper had to wait for it",
    )


@check("M-UP-02")
def trouble_ends_with_its_cause(world: World) -> None:
    world.warm_up()
    for then in _TROUBLE:
        world.fault("*", **then)
        for _ in range(_TROUBLES // 2):
            world.write_or_nothing()
    world.heal()
    reply = _recovered(world)
    holds(
        reply.outcome is Outcome.SUCCESS,
        f"i'mport is well again, and the merchant isn't: {reply.outline}",
    )


def _recovered(world: World) -> Reply:
    end = time.monotonic() + world.house.description.settles_within
    while (reply := world.write()).outcome is not Outcome.SUCCESS and time.monotonic() < end:
        time.sleep(0.2)
    return reply


@check("M-UP-03")
def rubbish_is_answered(world: World) -> None:
    world.warm_up()
    for then in _RUBBISH:
        world.fault(*_WRITES, **then)
        reply = world.write_or_nothing()
        holds(
            reply is None or reply.outcome is not Outcome.NO_ANSWER,
            "i'mport answered rubbish, and the shopper got no answer at all",
        )
