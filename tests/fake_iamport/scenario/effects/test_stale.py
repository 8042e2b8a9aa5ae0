from typing import Any

import pytest

from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule

pytestmark = pytest.mark.anyio

LOOK = "{operation: getPaymentByMerchantUid}"


async def world(stage: Stage) -> Any:
    async with stage.app.emulator.store.transaction(stage.merchant.imp_key) as transaction:
        return await transaction.snapshot()


@pytest.mark.parametrize("behind", [1, 2, 5])
async def test_a_look_up_does_not_see_the_last_writes(stage: Stage, behind: int) -> None:
    stage.rule(LOOK, f"{{stale: {behind}}}")
    for number in range(4):
        await stage.pay(f"o{number}")

    seen = [(await stage.look(f"o{number}"))["code"] == 0 for number in range(4)]

    assert seen == [number < 4 - behind for number in range(4)]


async def test_a_look_up_sees_the_state_before_a_cancel(stage: Stage) -> None:
    await stage.pay()
    stage.rule(LOOK, "{stale: 1}")
    await stage.cancel()

    assert (await stage.look())["response"]["status"] == "paid"
    assert stage.line.fault == "without the last 1 writes"
    assert await stage.statuses() == {"o1": "cancelled"}


async def test_what_was_refused_is_no_write(stage: Stage) -> None:
    stage.rule(LOOK, "{stale: 1}")
    await stage.pay("o1")
    await stage.pay("o2")
    refused = [
        await stage.pay("o2"),
        await stage.again("o3", "nobody"),
        await stage.cancel("nothing"),
        await stage.envelope("GET", "/banks"),
    ]

    assert [answer["code"] == 0 for answer in refused] == [False, False, False, True]
    assert (await stage.look("o1"))["code"] == 0
    assert (await stage.look("o2"))["code"] != 0


async def test_a_scheduled_charge_is_a_write(stage: Stage) -> None:
    await stage.register()
    stage.rule("{operation: [getPaymentByMerchantUid, getScheduleByMid]}", "{stale: 1}")
    await stage.schedule(("s1", stage.merchant.clock.now() + 60))
    await stage.call.http.post("/_fake/merchants/imp_apikey/clock/advance", json={"seconds": 60})

    schedule = await stage.envelope("GET", "/subscribe/payments/schedule/s1")

    assert schedule["response"]["schedule_status"] == "scheduled"
    assert await stage.statuses() == {"s1": "paid"}


@pytest.mark.parametrize("order", ["o0", "o2", "nothing"])
async def test_the_present_is_untouched_by_a_look_at_the_past(
    stage: Stage, shop: Any, receiver: Any, order: str
) -> None:
    loaded = stage.rule(LOOK, "{stale: 2}")
    await stage.register()
    for number in range(3):
        await stage.pay(f"o{number}", customer_uid="c2")
    await stage.schedule(("s1", stage.merchant.clock.now() + 60))
    await shop.wait(3)
    before = await world(stage)

    await stage.look(order)
    assert loaded.view().rules[0].fired == 1
    stage.app.emulator.unload_scenario(stage.merchant, loaded)

    assert await world(stage) == before
    assert (await stage.look("o2"))["response"]["status"] == "paid"
    paid = await stage.envelope("GET", "/payments/status/paid")
    assert paid["response"]["total"] == 3
    by_customer = await stage.envelope("GET", "/subscribe/customers/c2/payments")
    assert by_customer["response"]["total"] == 3
    await stage.pay("o3")
    await receiver.arrived(4)
    await stage.call.http.post("/_fake/merchants/imp_apikey/clock/advance", json={"seconds": 60})
    assert (await stage.look("s1"))["response"]["status"] == "paid"


async def test_only_calls_since_the_scenario_was_loaded_are_forgotten(stage: Stage) -> None:
    await stage.pay("o1")
    stage.rule(LOOK, "{stale: 3}")

    assert (await stage.look("o1"))["code"] == 0


@pytest.mark.parametrize(
    ("when", "stale", "mistake"),
    [
        ("{}", "0", "expected a whole number >= 1"),
        ("{}", "101", "expected a whole number <= 100"),
        ("{operation: again}", "1", "can't be done to again: it is no look-up"),
        (
            "{operation: scheduled_charge}",
            "1",
            "can't be done to scheduled_charge: it is no look-up",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(when: str, stale: str, mistake: str) -> None:
    told = mistake_in_rule(when, f"{{stale: {stale}}}")

    assert told == f"test.yaml:3:19: rules[0].then.stale: {mistake}"
