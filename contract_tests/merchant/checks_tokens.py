"""Checks of the clauses on tokens and credentials."""

import time

from contract_tests.checks import Precondition, check
from contract_tests.expectations import equal, holds
from contract_tests.merchant.driver import Outcome
from contract_tests.merchant.world import CHARGES, KEY_ISSUE, Fault, World, given

__all__: list[str] = []

_WRITES = [KEY_ISSUE, *CHARGES]
_EXPIRED: Fault = {"token": "expired"}
_REFUSED: Fault = {"token": "refused"}
_CALLS = 4
_MOST_TRIES = 3
_DAY = 86_400


@check("M-TOK-01")
def a_dead_token_is_renewed_unnoticed(world: World) -> None:
    world.warm_up()
    world.house.is_worn = True
    world.fault(*_WRITES, times=1, **_EXPIRED)
    reply = world.write()
    fetched = [call for call in world.made("getToken") if call["code"] == 0]
    holds(
        reply.outcome is Outcome.SUCCESS,
        f"the token died, and the shopper noticed: {reply.outline}",
    )
    holds(len(fetched) <= 3, f"for one dead token {len(fetched)} were fetched")


@check("M-TOK-02")
def a_token_that_is_turned_away_once_is_tried_again(world: World) -> None:
    world.warm_up()
    world.fault(*_WRITES, times=1, **_REFUSED)
    reply = world.write()
    holds(
        reply.outcome is Outcome.SUCCESS,
        f"one 401 with a token that stays the same, and the shopper noticed: {reply.outline}",
    )


@check("M-TOK-03")
def renewal_has_an_end(world: World) -> None:
    world.warm_up()
    before = len(world.made())
    world.fault(*_WRITES, **_REFUSED)
    reply = world.write()
    tried = [call for call in world.made(*_WRITES)[-50:] if call["status"] == 401]
    world.heal()
    holds(
        reply.outcome is not Outcome.SUCCESS, "every call was 401, and the shopper was told success"
    )
    holds(
        len(tried) <= _MOST_TRIES,
        f"with 401 for an answer the same was tried {len(tried)} times ({before} calls before)",
    )


@check("M-TOK-04")
def a_token_serves_many_calls(world: World) -> None:
    world.warm_up()
    before = len(world.made("getToken"))
    for _ in range(_CALLS):
        given(world.write(), "a call to i'mport")
    fetched = len(world.made("getToken")) - before
    holds(
        fetched <= 1, f"for {_CALLS} calls {fetched} tokens were fetched while the first was good"
    )


@check("M-TOK-05")
def clocks_may_disagree(world: World) -> None:
    world.warm_up()
    given(world.write(), "a call to i'mport")
    if len(world.made("getToken")) > 1:
        raise Precondition("a token that serves many calls: each call fetches one")
    world.house.is_worn = True
    rules = [
        {"when": {"operation": "getToken"}, "then": {"token": {"clock_ahead": -_DAY}}},
        {"when": {"operation": _WRITES}, "then": {"token": "expired"}, "times": 1},
    ]
    world.faults(*rules)
    for _ in range(_CALLS):
        given(world.write(), "a call to i'mport with clocks that disagree")
    fetched = len(world.made("getToken"))
    # One to warm up, one for the token that expired, one for a good measure.
    holds(
        fetched <= 3,
        f"i'mport's clock is a day behind, and for {_CALLS} calls {fetched} tokens were fetched",
    )


@check("M-TOK-06")
def a_token_that_could_not_be_had_is_asked_for_again(world: World) -> None:
    world.warm_up()
    world.house.is_worn = True
    world.faults(
        {"when": {"operation": "getToken"}, "then": {"answer": {"page": "nginx_502"}}},
        {"when": {"operation": _WRITES}, "then": {"token": "expired"}, "times": 1},
    )
    reply = world.write()
    holds(
        reply.outcome is not Outcome.SUCCESS,
        "no token could be had, and the shopper was told success",
    )
    world.heal()
    end = time.monotonic() + world.house.description.settles_within
    while (reply := world.write()).outcome is not Outcome.SUCCESS and time.monotonic() < end:
        time.sleep(0.2)
    holds(
        reply.outcome is Outcome.SUCCESS,
        f"i'mport is well again, and the merchant isn't: {reply.outline}",
    )


@check("M-TOK-07")
def credentials_go_for_a_token_only(world: World) -> None:
    world.warm_up()
    if world.offers("issue_key", "pay_by_key"):
        given(world.pay_by_key(world.order(), world.customer_with()), "a payment")
    told = [
        call["path"]
        for call in world.made()
        if call["operation"] != "getToken"
        and {"imp_key", "imp_secret"} & set(call["request"] or {})
    ]
    equal(told, [], "calls other than getToken that carry imp_key or imp_secret")


@check("M-TOK-08")
def secrets_stay_with_the_merchant(world: World) -> None:
    world.warm_up()
    world.need("issue_key")
    world.fault(KEY_ISSUE, times=1, fail={"failure": "wrong_pin", "as": "refused"})
    world.issue(world.customer())
    world.fault(KEY_ISSUE, times=1, answer={"page": "nginx_502"})
    world.issue(world.customer())
    world.heal()
    secrets = {"imp_secret": world.iamport.imp_secret, "access_token": world.iamport.token()}
    for reply in world.replies:
        for name, secret in secrets.items():
            found = secret in reply.text or secret in str(dict(reply.headers))
            holds(not found, f"an answer to the shopper carries the {name}")
