from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_iamport.domain.card import CardData, check_digit
from fake_iamport.gateway.card_checks import find_card_failure
from fake_iamport.gateway.failures import failures
from fake_iamport.gateway.korea import KOREA, has_right_check_digit
from fake_iamport.gateway.profiles import profiles

NOW = int(datetime(2026, 5, 20, 12, tzinfo=KOREA).timestamp())
RIGHT_NUMBER = "4518-4200-0000-0007"
WRONG_NUMBER = "4518-4200-0000-0008"
BUSINESS_NUMBERS = ["1248100998", "2208162517", "1208147521"]


def found(
    provider: str = "nice",
    *,
    for_key: bool = True,
    now: int = NOW,
    number: str = RIGHT_NUMBER,
    expiry: str = "2030-12",
    birth: str | None = "880229",
    pin: str | None = "00",
) -> str | None:
    card = CardData.from_wire(card_number=number, expiry=expiry, birth=birth, pwd_2digit=pin)
    return find_card_failure(card, profiles()[provider], for_key=for_key, now=now)


@pytest.mark.parametrize("provider", profiles())
@pytest.mark.parametrize("for_key", [True, False])
def test_a_right_card_passes(provider: str, *, for_key: bool) -> None:
    assert found(provider, for_key=for_key) is None


@pytest.mark.parametrize(
    "number",
    ["1234-5678-9012-3452", "", "0000-0000-0000-0000", "abcd", "451842000000000a", "４" * 16],
)
def test_a_number_of_no_scheme_is_unknown(number: str) -> None:
    assert found(number=number) == "unknown_card_number"


@pytest.mark.parametrize("digits", ["45184200000", "34" + "0" * 11, "34" + "0" * 13, "9" * 16])
def test_a_number_of_another_length_than_its_schemes_is_wrong(digits: str) -> None:
    assert found(number=digits + check_digit(digits)) == "wrong_card_number"


def test_a_scheme_has_its_own_length() -> None:
    assert found(number="378282246310005") is None


def test_a_number_passes_the_luhn_check() -> None:
    assert found(number=WRONG_NUMBER) == "wrong_card_number"


@pytest.mark.parametrize(
    "expiry",
    [
        "2030-13",
        "2030-00",
        "30-12",
        "12/30",
        "203012",
        "2030-1",
        "2030-12-01",
        "",
        "2030-12\n",
        "２０３０-12",
    ],
)
def test_an_expiry_is_a_year_and_a_month(expiry: str) -> None:
    assert found(expiry=expiry) == "wrong_expiry"


def test_a_card_expires_after_the_last_day_of_its_month() -> None:
    end = int(datetime(2026, 6, 1, tzinfo=KOREA).timestamp())
    assert found(expiry="2026-05", now=end - 1) is None
    assert found(expiry="2026-05", now=end) == "expired_card"


@given(st.integers(0, 4_000_000_000), st.dates(date(1970, 1, 1), date(2099, 12, 31)))
def test_a_card_is_expired_when_its_month_is_over(now: int, day: date) -> None:
    today = datetime.fromtimestamp(now, KOREA)
    is_over = (day.year, day.month) < (today.year, today.month)
    assert found(expiry=f"{day:%Y-%m}", now=now) == ("expired_card" if is_over else None)


@pytest.mark.parametrize("birth", [None, ""])
def test_a_birth_is_needed(birth: str | None) -> None:
    assert found(birth=birth) == "birth_missing"


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_day_of_two_centuries_is_a_birthday(day: date) -> None:
    assert found(birth=f"{day:%y%m%d}") is None


def test_the_leap_day_of_2000_is_a_birthday() -> None:
    assert found(birth="000229") is None


@pytest.mark.parametrize(
    "birth",
    ["881301", "880230", "010229", "000000", "19880229", "88022", "88-02-29", "birth!", "１" * 6],
)
def test_what_is_no_day_is_no_birth(birth: str) -> None:
    assert found(birth=birth) == "wrong_birth"


@pytest.mark.parametrize("number", BUSINESS_NUMBERS)
def test_a_companys_card_goes_by_its_business_number_without_pin(number: str) -> None:
    assert found(birth=number, pin=None) is None


@given(st.sampled_from(BUSINESS_NUMBERS), st.integers(1, 9))
def test_a_business_number_with_a_wrong_check_digit_is_wrong(number: str, shift: int) -> None:
    wrong = number[:9] + str((int(number[9]) + shift) % 10)
    assert found(birth=wrong) == "wrong_business_number"


@given(st.text("0123456789", min_size=9, max_size=9))
def test_one_check_digit_makes_a_business_number(digits: str) -> None:
    assert sum(has_right_check_digit(digits + last) for last in "0123456789") == 1


def test_a_persons_card_needs_a_pin() -> None:
    assert found(pin=None) == "pin_missing"


@pytest.mark.parametrize("pin", ["1", "123", "1a", "１２", "  "])
def test_a_pin_is_two_digits(pin: str) -> None:
    assert found(pin=pin) == "malformed_pin"


def test_a_companys_pin_is_two_digits_when_it_comes() -> None:
    assert found(birth=BUSINESS_NUMBERS[0], pin="1") == "malformed_pin"


def test_ksnet_looks_at_birth_and_pin_for_a_key_alone() -> None:
    assert found("ksnet", for_key=True, birth="999999", pin="x") == "wrong_birth"
    assert found("ksnet", for_key=False, birth="999999", pin="x") is None


@pytest.mark.parametrize(
    ("number", "expiry", "birth", "pin", "failure"),
    [
        ("1234-5678-9012-3452", "x", "999999", "x", "unknown_card_number"),
        (WRONG_NUMBER, "x", "999999", "x", "wrong_card_number"),
        (RIGHT_NUMBER, "x", "999999", "x", "wrong_expiry"),
        (RIGHT_NUMBER, "2020-12", "999999", "x", "expired_card"),
        (RIGHT_NUMBER, "2030-12", "999999", "x", "wrong_birth"),
        (RIGHT_NUMBER, "2030-12", "880229", "x", "malformed_pin"),
    ],
)
def test_checks_come_in_their_order(
    number: str, expiry: str, birth: str, pin: str, failure: str
) -> None:
    assert found(number=number, expiry=expiry, birth=birth, pin=pin) == failure


@given(st.text(max_size=20), st.text(max_size=8), st.text(max_size=11), st.text(max_size=3))
def test_whatever_is_typed_gets_a_failure_of_the_catalogue_or_none(
    number: str, expiry: str, birth: str, pin: str
) -> None:
    name = found(number=number, expiry=expiry, birth=birth, pin=pin)
    assert name is None or name in failures()
