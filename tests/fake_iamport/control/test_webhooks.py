import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from fake_iamport import AsyncFakeIamport, Clock, FakeIamport
from fake_iamport.app import App
from fake_iamport.control.declaration import ControlError
from fake_iamport.domain.webhook import Webhook
from fake_iamport.server import AsyncFakeMerchant, FakeMerchant
from tests.fake_iamport.webhooks.conftest import Shop
from tests.fake_iamport.webhooks.receiver import Receiver

pytestmark = pytest.mark.anyio

BASE = "/_fake/merchants/imp_apikey/webhooks"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
def shop(app: App, call: Any, card: Any, receiver: Receiver) -> Shop:
    return Shop(app, call, card, receiver)


def orders(receiver: Receiver) -> list[str]:
    return [message["merchant_uid"] for message in receiver.messages]


def numbers(webhooks: list[Any]) -> list[int]:
    return [webhook["number"] for webhook in webhooks]


async def held(shop: Shop, *merchant_uids: str) -> dict[str, int]:
    """Let webhooks be held, and give their numbers."""
    await shop.control("POST", "/hold")
    for merchant_uid in merchant_uids:
        await shop.pay(merchant_uid)
    webhooks = await shop.control("GET", "?state=held")
    return {webhook["merchant_uid"]: webhook["number"] for webhook in webhooks}


async def test_a_webhook_is_listed_with_every_attempt(shop: Shop, receiver: Receiver) -> None:
    receiver.statuses = [404]
    payment = await shop.pay("o")
    await shop.wait(state="failed")

    page = (await shop.call.http.get(BASE)).json()

    assert page["total"] == 1
    (webhook,) = page["webhooks"]
    assert webhook["attempts"][0].pop("duration_ms") > 0
    assert webhook == {
        "number": 2,
        "created_at": 1_707_307_868,
        "due_at": 1_707_307_868,
        "url": receiver.url,
        "content_type": "application/json",
        "body": receiver.received[0].body.decode(),
        "imp_uid": payment["imp_uid"],
        "merchant_uid": "o",
        "status": "paid",
        "state": "failed",
        "attempts": [{"at": 1_707_307_868, "status": 404, "error": None}],
    }


async def test_the_list_is_filtered_and_paged(shop: Shop, receiver: Receiver) -> None:
    receiver.statuses = [404]
    first = await shop.pay("a")
    await shop.wait(state="failed")
    await shop.pay("b")
    await shop.pay("c")
    await shop.wait(2)

    async def found(query: str) -> list[str]:
        return [each["merchant_uid"] for each in await shop.control("GET", f"?{query}")]

    assert await found("state=failed") == ["a"]
    assert await found(f"imp_uid={first['imp_uid']}") == ["a"]
    assert await found("merchant_uid=c") == ["c"]
    assert await found("status=paid&limit=2") == ["b", "c"]
    last = (await shop.control("GET", ""))[1]["number"]
    assert await found(f"after={last}") == ["c"]
    assert (await shop.call.http.get(f"{BASE}?limit=1")).json()["total"] == 3


async def test_a_wait_ends_with_what_it_waits_for(shop: Shop, receiver: Receiver) -> None:
    receiver.open.clear()
    waiting = asyncio.ensure_future(shop.wait(2))
    await shop.pay("a")
    await shop.pay("b")
    await receiver.arrived(2)
    assert not waiting.done()
    receiver.open.set()

    assert [webhook.merchant_uid for webhook in await waiting] == ["a", "b"]


@pytest.mark.parametrize(
    ("settings", "state"), [({"hold_webhooks": True}, "held"), ({"webhook_host": ["x"]}, "failed")]
)
async def test_a_wait_for_another_state_ends_too(
    shop: Shop, settings: dict[str, Any], state: str
) -> None:
    shop.set(**settings)
    waiting = asyncio.ensure_future(shop.wait(state=state))
    await asyncio.sleep(0)
    await shop.pay("a")

    assert [webhook.merchant_uid for webhook in await waiting] == ["a"]


