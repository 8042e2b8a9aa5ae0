import time

import pytest

from fake_iamport.documents import DocumentError
from fake_iamport.domain.card import passes_luhn
from fake_iamport.gateway.datafiles import read_data
from fake_iamport.gateway.evidence import Evidence
from fake_iamport.gateway.failures import (
    Failure,
    PgCode,
    Stage,
    UnknownFailure,
    failures,
    find_failure,
    free_failure,
    load_failures,
    parse_failure,
)
from fake_iamport.gateway.issuers import identity_of, scheme_of
from fake_iamport.gateway.profiles import profiles

EVERY_FAILURE = list(failures().values())
CATALOGUE = """\
tables:
  nice: NICE manual
  kcp: KCP codes
failures:
  lost_card:
    stage: charge
    card: 4518-4220-0000-0078
    meaning: The card was lost.
    evidence: guess
    reference: a shop's help page
    codes:
      nice: {code: "8350", text: 분실}
      kcp: {code: CC04, text: 분실 카드}
  stolen_card:
    stage: charge
    card: 4518-4220-0000-0086
    meaning: The card was stolen.
    codes:
      nice: {code: "8351", text: 도난}
"""


def refusal(before: str, after: str) -> str:
    assert before in CATALOGUE
    with pytest.raises(DocumentError) as caught:
        load_failures(CATALOGUE.replace(before, after, 1), "own.yaml")
    return str(caught.value)


def every_failure() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("failure", EVERY_FAILURE, ids=lambda failure: failure.name)


@pytest.mark.parametrize(
    "name",
    [
        "unknown_card_number", "wrong_card_number", "wrong_expiry", "expired_card", "wrong_birth",
        "wrong_business_number", "pin_missing", "wrong_pin", "pin_attempts_exceeded", "wrong_cvc",
        "unusable_card", "card_cannot_be_authenticated", "kb_card_in_test_mode",
        "already_registered_card", "limit_exceeded", "per_charge_limit_exceeded",
        "daily_limit_exceeded", "monthly_limit_exceeded", "insufficient_balance", "lost_card",
        "stolen_card", "suspended_card", "overdue_card", "closed_card", "call_issuer",
        "instalment_months_invalid", "instalment_too_long", "instalment_amount_too_small",
        "instalment_not_allowed_for_card", "key_in_not_contracted", "billing_not_contracted",
        "merchant_not_approved", "issuer_maintenance", "issuer_timeout", "issuer_network_failure",
        "gateway_down", "duplicate_transaction", "test_amount_refused", "cancel_already_done",
        "cancel_amount_above_rest", "cancel_period_over", "partial_cancel_not_possible",
    ],
)  # fmt: skip
def test_the_catalogue_has_what_a_merchant_meets(name: str) -> None:
    assert find_failure(name).name == name


@pytest.mark.parametrize(
    ("name", "code", "text"),
    [
        (
            "unknown_card_number",
            "F112",
            "유효하지않은 카드번호를 입력하셨습니다. (card_bin 없음)",
        ),
        ("wrong_card_number", "F113", "거래거절 카드번호틀림"),
        (
            "kb_card_in_test_mode",
            "F113",
            (
                "유효기간오류 - 테스트모드에서는 KB카드 사용이 불가능합니다. "
                "(타카드는 테스트모드에서도 정상, KB카드도 실제 계약후에는 문제없음)"
            ),
        ),
        ("merchant_not_approved", "8901", "미등록PG업체/거래정지업체"),
    ],
)
def test_recorded_texts_of_nice_are_verbatim(name: str, code: str, text: str) -> None:
    said = find_failure(name).code_for("nice")
    assert (said.code, said.text, said.evidence) == (code, text, Evidence.OBSERVED)


def test_issuers_decline_at_the_charge() -> None:
    declines = ("limit_exceeded", "insufficient_balance", "lost_card", "stolen_card", "closed_card")
    assert {find_failure(name).stage for name in declines} == {Stage.CHARGE}


