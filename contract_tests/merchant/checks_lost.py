"""Checks of the clauses on outcomes that the merchant can't know at once."""

from collections.abc import Sequence

from contract_tests.checks import OutOfReach, Precondition, check
from contract_tests.expectations import holds
from contract_tests.merchant.checks_payments import once
from contract_tests.merchant.driver import Outcome
from contract_tests.merchant.world import CHARGES, KEY_ISSUE, LOOK_UPS, Fault, Order, World

__all__: list[str] = []

_CUT_SHORT = '{"code":0,"message":null,"response":{"imp_uid":"imps_0000'
_NO_ANSWERS: Sequence[Fault] = (
    {"page": "maintenance"}, {"page": "empty"}, {"json": []}, {"body": _CUT_SHORT},
)  # fmt: skip


def _is_told_truly(world: World, then: Fault, what: str) -> None:
    """Charge an order so that its answer is lost: the shopper isn't told that it failed."""
    order = world.order()
    world.fault(*CHARGES, times=1, **then)
    reply = world.pay(order)
    if not world.charged(order):
        raise Precondition(f"{what}: nothing was charged")
    holds(
        reply.outcome is not Outcome.REFUSED,
        f"{what}, i'mport took the money, and the shopper was told that it failed",
    )


@check("M-LOST-01")
def another_click_after_a_lost_answer(world: World) -> None:
    order = world.order()
    rules = [
        {"when": {"operation": CHARGES}, "then": {"break": "before_answer"}, "times": 1},
        {"when": {"operation": LOOK_UPS}, "then": {"answer": {"page": "nginx_503"}}},
    ]
    world.faults(*rules)
    world.pay(order)
    world.pay(order)
    world.heal()
    world.pay(order)
    once(world, order)


@check("M-LOST-02")
def a_lost_answer_is_no_failure(world: World) -> None:
    _is_told_truly(world, {"break": "before_answer"}, "the answer was lost")


@check("M-LOST-03")
def a_lost_answer_is_looked_up(world: World) -> None:
    world.need("show_order")
    order = world.order()
    world.fault(*CHARGES, times=1, **{"break": "before_answer"})
    world.pay(order)
    if not world.charged(order):
        raise Precondition("a lost answer: nothing was charged")
    shown = world.settled(order, until="paid")
    holds(
        shown == "paid",
        f"the answer was lost, i'mport took the money, and the order is shown as {shown}",
    )


@check("M-LOST-04")
def a_charge_that_never_arrived_is_not_paid(world: World) -> None:
    order = world.order()
    world.fault(*CHARGES, times=1, **{"break": "before_commit"})
    reply = world.pay(order)
    if world.charged(order):
        return
    what = "the connection broke before anything was charged"
    holds(reply.outcome is not Outcome.SUCCESS, f"{what}, and the shopper was told success")
    if world.offers("show_order"):
        world.heal()
        holds(world.show(order) != "paid", f"{what}, and the order is shown as paid")


@check("M-LOST-05")
def an_error_page_is_no_failure(world: World) -> None:
    answer = {"page": "nginx_502", "commit": True}
    _is_told_truly(world, {"answer": answer}, "a 502 page came in place of the answer")


@check("M-LOST-06")
def half_an_answer_is_no_failure(world: World) -> None:
    answer = {"body": _CUT_SHORT, "commit": True}
    _is_told_truly(world, {"answer": answer}, "the answer was cut short")


@check("M-LOST-07")
def a_look_up_that_fails_decides_nothing(world: World) -> None:
    order = world.order()
    world.faults(
        {"when": {"operation": CHARGES}, "then": {"break": "before_answer"}, "times": 1},
        {"when": {"operation": LOOK_UPS}, "then": {"answer": {"page": "nginx_503"}}},
    )
    reply = world.pay(order)
    if not world.charged(order):
        raise Precondition("a lost answer: nothing was charged")
    if not [call for call in world.made(*LOOK_UPS) if call["status"] == 503]:
        raise OutOfReach("the merchant made no look-up")
    holds(
        reply.outcome is not Outcome.REFUSED,
        "neither the charge nor its look-up was answered, and the shopper was told that it failed",
    )


@check("M-LOST-08")
def a_look_up_may_lag_behind(world: World) -> None:
    order = world.order()
    world.faults(
        {"when": {"operation": CHARGES}, "then": {"break": "before_answer"}, "times": 1},
        {"when": {"operation": LOOK_UPS}, "then": {"stale": 1}},
    )
    reply = world.pay(order)
    if not world.charged(order):
        raise Precondition("a lost answer: nothing was charged")
    if not world.made(*LOOK_UPS):
        raise OutOfReach("the merchant made no look-up")
    holds(
        reply.outcome is not Outcome.REFUSED,
        "the answer was lost, the look-up didn't know the payment yet, and the shopper was told that"
        " it failed",
    )


@check("M-LOST-09")
def a_page_is_no_payment(world: World) -> None:
    order = world.order()
    for answer in _NO_ANSWERS:
        _answers(world, order, {**answer, "commit": False})


def _answers(world: World, order: Order, answer: Fault) -> None:
    world.faults(
        {"when": {"operation": CHARGES}, "then": {"answer": answer}},
        {"when": {"operation": LOOK_UPS}, "then": {"answer": {"page": "nginx_503"}}},
    )
    reply = world.pay(order)
    if world.charged(order):
        raise Precondition("nothing was charged: i'mport holds a payment")
    holds(
        reply.outcome is not Outcome.SUCCESS,
        "what came was no answer of i'mport, nothing was charged, and the shopper was told success",
    )


@check("M-LOST-10")
def a_page_is_no_registration(world: World) -> None:
    world.need("issue_key")
    for answer in _NO_ANSWERS:
        world.fault(KEY_ISSUE, answer={**answer, "commit": False})
        reply = world.issue(world.customer())
        holds(
            reply.outcome is not Outcome.SUCCESS or world.live_keys(),
            "what came was no answer of i'mport, no card is registered, and the shopper was told"
            " success",
        )


@check("M-LOST-11")
def a_charge_is_sent_twice_at_most(world: World) -> None:
    order = world.order()
    lost: Fault = {"break": "before_commit"}
    world.fault(*CHARGES, **lost)
    world.pay(order)
    if world.charged(order):
        raise Precondition("nothing was charged: i'mport holds a payment")
    sent = [call["request"].get("merchant_uid") for call in world.made(*CHARGES)]
    holds(len(sent) <= 2, f"one click, no answers, and the charge was sent {len(sent)} times")
    holds(
        len(set(sent)) <= 1,
        f"one click, no answers, and the charge was sent under {' and '.join(map(str, sent))}",
    )