async def test_a_wait_in_vain_says_what_there_is(shop: Shop, receiver: Receiver) -> None:
    receiver.statuses = [404]
    await shop.pay("a")
    await shop.wait(state="failed")

    answer = await shop.call.http.get(f"{BASE}/wait?count=2&timeout=0.05")
    nothing = await shop.call.http.get(f"{BASE}/wait?merchant_uid=z&timeout=0")

    assert (answer.status_code, nothing.status_code) == (408, 408)
    assert answer.json()["error"]["message"] == (
        "0 of 2 webhooks are delivered after 0.05 seconds; of the others, 2 is failed (404)"
    )
    assert nothing.json()["error"]["message"] == (
        "0 of 1 webhooks are delivered after 0 seconds; no other matches"
    )


async def test_a_wait_notices_a_clock_that_was_moved(
    shop: Shop, receiver: Receiver, clock: Clock
) -> None:
    shop.set(resend_webhooks=True)
    receiver.statuses = [500]
    await shop.pay()
    await receiver.arrived(1)
    await asyncio.sleep(0.05)
    clock.advance(60)

    (webhook,) = await shop.wait()
    assert [attempt.status for attempt in webhook.attempts] == [500, 200]


async def test_a_wait_ends_when_the_merchant_leaves(shop: Shop) -> None:
    leaving = shop.app.emulator.add_merchant("leaving", "s")
    waiting = asyncio.ensure_future(shop.call.http.get("/_fake/merchants/leaving/webhooks/wait"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await shop.app.emulator.remove_merchant(leaving)

    assert (await waiting).status_code == 404


async def test_a_resent_webhook_is_a_copy_with_a_number_of_its_own(
    shop: Shop, receiver: Receiver
) -> None:
    await shop.pay("o")
    (first,) = await shop.wait()
    (again,) = await shop.control("POST", f"/{first.number}/resend")

    assert again["number"] > first.number
    assert again["state"] == "delivered"
    assert receiver.received[1] == receiver.received[0]
    assert (await shop.webhooks())[0] == first


async def test_a_webhook_can_arrive_twice_at_once(shop: Shop, receiver: Receiver) -> None:
    await shop.pay("o")
    (first,) = await shop.wait()
    receiver.open.clear()
    body = {"times": 2, "timeout": 0}
    waiting = await shop.control("POST", f"/{first.number}/resend", json=body)
    await receiver.arrived(3)
    receiver.open.set()
    await shop.wait(3)

    assert [each["state"] for each in waiting] == ["waiting", "waiting"]
    assert receiver.most_at_once == 2
    assert len({request.body for request in receiver.received}) == 1


async def test_a_made_up_webhook_says_anything(shop: Shop, receiver: Receiver) -> None:
    forged = {"imp_uid": "imps_1", "merchant_uid": "../x", "status": "PAID", "cancellation_id": ""}
    async with Receiver() as other:
        (sent,) = await shop.control("POST", "", json={**forged, "url": other.url})
        assert other.messages == [forged]
    (default,) = await shop.control("POST", "")

    assert (sent["state"], default["state"]) == ("delivered", "delivered")
    assert receiver.messages == [
        {"imp_uid": "imp_1234567890", "merchant_uid": "merchant_1234567890", "status": "paid"}
    ]


async def test_what_is_sent_by_hand_is_not_held_and_may_fail(
    shop: Shop, receiver: Receiver
) -> None:
    await shop.control("POST", "/hold")
    receiver.statuses = [500, 200]
    sent = await shop.control("POST", "", json={"times": 2})

    assert sorted(each["state"] for each in sent) == ["delivered", "failed"]


async def test_held_webhooks_are_released_in_the_order_that_is_asked_for(
    shop: Shop, receiver: Receiver
) -> None:
    number = await held(shop, "a", "b", "c", "d")
    receiver.statuses = [500]
    order = [number["c"], number["a"], number["d"]]
    released = await shop.control("POST", "/release", json={"numbers": order})

    assert orders(receiver) == ["c", "a", "d"]
    assert receiver.most_at_once == 1
    assert numbers(released) == order
    assert [each["state"] for each in released] == ["failed", "delivered", "delivered"]
    assert numbers(await shop.control("GET", "?state=held")) == [number["b"]]
    await shop.pay("e")
    assert len(await shop.control("GET", "?state=held")) == 2


async def test_a_release_of_all_sends_the_oldest_first_and_holds_no_more(
    shop: Shop, receiver: Receiver
) -> None:
    await held(shop, "a", "b", "c")
    released = await shop.control("POST", "/release")
    await shop.pay("d")
    await shop.wait(4)

    assert [each["state"] for each in released] == ["delivered"] * 3
    assert orders(receiver) == ["a", "b", "c", "d"]


async def test_a_release_goes_on_after_its_time_is_up(shop: Shop, receiver: Receiver) -> None:
    await held(shop, "a", "b")
    receiver.open.clear()
    started = await shop.control("POST", "/release", json={"timeout": 0})
    await receiver.arrived(1)
    receiver.open.set()
    await shop.wait(2)

    assert len(started) == 2
    assert orders(receiver) == ["a", "b"]


async def test_a_reset_stops_a_release(shop: Shop, receiver: Receiver) -> None:
    await held(shop, "a", "b")
    receiver.open.clear()
    releasing = asyncio.ensure_future(shop.control("POST", "/release"))
    await receiver.arrived(1)
    await shop.call.http.post("/_fake/merchants/imp_apikey/reset")
    receiver.open.set()

    assert await releasing == []
    assert orders(receiver) == ["a"]


async def test_one_that_waits_for_a_resend_can_be_held(
    shop: Shop, receiver: Receiver, clock: Clock
) -> None:
    shop.set(resend_webhooks=True)
    receiver.statuses = [500]
    (sent,) = await shop.control("POST", "")
    await shop.control("POST", "/hold", json={"numbers": [sent["number"]]})
    clock.advance(60)
    await shop.pay("o")
    await shop.wait()

    assert orders(receiver) == ["merchant_1234567890", "o"]
    (released,) = await shop.control("POST", "/release", json={"numbers": [sent["number"]]})
    assert [attempt["status"] for attempt in released["attempts"]] == [500, 200]


async def test_one_that_is_being_sent_is_not_held(shop: Shop, receiver: Receiver) -> None:
    receiver.open.clear()
    (sent,) = await shop.control("POST", "", json={"timeout": 0})
    await receiver.arrived(1)
    answer = await shop.call.http.post(f"{BASE}/hold", json={"numbers": [sent["number"]]})
    assert await shop.control("POST", "/hold") == []
    receiver.open.set()
    await shop.wait()

    assert answer.status_code == 409
    assert answer.json()["error"]["message"] == f"webhook {sent['number']} is being sent"


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "?state=lost", None, (400, "state", "invalid enum value 'lost'")),
        ("GET", "?sate=held", None, (400, "sate", "there is no 'sate' here; ")),
        ("GET", "/wait?timeout=61", None, (400, "timeout", "expected a number <= 60.0")),
        ("GET", "/wait?count=0", None, (400, "count", "expected a whole number >= 1")),
        ("POST", "", {"times": 0}, (400, "times", "expected a whole number >= 1")),
        ("POST", "", {"amount": 1}, (400, "amount", "there is no 'amount' here; ")),
        ("POST", "/999/resend", None, (404, "number", "there is no webhook 999")),
        ("POST", "/x/resend", None, (400, "number", "expected a whole number, got text")),
        ("POST", "/release", {"numbers": [999]}, (404, "numbers", "there is no webhook 999")),
        ("POST", "/release", {"numbers": [7, 7]}, (400, "numbers", "webhook 7 stands 2 times")),
        ("POST", "/release", {"numbers": []}, (400, "numbers", "expected a list of length >= 1")),
        ("POST", "/hold", {"numbers": [2]}, (
            409, "numbers", "webhook 2 is delivered; expected one that is waiting"
        )),
        ("POST", "/release", {"numbers": [2]}, (
            409, "numbers", "webhook 2 is delivered; expected one that is held"
        )),
    ],
)  # fmt: skip
async def test_bad_input_is_told_with_its_place(
    shop: Shop, method: str, path: str, body: Any, expected: tuple[int, str, str]
) -> None:
    await shop.pay()
    await shop.wait()
    before = await shop.webhooks()

    answer = await shop.call.http.request(method, f"{BASE}{path}", json=body)

    error = answer.json()["error"]
    assert (answer.status_code, error["field"]) == expected[:2]
    assert error["message"].startswith(expected[2])
    assert await shop.webhooks() == before


