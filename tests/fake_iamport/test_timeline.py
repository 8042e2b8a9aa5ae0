import asyncio
from collections.abc import AsyncIterator
from typing import Any, Self

import pytest

from fake_iamport import Clock, Settings, create_app
from fake_iamport.app import App
from tests.fake_iamport.conftest import Caller

pytestmark = pytest.mark.anyio

MERCHANT = "/_fake/merchants/imp_apikey"


class SlowReceiver:
    """A receiver of webhooks that answers when it may."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.requests = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.may_answer.set()
        self._server.close()
        await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        self.asked.set()
        await self.may_answer.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


async def plan(call: Any, card: Any, *moments: int) -> None:
    await call.response("POST", "/subscribe/customers/c", card)
    schedules = [
        {"merchant_uid": f"o{number}", "schedule_at": moment, "amount": 1000}
        for number, moment in enumerate(moments)
    ]
    if schedules:
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
    ("written", "meant"),
    [
        ("2033-05-18T12:33:20", 2_000_000_000),
        ("2033-05-18T03:33:20Z", 2_000_000_000),
        ("2000000000", 2_000_000_000),
        ("+30d", 30 * 86400),
    ],
)
async def test_a_moment_is_written_as_in_files(
    call: Any, clock: Clock, written: str, meant: int
) -> None:
    before = clock.now()
    moment = before + meant if written.startswith("+") else meant
    advanced = await call.http.post(f"{MERCHANT}/clock/advance", json={"to": written})
    assert advanced.json()["now"] == moment

    await call.http.put(f"{MERCHANT}/clock", json={"mode": "frozen", "at": before})
    shown = await call.http.put(f"{MERCHANT}/clock", json={"mode": "frozen", "at": written})
    assert shown.json() == {"now": moment, "mode": "frozen"}


@pytest.mark.parametrize("at", ["soon", "9999-12-31T23:59:59", -1, 1.5])
async def test_what_is_no_moment_is_told_and_the_clock_stays(
    call: Any, clock: Clock, at: Any
) -> None:
    before = clock.now()

    answer = await call.http.put(f"{MERCHANT}/clock", json={"mode": "frozen", "at": at})

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "at")
    assert clock.now() == before


@pytest.mark.parametrize(
    ("by", "field"),
    [
        ({"to": 1}, "to"),
        ({"to": 2_000_000_000, "days": 1}, "to"),
        ({"days": -1}, "days"),
        ({"days": 10**7}, "days"),
        ({"weeks": 1}, "weeks"),
        ({"seconds": "soon"}, "seconds"),
        ({"to": "soon"}, "to"),
        ({"to": "-1d"}, "to"),
        ({"to": -1}, "to"),
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


async def test_two_that_advance_at_once_both_get_their_time(
    call: Any, card: Any, clock: Clock
) -> None:
    start = clock.now()
    await plan(call, card, start + 60, start + 3660)

    both = await asyncio.gather(advance(call, hours=1), advance(call, hours=1))

    assert clock.now() == start + 7200
    assert sorted(len(told["happened"]) for told in both) == [1, 2]


class TestWithASlowReceiver:
    """What happens while an advance waits for a receiver; the store and the receiver are asked."""

    @pytest.fixture
    async def receiver(self) -> AsyncIterator[SlowReceiver]:
        async with SlowReceiver() as receiver:
            yield receiver

    async def waiting_advance(
        self, call: Any, card: Any, receiver: SlowReceiver, start: int
    ) -> asyncio.Task[Any]:
        settings = {"settings": {"notice_url": [receiver.url]}}
        await call.http.patch(f"{MERCHANT}/settings", json=settings)
        await plan(call, card, start + 60, start + 120)
        task = asyncio.create_task(advance(call, hours=1))
        await receiver.asked.wait()
        return task

    async def test_a_reset_ends_an_advance_and_its_world_stays_where_it_starts(
        self, call: Any, card: Any, clock: Clock, receiver: SlowReceiver
    ) -> None:
        start = clock.now()
        advancing = await self.waiting_advance(call, card, receiver, start)

        await call.http.post(f"{MERCHANT}/reset")
        receiver.may_answer.set()
        await advancing

        assert clock.now() == start + 60
        assert receiver.requests == 1

    async def test_a_clock_that_is_set_ends_an_advance(
        self, call: Any, card: Any, clock: Clock, receiver: SlowReceiver
    ) -> None:
        advancing = await self.waiting_advance(call, card, receiver, clock.now())

        await call.http.put(f"{MERCHANT}/clock", json={"mode": "frozen", "at": 1_650_000_000})
        receiver.may_answer.set()
        await advancing

        assert clock.now() == 1_650_000_000

    async def test_a_webhook_on_its_way_is_not_written_into_a_restored_world(
        self, app: App, call: Any, card: Any, clock: Clock, receiver: SlowReceiver
    ) -> None:
        settings = {"settings": {"notice_url": [receiver.url]}}
        await call.http.patch(f"{MERCHANT}/settings", json=settings)
        await plan(call, card)
        order = {**card, "merchant_uid": "o", "amount": 1000}
        await call.response("POST", "/subscribe/payments/onetime", order)
        await receiver.asked.wait()
        before = (await call.http.get(f"{MERCHANT}/snapshot")).json()

        await call.http.put(f"{MERCHANT}/snapshot", json=before)
        receiver.may_answer.set()
        waited = await call.http.get(f"{MERCHANT}/webhooks/wait?count=1&timeout=10")

        assert waited.json()["webhooks"][0]["attempts"][0]["status"] == 200
        assert receiver.requests == 2

    async def test_an_advance_says_where_it_stands_when_its_time_is_up(
        self, call: Any, card: Any, clock: Clock, receiver: SlowReceiver
    ) -> None:
        settings = {"settings": {"notice_url": [receiver.url]}}
        await call.http.patch(f"{MERCHANT}/settings", json=settings)
        due = clock.now() + 60
        await plan(call, card, due)

        by = {"hours": 1, "timeout": 0.2}
        answer = await call.http.post(f"{MERCHANT}/clock/advance", json=by)
        receiver.may_answer.set()

        assert answer.status_code == 408
        assert f"it is {due}" in answer.json()["error"]["message"]


async def test_after_an_advance_a_running_clock_goes_on_by_itself(app: App, card: Any) -> None:
    running = create_app()
    caller = Caller(running)
    async with caller.http, SlowReceiver() as receiver:
        receiver.may_answer.set()
        settings = {"settings": {"notice_url": [receiver.url]}}
        await caller.http.patch(f"{MERCHANT}/settings", json=settings)
        start = 1_700_000_000
        await caller.http.put(f"{MERCHANT}/clock", json={"mode": "running", "at": start})
        await plan(caller, card, start + 86_400)

        await advance(caller, to=start + 86_399)

        async with asyncio.timeout(10):
            await receiver.asked.wait()


async def test_a_reset_puts_a_moved_clock_back(card: Any) -> None:
    caller = Caller(create_app())
    async with caller.http:
        await caller.http.put(f"{MERCHANT}/clock", json={"mode": "frozen", "at": 1_700_000_000})
        token = await caller.token()
        await caller.http.post(f"{MERCHANT}/reset")

        assert (await caller.http.get(f"{MERCHANT}/clock")).json()["mode"] == "real"
        assert await caller.token() != token


def test_a_clock_that_is_given_is_every_merchants(app: App, clock: Clock) -> None:
    other = create_app(Settings(), clock=clock)

    assert app.emulator.default_merchant.clock is other.emulator.default_merchant.clock