def test_every_stage_has_failures() -> None:
    assert {failure.stage for failure in EVERY_FAILURE} == set(Stage)


@every_failure()
def test_a_test_card_is_a_korean_issuers(failure: Failure) -> None:
    number = (failure.card or "").replace("-", "")
    scheme = scheme_of(number)
    if failure.name == "unknown_card_number":
        assert scheme is None
        return
    assert scheme is not None
    assert len(identity_of(number, "nice").issuer_code or "") == 3
    assert scheme.has_length_of(number)
    assert passes_luhn(number) is (failure.name != "wrong_card_number")


@every_failure()
def test_texts_have_no_stray_space(failure: Failure) -> None:
    for said in failure.codes.values():
        assert said.text == said.text.strip()
        assert said.code == said.code.strip()


@every_failure()
def test_a_meaning_is_whole_sentences(failure: Failure) -> None:
    assert failure.meaning[0].isupper()
    assert failure.meaning.endswith(".")
    assert "\n" not in failure.meaning


@every_failure()
def test_a_guess_says_what_it_rests_on(failure: Failure) -> None:
    if failure.evidence is not Evidence.DOCS:
        assert failure.reference != "NICE manual, error codes"


def test_profiles_speak_tables_of_the_catalogue() -> None:
    spoken = {profile.code_table for profile in profiles().values()}
    written = {table for failure in EVERY_FAILURE for table in failure.codes}
    assert spoken == written


def test_a_gateway_without_a_code_of_its_own_says_what_nice_says() -> None:
    failure = load_failures(CATALOGUE, "own.yaml")["stolen_card"]
    assert failure.code_for("kcp") is failure.codes["nice"]


def test_a_failures_evidence_is_the_default_gateways() -> None:
    failure = load_failures(CATALOGUE, "own.yaml")["lost_card"]
    assert (failure.evidence, failure.reference) == (Evidence.GUESS, "a shop's help page")
    assert failure.codes["kcp"] == PgCode(
        code="CC04", text="분실 카드", evidence=Evidence.DOCS, reference="KCP codes"
    )


def test_evidence_and_reference_default_to_the_published_table() -> None:
    failure = load_failures(CATALOGUE, "own.yaml")["stolen_card"]
    assert (failure.evidence, failure.reference) == (Evidence.DOCS, "NICE manual")


def test_a_code_can_have_evidence_of_its_own() -> None:
    row = "{code: CC04, text: 분실 카드, evidence: guess, reference: hearsay}"
    text = CATALOGUE.replace("{code: CC04, text: 분실 카드}", row)
    said = load_failures(text, "own.yaml")["lost_card"].codes["kcp"]
    assert (said.evidence, said.reference) == (Evidence.GUESS, "hearsay")


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UnknownFailure) as caught:
        find_failure("limit_exceded")
    assert caught.value.name == "limit_exceded"
    assert str(caught.value) == (
        "there is no failure 'limit_exceded'; did you mean 'limit_exceeded'?"
    )


def test_a_failure_does_not_show_its_card() -> None:
    failure = find_failure("lost_card")
    assert repr(failure) == "Failure('lost_card')"
    assert str(failure.card) not in f"{failure} {[failure]}"


def test_a_free_failure_says_the_same_for_every_gateway() -> None:
    failure = free_failure("X123", "아무 말")
    said = {(failure.code_for(p.code_table).code, failure.code_for(p.code_table).text)
            for p in profiles().values()}  # fmt: skip
    assert said == {("X123", "아무 말")}
    assert failure.card is None


@pytest.mark.parametrize(
    ("code", "stage"),
    [
        ("F112", Stage.CARD_DATA),
        ("CC61", Stage.CHARGE),
        ("2032", Stage.CANCEL),
        ("550433", Stage.PLATFORM),
        ("nobody's", Stage.CHARGE),
    ],
)
def test_a_free_failure_happens_where_its_code_does(code: str, stage: Stage) -> None:
    assert free_failure(code, "text").stage is stage


