import pytest

from fake_iamport.scenario.declaration import effects
from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule

pytestmark = pytest.mark.anyio


async def test_it_makes_an_exception_from_the_rules_below(stage: Stage) -> None:
    stage.load(
        """
rules:
  - name: but not this bank
    when: {operation: bankCodes, path: {bank_standard_code: '004'}}
    then: {pass: true}
  - when: {operation: codes}
    then: {fail: {code: 7, message: no}}
"""
    )

    assert (await stage.envelope("GET", "/banks/003"))["code"] == 7
    assert (await stage.envelope("GET", "/banks/004"))["code"] == 0
    assert [rule.rule for rule in stage.line.rules] == ["but not this bank"]
    assert stage.line.fault is None


async def test_with_match_all_only_states_are_set_beside_it(stage: Stage) -> None:
    loaded = stage.load(
        """
match: all
states: {phase: [a, b]}
rules:
  - {when: {operation: bankCodes}, then: {pass: true}}
  - {when: {operation: codes}, then: {set: {phase: b}}}
  - {when: {operation: codes}, then: {fail: {code: 7, message: no}}}
"""
    )

    assert (await stage.envelope("GET", "/banks/004"))["code"] == 0
    assert loaded.states == {"phase": "b"}
    assert (await stage.envelope("GET", "/banks"))["code"] == 7


@pytest.mark.parametrize("other", sorted(effects().keys() - {"pass", "set"}))
def test_it_excludes_every_effect_but_set(other: str) -> None:
    assert other in effects()["pass"].excludes


@pytest.mark.parametrize(
    ("argument", "mistake"),
    [
        ("false", "expected true; a rule without it passes nothing on"),
        ("1", "expected true or false, got a whole number"),
    ],
)
def test_a_mistake_is_told_with_its_place(argument: str, mistake: str) -> None:
    told = mistake_in_rule(then=f"{{pass: {argument}}}")

    assert told == f"test.yaml:3:18: rules[0].then.pass: {mistake}"


def test_nothing_else_happens_beside_it() -> None:
    told = mistake_in_rule(then="{pass: true, delay: 1}")

    assert told is not None
    assert "can't stand beside 'delay'" in told
