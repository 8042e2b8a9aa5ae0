"""How rules are chosen, counted and told, whatever they do."""

from contextlib import suppress
from typing import Any

import pytest

from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in, rule

pytestmark = pytest.mark.anyio

BANKS = "{operation: allBankCodes}"


def failing(code: int) -> str:
    return f"{{fail: {{code: {code}, message: no}}}}"


async def codes(stage: Stage, calls: int = 1, path: str = "/banks") -> list[int]:
    return [(await stage.envelope("GET", path))["code"] for _ in range(calls)]


def fired(stage: Stage) -> list[tuple[str, str, int, int | None]]:
    return [(each.scenario, each.rule, each.fired, each.left) for each in stage.line.rules]


async def test_rules_are_tried_from_the_top_and_the_first_is_applied(stage: Stage) -> None:
    stage.load(
        f"""
rules:
  - {{name: other, when: {{operation: allCardCodes}}, then: {failing(5)}}}
  - {{name: upper, when: {BANKS}, then: {failing(6)}, times: 2}}
  - {{name: lower, when: {{operation: codes}}, then: {failing(7)}}}
"""
    )

    assert await codes(stage, 3) == [6, 6, 7]
    await codes(stage)
    assert fired(stage) == [("test", "lower", 2, None)]


async def test_a_rule_is_applied_so_many_times(stage: Stage) -> None:
    loaded = stage.rule(BANKS, failing(6), "    times: 2")

    assert await codes(stage, 4) == [6, 6, 0, 0]
    view = loaded.view()
    assert (view.rules[0].matched, view.rules[0].fired, view.rules[0].left) == (4, 2, 0)
    assert view.unused_rules == []


async def test_the_journal_tells_which_rule_was_applied_and_how_often_it_still_can_be(
    stage: Stage,
) -> None:
    stage.rule(BANKS, failing(6), "    times: 2\n    name: two of them")

    lines = []
    for _ in range(3):
        await codes(stage)
        lines.append(fired(stage))

    assert lines == [[("test", "two of them", 1, 1)], [("test", "two of them", 2, 0)], []]


async def test_with_match_all_every_rule_that_matches_is_applied(stage: Stage) -> None:
    loaded = stage.load(
        f"""
match: all
states: {{phase: [a, b], mood: [c, d]}}
rules:
  - {{when: {BANKS}, then: {{set: {{phase: b}}, answer: {{page: nginx_503}}}}}}
  - {{when: {BANKS}, then: {{set: {{mood: d}}}}}}
  - {{when: {{operation: allCardCodes}}, then: {failing(1)}}}
  - {{when: {BANKS}, then: {{delay: 0.001}}}}
"""
    )

    answer = await stage.call("GET", "/banks")

    assert answer.status_code == 503
    assert loaded.states == {"phase": "b", "mood": "d"}
    assert [each.rule for each in stage.line.rules] == ["rule 1", "rule 2", "rule 4"]
    assert stage.line.fault == "another answer; delayed by 0.001 seconds"
    assert loaded.unused_rules() == ["rule 3"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("fail: {code: 6, message: no}", "fail: {code: 7, message: no}"),
        ("answer: {body: x}", "answer: {body: y}"),
        ("answer: {body: x}", "fail: {code: 7, message: no}"),
        ("break: before_answer", "drip: {seconds: 0}"),
        ("drip: {seconds: 0, bytes: 9999}", "break: before_answer"),
        ("break: before_commit", "answer: {body: x}"),
        ("break: before_commit", "webhook: {times: 2}"),
        ("webhook: {times: 2}", "break: before_commit"),
        ("break: before_commit", "token: refused"),
        ("fail: {code: 6, message: no}", "limit: {calls: 0}"),
    ],
)
async def test_with_match_all_a_rule_that_can_not_happen_beside_one_above_is_not_applied(
    stage: Stage, first: str, second: str
) -> None:
    loaded = stage.load(
        f"match: all\nrules:\n"
        f"  - {{when: {{operation: onetime}}, then: {{{first}}}}}\n"
        f"  - {{when: {{operation: onetime}}, then: {{{second}}}}}\n"
        "  - {when: {operation: onetime, call: 1}, then: {delay: 0.001}}\n"
    )

    body = {**stage.card, "merchant_uid": "o1", "amount": 1000}
    with suppress(ConnectionError):
        await stage.call("POST", "/subscribe/payments/onetime", body)

    assert [rule.fired for rule in loaded.view().rules] == [1, 0, 1]
    assert [rule.matched for rule in loaded.view().rules] == [1, 1, 1]


