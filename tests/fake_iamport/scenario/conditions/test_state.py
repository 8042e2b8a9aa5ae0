import pytest

from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule

pytestmark = pytest.mark.anyio

STATES = "states: {phase: [new, old, gone]}"


@pytest.mark.parametrize(("phase", "failing"), [("new", ["new"]), ("[old, gone]", ["old", "gone"])])
async def test_a_rule_holds_in_its_states(stage: Stage, phase: str, failing: list[str]) -> None:
    loaded = stage.rule(
        f"{{operation: allBankCodes, state: {{phase: {phase}}}}}",
        "{fail: {code: 7, message: no}}",
        STATES,
    )

    async def code_in(state: str) -> int:
        loaded.states["phase"] = state
        code: int = (await stage.envelope("GET", "/banks"))["code"]
        return code

    assert loaded.states == {"phase": "new"}
    assert [state for state in ("new", "old", "gone") if await code_in(state) == 7] == failing


@pytest.mark.parametrize(
    ("state", "mistake"),
    [
        ("{}", "2:19: rules[0].when.state: expected at least one state and its value"),
        (
            "{phase: od}",
            "2:27: rules[0].when.state.phase: 'od' is not one of new, old, gone; did you mean 'old'?",
        ),
        (
            "{phas: new}",
            "2:20: rules[0].when.state.phas: there is no state 'phas' in 'states'; "
            "did you mean 'phase'?",
        ),
        ("{phase: [new, x]}", "2:27: rules[0].when.state.phase: 'x' is not one of new, old, gone"),
        ("{phase: []}", "2:27: rules[0].when.state.phase: expected a list of length >= 1"),
    ],
)
def test_a_mistake_is_told_with_its_place(state: str, mistake: str) -> None:
    assert mistake_in_rule(f"{{state: {state}}}", more=STATES) == f"test.yaml:{mistake}"
