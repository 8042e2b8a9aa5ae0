import pytest

from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule

pytestmark = pytest.mark.anyio

STATES = "states: {phase: [up, down], mood: [good, bad]}"


async def test_states_are_set_and_decide_over_later_calls(stage: Stage) -> None:
    loaded = stage.load(
        f"""
{STATES}
rules:
  - when: {{operation: allCardCodes}}
    then: {{set: {{phase: down, mood: bad}}}}
  - when: {{operation: allBankCodes, state: {{phase: down}}}}
    then: {{fail: {{code: 7, message: no}}, set: {{phase: up}}}}
"""
    )

    codes = [
        (await stage.envelope("GET", path))["code"]
        for path in ("/banks", "/cards", "/banks", "/banks")
    ]

    assert codes == [0, 0, 7, 0]
    assert loaded.states == {"phase": "up", "mood": "bad"}


async def test_every_rule_is_chosen_before_one_of_them_sets_a_state(stage: Stage) -> None:
    stage.load(
        f"""
match: all
{STATES}
rules:
  - when: {{operation: allBankCodes}}
    then: {{set: {{phase: down}}}}
  - when: {{operation: allBankCodes, state: {{phase: down}}}}
    then: {{fail: {{code: 7, message: no}}}}
"""
    )

    assert [(await stage.envelope("GET", "/banks"))["code"] for _ in range(2)] == [0, 7]


@pytest.mark.parametrize(
    ("states", "mistake"),
    [
        ("{}", "3:17: rules[0].then.set: expected at least one state and its value"),
        ("{phase: x}", "3:25: rules[0].then.set.phase: 'x' is not one of up, down"),
        (
            "{phas: up}",
            "3:18: rules[0].then.set.phas: there is no state 'phas' in 'states'; "
            "did you mean 'phase'?",
        ),
        (
            "{phase: [up]}",
            "3:25: rules[0].then.set.phase: expected text, got a list",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(states: str, mistake: str) -> None:
    assert mistake_in_rule(then=f"{{set: {states}}}", more=STATES) == f"test.yaml:{mistake}"
