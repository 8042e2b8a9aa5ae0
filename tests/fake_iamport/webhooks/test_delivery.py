import asyncio
import socket
from typing import Any

import pytest

from fake_iamport import Clock, Settings, create_app
from fake_iamport.clock import stopwatch
from fake_iamport.domain.webhook import Webhook
from fake_iamport.webhooks.delivery import deliver_next
from fake_iamport.webhooks.limits import Limits
from tests.fake_iamport.conftest import NOW, Caller
from tests.fake_iamport.webhooks.conftest import Shop
from tests.fake_iamport.webhooks.receiver import Receiver, Request

pytestmark = pytest.mark.anyio


def limit(shop: Any, **limits: Any) -> None:
    shop.app.emulator.courier.limits = Limits(**limits)


async def nothing_left(shop: Any) -> None:
    assert await deliver_next(shop.app.emulator, shop.merchant) is None


def told(webhook: Webhook) -> list[tuple[int, int | str | None]]:
    return [(attempt.at - NOW, attempt.error or attempt.status) for attempt in webhook.attempts]


async def test_the_body_of_the_answer_means_nothing(shop: Any, receiver: Receiver) -> None:
    receiver.answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno chunk"
    await shop.pay()
    (webhook,) = await shop.wait()

    assert told(webhook) == [(0, 200)]


@pytest.mark.parametrize("status", [201, 204, 301, 302, 399])
async def test_an_answer_below_400_is_a_delivery_and_redirects_are_not_followed(
    shop: Any, receiver: Receiver, status: int
) -> None:
    location = receiver.url.encode()
    receiver.answer = b"HTTP/1.1 %d Any\r\nlocation: %b\r\n\r\n" % (status, location)
    await shop.pay()
    (webhook,) = await shop.wait()
    await nothing_left(shop)

    assert told(webhook) == [(0, status)]
    assert len(receiver.received) == 1


async def test_by_default_there_is_one_attempt(shop: Any, receiver: Receiver, clock: Clock) -> None:
    receiver.statuses = [500]
    await shop.pay()
    (webhook,) = await shop.wait(state="failed")
    clock.advance(3600)
    await nothing_left(shop)

    assert told(webhook) == [(0, 500)]


async def test_resends_come_a_minute_apart_and_end_after_five(
    shop: Any, receiver: Receiver, clock: Clock
) -> None:
    shop.set(resend_webhooks=True)
    receiver.statuses = [500, 502, 503, 500, 599, 500, 200]
    await shop.pay()
    await receiver.arrived(1)
    assert await deliver_next(shop.app.emulator, shop.merchant) is not None
    for number in range(2, 7):
        clock.advance(59)
        await nothing_left(shop)
        clock.advance(1)
        webhook = await deliver_next(shop.app.emulator, shop.merchant)
        assert webhook is not None
        assert len(webhook.attempts) == number
    clock.advance(3600)
    await nothing_left(shop)

    (webhook,) = await shop.webhooks()
    assert webhook.state == "failed"
    assert told(webhook) == list(
        zip([0, 60, 120, 180, 240, 300], [500, 502, 503, 500, 599, 500], strict=True)
    )
    assert len({request.body for request in receiver.received}) == 1


async def test_resends_end_with_success(shop: Any, receiver: Receiver, clock: Clock) -> None:
    shop.set(resend_webhooks=True)
    receiver.statuses = [500, 200]
    await shop.pay()
    await receiver.arrived(1)
    await deliver_next(shop.app.emulator, shop.merchant)
    clock.advance(60)
    (webhook,) = await shop.wait()

    assert told(webhook) == [(0, 500), (60, 200)]


async def test_resends_go_where_the_first_attempt_went(
    shop: Any, receiver: Receiver, clock: Clock
) -> None:
    shop.set(resend_webhooks=True)
    receiver.statuses = [500]
    await shop.pay()
    await receiver.arrived(1)
    await deliver_next(shop.app.emulator, shop.merchant)
    shop.set(notice_url=["http://127.0.0.1:1/elsewhere"])
    clock.advance(60)
    await shop.wait()

    assert len(receiver.received) == 2