async def test_a_webhook_needs_somewhere_to_go(shop: Shop) -> None:
    shop.set(notice_url=[])
    answer = await shop.call.http.post(BASE)

    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "field": "url",
        "message": "the merchant has no notice_url; say where to send it",
    }


async def test_settings_can_be_changed_while_it_runs(shop: Shop) -> None:
    async def change(**settings: Any) -> Any:
        path = "/_fake/merchants/imp_apikey/settings"
        return (await shop.call.http.patch(path, json={"settings": settings})).json()

    assert (await change(notice_url=["http://a/"]))["notice_url"] == ["http://a/"]
    assert (await change(webhook_host=["a", "::1"]))["webhook_host"] == ["a", "::1"]
    for url, reason in {
        "shop": "the URL is not one of http or https",
        "http://": "the URL names no host",
        "http://a:x/": "the URL can't be read",
    }.items():
        assert (await change(notice_url=[url]))["error"] == {
            "field": "settings.notice_url",
            "message": f"{url!r}: {reason}; expected one like http://127.0.0.1:3000/hook",
        }
    for host in ("", "http://a", "a/b", "*.a", "[::1]"):
        assert (await change(webhook_host=[host]))["error"] == {
            "field": "settings.webhook_host",
            "message": f"{host!r} is no host; expected one like 127.0.0.1 or shop.example",
        }


