import pytest

from fake_iamport.domain.card import Card
from fake_iamport.gateway.evidence import Evidence
from fake_iamport.gateway.issuers import (
    Bin,
    Issuer,
    Scheme,
    bins,
    identify,
    identity_of,
    issuers,
    scheme_of,
    schemes,
)
from fake_iamport.gateway.profiles import profiles


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("4111111111111111", "visa"),
        ("5105105105105100", "mastercard"),
        ("2221000000000009", "mastercard"),
        ("2720999999999996", "mastercard"),
        ("378282246310005", "amex"),
        ("30569309025904", "diners"),
        ("3530111333300000", "jcb"),
        ("6011000990139424", "discover"),
        ("6233740000006021", "unionpay"),
        ("9540490000001569", "domestic"),
    ],
)
def test_a_number_belongs_to_the_scheme_of_its_range(number: str, name: str) -> None:
    scheme = scheme_of(number)
    assert scheme is not None
    assert scheme.name == name
    assert scheme.has_length_of(number)


@pytest.mark.parametrize(
    "number", ["1234567890123452", "0", "", "2220990000000000", "2721000000000000", "7", "3"]
)
def test_some_numbers_belong_to_no_scheme(number: str) -> None:
    assert scheme_of(number) is None


def test_no_number_belongs_to_two_schemes() -> None:
    for number in range(10_000):
        owners = [scheme for scheme in schemes() if scheme.owns(f"{number:04d}")]
        assert len(owners) <= 1, number


def test_a_schemes_lengths_are_exact() -> None:
    visa = scheme_of("4")
    assert visa is not None
    fitting = [length for length in range(25) if visa.has_length_of("4" * length)]
    assert fitting == [13, 16, 19]


@pytest.mark.parametrize(
    ("number", "provider", "code", "name", "card_type"),
    [
        ("5272892700002305", "nice", "381", "국민KB카드", 1),
        ("5365101900003392", "nice_v2", "381", "KB국민카드", 1),
        ("5570420000007221", "kcp", "381", "KB국민카드", 0),
        ("5594100000000004", "html5_inicis", "366", "신한카드", 1),
        ("9540490000001569", "nice", "361", "BC카드", 1),
    ],
)
def test_recorded_cards_are_known(
    number: str, provider: str, code: str, name: str, card_type: int
) -> None:
    identity = identity_of(number, provider)
    assert (identity.issuer_code, identity.issuer_name, identity.type) == (code, name, card_type)


def test_a_bank_can_publish_anothers_card() -> None:
    identity = identity_of("5365101900003392", "nice_v2")
    assert (identity.publisher_code, identity.publisher_name) == ("090", "카카오뱅크")


def test_an_issuer_publishes_its_own_cards() -> None:
    identity = identity_of("5570420000007221", "nice_v2")
    assert identity.publisher_code == identity.issuer_code == "381"


def test_the_longest_prefix_counts() -> None:
    assert identity_of("9431160000000000", "nice").issuer_code == "365"
    assert identity_of("9999990000000000", "nice").issuer_code == "361"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("4242424242424242", "10005"),
        ("5105105105105100", "10004"),
        ("378282246310005", "10003"),
        ("30569309025904", "10002"),
        ("6233740000006021", "10001"),
        ("3530111333300000", "10006"),
    ],
)
def test_any_other_card_is_its_schemes_overseas_card(number: str, code: str) -> None:
    identity = identity_of(number, "nice")
    assert identity.issuer_code == code
    assert identity.issuer_name == issuers()[code].name
    assert identity.type is None


def test_of_a_number_without_scheme_nothing_is_known() -> None:
    assert identity_of("1234567890123452", "nice").issuer_code is None


def test_a_recorded_card_of_nice_is_answered_as_recorded() -> None:
    assert identify("5272892712342305", profiles()["nice"]) == Card(
        number="52728927****2305", code="381", name="국민KB카드", type=1
    )


def test_a_recorded_card_of_nice_v2_is_answered_as_recorded() -> None:
    assert identify("5365101912343392", profiles()["nice_v2"]) == Card(
        number="53651019****3392",
        code="381",
        name="KB국민카드",
        type=1,
        issuer_code="381",
        issuer_name="KB국민카드",
        publisher_code="090",
        publisher_name="카카오뱅크",
    )


def test_inicis_does_not_tell_the_type() -> None:
    assert identify("5594101234567894", profiles()["html5_inicis"]) == Card(
        number="559410*********4", code="366", name="신한카드", type=None
    )


@pytest.mark.parametrize("known", bins(), ids=lambda known: known.prefix)
def test_a_prefix_is_digits_of_a_scheme_and_a_known_issuer(known: Bin) -> None:
    assert known.prefix.isdigit()
    assert scheme_of(known.prefix.ljust(16, "0")) is not None
    assert known.issuer in issuers()
    assert known.publisher is None or known.publisher in issuers()


def test_no_prefix_stands_twice() -> None:
    prefixes = [known.prefix for known in bins()]
    assert len(prefixes) == len(set(prefixes))


def test_every_korean_issuer_has_a_prefix() -> None:
    named = {known.issuer for known in bins()} | {known.publisher for known in bins()}
    assert {code for code in issuers() if len(code) == 3} <= named


def test_overseas_issuers_of_schemes_are_known() -> None:
    named = {scheme.overseas_issuer for scheme in schemes() if scheme.overseas_issuer}
    assert named == {code for code in issuers() if len(code) == 5}


def test_what_was_recorded_says_where() -> None:
    rows: list[Bin | Scheme | Issuer] = [*bins(), *schemes(), *issuers().values()]
    assert all(row.reference for row in rows if row.evidence is Evidence.OBSERVED)