@pytest.mark.parametrize("status", [400, 404, 499])
async def test_a_4xx_is_not_resent(
    shop: Any, receiver: Receiver, clock: Clock, status: int
) -> None:
    shop.set(resend_webhooks=True)
    receiver.statuses = [status]
    await shop.pay()
    (webhook,) = await shop.wait(state="failed")
    clock.advance(60)
    await nothing_left(shop)

    assert told(webhook) == [(0, status)]


async def test_a_dead_receiver_is_tried_again(shop: Any, clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    shop.set(resend_webhooks=True, notice_url=[f"http://127.0.0.1:{port}/?key=hidden"])
    await shop.pay()
    await deliver_next(shop.app.emulator, shop.merchant)
    clock.advance(60)
    webhook = await deliver_next(shop.app.emulator, shop.merchant)

    assert webhook is not None
    assert webhook.state == "waiting"
    assert [attempt.status for attempt in webhook.attempts] == [None, None]
    for attempt in webhook.attempts:
        assert "Connect call failed" in str(attempt.error)
        assert "hidden" not in str(attempt.error)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"no HTTP\r\n\r\n", "the answer is no HTTP"),
        (b"HTTP/1.1 200", "the receiver hung up without an answer"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "the receiver hung up without an answer"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"x" * 200_000, "the receiver hung up without an answer"),
    ],
)
async def test_an_answer_that_is_none_is_a_network_error(
    shop: Any, receiver: Receiver, answer: bytes, error: str
) -> None:
    receiver.answer = answer
    await shop.pay()
    (webhook,) = await shop.wait(state="failed")

    assert told(webhook) == [(0, error)]


async def test_what_precedes_an_answer_is_none(shop: Any, receiver: Receiver) -> None:
    receiver.answer = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Any\r\ncontent-length: 0\r\n\r\n"
    receiver.hangs = True
    await shop.pay()
    (webhook,) = await shop.wait()

    assert told(webhook) == [(0, 202)]


async def test_the_first_attempt_waits_so_long_for_the_answer(
    shop: Any, receiver: Receiver
) -> None:
    limit(shop, read_seconds=0.1)
    receiver.open.clear()
    await shop.pay()
    (webhook,) = await shop.wait(state="failed")

    assert told(webhook) == [(0, "no answer within 0.1 seconds")]


async def test_a_resend_waits_less_for_everything(
    shop: Any, receiver: Receiver, clock: Clock
) -> None:
    limit(shop, resend_seconds=0.1)
    shop.set(resend_webhooks=True)
    receiver.statuses = [500]
    await shop.pay()
    await receiver.arrived(1)
    await deliver_next(shop.app.emulator, shop.merchant)
    receiver.open.clear()
    clock.advance(60)
    webhook = await deliver_next(shop.app.emulator, shop.merchant)

    assert webhook is not None
    assert told(webhook)[1] == (60, "no answer within 0.1 seconds")


async def test_the_documented_patience() -> None:
    assert (Limits().connect_seconds, Limits().read_seconds) == (10, 30)
    assert (Limits().resend_seconds, Limits().resends, Limits().seconds_between) == (15, 5, 60)


async def test_a_receiver_that_talks_forever_is_left(shop: Any, receiver: Receiver) -> None:
    receiver.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_000_000
    receiver.hangs = True
    await shop.pay()
    (webhook,) = await shop.wait()

    assert told(webhook) == [(0, 200)]


async def test_an_answer_without_an_end_counts_by_its_status(shop: Any, receiver: Receiver) -> None:
    limit(shop, read_seconds=0.1)
    receiver.answer = b"HTTP/1.1 500 Any\r\ncontent-length: 9\r\n\r\nhalf"
    receiver.hangs = True
    await shop.pay()
    (webhook,) = await shop.wait(state="failed")

    assert told(webhook) == [(0, 500)]


async def test_a_slow_receiver_slows_no_call_and_no_other_receiver(
    shop: Any, receiver: Receiver
) -> None:
    receiver.open.clear()
    async with Receiver() as other:
        for number in range(20):
            await shop.pay(f"slow{number}")
        await receiver.arrived(1)
        await shop.pay("quick", notice_url=other.url)
        await shop.wait(merchant_uid="quick")
        assert [request.message["merchant_uid"] for request in other.received] == ["quick"]
    receiver.open.set()
    await shop.wait(21)

    assert receiver.most_at_once == Limits().at_a_time_to_one_receiver
    assert len(receiver.received) == 20