def use(merchant: FakeMerchant, url: str, card: Any) -> list[Webhook]:
    """Everything that a synchronous test can do with webhooks."""
    merchant.change_settings(notice_url=[url])
    with httpx.Client(base_url=merchant.url) as client:
        keys = {"imp_key": merchant.imp_key, "imp_secret": merchant.imp_secret}
        token = client.post("/users/getToken", json=keys).json()["response"]["access_token"]
        client.headers["Authorization"] = token
        merchant.hold_webhooks()
        for merchant_uid in ("a", "b"):
            order = {**card, "merchant_uid": merchant_uid, "amount": 1}
            client.post("/subscribe/payments/onetime", json=order)
    first, second = merchant.webhooks(state="held")
    merchant.release_webhooks(second.number, first.number)
    merchant.release_webhooks(timeout=1)
    merchant.resend_webhook(first.number, times=2)
    merchant.send_webhook(merchant_uid="forged")
    with pytest.raises(ControlError, match="5 of 9 webhooks are delivered after 0 seconds"):
        merchant.wait_for_webhooks(9, timeout=0)
    return merchant.wait_for_webhooks(5, after=0)


async def test_a_test_process_does_all_that_with_methods(card: Any, receiver: Receiver) -> None:
    with FakeIamport() as server:
        merchant = server.create_merchant()
        webhooks = await asyncio.to_thread(use, merchant, receiver.url, card)

    assert orders(receiver) == ["b", "a", "a", "a", "forged"]
    assert [webhook.state for webhook in webhooks] == ["delivered"] * 5


async def test_an_asynchronous_test_too(card: Any, receiver: Receiver) -> None:
    async with AsyncFakeIamport() as server:
        merchant: AsyncFakeMerchant = server
        await merchant.change_settings(notice_url=[receiver.url])
        (sent,) = await merchant.send_webhook(merchant_uid="forged")
        await merchant.resend_webhook(sent.number)
        assert await merchant.hold_webhooks() == []
        assert await merchant.release_webhooks() == []
        assert len(await merchant.wait_for_webhooks(2)) == 2
        assert len(await merchant.webhooks(merchant_uid="forged")) == 2


async def test_a_server_stops_although_a_receiver_hangs(receiver: Receiver) -> None:
    receiver.open.clear()
    async with AsyncFakeIamport() as server:
        await server.send_webhook(url=receiver.url, timeout=0)
        await receiver.arrived(1)
