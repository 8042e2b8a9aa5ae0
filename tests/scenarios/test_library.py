"""What every ready-made file has, and what no walk can show."""

import re
from typing import Any

import httpx
import pytest

from fake_iamport import FakeIamport, FakeMerchant, Settings
from fake_iamport.gateway.cards import test_cards as every_test_card
from fake_iamport.scenario.form import BothLanguages
from fake_iamport.scenario.library import scenario_library
from fake_iamport.scenario.printing import document_of
from fake_iamport.scenario.reading import open_scenario
from reference_client import CardDetails, Iamport
from reference_client.rehearsal import rehearse

HANGUL = re.compile("[가-힣]")


@pytest.mark.parametrize("name", scenario_library())
def test_every_file_tells_people_in_both_languages_what_it_is_good_for(name: str) -> None:
    form = open_scenario(name).form

    for field in ("title", "description", "lesson", "expected"):
        texts = getattr(form, field)
        assert isinstance(texts, BothLanguages), field
        assert not HANGUL.search(texts.en), field
        assert HANGUL.search(texts.ko), field
        assert "\n" not in texts.en + texts.ko, field
    assert form.evidence is not None
    assert form.reference
    assert form.walk
    assert all(rule.name for rule in form.rules)


def test_there_are_thirty_of_them_at_least() -> None:
    assert len(scenario_library()) >= 30


@pytest.fixture(scope="module")
def bad_day() -> list[str]:
    return _day(seed=3)


def test_a_bad_day_can_be_had_again(bad_day: list[str]) -> None:
    assert _day(seed=3) == bad_day


def test_another_seed_is_another_bad_day(bad_day: list[str]) -> None:
    assert _day(seed=4) != bad_day


def test_on_a_bad_day_every_order_is_paid_once(bad_day: list[str]) -> None:
    assert bad_day[-1] == "keys 1, paid 40"


def test_one_answer_in_ten_is_slow(emulator: FakeIamport) -> None:
    merchant = emulator.create_merchant(scenario=["slow_one_in_ten"])
    with _client(merchant) as iamport:
        iamport.issue_billing_key("kim", _card())
        for number in range(20):
            order = f"order-{number}"
            iamport.pay_by_key(
                merchant_uid=order, amount=12000, customer_uid="kim", name="당근 10kg"
            )

    calls = merchant.journal(operation="again")
    delayed = [call.fault for call in calls if call.fault]
    merchant.remove()
    assert 1 <= len(delayed) <= 4
    assert set(delayed) == {"delayed by 0.4 seconds"}


def test_a_careless_merchant_schedules_for_the_far_future_and_is_told_nothing(
    emulator: FakeIamport,
) -> None:
    merchant = emulator.create_merchant(scenario=["schedule_in_milliseconds"])
    with _client(merchant) as iamport:
        iamport.issue_billing_key("kim", _card())
        answer = _schedule_carelessly(merchant)

    [call] = merchant.journal(operation="schedule")
    merchant.remove()
    assert (answer["code"], answer["response"][0]["schedule_status"]) == (0, "scheduled")
    assert [rule.rule for rule in call.rules] == ["milliseconds"]


def _day(seed: int) -> list[str]:
    """All that merchant and emulator told of a bad day."""
    document = {**document_of(open_scenario("bad_day")), "seed": seed}
    with FakeIamport(Settings(seed=1)) as fake:
        steps = list(rehearse(fake.url, "bad_day", document))
    return [line for step in steps for line in (*step.recorded, *step.saw)]


def _client(merchant: FakeMerchant) -> Iamport:
    return Iamport(merchant.imp_key, merchant.imp_secret, base_url=merchant.url)


def _card() -> CardDetails:
    card = every_test_card()[0]
    return CardDetails(card.number, card.expiry, birth=card.birth, pwd_2digit=card.pwd_2digit)


def _schedule_carelessly(merchant: FakeMerchant) -> Any:
    item = {
        "merchant_uid": "april",
        "schedule_at": 4_102_444_800_000,
        "amount": 9900,
        "name": "구독",
    }
    keys = {"imp_key": merchant.imp_key, "imp_secret": merchant.imp_secret}
    with httpx.Client(base_url=merchant.url, trust_env=False) as http:
        token = http.post("/users/getToken", json=keys).json()["response"]["access_token"]
        return http.post(
            "/subscribe/payments/schedule",
            json={"customer_uid": "kim", "schedules": [item]},
            headers={"Authorization": token},
        ).json()
