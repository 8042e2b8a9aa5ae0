"""Checks of the clauses on registering cards."""

from contract_tests.checks import Precondition, check
from contract_tests.expectations import equal, holds
from contract_tests.merchant.driver import Outcome
from contract_tests.merchant.world import KEY_ISSUE, World, given

__all__: list[str] = []

_WRONG_CARDS = ("invalid_card_number", "wrong_birth", "wrong_pin")


def _mask(card_number: str) -> str:
    digits = card_number.replace("-", "")
    return f"{digits[:6]}..{digits[-4:]}"


def _charged_card(world: World, customer_uid: str) -> str:
    order = world.order()
    given(world.pay_by_key(order, customer_uid), "a charge of the registered card")
    charged = world.charged(order)
    if not charged:
        raise Precondition("a charge of the registered card: i'mport holds none")
    shown = str(charged[0]["card"]["number"])
    return f"{shown[:6]}..{shown[-4:]}"


@check("M-KEY-01")
def a_registered_card_is_registered(world: World) -> None:
    reply = world.issue(world.customer())
    holds(reply.outcome is Outcome.SUCCESS, f"a good card: the answer was {reply.outline}")
    holds(world.live_keys(), "the shopper was told success, and i'mport holds no billing key")


@check("M-KEY-02")
def a_refused_card_is_no_success(world: World) -> None:
    for failure in ("wrong_pin", "limit_exceeded"):
        world.need("issue_key")
        world.fault(KEY_ISSUE, fail={"failure": failure, "as": "refused"})
        reply = world.issue(world.customer())
        holds(
            reply.outcome is not Outcome.SUCCESS,
            "i'mport refused the card (HTTP 200, code other than 0), and the shopper was told success",
        )


@check("M-KEY-03")
def the_shopper_learns_why(world: World) -> None:
    texts = []
    world.need("issue_key")
    for reason in ("비밀번호틀림입니다", "유효기간만료입니다"):
        world.fault(KEY_ISSUE, fail={"code": -1, "message": f"[F112]{reason}"})
        reply = world.issue(world.customer())
        if reply.outcome is Outcome.SUCCESS:
            raise Precondition("a refused card: it was told as success")
        texts.append(reply.text)
    holds(
        texts[0] != texts[1],
        "a wrong PIN and an expired card were answered with the same words: nobody knows what to mend",
    )


@check("M-KEY-04")
def the_old_card_is_not_charged_after_replacement(world: World) -> None:
    world.need("issue_key", "pay_by_key")
    customer = world.customer()
    given(world.issue(customer, world.card), "a registered card")
    given(world.issue(customer, world.other_card), "another card in its place")
    charged = _charged_card(world, customer)
    equal(charged, _mask(world.other_card["card_number"]), "the card that was charged")


@check("M-KEY-05")
def each_customer_has_a_key_of_their_own(world: World) -> None:
    first, second = world.customer(), world.customer()
    given(world.issue(first, world.card), "a registered card")
    given(world.issue(second, world.other_card), "a registered card of somebody else")
    if not world.live_keys():
        raise Precondition("two registered cards: i'mport holds no key")
    owners = {key["customer_uid"] for key in world.live_keys()}
    equal(
        len(owners), 2, "customer_uids that hold a key after two customers registered a card each"
    )


@check("M-KEY-06")
def a_refused_card_leaves_the_one_before(world: World) -> None:
    world.need("issue_key")
    customer = world.customer_with(world.card)
    if not world.live_keys():
        raise Precondition("a registered card: i'mport holds no key")
    world.fault(KEY_ISSUE, fail={"failure": "wrong_pin", "as": "refused"})
    world.issue(customer, world.other_card)
    world.heal()
    holds(world.live_keys(), "a new card was refused, and the one before is gone as well")


@check("M-KEY-07")
def a_lost_registration_can_be_repeated(world: World) -> None:
    world.need("issue_key")
    customer = world.customer()
    world.fault(KEY_ISSUE, times=1, **{"break": "before_answer"})
    world.issue(customer)
    world.heal()
    again = world.issue(customer)
    holds(
        again.outcome is Outcome.SUCCESS,
        f"after a lost answer the same card can't be registered: {again.outline}",
    )


@check("M-KEY-08")
def a_registration_that_never_arrived_is_no_success(world: World) -> None:
    world.need("issue_key")
    world.fault(KEY_ISSUE, times=1, **{"break": "before_commit"})
    reply = world.issue(world.customer())
    holds(
        reply.outcome is not Outcome.SUCCESS or world.live_keys(),
        "the connection broke, i'mport holds no billing key, and the shopper was told success",
    )
