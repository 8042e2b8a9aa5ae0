import pytest

from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule

pytestmark = pytest.mark.anyio

CALLS = 60


def scenario(seed: int, *, above: str = "") -> str:
    return f"""
seed: {seed}
match: all
rules:
  - when: {{operation: allBankCodes, share: 0.3}}
    then: {{fail: {{code: 7, message: no}}}}
  - when: {{operation: allCardCodes{above}}}
    then: {{fail: {{code: 7, message: no}}}}
"""


async def choices(stage: Stage, text: str, path: str = "/banks") -> list[bool]:
    stage.load(text)
    token = {"Authorization": await stage.call.token()}
    answers = [await stage.call.http.get(path, headers=token) for _ in range(CALLS)]
    return [answer.json()["code"] == 7 for answer in answers]


async def test_about_that_share_of_the_calls_is_chosen(stage: Stage) -> None:
    chosen = sum(await choices(stage, scenario(1)))

    assert CALLS * 0.1 < chosen < CALLS * 0.5


async def test_the_same_seed_chooses_the_same_calls_and_another_others(stage: Stage) -> None:
    first = await choices(stage, scenario(1))

    assert await choices(stage, scenario(1)) == first
    assert await choices(stage, scenario(2)) != first


async def test_what_another_rule_draws_changes_nothing(stage: Stage) -> None:
    alone = await choices(stage, scenario(1))
    stage.load(scenario(1, above=", share: 0.5"))
    token = {"Authorization": await stage.call.token()}
    mixed = []
    for _ in range(CALLS):
        await stage.call.http.get("/cards", headers=token)
        answer = await stage.call.http.get("/banks", headers=token)
        mixed.append(answer.json()["code"] == 7)

    assert mixed == alone


async def test_a_share_of_1_is_every_call(stage: Stage) -> None:
    assert all(await choices(stage, scenario(1).replace("0.3", "1")))


@pytest.mark.parametrize(
    ("share", "mistake"),
    [
        ("0", "expected a number > 0.0"),
        ("1.1", "expected a number <= 1.0"),
        ("'1'", "expected a number, got text"),
    ],
)
def test_a_mistake_is_told_with_its_place(share: str, mistake: str) -> None:
    assert (
        mistake_in_rule(f"{{share: {share}}}") == f"test.yaml:2:19: rules[0].when.share: {mistake}"
    )


async def test_chance_is_asked_only_where_no_rule_above_took_the_call(stage: Stage) -> None:
    share = "{when: {operation: allBankCodes, share: 0.5}, then: {fail: {code: 7, message: no}}}"
    above = "{when: {operation: allBankCodes}, then: {pass: true}, times: 5}"

    stage.load(f"seed: 4\nrules: [{share}]")
    alone = [(await stage.envelope("GET", "/banks"))["code"] for _ in range(20)]
    # A rule's chance depends on its place in the file.
    stage.load(f"seed: 4\nrules: [{share}, {above}]")
    again = [(await stage.envelope("GET", "/banks"))["code"] for _ in range(20)]
    stage.load(f"seed: 4\nmatch: all\nrules: [{share.replace('}}}', '}}, times: 99}')}, {above}]")
    with_all = [(await stage.envelope("GET", "/banks"))["code"] for _ in range(20)]

    assert alone == again == with_all
