import asyncio
from typing import Any

import pytest

from fake_iamport import Clock, Settings, create_app
from fake_iamport.app import App

pytestmark = pytest.mark.anyio

MERCHANT = "/_fake/merchants/imp_apikey"


async def plan(call: Any, card: Any, *moments: int) -> None:
    await call.response("POST", "/subscribe/customers/c", card)
    schedules = [
        {"merchant_uid": f"o{number}", "schedule_at": moment, "amount": 1000}
        for number, moment in enumerate(moments)
    ]
    body = {"customer_uid": "c", "schedules": schedules}
    await call.response("POST", "/subscribe/payments/schedule", body)


async def advance(call: Any, **by: int) -> Any:
    answer = await call.http.post(f"{MERCHANT}/clock/advance", json=by)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def status_of(call: Any, merchant_uid: str) -> str:
    shown = await call.response("GET", f"/subscribe/payments/schedule/{merchant_uid}")
    status: str = shown["schedule_status"]
    return status


async def until_executed(call: Any) -> None:
    for _ in range(1000):
        if await status_of(call, "o0") == "executed":
            return
        await asyncio.sleep(0.01)
    raise TimeoutError("the schedule was not executed")


async def test_what_falls_due_is_told_in_the_order_of_its_time(
    call: Any, card: Any, clock: Clock
) -> None:
    token_until = clock.now() + 1800
    await plan(call, card, clock.now() + 3600, clock.now() + 60, clock.now() + 60)

    told = await advance(call, hours=2)

    assert [(each["at"], each["kind"], each["merchant_uid"]) for each in told["happened"]] == [
        (token_until - 1740, "schedule", "o1"),
        (token_until - 1740, "schedule", "o2"),
        (token_until, "token", None),
        (token_until + 1800, "schedule", "o0"),
    ]
    assert told["now"] == clock.now() == token_until + 5400


async def test_a_clock_is_set_frozen_run_and_shown(call: Any, clock: Clock) -> None:
    async def put(**how: Any) -> dict[str, Any]:
        answer = await call.http.put(f"{MERCHANT}/clock", json=how)
        shown: dict[str, Any] = answer.json()
        return shown

    assert (await call.http.get(f"{MERCHANT}/clock")).json() == {
        "now": clock.now(), "mode": "frozen"
    }  # fmt: skip
    assert await put(mode="frozen", at=2_000_000_000) == {"now": 2_000_000_000, "mode": "frozen"}
    running = await put(mode="running", at=1_500_000_000)
    assert running["mode"] == "running"
    assert 1_500_000_000 <= running["now"] <= 1_500_000_001
    assert (await put(mode="real"))["mode"] == "real"
    assert (await put(mode="frozen"))["mode"] == "frozen"


@pytest.mark.parametrize(
    ("by", "field"),
    [
        ({"to": 1}, "to"),
        ({"to": 2_000_000_000, "days": 1}, "to"),
        ({"days": -1}, "days"),
        ({"days": 10**7}, "days"),
        ({"weeks": 1}, "weeks"),
        ({"seconds": "soon"}, "seconds"),
    ],
)
async def test_an_impossible_way_to_go_is_told_and_nothing_moves(
    call: Any, clock: Clock, by: dict[str, Any], field: str
) -> None:
    before = clock.now()

    answer = await call.http.post(f"{MERCHANT}/clock/advance", json=by)

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
    assert clock.now() == before


async def test_a_real_clock_cannot_be_set(call: Any) -> None:
    answer = await call.http.put(f"{MERCHANT}/clock", json={"mode": "real", "at": 1})

    assert answer.json()["error"] == {
        "field": "at",
        "message": "a real clock follows the machine; leave the moment out",
    }


async def test_a_hundred_thousand_seconds_of_nothing_take_one_step(call: Any, clock: Clock) -> None:
    await advance(call, days=3650)

    assert (await advance(call))["happened"] == []


class TestOnARunningClock:
    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    async def test_a_schedule_is_executed_by_itself(
        self, call: Any, card: Any, clock: Clock
    ) -> None:
        await plan(call, card, clock.now() + 1)

        await until_executed(call)

        found = await call.response("GET", "/payments/find/o0")
        assert found["status"] == "paid"

    async def test_a_schedule_is_executed_when_the_clock_is_set_past_it(
        self, call: Any, card: Any, clock: Clock
    ) -> None:
        due = clock.now() + 100_000
        await plan(call, card, due)
        await call.http.put(f"{MERCHANT}/clock", json={"mode": "running", "at": due + 5})

        await until_executed(call)

    async def test_advancing_works_as_on_a_frozen_one(
        self, call: Any, card: Any, clock: Clock
    ) -> None:
        due = clock.now() + 100_000
        await plan(call, card, due)

        happened = (await advance(call, days=2))["happened"]

        assert ("schedule", due) in [(each["kind"], each["at"]) for each in happened]


async def test_a_frozen_clock_executes_nothing_by_itself(
    call: Any, card: Any, clock: Clock
) -> None:
    await plan(call, card, clock.now() + 1)
    clock.advance(100)
    await asyncio.sleep(0)

    assert await status_of(call, "o0") == "scheduled"
    await advance(call)
    assert await status_of(call, "o0") == "executed"


def test_a_clock_that_is_given_is_every_merchants(app: App, clock: Clock) -> None:
    other = create_app(Settings(), clock=clock)

    assert app.emulator.default_merchant.clock is other.emulator.default_merchant.clock
