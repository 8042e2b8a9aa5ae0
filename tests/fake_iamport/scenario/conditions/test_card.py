from collections.abc import Iterator

import pytest

from fake_iamport.gateway.cards import test_cards as all_test_cards
from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule

pytestmark = pytest.mark.anyio

LOST = next(card for card in all_test_cards() if card.failure == "lost_card")
SECRET = "4518-4200-0000-0000"
NO = "{fail: {code: 7, message: no}}"


@pytest.fixture
def stage(stage: Stage) -> Iterator[Stage]:
    """The rules hold the numbers of test cards, which are published: they are no leak."""
    yield stage
    stage.call.sent.clear()


@pytest.mark.parametrize(
    "named",
    [
        "lost_card",
        f"'{LOST.number}'",
        f"'{LOST.number.replace('-', '')}'",
        "[stolen_card, lost_card]",
    ],
)
async def test_a_card_is_known_by_its_failure_or_number(stage: Stage, named: str) -> None:
    stage.rule(f"{{operation: onetime, card: {named}}}", NO)

    other = await stage.pay("o1")
    dashed = await stage.pay("o2", card_number=LOST.number)
    plain = await stage.pay("o3", card_number=LOST.number.replace("-", ""))

    assert (other["code"], dashed["code"], plain["code"]) == (0, 7, 7)


async def test_the_card_behind_a_billing_key_is_known(stage: Stage) -> None:
    await stage.register("good")
    await stage.register("lost", card_number=LOST.number)
    stage.rule("{operation: again, card: lost_card}", NO)

    assert (await stage.again("o1", "good"))["code"] == 0
    assert (await stage.again("o2", "lost"))["code"] == 7
    assert (await stage.again("o3", "nobody"))["code"] != 7


async def test_the_card_of_a_scheduled_charge_is_known(stage: Stage) -> None:
    await stage.register("good")
    good = stage.card["card_number"]
    now = stage.merchant.clock.now()
    await stage.schedule(("s1", now + 60), customer_uid="good")
    stage.rule(f"{{operation: scheduled_charge, card: '{good}'}}", "{fail: limit_exceeded}")

    await stage.call.http.post("/_fake/merchants/imp_apikey/clock/advance", json={"seconds": 60})

    assert await stage.statuses() == {"s1": "failed"}


@pytest.mark.parametrize(
    ("when", "mistake"),
    [
        (
            "{card: lost_cart}",
            "2:18: rules[0].when.card: there is no failure 'lost_cart'; did you mean 'lost_card'?",
        ),
        ("{card: []}", "2:18: rules[0].when.card: expected at least one card"),
        ("{card: [lost_card, x]}", "2:30: rules[0].when.card[1]: there is no failure 'x'"),
        (
            "{card: {a: 1}}",
            "2:18: rules[0].when.card: expected text or a list, got keys and values",
        ),
        (
            "{operation: getToken, card: lost_card}",
            "2:39: rules[0].when.card: none of the rule's operations is about a card",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(when: str, mistake: str) -> None:
    assert mistake_in_rule(when) == f"test.yaml:{mistake}"


@pytest.mark.parametrize(
    "named", [SECRET, f"' {SECRET}'", f"'no {SECRET}'", SECRET.replace("-", ""), f"[{SECRET}]"]
)
def test_a_number_of_somebodys_card_is_refused_and_not_repeated(named: str) -> None:
    mistake = mistake_in_rule(f"{{card: {named}}}")

    assert mistake.startswith("test.yaml:2:")
    assert "4518" not in mistake
