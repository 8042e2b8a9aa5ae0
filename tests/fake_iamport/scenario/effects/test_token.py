import pytest

from fake_iamport.settings import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET
from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule, read_rule

pytestmark = pytest.mark.anyio

ONCE = "{operation: allBankCodes, call: 1}"


@pytest.mark.parametrize(
    ("wrong", "is_the_same_afterwards"), [("expired", False), ("revoked", False), ("refused", True)]
)
async def test_a_call_is_401_and_a_new_token_mends_it(
    stage: Stage, wrong: str, is_the_same_afterwards: bool
) -> None:
    token = await stage.call.token()
    stage.rule(ONCE, f"{{token: {wrong}}}")
    http = stage.call.http

    first = await http.get("/banks", headers={"Authorization": token})
    line = stage.line
    second = await http.get("/banks", headers={"Authorization": token})
    renewed = await stage.call.token()
    third = await http.get("/banks", headers={"Authorization": renewed})

    assert (first.status_code, first.json()["response"]) == (401, None)
    assert (line.status, line.fault) == (401, f"the token was {wrong}")
    assert second.status_code == (200 if is_the_same_afterwards else 401)
    assert (renewed == token) is is_the_same_afterwards
    assert third.status_code == 200


async def test_a_call_with_a_token_that_dies_is_not_carried_out(stage: Stage) -> None:
    stage.rule("{operation: onetime}", "{token: expired}")

    answer = await stage.pay()

    assert answer["code"] == -1
    assert await stage.statuses() == {}


@pytest.mark.parametrize("ahead", [3600, -3600])
async def test_the_tokens_clock_is_off_and_its_life_is_not(stage: Stage, ahead: int) -> None:
    keys = {"imp_key": PUBLIC_SANDBOX_KEY, "imp_secret": PUBLIC_SANDBOX_SECRET}
    true = (await stage.call.http.post("/users/getToken", json=keys)).json()["response"]
    stage.rule("{operation: getToken}", f"{{token: {{clock_ahead: {ahead}}}}}")

    off = (await stage.call.http.post("/users/getToken", json=keys)).json()["response"]

    assert off["now"] - true["now"] == off["expired_at"] - true["expired_at"] == ahead
    assert off["expired_at"] - off["now"] == true["expired_at"] - true["now"]
    assert off["access_token"] == true["access_token"]
    assert stage.line.fault == f"the token's clock is {ahead} seconds ahead"
    assert off["access_token"] not in bytes(stage.line.response).decode()


async def test_an_answer_without_moments_stays_as_it_is(stage: Stage) -> None:
    stage.rule(
        "{operation: getToken}",
        "{answer: {json: {code: 0, response: {now: null}}}, token: {clock_ahead: 5}}",
    )

    answer = await stage.call.http.post("/users/getToken", json={"imp_key": "imp_apikey"})

    assert answer.json() == {"code": 0, "response": {"now": None}}


async def test_refused_credentials_have_no_clock(stage: Stage) -> None:
    stage.rule("{operation: getToken}", "{token: {clock_ahead: 5}}")

    answer = await stage.call.http.post(
        "/users/getToken", json={"imp_key": "imp_apikey", "imp_secret": "x"}
    )

    assert answer.status_code == 401
    assert stage.line.fault is None


def test_without_operations_the_rule_is_about_calls_with_a_token() -> None:
    assert "getToken" not in read_rule(then="{token: expired}").rules[0].operations
    assert read_rule(then="{token: {clock_ahead: 1}}").rules[0].operations == {"getToken"}


@pytest.mark.parametrize(
    ("when", "token", "mistake"),
    [
        (
            "{}",
            "expird",
            "3:19: rules[0].then.token: 'expird' is not one of expired, refused, revoked; "
            "did you mean 'expired'?",
        ),
        (
            "{}",
            "{clock_ahead: 86401}",
            "3:33: rules[0].then.token.clock_ahead: expected a whole number <= 86400",
        ),
        (
            "{}",
            "{clock_ahed: 1}",
            "3:20: rules[0].then.token: unknown key 'clock_ahed'; did you mean 'clock_ahead'?",
        ),
        (
            "{operation: getToken}",
            "expired",
            "3:19: rules[0].then.token: can't be done to getToken: it takes no token",
        ),
        (
            "{operation: again}",
            "{clock_ahead: 1}",
            "3:19: rules[0].then.token: can't be done to again: it gives no token",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(when: str, token: str, mistake: str) -> None:
    assert mistake_in_rule(when, f"{{token: {token}}}") == f"test.yaml:{mistake}"
