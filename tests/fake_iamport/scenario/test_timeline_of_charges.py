"""What is told of a scheduled charge that a scenario had its way with."""

from typing import Any

import pytest

from tests.fake_iamport.scenario.conftest import Stage

pytestmark = pytest.mark.anyio


async def advance(stage: Stage, seconds: int) -> list[Any]:
    path = "/_fake/merchants/imp_apikey/clock/advance"
    answer = await stage.call.http.post(path, json={"seconds": seconds})
    happened: list[Any] = answer.json()["happened"]
    return [each for each in happened if each["kind"] == "schedule"]


async def test_a_charge_tells_which_rules_were_applied_and_why_it_was_declined(
    stage: Stage,
) -> None:
    await stage.register()
    now = stage.merchant.clock.now()
    await stage.schedule(("s1", now + 60), ("s2", now + 120))
    stage.rule(
        "{operation: scheduled_charge}",
        "{fail: limit_exceeded}",
        "    name: over the limit\n    times: 1",
    )

    first, second = await advance(stage, 120)

    rule = {"scenario": "test", "rule": "over the limit", "fired": 1, "left": 0}
    assert (first["merchant_uid"], first["status"]) == ("s1", "failed")
    assert (first["failure"], first["rules"]) == ("limit_exceeded", [rule])
    assert (second["merchant_uid"], second["status"]) == ("s2", "paid")
    assert (second["failure"], second["rules"]) == (None, [])


async def test_a_failure_that_no_rule_ordered_is_told_too(stage: Stage) -> None:
    await stage.register()
    await stage.schedule(("s1", stage.merchant.clock.now() + 60))
    order = {"settings": {"fail_next": {"schedule": ["lost_card"]}}}
    await stage.call.http.patch("/_fake/merchants/imp_apikey/settings", json=order)

    (charge,) = await advance(stage, 60)

    assert (charge["failure"], charge["rules"]) == ("lost_card", [])
