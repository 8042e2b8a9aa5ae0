import pytest

from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule, read_rule

pytestmark = pytest.mark.anyio

NO = "{fail: {code: 7, message: no}}"


@pytest.mark.parametrize(
    ("operation", "failing"),
    [
        ("allBankCodes", ["/banks"]),
        ("[allBankCodes, cardCodes]", ["/banks", "/cards/361"]),
        ("codes", ["/banks", "/cards/361"]),
        ("[users, allBankCodes]", ["/banks", "/users/pg"]),
        ("'*'", ["/banks", "/cards/361", "/users/pg", "/no/such/path"]),
    ],
)
async def test_a_rule_is_about_operations_by_name_or_tag(
    stage: Stage, operation: str, failing: list[str]
) -> None:
    token = await stage.call.token()
    stage.rule(f"{{operation: {operation}}}", NO)

    async def fails(path: str) -> bool:
        answer = await stage.call.http.get(path, headers={"Authorization": token})
        return bool(answer.json()["code"] == 7)

    paths = ["/banks", "/cards/361", "/users/pg", "/no/such/path"]
    assert [path for path in paths if await fails(path)] == failing


async def test_without_a_condition_every_call_is_meant(stage: Stage) -> None:
    token = await stage.call.token()
    stage.rule("{}", NO)

    for path in ("/banks", "/no/such/path"):
        answer = await stage.call.http.get(path, headers={"Authorization": token})
        assert answer.json()["code"] == 7


def test_the_tag_of_subscriptions_means_the_scheduled_charge_too() -> None:
    failing = read_rule("{operation: subscribe}", "{fail: limit_exceeded}").rules[0]

    assert failing.operations == {
        "onetime",
        "again",
        "schedule",
        "retryScheduleByMid",
        "scheduled_charge",
    }


@pytest.mark.parametrize(
    ("operation", "mistake"),
    [
        (
            "onetme",
            "2:23: rules[0].when.operation: there is no operation or tag 'onetme'; "
            "did you mean 'onetime'?",
        ),
        ("[]", "2:23: rules[0].when.operation: expected at least one operation"),
        (
            "[onetime, agian]",
            "2:33: rules[0].when.operation[1]: there is no operation or tag 'agian'; "
            "did you mean 'again'?",
        ),
        ("''", "2:23: rules[0].when.operation: there is no operation or tag ''"),
        (
            "1",
            "2:23: rules[0].when.operation: expected text or a list, got a whole number; "
            "put it in quotes",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(operation: str, mistake: str) -> None:
    assert mistake_in_rule(f"{{operation: {operation}}}") == f"test.yaml:{mistake}"
