from datetime import datetime

import pytest

from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule

pytestmark = pytest.mark.anyio


def second(written: str) -> int:
    return int(datetime.fromisoformat(f"{written}+09:00").timestamp())


START = second("2024-02-07T21:11:08")


@pytest.mark.parametrize(
    ("span", "inside", "outside"),
    [
        ("{from: 2024-02-08}", ["2024-02-08T00:00:00"], ["2024-02-07T23:59:59"]),
        ("{until: 2024-02-08}", ["2024-02-07T23:59:59"], ["2024-02-08T00:00:00"]),
        ("{from: 2024-02-08T00:00:00Z}", ["2024-02-08T09:00:00"], ["2024-02-08T08:59:59"]),
        (f"{{from: {START + 5}}}", ["2024-02-07T21:11:13"], ["2024-02-07T21:11:12"]),
        (
            "{from: +1m, until: +2m}",
            ["2024-02-07T21:12:08", "2024-02-07T21:13:07"],
            ["2024-02-07T21:12:07", "2024-02-07T21:13:08"],
        ),
        (
            "{daily: 23:50-00:30}",
            ["2024-02-07T23:50:00", "2024-02-08T00:29:59", "2024-03-01T00:00:00"],
            ["2024-02-07T23:49:59", "2024-02-08T00:30:00"],
        ),
        ("{daily: 09:00-18:00}", ["2024-02-08T09:00:00"], ["2024-02-08T18:00:00"]),
        (
            "{days: 28-31}",
            ["2024-02-28T00:00:00", "2024-02-29T23:59:59"],
            ["2024-02-27T23:59:59", "2024-03-01T00:00:00"],
        ),
        ("{daily: 9:00 - 18:00}", ["2024-02-08T09:00:00"], ["2024-02-08T18:00:00"]),
        (
            "{daily: 23:00-24:00}",
            ["2024-02-08T23:59:59"],
            ["2024-02-08T22:59:59", "2024-02-09T00:00:00"],
        ),
        ("{days: 1}", ["2024-03-01T00:00:00"], ["2024-02-29T23:59:59"]),
        (
            "{days: [1, 15, 28 - 31]}",
            ["2024-03-01T00:00:00", "2024-02-15T12:00:00", "2024-02-29T23:59:59"],
            ["2024-02-14T00:00:00", "2024-02-27T23:59:59", "2024-03-02T00:00:00"],
        ),
        ("{days: '1'}", ["2024-03-01T00:00:00"], ["2024-02-29T23:59:59", "2024-03-02T00:00:00"]),
        (
            "{days: 28-31, daily: 23:00-00:00}",
            ["2024-02-28T23:00:00"],
            ["2024-02-28T22:00:00", "2024-03-01T23:00:00"],
        ),
    ],
)
async def test_a_span_is_one_of_the_merchants_clock_in_korea(
    stage: Stage, span: str, inside: list[str], outside: list[str]
) -> None:
    stage.merchant.clock.freeze(START)
    stage.rule(f"{{operation: allBankCodes, clock: {span}}}", "{fail: {code: 7, message: no}}")

    async def code_at(written: str) -> int:
        stage.merchant.clock.freeze(second(written))
        code: int = (await stage.envelope("GET", "/banks"))["code"]
        return code

    assert [await code_at(moment) for moment in inside] == [7] * len(inside)
    assert [await code_at(moment) for moment in outside] == [0] * len(outside)


@pytest.mark.parametrize(
    ("span", "mistake"),
    [
        ("{}", ": expected one of from, until, daily, days"),
        (
            "{from: 2024-13-01}",
            ".from: expected unix seconds, a date and time like 2024-02-07T21:11:08+09:00, "
            "or one like -30d or +2h",
        ),
        ("{from: 5, until: 5}", ".until: this is not after 'from', so that nothing matches"),
        ("{from: +2h, until: +1h}", ".until: this is not after 'from', so that nothing matches"),
        ("{daily: 23:50}", ".daily: expected two times like 23:50-00:30"),
        ("{daily: 24:00-01:00}", ".daily: expected two times like 23:50-00:30"),
        ("{daily: 01:00-01:00}", ".daily: the two times are the same, so that nothing matches"),
        ("{days: 31-28}", ".days: expected a day of the month like 1, or days like 28-31"),
        ("{days: 0-3}", ".days: expected a day of the month like 1, or days like 28-31"),
        ("{days: 32}", ".days: expected a whole number <= 31"),
        ("{days: [1, 31-28]}", ".days[1]: expected a day of the month like 1, or days like 28-31"),
        ("{days: []}", ".days: expected a list of length >= 1"),
        ("{daily: 24:01-01:00}", ".daily: expected two times like 23:50-00:30"),
        ("{daily: 01:00-24:01}", ".daily: expected two times like 23:50-00:30"),
        ("{form: 1}", ": unknown key 'form'; did you mean 'from'?"),
        ("1", ": expected keys and values like {from: …}, got a whole number"),
    ],
)
def test_a_mistake_is_told_with_its_place(span: str, mistake: str) -> None:
    told = mistake_in_rule(f"{{clock: {span}}}")

    place, _, rest = told.partition(": rules[0].when.clock")
    assert place.startswith("test.yaml:2:")
    assert rest == mistake
