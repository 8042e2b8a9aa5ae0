import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_iamport.documents import DocumentError
from fake_iamport.errors import MissingParameters
from fake_iamport.gateway.datafiles import read_data
from fake_iamport.gateway.failures import find_failure
from fake_iamport.gateway.profiles import (
    Profile,
    choose_profile,
    default_profile,
    load_profiles,
    profile_of_channel,
    profiles,
)

EVERY_PROFILE = list(profiles().values())
RECORDED_AT = 1603417955  # 2020-10-23 10:52:35 in Korea


def every_profile() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("profile", EVERY_PROFILE, ids=lambda profile: profile.provider)


def ones(count: int) -> str:
    return "1" * count


def test_the_gateways_that_issue_keys_over_the_api_are_there() -> None:
    assert list(profiles()) == [
        "nice", "nice_v2", "kcp", "html5_inicis", "tosspayments", "ksnet", "daou", "welcome",
    ]  # fmt: skip


def test_nice_is_the_default() -> None:
    assert default_profile().provider == "nice"


@pytest.mark.parametrize(
    ("provider", "number", "masked"),
    [
        ("nice", "5272892700002305", "52728927****2305"),
        ("nice_v2", "5365101900003392", "53651019****3392"),
        ("html5_inicis", "5594100000000004", "559410*********4"),
        ("kcp", "5570421234567221", "5570420000007221"),
        ("ksnet", "5570421234567221", "557042******7221"),
    ],
)
def test_masks_are_as_recorded(provider: str, number: str, masked: str) -> None:
    assert profiles()[provider].masked(number) == masked


@given(st.text("123456789", max_size=19), st.sampled_from(EVERY_PROFILE))
def test_at_least_four_digits_of_any_number_stay_hidden(number: str, profile: Profile) -> None:
    masked = profile.masked(number)
    assert len(masked) == len(number)
    assert masked.count(profile.mask.fill) >= min(4, len(number))


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        ("nice", "nictest04m01162010231052351111"),
        ("nice_v2", "iamport01m01162010231052351111"),
        ("kcp", "20111111111111"),
        ("html5_inicis", "INIAPICARDINIBillTst20201023105235111111"),
    ],
)
def test_transaction_ids_have_the_gateways_shape(provider: str, expected: str) -> None:
    assert profiles()[provider].transaction_id(RECORDED_AT, ones) == expected


@every_profile()
def test_different_digits_make_different_transaction_ids(profile: Profile) -> None:
    made = {profile.transaction_id(RECORDED_AT, lambda n, d=digit: d * n) for digit in "12"}  # type: ignore[misc]
    assert len(made) == 2


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        (
            "nice",
            "https://npg.nicepay.co.kr/issue/IssueLoader.do?TID=T1&type=0&InnerWin=Y",
        ),
        (
            "kcp",
            (
                "https://admin8.kcp.co.kr/assist/bill.BillActionNew.do"
                "?cmd=card_bill&tno=T1&order_no=imps_1&trade_mony=1000"
            ),
        ),
        ("html5_inicis", "https://iniweb.inicis.com/receipt/iniReceipt.jsp?noTid=T1"),
        ("ksnet", None),
    ],
)
def test_receipts_are_where_they_were_recorded(provider: str, expected: str | None) -> None:
    assert profiles()[provider].receipt_url("T1", "imps_1", 1000) == expected


@pytest.mark.parametrize(
    ("provider", "name", "reason"),
    [
        ("nice", "wrong_card_number", "[F113]거래거절 카드번호틀림"),
        ("kcp", "limit_exceeded", "[CC61]거래금액 한도초과"),
        ("nice_v2", "wrong_card_number", "[F113]거래거절 카드번호틀림"),
        ("kcp", "closed_card", "[8019]해지카드"),
        ("nice", "cancel_already_done", "해당거래 취소실패(기취소성공) : 전화 문의(1661-0808)"),
    ],
)
def test_a_reason_is_the_gateways_code_and_text(provider: str, name: str, reason: str) -> None:
    assert profiles()[provider].reason(find_failure(name)) == reason


@pytest.mark.parametrize(
    "pg", [None, "", "nosuch", "KCP", "kcp.", ".kcp", "kcp.a b", "kcp.a.b", "."]
)
def test_an_absent_or_invalid_pg_means_the_default(pg: str | None) -> None:
    default = profiles()["welcome"]
    assert choose_profile(pg, default) is default


@every_profile()
def test_a_provider_means_its_profile(profile: Profile) -> None:
    assert choose_profile(profile.provider, default_profile()) is profile


def test_a_provider_with_a_mid_means_its_profile_with_that_mid() -> None:
    chosen = choose_profile("kcp.A7NC2", default_profile())
    assert (chosen.provider, chosen.pg_id) == ("kcp", "A7NC2")
    assert profiles()["kcp"].pg_id == "BA001"


@every_profile()
def test_a_channel_key_means_its_profile(profile: Profile) -> None:
    assert profile_of_channel(profile.channel_key) is profile


def test_an_unknown_channel_key_means_nothing() -> None:
    assert profile_of_channel("channel-key-nosuch") is None


@every_profile()
def test_a_channel_key_looks_like_one(profile: Profile) -> None:
    assert re.fullmatch(
        r"channel-key-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", profile.channel_key
    )


def test_no_two_gateways_share_a_channel_key() -> None:
    assert len({profile.channel_key for profile in EVERY_PROFILE}) == len(EVERY_PROFILE)


def test_only_ksnet_and_tosspayments_store_no_key_with_a_payment() -> None:
    without = {profile.provider for profile in EVERY_PROFILE if not profile.payment_stores_key}
    assert without == {"ksnet", "tosspayments"}


def test_nice_answers_no_issuer_and_nice_v2_does() -> None:
    assert not profiles()["nice"].answers_issuer
    assert profiles()["nice_v2"].answers_issuer


def test_what_a_gateway_insists_on_must_be_there() -> None:
    ksnet = profiles()["ksnet"]
    with pytest.raises(MissingParameters, match=r"^buyer_name, product_type 파라메터가"):
        ksnet.require(SimpleNamespace(buyer_name=""), "key_in")
    ksnet.require(SimpleNamespace(buyer_name="홍길동", product_type="real"), "key_in")


def test_birth_and_pin_are_left_to_the_card_checks() -> None:
    profiles()["nice"].require(SimpleNamespace(), "key")


def test_a_gateway_that_stands_twice_is_refused_with_its_line() -> None:
    text = read_data("profiles.yaml").replace("provider: kcp", "provider: nice")
    line = text[: text.rindex("provider: nice\n")].count("\n") + 1
    with pytest.raises(
        DocumentError, match=rf"^p.yaml:{line}:13: \[2\].provider: 'nice' stands twice"
    ):
        load_profiles(text, "p.yaml")


def test_a_misspelt_setting_of_a_gateway_is_refused() -> None:
    text = read_data("profiles.yaml").replace("answers_issuer", "answers_isuer", 1)
    text = text.replace("  answers_issuer: true", "  answers_isuer: true", 1)
    with pytest.raises(DocumentError, match="did you mean 'answers_issuer'"):
        load_profiles(text, "p.yaml")
