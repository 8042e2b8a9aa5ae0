import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_iamport.domain.card import Card, CardData, check_digit, passes_luhn

NUMBERS = st.text("0123456789", min_size=1, max_size=20)


def typed_card() -> CardData:
    return CardData.from_wire(
        card_number="4111-1111 1111-1111",
        expiry="2031-07",
        birth="880229",
        pwd_2digit="46",
        cvc="735",
    )


def test_spaces_and_dashes_leave_the_number() -> None:
    assert typed_card().number == "4111111111111111"


def test_the_other_parameters_stay_as_typed() -> None:
    card = typed_card()
    assert (card.expiry, card.birth, card.pin_digits, card.cvc) == (
        "2031-07",
        "880229",
        "46",
        "735",
    )


def test_a_field_left_empty_counts_as_not_sent() -> None:
    card = CardData.from_wire(card_number="1", expiry="", birth="", pwd_2digit="", cvc="")
    assert (card.birth, card.pin_digits, card.cvc) == (None, None, None)


@pytest.mark.parametrize("show", [repr, str, "{}".format, lambda card: f"{[card]!r}"])
def test_typed_data_never_shows_itself(show: object) -> None:
    assert callable(show)
    shown = show(typed_card())
    for secret in ("4111", "1111", "2031", "880229", "46", "735"):
        assert secret not in shown


def test_typed_data_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        typed_card().number = "5555555555554444"  # type: ignore[misc]


def test_what_is_kept_of_a_card_has_no_place_for_secrets() -> None:
    kept = {field.name for field in msgspec.structs.fields(Card)}
    assert kept == {
        "number", "code", "name", "type",
        "issuer_code", "issuer_name", "publisher_code", "publisher_name",
    }  # fmt: skip


@pytest.mark.parametrize("number", ["4111111111111111", "378282246310005", "79927398713"])
def test_known_numbers_pass_the_luhn_check(number: str) -> None:
    assert passes_luhn(number)


@given(NUMBERS)
def test_exactly_one_last_digit_passes_the_luhn_check(digits: str) -> None:
    passing = [last for last in "0123456789" if passes_luhn(digits + last)]
    assert passing == [check_digit(digits)]


@given(NUMBERS, st.data())
def test_one_mistyped_digit_fails_the_luhn_check(digits: str, data: st.DataObject) -> None:
    number = digits + check_digit(digits)
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != number[place]))
    assert not passes_luhn(number[:place] + wrong + number[place + 1 :])
