import pytest

from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule

pytestmark = pytest.mark.anyio


async def statuses(stage: Stage, calls: int) -> list[int]:
    token = {"Authorization": await stage.call.token()}
    answers = [await stage.call.http.get("/banks", headers=token) for _ in range(calls)]
    return [answer.status_code for answer in answers]


async def test_on_a_clock_that_stands_still_no_more_are_taken(stage: Stage) -> None:
    loaded = stage.rule("{operation: allBankCodes}", "{limit: {calls: 2}}")

    assert await statuses(stage, 5) == [200, 200, 429, 429, 429]
    assert loaded.view().rules[0].fired == 3
    assert stage.line.fault == "over the limit of calls"
    assert (stage.line.status, stage.line.code) == (429, None)


async def test_on_a_clock_that_goes_on_the_next_second_takes_calls_again(stage: Stage) -> None:
    stage.rule("{operation: allBankCodes}", "{limit: {calls: 1, seconds: 10}}")
    stage.merchant.clock.freeze(1_707_307_863)

    first = await statuses(stage, 2)
    stage.merchant.clock.freeze(1_707_307_869)
    same = await stage.call("GET", "/banks")
    stage.merchant.clock.freeze(1_707_307_870)
    second = await statuses(stage, 2)

    assert first == second == [200, 429]
    assert same.status_code == 429
    assert same.headers["retry-after"] == "1"
    assert "nginx" in same.text


async def test_a_limit_of_0_takes_nothing(stage: Stage) -> None:
    stage.rule("{operation: allBankCodes}", "{limit: {calls: 0}}")

    assert await statuses(stage, 1) == [429]


async def test_calls_within_the_limit_are_left_to_the_rules_below(stage: Stage) -> None:
    stage.load(
        """
rules:
  - when: {operation: allBankCodes}
    then: {limit: {calls: 1}}
  - when: {operation: allBankCodes}
    then: {answer: {page: nginx_500}}
"""
    )

    assert await statuses(stage, 2) == [500, 429]


async def test_a_call_over_the_limit_is_not_carried_out(stage: Stage) -> None:
    stage.rule("{operation: onetime}", "{limit: {calls: 0}}")

    answer = await stage.call(
        "POST",
        "/subscribe/payments/onetime",
        {**stage.card, "merchant_uid": "o1", "amount": 1000},
    )

    assert answer.status_code == 429
    assert await stage.statuses() == {}


@pytest.mark.parametrize(
    ("limit", "mistake"),
    [
        ("{}", "3:19: rules[0].then.limit: the key 'calls' is missing"),
        ("{calls: -1}", "3:27: rules[0].then.limit.calls: expected a whole number >= 0"),
        (
            "{calls: 1, seconds: 0}",
            "3:39: rules[0].then.limit.seconds: expected a whole number >= 1",
        ),
        ("{call: 1}", "3:20: rules[0].then.limit: unknown key 'call'; did you mean 'calls'?"),
    ],
)
def test_a_mistake_is_told_with_its_place(limit: str, mistake: str) -> None:
    assert mistake_in_rule(then=f"{{limit: {limit}}}") == f"test.yaml:{mistake}"


def test_a_scheduled_charge_is_not_called() -> None:
    assert mistake_in_rule("{operation: scheduled_charge}", "{limit: {calls: 1}}") == (
        "test.yaml:3:19: rules[0].then.limit: can't be done to scheduled_charge: it is no call"
    )
