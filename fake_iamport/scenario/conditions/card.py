"""Which card."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated

from msgspec import Meta

from fake_iamport.domain.billing_key import BillingKey
from fake_iamport.gateway.cards import TestCard, failure_of_test_card, test_cards
from fake_iamport.gateway.failures import failures
from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Condition, RuleScope, condition
from fake_iamport.scenario.operation_names import asks_gateway
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.situation import Situation
from fake_iamport.suggestions import did_you_mean

__all__ = ["CardIs"]

_MOST_DIGITS_OF_A_NAME = 4
_CARDS = [card.number for card in test_cards()]

CardName = Annotated[str, Meta(extra_json_schema={"enum": [*failures(), *_CARDS]})]


@condition("card")
class CardIs(Condition):
    """The card is one of these test cards: by number, or by the name of the failure it causes.

    It is the one in the request, or the one behind the billing key that is to be charged.
    """

    reads_body = True
    asks_for_card = True

    def __init__(
        self, argument: CardName | tuple[CardName, ...], at: Place, scope: RuleScope
    ) -> None:
        if not any(asks_gateway(name) for name in scope.operations):
            raise at.error("none of the rule's operations is about a card")
        names = [(at, argument)] if isinstance(argument, str) else _placed(argument, at)
        self._cards = [_card(name, place) for place, name in names]
        self._digits = {card.number.replace("-", "") for card in self._cards}

    def matches(self, situation: Situation, progress: Progress) -> bool:
        """Whether it is one of them."""
        number = situation.fields.get("card_number")
        if isinstance(number, str) and number:
            return number.replace("-", "").strip() in self._digits
        key = situation.key
        return key is not None and any(_is_behind(key, card) for card in self._cards)


def _placed(names: tuple[str, ...], at: Place) -> list[tuple[Place, str]]:
    if not names:
        raise at.error("expected at least one card")
    return [(at / number, name) for number, name in enumerate(names)]


def _card(name: str, at: Place) -> TestCard:
    card = _cards().get(name) or _cards().get(name.replace("-", ""))
    if card is not None:
        return card
    if sum(character.isdigit() for character in name) > _MOST_DIGITS_OF_A_NAME:
        # The number isn't repeated: it may be somebody's.
        raise at.error("this number is no test card's; `fake-iamport cards` lists them")
    raise at.error(f"there is no failure '{name}'{did_you_mean(name, failures())}")


@cache
def _cards() -> Mapping[str, TestCard]:
    by_number = {card.number.replace("-", ""): card for card in test_cards()}
    return by_number | {card.failure: card for card in test_cards() if card.failure}


def _is_behind(key: BillingKey, card: TestCard) -> bool:
    """Whether the key is this card's, as far as can be told of a card whose number isn't kept."""
    masked, number = key.card.number or "", card.number.replace("-", "")
    failure = failure_of_test_card(card.number)
    same_failure = key.failure == (failure.name if failure else None)
    return same_failure and (masked[:6], masked[-4:]) == (number[:6], number[-4:])
