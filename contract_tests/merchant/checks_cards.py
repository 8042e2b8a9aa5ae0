"""Checks of the clauses on card data."""

from collections.abc import Sequence

from contract_tests.checks import OutOfReach, Violation, check
from contract_tests.expectations import equal, holds
from contract_tests.merchant.world import CHARGES, KEY_ISSUE, Card, Fault, World, leaks

__all__: list[str] = []

_TAKES_CARDS = {KEY_ISSUE, "onetime", "foreign"}
_CARD_FIELDS = {"card_number", "birth", "pwd_2digit", "cvc"}
_REGISTRATIONS: Sequence[Fault] = (
    {"fail": "wrong_pin"}, {"answer": {"page": "nginx_502"}}, {"garbage": {}},
)  # fmt: skip
_CHARGES: Sequence[Fault] = (
    {"fail": "limit_exceeded"},
    {"break": "before_answer"},
    {"garbage": {}},
)


def _cards_go_through(world: World) -> None:
    """Register and pay, well, badly, and with answers that get lost."""
    if world.offers("issue_key"):
        world.issue(world.customer())
        world.ask(
            "issue_key", **{**world.card, "customer_uid": world.customer(), "expiry": "2048-13"}
        )
        for then in _REGISTRATIONS:
            world.fault(KEY_ISSUE, times=1, **then)
            world.issue(world.customer())
        world.heal()
    if world.offers("pay_by_card"):
        for then in _CHARGES:
            order = world.order()
            world.fault(*CHARGES, times=1, **then)
            world.pay(order)
            world.heal()
            if world.offers("show_order"):
                world.show(order)
    elif not world.offers("issue_key"):
        raise OutOfReach(
            "the merchant takes no cards: it has neither [issue_key] nor [pay_by_card]"
        )


def _cards(world: World) -> tuple[Card, Card]:
    return world.card, world.other_card


@check("M-CARD-01")
def no_answer_has_card_data(world: World) -> None:
    _cards_go_through(world)
    for reply in world.replies:
        found = leaks(reply.text, *_cards(world))
        holds(found is None, f"an answer to the shopper (HTTP {reply.status}) carries the {found}")


@check("M-CARD-02")
def no_header_has_card_data(world: World) -> None:
    _cards_go_through(world)
    for reply in world.replies:
        for name, value in reply.headers.items():
            found = leaks(value, *_cards(world))
            holds(found is None, f"the header {name} of an answer carries the {found}")


@check("M-CARD-03")
def card_data_goes_where_it_belongs(world: World) -> None:
    _cards_go_through(world)
    if world.offers("issue_key", "pay_by_key"):
        world.pay_by_key(world.order(), world.customer_with())
    told = sorted(
        {
            f"{call['operation'] or call['path']}: {', '.join(sorted(_card_fields(call['request'])))}"
            for call in world.made()
            if call["operation"] not in _TAKES_CARDS and _card_fields(call["request"])
        }
    )
    equal(told, [], "calls with card data that no card belongs in")


def _card_fields(request: object) -> set[str]:
    return _CARD_FIELDS & set(request) if isinstance(request, dict) else set()


@check("M-CARD-04")
def no_log_has_card_data(world: World) -> None:
    if world.house.log is None:
        raise OutOfReach("there is no log to look at; name one with --log")
    _cards_go_through(world)
    if world.house.is_log_silent:
        raise OutOfReach("the merchant wrote nothing to the log that --log names")
    for number, line in enumerate((world.house.log or "").splitlines(), 1):
        found = leaks(line, *_cards(world))
        if found:
            raise Violation(f"line {number} of the merchant's log carries the {found}")