def test_a_failure_can_be_written_as_a_name_or_as_code_and_text() -> None:
    assert parse_failure("lost_card") is find_failure("lost_card")
    said = parse_failure(" 9999 : 기타: 오류 ").code_for("nice")
    assert (said.code, said.text) == ("9999", "기타: 오류")


@pytest.mark.parametrize("text", [":text", "CODE:", ":", " : "])
def test_a_free_failure_needs_code_and_text(text: str) -> None:
    with pytest.raises(ValueError, match="CODE:text"):
        parse_failure(text)


def test_a_name_that_is_none_is_refused_when_written() -> None:
    with pytest.raises(UnknownFailure, match="did you mean 'lost_card'"):
        parse_failure("lost_crad")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "stage: charge",
            "stage: chrage",
            (
                "own.yaml:6:12: failures.lost_card.stage: 'chrage' is not one of "
                "card_data, charge, cancel, platform; did you mean 'charge'?"
            ),
        ),
        (
            '      nice: {code: "8351", text: 도난}',
            "      kcp: {code: CC43, text: 도난}",
            "own.yaml:19:7: failures.stolen_card.codes: the code of nice is missing",
        ),
        (
            "  stolen_card:",
            "  lost_card:",
            "own.yaml:14:3: failures: the key 'lost_card' stands twice",
        ),
        (
            "4518-4220-0000-0086",
            "4518-4220-0000-0078",
            "own.yaml:16:11: failures.stolen_card.card: lost_card has the same card",
        ),
        (
            "4518-4220-0000-0086",
            "4518-4220-0000-0087",
            "own.yaml:16:11: failures.stolen_card.card: this number should pass the Luhn check",
        ),
        (
            "    card: 4518-4220-0000-0086",
            "    card_passes_luhn: false\n    card: 4518-4220-0000-0086",
            "own.yaml:17:11: failures.stolen_card.card: this number should fail the Luhn check",
        ),
        (
            "meaning: The card was lost.",
            'meaning: ""',
            "own.yaml:8:14: failures.lost_card.meaning: expected text of length >= 1",
        ),
        (
            "      kcp: {",
            "      kpc: {",
            (
                "own.yaml:13:7: failures.lost_card.codes.kpc: there is no table 'kpc'; "
                "did you mean 'kcp'?"
            ),
        ),
        (
            "{code: CC04,",
            "{code: 4,",
            (
                "own.yaml:13:19: failures.lost_card.codes.kcp.code: expected text, "
                "got a whole number; put it in quotes"
            ),
        ),
    ],
)
def test_a_bad_catalogue_is_refused_with_its_line(before: str, after: str, expected: str) -> None:
    assert refusal(before, after) == expected


@pytest.mark.parametrize(
    "number", ["4518422000000086", "4518-4220-0000-008", "4518-4220-0000-008x", "zzz"]
)
def test_a_malformed_card_number_is_refused_and_not_shown(number: str) -> None:
    said = refusal("4518-4220-0000-0086", f"'{number}'")
    assert said.startswith("own.yaml:16:11: failures.stolen_card.card: expected text matching")
    assert number not in said.partition("matching")[0]


def test_a_malformed_name_is_refused() -> None:
    said = refusal("stolen_card", "Stolen-Card")
    assert said.startswith("own.yaml:14:3: failures.Stolen-Card: expected text matching")


def test_the_catalogue_loads_in_no_time() -> None:
    text = read_data("failures.yaml")
    durations = []
    for _ in range(5):
        start = time.perf_counter()
        load_failures(text, "failures.yaml")
        durations.append(time.perf_counter() - start)
    # It takes about 5 ms; the margin is for busy machines.
    assert min(durations) < 0.05
