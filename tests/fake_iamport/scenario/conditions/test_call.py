import pytest

from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule, rule

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("calls", "applied"),
    [
        ("2", [2]),
        ("{nth: 1}", [1]),
        ("{nth: [1, 4]}", [1, 4]),
        ("{every: 2}", [2, 4, 6]),
        ("{first: 2}", [1, 2]),
        ("{after: 4}", [5, 6]),
        ("{first: 5, after: 2}", [3, 4, 5]),
        ("{every: 2, after: 3}", [4, 6]),
    ],
)
async def test_calls_are_chosen_by_their_number(
    stage: Stage, calls: str, applied: list[int]
) -> None:
    stage.rule(f"{{operation: allBankCodes, call: {calls}}}", "{fail: {code: 7, message: no}}")

    codes = [(await stage.envelope("GET", "/banks"))["code"] for _ in range(6)]

    assert [number for number, code in enumerate(codes, 1) if code == 7] == applied


async def test_only_calls_that_everything_else_holds_for_are_counted(stage: Stage) -> None:
    loaded = stage.rule(
        "{operation: bankCodes, path: {bank_standard_code: '004'}, call: 2}",
        "{fail: {code: 7, message: no}}",
    )

    paths = ["/banks/004", "/banks/003", "/banks", "/banks/004", "/banks/004"]
    codes = [(await stage.envelope("GET", path))["code"] for path in paths]

    assert codes == [0, 0, 0, 7, 0]
    assert (loaded.view().rules[0].matched, loaded.view().rules[0].fired) == (3, 1)


async def test_a_call_is_counted_whichever_rule_took_it(stage: Stage) -> None:
    loaded = stage.load(
        """
rules:
  - {when: {operation: allBankCodes, call: 1}, then: {fail: {code: 1, message: no}}}
  - {when: {operation: allBankCodes, call: 2}, then: {fail: {code: 2, message: no}}}
  - {when: {operation: allCardCodes, call: 2}, then: {fail: {code: 3, message: no}}}
"""
    )

    codes = [(await stage.envelope("GET", "/banks"))["code"] for _ in range(3)]

    assert codes == [1, 2, 0]
    assert [rule.matched for rule in loaded.view().rules] == [3, 3, 0]


async def test_a_call_is_counted_in_every_scenario(stage: Stage) -> None:
    first, second = "{fail: {code: 1, message: no}}", "{fail: {code: 2, message: no}}"
    stage.load(rule("{operation: allBankCodes, call: {first: 2}}", first), "first")
    stage.load(rule("{operation: allBankCodes, call: 3}", second), "second")

    codes = [(await stage.envelope("GET", "/banks"))["code"] for _ in range(4)]

    assert codes == [1, 1, 2, 0]


async def test_a_call_is_counted_as_it_came_before_a_rule_sets_a_state(stage: Stage) -> None:
    loaded = stage.load(
        """
states: {phase: [a, b]}
rules:
  - {when: {operation: allBankCodes, state: {phase: a}}, then: {set: {phase: b}}}
  - {when: {operation: allBankCodes, state: {phase: b}, call: 1}, then: {fail: {code: 7, message: no}}}
"""
    )

    codes = [(await stage.envelope("GET", "/banks"))["code"] for _ in range(3)]

    assert codes == [0, 7, 0]
    assert [rule.matched for rule in loaded.view().rules] == [1, 2]


@pytest.mark.parametrize(
    ("calls", "mistake"),
    [
        ("0", "2:18: rules[0].when.call: expected a whole number >= 1"),
        (
            "{}",
            "2:18: rules[0].when.call: expected a number, or one of nth, every, first, after",
        ),
        ("{frst: 1}", "2:19: rules[0].when.call: unknown key 'frst'; did you mean 'first'?"),
        (
            "x",
            "2:18: rules[0].when.call: "
            "expected a whole number or keys and values like {nth: …}, got text",
        ),
        (
            "{first: 2, after: 2}",
            "2:36: rules[0].when.call.after: no call is among the first and after those",
        ),
        ("{nth: [1, 0]}", "2:28: rules[0].when.call.nth[1]: expected a whole number >= 1"),
        ("{nth: []}", "2:24: rules[0].when.call.nth: expected a list of length >= 1"),
    ],
)
def test_a_mistake_is_told_with_its_place(calls: str, mistake: str) -> None:
    assert mistake_in_rule(f"{{call: {calls}}}") == f"test.yaml:{mistake}"
