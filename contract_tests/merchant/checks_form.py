"""Checks of the clauses on what a card form lets through.

What i'mport or the card company would refuse for its form alone costs a call, and with some
gateways a failed try on the card.
"""

from collections.abc import Mapping

from hypothesis import strategies as st

from contract_tests.checks import check
from contract_tests.expectations import holds
from contract_tests.merchant.driver import Outcome
from contract_tests.merchant.world import World, given

__all__: list[str] = []


WRONG: Mapping[str, Mapping[str, str]] = {
    "card_number": {
        "empty": "", "four digits": "1234", "letters": "abcd-efgh-ijkl-mnop",
        "twelve digits": "9540-4900-1234",
    },
    "expiry": {"empty": "", "month 13": "2049-13", "month 0": "2049-00", "no month": "2049"},
    "birth": {"empty": "", "five digits": "12345", "month 13": "901301", "letters": "abcdef"},
    "pwd_2digit": {"empty": "", "one digit": "1", "letters": "ab"},
    "customer_uid": {"empty": ""},
}  # fmt: skip
"""Values that nobody's card has, by field and by what is wrong with them."""


def _is_stopped(world: World, field: str, wrong: str) -> None:
    world.need("issue_key")
    customer = {"customer_uid": world.customer()}
    value = WRONG[field][wrong]
    reply = world.ask("issue_key", **{**customer, **world.card, field: value})
    what = f"{field} ({wrong})"
    holds(reply.outcome is not Outcome.SUCCESS, f"{what}: it was told to be registered")
    sent = [call["path"] for call in world.made() if call["operation"] != "getToken"]
    holds(not sent, f"{what}: it went to i'mport all the same, in {', '.join(sent)}")


@check("M-FORM-01", wrong=st.sampled_from(sorted(WRONG["card_number"])), most=4)
def no_number_that_is_none(world: World, wrong: str) -> None:
    _is_stopped(world, "card_number", wrong)


@check("M-FORM-02", wrong=st.sampled_from(sorted(WRONG["expiry"])), most=4)
def no_month_that_is_none(world: World, wrong: str) -> None:
    _is_stopped(world, "expiry", wrong)


@check("M-FORM-03", wrong=st.sampled_from(sorted(WRONG["birth"])), most=4)
def no_birth_that_is_none(world: World, wrong: str) -> None:
    _is_stopped(world, "birth", wrong)


@check("M-FORM-04", wrong=st.sampled_from(sorted(WRONG["pwd_2digit"])), most=3)
def no_pin_that_is_none(world: World, wrong: str) -> None:
    _is_stopped(world, "pwd_2digit", wrong)


@check("M-FORM-05")
def a_company_card_is_taken(world: World) -> None:
    world.need("issue_key")
    given(world.issue(world.customer()), "a registered card of a person")
    reply = world.ask(
        "issue_key", customer_uid=world.customer(), **{**world.card, "birth": "1208147521"}
    )
    holds(
        reply.outcome is Outcome.SUCCESS,
        f"a company's card, with its ten digits for the birth date, was not taken: {reply.outline}",
    )


@check("M-FORM-06")
def a_customer_is_named(world: World) -> None:
    _is_stopped(world, "customer_uid", "empty")