async def test_a_jam_resolves_itself_and_slows_no_other_receiver(
    shop: Any, receiver: Receiver
) -> None:
    receiver.open.clear()
    async with Receiver() as other:
        for number in range(130):
            await shop.pay(f"slow{number}")
        for number in range(3):
            await shop.pay(f"quick{number}", notice_url=other.url)
            await shop.wait(merchant_uid=f"quick{number}")
    receiver.open.set()
    await shop.wait(133)

    assert len(receiver.received) == 130


async def test_only_so_many_are_on_their_way_at_once(shop: Any, receiver: Receiver) -> None:
    limit(shop, at_a_time=3)
    receiver.open.clear()
    for number in range(10):
        await shop.pay(f"o{number}")
    await receiver.arrived(3)
    receiver.open.set()
    await shop.wait(10)

    assert receiver.most_at_once == 3


async def test_states_of_one_payment_do_not_overtake_each_other(
    shop: Any, receiver: Receiver
) -> None:
    receiver.open.clear()
    payment = await shop.pay("one")
    await receiver.arrived(1)
    later = {"imp_uid": payment["imp_uid"], "merchant_uid": "one", "status": "cancelled"}
    await shop.control("POST", "", json={**later, "timeout": 0})
    await shop.pay("other")
    await receiver.arrived(2)
    receiver.open.set()
    await shop.wait(3)

    said = [(message["merchant_uid"], message["status"]) for message in receiver.messages]
    assert said == [("one", "paid"), ("other", "paid"), ("one", "cancelled")]


async def test_workers_and_whoever_moves_the_clock_send_each_once(
    shop: Any, receiver: Receiver
) -> None:
    emulator = shop.app.emulator
    for number in range(30):
        await shop.pay(f"o{number}")
    sent = await asyncio.gather(*(deliver_next(emulator, shop.merchant) for _ in range(50)))
    await shop.wait(30)

    arrived = [message["merchant_uid"] for message in receiver.messages]
    assert sorted(arrived) == sorted(f"o{number}" for number in range(30))
    assert all(webhook.state == "delivered" for webhook in sent if webhook)


async def test_one_on_its_way_is_waited_for(shop: Any, receiver: Receiver) -> None:
    receiver.open.clear()
    await shop.pay()
    await receiver.arrived(1)
    waiting = asyncio.ensure_future(deliver_next(shop.app.emulator, shop.merchant))
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    receiver.open.set()
    webhook = await waiting

    assert done == set()
    assert webhook is not None
    assert webhook.state == "delivered"
    await nothing_left(shop)


async def test_while_somebody_moves_the_clock_workers_leave_the_merchant_alone(
    shop: Any, receiver: Receiver
) -> None:
    async with shop.merchant.time_lock:
        await shop.pay()
        await asyncio.sleep(0.12)
        assert receiver.received == []
    await shop.wait()


async def test_a_webhook_tells_of_what_can_be_looked_up(shop: Any, receiver: Receiver) -> None:
    seen = []

    async def look(request: Request) -> None:
        path = f"/payments/{request.message['imp_uid']}"
        seen.append((await shop.call.response("GET", path))["status"])

    receiver.work = look
    await shop.pay()
    await shop.wait()

    assert seen == ["paid"]


