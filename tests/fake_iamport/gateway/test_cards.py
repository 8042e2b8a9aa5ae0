import pytest

from fake_iamport.domain.card import CardData
from fake_iamport.gateway import cards
from fake_iamport.gateway.card_checks import find_card_failure
from fake_iamport.gateway.failures import failures
from fake_iamport.gateway.issuers import issuers
from fake_iamport.gateway.profiles import profiles

EVERY_CARD = cards.test_cards()
NOW = 1_800_000_000  # 2027-01-15


def test_every_failure_has_a_card() -> None:
    caused = [card.failure for card in EVERY_CARD if card.failure]
    assert caused == list(failures())


def test_every_korean_issuer_has_a_card_that_works() -> None:
    working = [card for card in EVERY_CARD if card.failure is None]
    seen = {card.issuer_code for card in working} | {card.publisher_code for card in working}
    assert seen == {code for code in issuers() if len(code) == 3}


def test_no_number_stands_twice() -> None:
    assert len({card.number for card in EVERY_CARD}) == len(EVERY_CARD)


@pytest.mark.parametrize("provider", profiles())
def test_only_cards_with_a_wrong_number_fail_the_checks(provider: str) -> None:
    failing = {}
    for card in EVERY_CARD:
        data = CardData.from_wire(
            card_number=card.number,
            expiry=card.expiry,
            birth=card.birth,
            pwd_2digit=card.pwd_2digit,
        )
        name = find_card_failure(data, profiles()[provider], for_key=True, now=NOW)
        if name:
            failing[card.failure] = name
    assert failing == {
        "unknown_card_number": "unknown_card_number",
        "wrong_card_number": "wrong_card_number",
    }


def test_a_failing_card_causes_its_failure_however_it_is_written() -> None:
    for card in EVERY_CARD:
        expected = failures()[card.failure] if card.failure else None
        assert cards.failure_of_test_card(card.number) is expected
        assert cards.failure_of_test_card(card.number.replace("-", "")) is expected


def test_any_other_number_causes_nothing() -> None:
    assert cards.failure_of_test_card("4242-4242-4242-4242") is None


def test_a_card_names_its_issuer() -> None:
    by_failure = {card.failure: card for card in EVERY_CARD}
    assert by_failure["kb_card_in_test_mode"].issuer_code == "381"
    assert by_failure["limit_exceeded"].issuer_name == "신한카드"
    assert by_failure["unknown_card_number"].issuer_code is None


def test_a_card_does_not_show_its_number() -> None:
    for card in EVERY_CARD:
        assert card.number not in repr(card)
        assert card.birth not in repr(card)
