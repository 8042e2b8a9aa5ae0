from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from fake_iamport import FakeMerchant
from fake_iamport.gateway import cards
from reference_client import (
    CardDetails,
    NotFound,
    OutcomeUnknown,
    Refused,
    Schedule,
    ScheduleItem,
    Unavailable,
)
from tests.reference_client.client_driver import FLAVOURS, Driver
from tests.reference_client.iamport_stub import (
    Effect,
    IamportStub,
    answer,
    envelope,
    instead,
    never_arrives,
    refused,
)

NOW = 1_700_000_000
MONTH = 30 * 24 * 60 * 60
GOOD = next(card for card in cards.test_cards() if card.failure is None)
CARD = CardDetails(GOOD.number, GOOD.expiry, birth=GOOD.birth, pwd_2digit=GOOD.pwd_2digit)


def item(merchant_uid: str, schedule_at: Any = NOW + MONTH, amount: Any = 9900) -> ScheduleItem:
    return {
        "merchant_uid": merchant_uid,
        "schedule_at": schedule_at,
        "amount": amount,
        "name": "월간 이용권",
    }


@pytest.fixture(params=FLAVOURS)
def driver(request: pytest.FixtureRequest, fake_iamport: FakeMerchant) -> Iterator[Driver]:
    fake_iamport.set_clock("frozen", NOW)
    with Driver(request.param, server=fake_iamport) as driver:
        driver.call("issue_billing_key", "subscriber", CARD)
        yield driver


def test_charges_are_scheduled_and_given_in_the_order_of_the_items(driver: Driver) -> None:
    items = [item("second", NOW + 2 * MONTH), item("first") | {"buyer_name": "홍길동"}]
    made = driver.call("schedule", "subscriber", items)
    assert [each.merchant_uid for each in made] == ["second", "first"]
    assert all(isinstance(each, Schedule) for each in made)
    assert (made[1].schedule_at, made[1].amount, made[1].buyer_name) == (
        NOW + MONTH,
        9900,
        "홍길동",
    )
    assert {each.schedule_status for each in made} == {"scheduled"}


def test_a_schedule_says_what_became_of_its_charge(
    driver: Driver, fake_iamport: FakeMerchant
) -> None:
    driver.call("schedule", "subscriber", [item("month/1"), item("month 2", NOW + 2 * MONTH)])
    waiting = driver.call("schedule_of", "month/1")
    assert (waiting.schedule_status, waiting.payment_status) == ("scheduled", None)
    fake_iamport.advance(seconds=MONTH)
    done = driver.call("schedule_of", "month/1")
    assert (done.schedule_status, done.payment_status) == ("executed", "paid")
    assert driver.call("payment", done.imp_uid).merchant_uid == "month/1"


@pytest.mark.parametrize("moment", [NOW * 1000, (NOW + MONTH) * 1000])
def test_milliseconds_are_never_sent(
    driver: Driver, fake_iamport: FakeMerchant, moment: int
) -> None:
    with pytest.raises(ValueError, match=f"'month-1'.*milliseconds.*{moment // 1000}"):
        driver.call("schedule", "subscriber", [item("month-0"), item("month-1", moment)])
    with pytest.raises(ValueError, match=r"until.*milliseconds"):
        driver.call("schedules_of", "subscriber", since=NOW, until=moment)
    assert fake_iamport.journal(operation="schedule") == []


@pytest.mark.parametrize("moment", [0, -1, 1.5, "1700000000", True, None])
def test_a_moment_that_is_none_is_never_sent(
    driver: Driver, fake_iamport: FakeMerchant, moment: Any
) -> None:
    with pytest.raises(ValueError, match="whole unix seconds"):
        driver.call("schedule", "subscriber", [item("month-1", moment)])
    assert fake_iamport.journal(operation="schedule") == []


def test_other_bad_input_is_never_sent(driver: Driver, fake_iamport: FakeMerchant) -> None:
    for call in (
        ("schedule", "subscriber", []),
        ("schedule", "subscriber", [item("month-1", amount=0)]),
        ("schedule", "", [item("month-1")]),
        ("unschedule", "subscriber", []),
        ("unschedule", "subscriber", "month-1"),
        ("unschedule", "", ["month-1"]),
        ("schedule_of", ""),
    ):
        with pytest.raises(ValueError, match=r"say|above 0|empty"):
            driver.call(*call)
    asked = {call.operation for call in fake_iamport.journal()}
    assert asked == {"getToken", "customer_save"}


def test_a_customer_without_a_key(driver: Driver) -> None:
    with pytest.raises(NotFound):
        driver.call("schedule", "nobody", [item("month-1")])


def test_an_order_is_scheduled_once(driver: Driver) -> None:
    driver.call("schedule", "subscriber", [item("month-1")])
    with pytest.raises(Refused):
        driver.call("schedule", "subscriber", [item("month-1")])


def test_revoking_says_what_was_not_waiting(driver: Driver, fake_iamport: FakeMerchant) -> None:
    driver.call("schedule", "subscriber", [item("month-1"), item("month-2", NOW + 2 * MONTH)])
    fake_iamport.advance(seconds=MONTH)
    told = driver.call("unschedule", "subscriber", ["month-1", "month-2", "month-3"])
    assert [each.merchant_uid for each in told.revoked] == ["month-2"]
    assert told.missing == ("month-1", "month-3")
    assert driver.call("schedule_of", "month-2").schedule_status == "revoked"
    with pytest.raises(NotFound):
        driver.call("unschedule", "subscriber", ["month-2"])