async def test_only_allowed_hosts_are_sent_to(shop: Any, receiver: Receiver, clock: Clock) -> None:
    shop.set(webhook_host=["shop.example", "LOCALHOST"], resend_webhooks=True)
    await shop.pay("refused")
    (refused,) = await shop.wait(state="failed")
    local = receiver.url.replace("127.0.0.1", "localhost")
    await shop.pay("allowed", notice_url=local)
    await shop.wait()
    clock.advance(60)
    await nothing_left(shop)

    assert told(refused) == [(0, "not sent: 127.0.0.1 is not one of webhook_host")]
    assert [message["merchant_uid"] for message in receiver.messages] == ["allowed"]


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("shop", "not sent: the URL is not one of http or https"),
        ("ftp://127.0.0.1/", "not sent: the URL is not one of http or https"),
        ("http://", "not sent: the URL names no host"),
        ("http://user@shop.example/", "not sent: the URL holds a user's name"),
        ("http://[::1/", "not sent: the URL can't be read"),
        ("http://127.0.0.1:99999999/", "not sent: the URL can't be read"),
        ("http://shop example/", "not sent: the URL names no host"),
        ("http://상점.example\u00ad/", "not sent: xn--hg4bs7k.example is not one of webhook_host"),
    ],
)
async def test_an_url_that_leads_nowhere_is_recorded(shop: Any, url: str, error: str) -> None:
    shop.set(webhook_host=["nobody.example"], resend_webhooks=True)
    await shop.pay(notice_url=url)
    (webhook,) = await shop.wait(state="failed")

    assert told(webhook) == [(0, error)]


async def test_what_is_on_its_way_during_a_reset_is_not_written_down(
    shop: Any, receiver: Receiver
) -> None:
    receiver.open.clear()
    await shop.pay("before")
    await receiver.arrived(1)
    await shop.call.http.post("/_fake/reset")
    shop.set(notice_url=[receiver.url])
    await shop.pay("after")
    receiver.open.set()
    (webhook,) = await shop.wait()

    assert webhook.merchant_uid == "after"
    assert len(webhook.attempts) == 1


async def test_a_merchant_that_left_leaves_nothing_behind(shop: Any, receiver: Receiver) -> None:
    emulator = shop.app.emulator
    leaving = emulator.add_merchant("leaving", "s")
    receiver.open.clear()
    message = {"url": receiver.url, "timeout": 0}
    await shop.call.http.post("/_fake/merchants/leaving/webhooks", json=message)
    await receiver.arrived(1)
    await emulator.remove_merchant(leaving)
    receiver.open.set()

    await shop.pay()
    await shop.wait()
    assert list(emulator.store._worlds) == [shop.merchant.imp_key]


async def test_workers_end_when_nothing_waits(shop: Any) -> None:
    await shop.pay()
    await shop.wait()
    for _ in range(5):
        await asyncio.sleep(0)

    assert [task for task in asyncio.all_tasks() if "Courier" in repr(task)] == []


async def test_where_the_clock_runs_an_alarm_calls_for_the_resend(card: Any) -> None:
    app = create_app(Settings())
    caller = Caller(app)
    async with Receiver() as receiver:
        shop = Shop(app, caller, card, receiver)
        limit(shop, seconds_between=1)
        shop.set(resend_webhooks=True)
        receiver.statuses = [500]
        await shop.pay()
        (webhook,) = await shop.wait()

    assert [attempt.status for attempt in webhook.attempts] == [500, 200]
    await caller.http.aclose()


async def test_many_callers_and_a_receiver_that_fails_often_lose_nothing(
    shop: Any, receiver: Receiver, clock: Clock
) -> None:
    shop.set(resend_webhooks=True)
    receiver.statuses = [500, 200, 500] * 20
    await asyncio.gather(*(shop.pay(f"o{number}") for number in range(64)))
    while await deliver_next(shop.app.emulator, shop.merchant) is not None:
        pass
    for _ in range(5):
        clock.advance(60)
        while await deliver_next(shop.app.emulator, shop.merchant) is not None:
            pass
    webhooks = await shop.wait(64)

    assert len(webhooks) == len(await shop.webhooks()) == 64
    assert sum(len(webhook.attempts) for webhook in webhooks) == len(receiver.received)


def test_an_emulator_outlives_its_loop(card: Any, clock: Clock) -> None:
    app = create_app(clock=clock)

    async def pay(merchant_uid: str, url: str, *states: str) -> list[Webhook]:
        async with Caller(app).http, Receiver() as receiver:
            shop = Shop(app, Caller(app), card, receiver)
            shop.set(notice_url=[url or receiver.url])
            await shop.pay(merchant_uid)
            for state in states:
                await shop.wait(state=state)
            return await shop.webhooks()

    with socket.create_server(("127.0.0.1", 0)) as mute:
        asyncio.run(pay("first", f"http://127.0.0.1:{mute.getsockname()[1]}/"))
    first, second = asyncio.run(pay("second", "", "delivered", "failed"))

    assert (first.merchant_uid, first.state, len(first.attempts)) == ("first", "failed", 1)
    assert second.state == "delivered"


