import pytest

from fake_iamport.gateway.failures import failures
from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule, read_rule

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        ("limit_exceeded", "declined"),
        ("{failure: limit_exceeded}", "declined"),
        ("{failure: limit_exceeded, as: declined}", "declined"),
        ("{failure: limit_exceeded, as: refused}", "refused"),
        ("issuer_maintenance", "refused"),
        ("{failure: issuer_maintenance, as: declined}", "declined"),
        ("{failure: issuer_maintenance, as: refused}", "refused"),
        ("{failure: wrong_pin, as: declined}", "declined"),
        ("'9999:그냥 안 됨'", "declined"),
        ("{failure: '9999:그냥 안 됨', as: refused}", "refused"),
    ],
)
@pytest.mark.parametrize("operation", ["onetime", "again", "scheduled_charge"])
async def test_a_charge_fails_as_the_rule_says(
    stage: Stage, operation: str, failure: str, outcome: str
) -> None:
    await stage.register()
    now = stage.merchant.clock.now()
    if operation == "scheduled_charge":
        await stage.schedule(("o1", now + 60))
    loaded = stage.rule(f"{{operation: {operation}}}", f"{{fail: {failure}}}")

    if operation == "scheduled_charge":
        await stage.call.http.post(
            "/_fake/merchants/imp_apikey/clock/advance", json={"seconds": 60}
        )
        # A schedule leaves a payment in any case (the charge was i'mport's own).
        assert await stage.statuses() == {"o1": "failed"}
        assert loaded.view().rules[0].fired == 1
        return

    answer = await (stage.pay() if operation == "onetime" else stage.again("o1"))
    name = failure.strip("{}'").removeprefix("failure: ").partition(",")[0].strip("'")
    assert stage.line.failure == ("free" if name.startswith("9999") else name)
    if outcome == "declined":
        assert (answer["code"], answer["response"]["status"]) == (0, "failed")
        assert await stage.statuses() == {"o1": "failed"}
    else:
        assert answer["code"] != 0
        assert answer["response"] is None
        assert "paid" not in (await stage.statuses()).values()


@pytest.mark.parametrize("failure", ["lost_card", "wrong_pin", "issuer_timeout"])
async def test_a_key_is_refused(stage: Stage, failure: str) -> None:
    stage.rule("{operation: customer_save}", f"{{fail: {failure}}}")

    answer = await stage.register()

    assert answer["code"] != 0
    assert stage.line.failure == failure
    assert (await stage.again("o1"))["code"] != 0


async def test_a_cancel_is_refused_and_the_money_stays(stage: Stage) -> None:
    await stage.pay()
    stage.rule("{operation: cancelPayment}", "{fail: cancel_period_over}")

    answer = await stage.cancel()

    assert answer["code"] != 0
    assert stage.line.failure == "cancel_period_over"
    assert await stage.statuses() == {"o1": "paid"}


async def test_a_retried_schedule_fails_as_the_rule_says(stage: Stage) -> None:
    await stage.register()
    await stage.schedule(("s1", stage.merchant.clock.now() + 60))
    stage.rule("{operation: [scheduled_charge, retryScheduleByMid]}", "{fail: limit_exceeded}")
    advance = "/_fake/merchants/imp_apikey/clock/advance"
    await stage.call.http.post(advance, json={"seconds": 60})

    await stage.envelope("POST", "/subscribe/payments/schedule/s1/retry", {})

    assert stage.line.failure == "limit_exceeded"
    assert set((await stage.statuses()).values()) == {"failed"}


async def test_a_code_and_a_message_refuse_any_call_before_anything_is_done(stage: Stage) -> None:
    stage.rule("{operation: [onetime, allBankCodes]}", "{fail: {code: -7, message: 안 됩니다}}")

    for answer in (await stage.pay(), await stage.envelope("GET", "/banks")):
        assert answer == {"code": -7, "message": "안 됩니다", "response": None}
    assert await stage.statuses() == {}
    assert (stage.line.status, stage.line.code, stage.line.failure) == (200, -7, None)
    assert stage.line.fault == "refused with code -7"


async def test_getting_a_token_can_fail(stage: Stage) -> None:
    stage.rule("{operation: getToken}", "{fail: {code: -1, message: 인증 실패}}")
    keys = {"imp_key": "imp_apikey", "imp_secret": "x"}

    answer = await stage.call.http.post("/users/getToken", json=keys)

    assert answer.json()["message"] == "인증 실패"


@pytest.mark.parametrize("name", list(failures()))
def test_every_failure_can_be_named(name: str) -> None:
    assert read_rule("{operation: again}", f"{{fail: {name}}}").rules[0].operations == {"again"}


def test_without_operations_a_failure_is_about_those_that_ask_the_gateway() -> None:
    about = read_rule(then="{fail: lost_card}").rules[0].operations

    assert {"onetime", "again", "customer_save", "cancelPayment", "scheduled_charge"} <= about
    assert not {"getToken", "customer_view", ""} & about


@pytest.mark.parametrize(
    ("when", "fail", "mistake"),
    [
        (
            "{}",
            "lost_cart",
            "3:18: rules[0].then.fail: there is no failure 'lost_cart'; did you mean 'lost_card'?",
        ),
        (
            "{}",
            "{failure: lost_cart}",
            "3:28: rules[0].then.fail.failure: there is no failure 'lost_cart'; "
            "did you mean 'lost_card'?",
        ),
        ("{}", "{}", "3:18: rules[0].then.fail: expected a failure, or code and message"),
        ("{}", "{code: 1}", "3:18: rules[0].then.fail: expected a failure, or code and message"),
        (
            "{}",
            "{failure: lost_card, code: 1, message: x}",
            "3:28: rules[0].then.fail.failure: expected either a failure, or code and message",
        ),
        ("{}", "{code: 0, message: x}", "3:25: rules[0].then.fail.code: code 0 is no failure"),
        (
            "{}",
            "{code: 1, message: x, as: declined}",
            "3:44: rules[0].then.fail.as: "
            "a code and a message always refuse; a failure can be declined",
        ),
        (
            "{}",
            "{failure: lost_card, as: refusd}",
            "3:43: rules[0].then.fail.as: 'refusd' is not one of declined, refused; "
            "did you mean 'refused'?",
        ),
        (
            "{operation: getToken}",
            "lost_card",
            "3:18: rules[0].then.fail: can't be done to getToken: it never asks the gateway; "
            "'code' and 'message' fail any call",
        ),
        (
            "{operation: codes}",
            "lost_card",
            "3:18: rules[0].then.fail: can't be done to any operation of this rule: "
            "it never asks the gateway; 'code' and 'message' fail any call",
        ),
        (
            "{operation: cancelPayment}",
            "{failure: lost_card, as: declined}",
            "3:18: rules[0].then.fail: can't be done to cancelPayment: "
            "it charges nothing that could be declined",
        ),
        (
            "{operation: scheduled_charge}",
            "{code: 1, message: x}",
            "3:18: rules[0].then.fail: can't be done to scheduled_charge: it is no call",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(when: str, fail: str, mistake: str) -> None:
    assert mistake_in_rule(when, f"{{fail: {fail}}}") == f"test.yaml:{mistake}"