def test_another_customers_schedules_are_not_revoked(driver: Driver) -> None:
    driver.call("issue_billing_key", "other", CARD)
    driver.call("schedule", "other", [item("others-month")])
    with pytest.raises(NotFound):
        driver.call("unschedule", "subscriber", ["others-month"])


def test_a_customers_schedules_come_in_pages(driver: Driver) -> None:
    days = [item(f"day-{day:02d}", NOW + day * 86_400) for day in range(1, 26)]
    driver.call("schedule", "subscriber", days)
    driver.call("unschedule", "subscriber", ["day-01"])
    span = {"since": NOW, "until": NOW + MONTH}
    first = driver.call("schedules_of", "subscriber", **span)
    assert (first.total, first.previous, first.next, len(first.records)) == (25, 0, 2, 20)
    second = driver.call("schedules_of", "subscriber", **span, page=first.next)
    seen = {each.merchant_uid for each in (*first.records, *second.records)}
    assert seen == {each["merchant_uid"] for each in days}
    revoked = driver.call("schedules_of", "subscriber", **span, status="revoked")
    assert [each.merchant_uid for each in revoked.records] == ["day-01"]
    assert driver.call("schedules_of", "nobody", **span).records == ()


def test_a_schedule_that_is_not_there(driver: Driver) -> None:
    with pytest.raises(NotFound) as caught:
        driver.call("schedule_of", "month-1")
    assert caught.value.http_status == 404


class TestWithoutAUsableAnswer:
    MADE = {
        "customer_uid": "subscriber",
        "merchant_uid": "month-1",
        "schedule_at": NOW + MONTH,
        "amount": 9900,
        "schedule_status": "scheduled",
    }
    UNUSABLE: dict[str, Effect] = {
        "html": answer(200, b"<html>"),
        "nothing": instead(envelope([])),
        "no list": instead(envelope(MADE)),
        "half a schedule": instead(envelope([{"merchant_uid": "month-1"}])),
        "another order": instead(envelope([MADE | {"merchant_uid": "month-2"}])),
        "another customer": instead(envelope([MADE | {"customer_uid": "other"}])),
        "502": answer(502, b"<html>"),
        "503 that says yes": instead(envelope([MADE], status=503)),
        "500 that says no": instead(refused("내부 오류", status=500)),
        "timeout": never_arrives(httpx.ReadTimeout),
    }

    @pytest.fixture
    def stub(self) -> IamportStub:
        return IamportStub()

    @pytest.fixture(params=FLAVOURS)
    def driver(self, request: pytest.FixtureRequest, stub: IamportStub) -> Iterator[Driver]:
        with Driver(request.param, stub) as driver:
            yield driver

    @pytest.mark.parametrize("effect", UNUSABLE.values(), ids=UNUSABLE)
    @pytest.mark.parametrize("operation", ["schedule", "unschedule"])
    def test_the_outcome_of_a_change_is_unknown(
        self, driver: Driver, stub: IamportStub, operation: str, effect: Effect
    ) -> None:
        stub.once(operation, effect)
        asked: list[Any] = [item("month-1")] if operation == "schedule" else ["month-1"]
        with pytest.raises(OutcomeUnknown) as caught:
            driver.call(operation, "subscriber", asked)
        lost = caught.value
        assert (lost.about, lost.customer_uid) == ("schedule", "subscriber")
        assert lost.merchant_uids == ("month-1",)
        assert "the schedule of 'month-1'" in str(lost)
        assert len(stub.asked(operation)) == 1

    @pytest.mark.parametrize("fields", [{"schedule_at": NOW}, {"amount": 99}, {"currency": "USD"}])
    def test_another_schedule_than_asked_is_not_taken_for_it(
        self, driver: Driver, stub: IamportStub, fields: dict[str, Any]
    ) -> None:
        stub.once("schedule", instead(envelope([self.MADE | fields])))
        with pytest.raises(OutcomeUnknown):
            driver.call("schedule", "subscriber", [item("month-1")])

    def test_what_is_not_revoked_is_not_taken_for_it(
        self, driver: Driver, stub: IamportStub
    ) -> None:
        stub.once("unschedule", instead(envelope([self.MADE])))
        with pytest.raises(OutcomeUnknown):
            driver.call("unschedule", "subscriber", ["month-1"])

    @pytest.mark.parametrize("response", [None, MADE | {"merchant_uid": "x"}, {"list": 1}])
    def test_a_look_up_is_merely_unavailable(
        self, driver: Driver, stub: IamportStub, response: Any
    ) -> None:
        stub.once("schedules", *[instead(envelope(response))] * 2)
        with pytest.raises(Unavailable):
            driver.call("schedule_of", "month-1")
        with pytest.raises(Unavailable):
            driver.call("schedules_of", "subscriber", since=NOW, until=NOW + 1)

    def test_records_are_read_generously(self, driver: Driver, stub: IamportStub) -> None:
        generous = self.MADE | {"imp_uid": None, "executed_at": None, "amount": "9900", "new": {}}
        stub.once("schedules", instead(envelope(generous)))
        found = driver.call("schedule_of", "month-1")
        assert (found.amount, found.executed_at) == (9900, 0)
        assert repr(found) == f"<Schedule scheduled 9900 KRW at {NOW + MONTH} for 'month-1'>"