async def test_calls_are_quick_while_a_receiver_thinks(shop: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        limit(shop, read_seconds=0.2)
        shop.set(notice_url=[f"http://127.0.0.1:{mute.getsockname()[1]}/"])
        await shop.pay("first")
        started = stopwatch()
        await shop.pay("second")
        assert stopwatch() - started < 0.2
        await shop.wait(2, state="failed")


class KeepingReceiver:
    """Answers ``most`` requests on each connection with ``header``, and hangs up unannounced."""

    def __init__(self, header: bytes, most: int = 1_000) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self._answer = b"HTTP/1.1 200 OK\r\n%bcontent-length: 0\r\n\r\n" % header
        self._most = most

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        for _ in range(self._most):
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                break
            length = int(head.lower().partition(b"content-length:")[2].split()[0])
            self.requests.append(await reader.readexactly(length))
            writer.write(self._answer)
        writer.close()


async def pay_while_held(shop: Any, receiver: KeepingReceiver, count: int) -> list[Webhook]:
    limit(shop, at_a_time=1)
    server = await asyncio.start_server(receiver.talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        async with shop.merchant.time_lock:
            for number in range(count):
                await shop.pay(f"o{number}", notice_url=f"http://127.0.0.1:{port}/{number}")
        courier = shop.app.emulator.courier
        with courier.news.watch(shop.merchant) as changed:
            courier.wake(shop.merchant)
            while any(each.state == "waiting" for each in await shop.webhooks()):
                await changed.wait()
                changed.clear()
    found: list[Webhook] = await shop.webhooks()
    return found


@pytest.mark.parametrize(
    ("header", "connections"),
    [(b"connection: keep-alive\r\n", 1), (b"", 5), (b"connection: close\r\n", 5)],
)
async def test_a_connection_serves_several_where_the_receiver_says_so(
    shop: Any, header: bytes, connections: int
) -> None:
    receiver = KeepingReceiver(header)
    webhooks = await pay_while_held(shop, receiver, 5)

    assert {webhook.state for webhook in webhooks} == {"delivered"}
    assert len(receiver.requests) == 5
    assert receiver.connections == connections


async def test_nothing_is_sent_twice_when_a_kept_connection_ends(shop: Any) -> None:
    receiver = KeepingReceiver(b"connection: keep-alive\r\n", most=2)
    webhooks = await pay_while_held(shop, receiver, 6)

    assert len(set(receiver.requests)) == len(receiver.requests)
    delivered = [webhook for webhook in webhooks if webhook.state == "delivered"]
    assert len(receiver.requests) == len(delivered)
    assert all(len(webhook.attempts) == 1 for webhook in webhooks)


async def test_a_receiver_that_two_merchants_share_is_sent_to_when_it_is_free_again(
    shop: Any, receiver: Receiver
) -> None:
    limit(shop, at_a_time_to_one_receiver=1)
    shop.app.emulator.add_merchant("other", "s")
    receiver.open.clear()
    await shop.pay("first")
    await receiver.arrived(1)
    message = {"url": receiver.url, "merchant_uid": "second", "timeout": 0}
    await shop.call.http.post("/_fake/merchants/other/webhooks", json=message)
    await asyncio.sleep(0)
    receiver.open.set()
    await receiver.arrived(2)

    told_of = [message["merchant_uid"] for message in receiver.messages]
    assert told_of == ["first", "second"]


@pytest.mark.parametrize(
    ("early", "status"), [(b"HTTP/1.1 503 Full\r\ncontent-length: 0\r\n\r\n", 503), (b"", None)]
)
async def test_a_receiver_that_turns_everybody_away_is_not_waited_for(
    shop: Any, early: bytes, status: int | None
) -> None:
    async def turn_away(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(early)
        writer.close()

    async with await asyncio.start_server(turn_away, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await shop.pay(notice_url=f"http://127.0.0.1:{port}/")
        (webhook,) = await shop.wait(state="failed")

    assert [attempt.status for attempt in webhook.attempts] == [status]