async def test_of_several_scenarios_the_first_that_matches_decides(stage: Stage) -> None:
    stage.load(rule(BANKS, failing(1), "    times: 1"), "first")
    stage.load(rule("{operation: codes}", failing(2)), "second")
    stage.load(rule("{operation: allCardCodes}", failing(3)), "front", in_front=True)

    assert await codes(stage, 2) == [1, 2]
    assert await codes(stage, path="/cards") == [3]
    assert stage.merchant.scenarios is not None
    names = [loaded.scenario.name for loaded in stage.merchant.scenarios]
    assert names == ["front", "first", "second"]


async def test_a_scenario_of_the_same_name_takes_the_place_of_the_other(stage: Stage) -> None:
    stage.load(rule(BANKS, failing(1)), "first")
    stage.load(rule(BANKS, failing(2)), "second")
    stage.load(rule(BANKS, failing(3)), "first")

    assert await codes(stage) == [3]


async def test_a_reset_scenario_starts_again(stage: Stage) -> None:
    loaded = stage.load(
        f"""
seed: 3
states: {{phase: [new, old]}}
rules:
  - when: {{operation: allBankCodes, call: 1}}
    then: {{set: {{phase: old}}, fail: {{code: 6, message: no}}}}
  - {{when: {{operation: allBankCodes, share: 0.5}}, then: {failing(7)}}}
"""
    )

    first = await codes(stage, 8)
    loaded.reset(stage.merchant.clock.now())
    assert loaded.view().states == {"phase": "new"}
    assert loaded.unused_rules() == ["rule 1", "rule 2"]

    assert await codes(stage, 8) == first


async def test_an_unloaded_scenario_does_nothing(stage: Stage) -> None:
    loaded = stage.rule(BANKS, failing(6))
    stage.app.emulator.unload_scenario(stage.merchant, loaded)

    assert await codes(stage) == [0]
    assert stage.merchant.scenarios is None


async def test_merchants_are_apart(stage: Stage) -> None:
    emulator = stage.app.emulator
    other = emulator.add_merchant("other", "other-secret")
    keys = {"imp_key": "other", "imp_secret": "other-secret"}
    token = (await stage.call.http.post("/users/getToken", json=keys)).json()["response"]
    loaded = stage.rule("{}", failing(6))

    answer = await stage.call.http.get("/banks", headers={"Authorization": token["access_token"]})

    assert answer.json()["code"] == 0
    assert other.scenarios is None
    assert loaded.unused_rules() == ["rule 1"]


async def test_two_merchants_under_the_same_scenario_are_counted_apart(stage: Stage) -> None:
    emulator = stage.app.emulator
    other = emulator.add_merchant("other", "other-secret")
    mine = stage.rule(BANKS, failing(6), "    times: 1")
    theirs = emulator.load_scenario(other, mine.scenario)

    assert await codes(stage, 2) == [6, 0]
    assert (mine.view().rules[0].fired, theirs.view().rules[0].fired) == (1, 0)


async def test_rules_are_about_paths_that_nobody_serves(stage: Stage) -> None:
    token = {"Authorization": await stage.call.token()}
    stage.rule("{}", "{answer: {page: maintenance}}")

    answer = await stage.call.http.get("/no/such/path", headers=token)
    unknown_method = await stage.call.http.put("/banks", headers=token)

    assert (answer.status_code, unknown_method.status_code) == (200, 200)
    assert "점검" in answer.text
    assert stage.line.operation is None


@pytest.mark.parametrize("how", ["expired", "replaced"])
async def test_rules_are_about_calls_with_a_dead_token(stage: Stage, how: str) -> None:
    token = await stage.call.token()
    stage.merchant.clock.advance(86_400)
    if how == "replaced":
        await stage.call.token()
    stage.rule(BANKS, failing(6))

    answer = await stage.call.http.get("/banks", headers={"Authorization": token})

    # Once another token took its place, nobody knows whose it was.
    assert answer.json()["code"] == (6 if how == "expired" else -1)


async def test_a_call_of_nobody_is_under_no_rule(stage: Stage) -> None:
    loaded = stage.rule("{}", failing(6))

    for options in ({}, {"headers": {"Authorization": "nobody"}}):
        assert (await stage.call.http.get("/banks", **options)).status_code == 401
    assert loaded.unused_rules() == ["rule 1"]


@pytest.mark.parametrize(
    "content", [b"{", b"\xff", b'{"amount": 1e999999999999999999999}'], ids=str
)
async def test_rules_are_about_calls_with_an_unreadable_body(stage: Stage, content: bytes) -> None:
    headers = {"Authorization": await stage.call.token(), "Content-Type": "application/json"}
    stage.rule("{operation: onetime, call: 1}", failing(6))
    path = "/subscribe/payments/onetime"

    first = await stage.call.http.post(path, content=content, headers=headers)
    second = await stage.call.http.post(path, content=content, headers=headers)

    assert first.json()["code"] == 6
    assert second.status_code == 400


async def test_a_field_of_an_unreadable_body_was_not_sent(stage: Stage) -> None:
    headers = {"Authorization": await stage.call.token(), "Content-Type": "application/json"}
    stage.rule("{field: {amount: {missing: true}}}", failing(6))

    answer = await stage.call.http.post(
        "/subscribe/payments/onetime", content=b"{", headers=headers
    )

    assert answer.json()["code"] == 6


async def test_getting_a_token_is_under_rules_also_with_a_wrong_secret(stage: Stage) -> None:
    stage.rule("{operation: getToken}", "{answer: {page: nginx_504}}")
    keys = {"imp_key": "imp_apikey", "imp_secret": "wrong"}

    answer = await stage.call.http.post("/users/getToken", json=keys)

    assert answer.status_code == 504


async def test_a_rule_that_breaks_before_reading_is_tried_before_all_others(stage: Stage) -> None:
    token = {"Authorization": await stage.call.token()}
    loaded = stage.load(
        f"""
rules:
  - {{name: answers, when: {BANKS}, then: {failing(6)}}}
  - {{name: breaks, when: {BANKS}, then: {{break: before_reading}}, times: 1}}
"""
    )

    with pytest.raises(ConnectionError):
        await stage.call.http.get("/banks", headers=token)
    answer = await stage.call.http.get("/banks", headers=token)

    assert answer.json()["code"] == 6
    assert [rule.fired for rule in loaded.view().rules] == [1, 1]


async def test_a_call_under_no_rule_is_as_it_is_without_scenarios(stage: Stage) -> None:
    token = {"Authorization": await stage.call.token()}
    before = await stage.call.http.get("/banks", headers=token)
    stage.rule("{operation: allCardCodes}", failing(6))
    after = await stage.call.http.get("/banks", headers=token)

    assert after.content == before.content
    assert after.headers == before.headers
    assert (stage.line.rules, stage.line.fault) == ((), None)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "1:1: the document is empty"),
        ("rules: []", "1:8: rules: expected a list of length >= 1"),
        ("title: x", "1:1: the key 'rules' is missing"),
        ("ruels: []", "1:1: unknown key 'ruels'; did you mean 'rules'?"),
        (rule(then="{}"), None),
        (rule("{stat: 1}"), "2:12: rules[0].when: unknown key 'stat'; did you mean 'state'?"),
        (
            rule(then="{fial: lost_card}"),
            "3:12: rules[0].then: unknown key 'fial'; did you mean 'fail'?",
        ),
        (
            "match: some\n" + rule(),
            "1:8: match: 'some' is not one of all, first",
        ),
        ("states: {a: [x, x]}\n" + rule(), "1:13: states.a: a value stands twice"),
        ("states: {a: []}\n" + rule(), "1:13: states.a: expected a list of length >= 1"),
        (rule(more="    times: 0"), "4:12: rules[0].times: expected a whole number >= 1"),
        (rule(more="    nmae: x"), "4:5: rules[0]: unknown key 'nmae'; did you mean 'name'?"),
        ("rules:\n  - when: {}\n", "2:5: rules[0]: the key 'then' is missing"),
        (
            "rules:\n  - then: {pass: true}\n    then: {pass: true}\n",
            "3:5: rules[0]: the key 'then' stands twice",
        ),
    ],
)
async def test_a_mistake_in_the_form_is_told_with_its_place(text: str, mistake: Any) -> None:
    mistake = mistake or (
        "3:11: rules[0].then: expected at least one of answer, break, delay, drip, fail, garbage, "
        "limit, pass, set, stale, token, webhook"
    )

    assert mistake_in(text) == f"test.yaml:{mistake}"
