"""Webhooks over real sockets from the emulator, and from the stub where their timing matters."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from fake_iamport import FakeMerchant
from reference_client import Iamport
from tests.reference_client.iamport_stub import (
    NUMBER,
    IamportStub,
    answer,
    envelope,
    instead,
    lose,
    refused,
)
from tests.reference_client.merchant_server import RunningShop, card_that, running_shop
from tests.reference_client.shop_driver import CARD_FORM, Shop, open_shop


@pytest.fixture
def running(fake_iamport: FakeMerchant) -> Iterator[RunningShop]:
    with running_shop(fake_iamport) as shop:
        yield shop


@pytest.fixture
def console(fake_iamport: FakeMerchant) -> Iterator[Iamport]:
    """Somebody who cancels past the shop."""
    access = fake_iamport.imp_key, fake_iamport.imp_secret
    with Iamport(*access, base_url=fake_iamport.url) as console:
        yield console


class TestFromTheEmulator:
    @pytest.mark.parametrize("content_type", ["json", "form"])
    def test_a_webhook_is_taken_in_either_content_type(
        self, running: RunningShop, content_type: str
    ) -> None:
        running.imp.change_settings(webhook_content_type=content_type)
        paid = running.paid_order()
        [webhook] = running.imp.wait_for_webhooks(imp_uid=paid["imp_uid"])
        assert [attempt.status for attempt in webhook.attempts] == [200]
        assert running.show(paid)["status"] == "paid"

    def test_a_cancel_in_the_console_is_news(self, running: RunningShop, console: Iamport) -> None:
        paid = running.paid_order()
        running.imp.wait_for_webhooks(status="paid")
        console.cancel(paid["imp_uid"], amount=5_000, enable_webhook=True)
        running.imp.wait_for_webhooks(status="cancelled")
        shown = running.show(paid)
        assert (shown["status"], shown["cancelled_amount"]) == ("cancelled", 5_000)

    def test_twice_late_and_out_of_order_end_in_the_same_state(
        self, running: RunningShop, console: Iamport
    ) -> None:
        running.imp.hold_webhooks()
        paid = running.paid_order()
        console.cancel(paid["imp_uid"], enable_webhook=True)
        held = [each.number for each in running.imp.webhooks()]
        for number in (*reversed(held), *held):
            running.imp.resend_webhook(number, times=2)
            assert running.show(paid)["status"] == "cancelled"
        sent = running.imp.webhooks(state="delivered")
        assert {attempt.status for each in sent for attempt in each.attempts} == {200}

    @pytest.mark.parametrize("status", ["paid", "cancelled", "failed", "nonsense"])
    def test_a_forged_status_is_not_believed(self, running: RunningShop, status: str) -> None:
        paid, declined = running.paid_order(), running.pay(running.order(), "limit_exceeded")
        for order in (paid, declined):
            attempts = running.imp.journal(operation="onetime", field={"merchant_uid": uid(order)})
            imp_uid = attempts[0].answer()["response"]["imp_uid"]
            forge(running, imp_uid=imp_uid, merchant_uid=uid(order), status=status)
        assert running.show(paid)["status"] == "paid"
        assert running.show(declined)["status"] == "failed"

    def test_another_orders_payment_pays_nothing(self, running: RunningShop) -> None:
        paid, unpaid = running.paid_order(), running.order()
        forge(running, imp_uid=paid["imp_uid"], merchant_uid=uid(unpaid), status="paid")
        assert running.show(unpaid)["status"] == "unpaid"

    def test_an_unknown_payment_and_an_unknown_order_are_no_reason_to_send_again(
        self, running: RunningShop
    ) -> None:
        unpaid = running.order()
        forge(running, imp_uid="imps_000000000000", merchant_uid=uid(unpaid), status="paid")
        forge(running, imp_uid="imp_1234567890", merchant_uid="merchant_1234567890", status="paid")
        assert running.show(unpaid)["status"] == "unpaid"

    def test_a_payment_of_another_amount_is_not_taken_for_the_orders(
        self, running: RunningShop, fake_iamport: FakeMerchant
    ) -> None:
        order = running.order(12_000)
        with httpx.Client(base_url=fake_iamport.url) as http:
            keys = {"imp_key": fake_iamport.imp_key, "imp_secret": fake_iamport.imp_secret}
            token = http.post("/users/getToken", json=keys).json()["response"]["access_token"]
            http.headers["Authorization"] = token
            fields = card_that(None) | {"merchant_uid": uid(order), "amount": "1"}
            http.post("/subscribe/payments/onetime", data=fields)
        fake_iamport.wait_for_webhooks(merchant_uid=uid(order))
        assert running.show(order)["status"] == "pending"
        assert running.pay(order)["status"] == "pending"

    def test_it_comes_again_when_iamport_could_not_be_asked(
        self, fake_iamport: FakeMerchant
    ) -> None:
        fake_iamport.set_clock("frozen")
        fake_iamport.change_settings(resend_webhooks=True, hold_webhooks=True)
        transport = LookUpsFail()
        with running_shop(fake_iamport, transport) as running:
            paid = running.paid_order()
            transport.times = 1
            fake_iamport.release_webhooks()
            fake_iamport.advance(minutes=1)
            [webhook] = fake_iamport.wait_for_webhooks()
            assert [attempt.status for attempt in webhook.attempts] == [503, 200]
            assert running.show(paid)["status"] == "paid"


class LookUpsFail(httpx.AsyncHTTPTransport):
    """The way to i'mport, which is broken for some look-ups of a payment."""

    times = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.times and request.url.path.startswith("/payments/"):
            self.times -= 1
            raise httpx.ConnectError("no way", request=request)
        return await super().handle_async_request(request)


def uid(order: dict[str, Any]) -> str:
    return str(order["merchant_uid"])


def forge(running: RunningShop, **fields: str) -> None:
    [sent] = running.imp.send_webhook(url=running.webhook_url, **fields)
    assert [attempt.status for attempt in sent.attempts] == [200]


@pytest.fixture
def stub() -> IamportStub:
    return IamportStub()


@pytest.fixture
async def shop(stub: IamportStub) -> AsyncIterator[Shop]:
    async with open_shop(stub) as shop:
        yield shop


async def tell(shop: Shop, imp_uid: object, **fields: Any) -> httpx.Response:
    body = {"imp_uid": imp_uid, "merchant_uid": "any", "status": "any"} | fields
    return await shop.http.post("/iamport/webhook", json=body)


async def settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.mark.anyio
class TestTiming:
    async def test_before_the_answer_it_pays_the_order_once(self, stub: IamportStub) -> None:
        gate = asyncio.Event()
        async with open_shop(stub, transport=stub.late_transport("onetime", gate)) as shop:
            order = await shop.order()
            click = asyncio.create_task(shop.pay(order))
            await settle()
            assert (await tell(shop, stub.payments[0]["imp_uid"])).status_code == 200
            assert await shop.status(order) == "paid"
            gate.set()
            assert (await click).json()["status"] == "success"
            assert await shop.status(order) == "paid"
        assert len(stub.asked("onetime")) == 1

    async def test_of_a_cancel_before_the_answer_wins_over_the_answer(
        self, stub: IamportStub
    ) -> None:
        gate = asyncio.Event()
        async with open_shop(stub, transport=stub.late_transport("onetime", gate)) as shop:
            order = await shop.order()
            click = asyncio.create_task(shop.pay(order))
            await settle()
            # Not in place: the answer that is on its way still says paid.
            stub.payments[0] = stub.payments[0] | {"status": "cancelled", "cancel_amount": 12_000}
            await tell(shop, stub.payments[0]["imp_uid"])
            gate.set()
            assert (await click).json()["status"] == "failed"
            stub.once("payment", answer(502, b""))
            assert await shop.status(order) == "cancelled"

    async def test_a_look_up_that_was_overtaken_changes_nothing(self, stub: IamportStub) -> None:
        gate = asyncio.Event()
        async with open_shop(stub, transport=stub.late_transport("payment", gate)) as shop:
            order = await shop.order()
            await shop.pay(order)
            overtaken = asyncio.create_task(tell(shop, stub.payments[0]["imp_uid"]))
            await settle()
            await shop.http.post(f"/orders/{order['order_id']}/cancel")
            gate.set()
            assert (await overtaken).status_code == 200
            stub.once("payment", answer(502, b""))
            assert await shop.status(order) == "cancelled"

    async def test_settles_a_charge_whose_answer_was_lost(
        self, shop: Shop, stub: IamportStub
    ) -> None:
        stub.once("onetime", lose())
        stub.once("find", *[answer(502, b"")] * 2)
        order = await shop.order()
        assert (await shop.pay(order)).json()["status"] == "pending"
        await tell(shop, stub.payments[0]["imp_uid"])
        stub.once("payment", answer(502, b""))
        assert await shop.status(order) == "paid"

    async def test_of_a_decline_before_the_answer_counts_once(self, stub: IamportStub) -> None:
        stub.decline = "한도초과"
        gate = asyncio.Event()
        async with open_shop(stub, transport=stub.late_transport("onetime", gate)) as shop:
            order = await shop.order()
            click = asyncio.create_task(shop.pay(order))
            await settle()
            await tell(shop, stub.payments[0]["imp_uid"])
            gate.set()
            assert (await click).json()["order"]["status"] == "failed"
            stub.decline = None
            assert (await shop.pay(order)).json()["order"]["status"] == "paid"
            await tell(shop, stub.payments[0]["imp_uid"])
            assert await shop.status(order) == "paid"

    async def test_of_an_old_decline_does_not_settle_a_later_attempt(
        self, shop: Shop, stub: IamportStub
    ) -> None:
        stub.decline = "한도초과"
        order = await shop.order()
        await shop.pay(order)
        stub.decline = None
        stub.once("onetime", lose())
        stub.once("find", *[answer(502, b"")] * 2)
        await shop.pay(order)
        await tell(shop, stub.payments[0]["imp_uid"])
        stub.once("find", answer(502, b""))
        assert await shop.status(order) == "pending"


@pytest.mark.anyio
class TestAnswers:
    @pytest.mark.parametrize(
        "effect",
        [answer(502, b"<html>"), lose(), instead(refused("내부 오류", code=1))],
        ids=["502", "timeout", "refusal"],
    )
    async def test_a_5xx_lets_it_come_again(
        self, shop: Shop, stub: IamportStub, effect: Any
    ) -> None:
        order = await shop.order()
        await shop.pay(order)
        stub.payments[0] |= {"status": "cancelled", "cancel_amount": 12_000}
        stub.once("payment", effect)
        assert (await tell(shop, stub.payments[0]["imp_uid"])).status_code == 503
        assert (await tell(shop, stub.payments[0]["imp_uid"])).status_code == 200
        stub.once("payment", answer(502, b""))
        assert await shop.status(order) == "cancelled"

    async def test_a_second_payment_of_a_cancelled_order_calls_for_a_person(
        self, shop: Shop, stub: IamportStub, caplog: pytest.LogCaptureFixture
    ) -> None:
        order = await shop.order()
        await shop.pay(order)
        stub.payments[0] |= {"status": "cancelled", "cancel_amount": 12_000}
        await tell(shop, stub.payments[0]["imp_uid"])
        second = stub.payments[0] | {"imp_uid": "imps_9", "status": "paid", "cancel_amount": 0}
        stub.payments.append(second)
        await tell(shop, "imps_9")
        assert await shop.status(order) == "cancelled"
        assert "needs a person" in caplog.text

    @pytest.mark.parametrize("imp_uid", ["", None, "../x", NUMBER, "imps_1?x=1", 1, {"a": 1}])
    async def test_what_is_no_imp_uid_is_asked_nobody_and_logged_nowhere(
        self, shop: Shop, stub: IamportStub, caplog: pytest.LogCaptureFixture, imp_uid: Any
    ) -> None:
        caplog.set_level(logging.DEBUG)
        told = await tell(shop, imp_uid)
        assert told.status_code == 400
        assert stub.calls == []
        assert NUMBER not in told.text + caplog.text

    async def test_fields_that_nobody_knows_yet_do_no_harm(
        self, shop: Shop, stub: IamportStub
    ) -> None:
        await shop.pay(await shop.order())
        imp_uid = stub.payments[0]["imp_uid"]
        told = await tell(shop, imp_uid, nested={"a": [1]}, number=1.5, nothing=None, yes=True)
        assert told.status_code == 200

    async def test_an_answer_about_another_payment_is_not_believed(
        self, shop: Shop, stub: IamportStub
    ) -> None:
        order = await shop.order()
        other = {"imp_uid": "imps_8", "merchant_uid": order["merchant_uid"], "amount": 12_000}
        stub.once("payment", instead(envelope(other | {"status": "paid"})))
        assert (await tell(shop, "imps_9")).status_code == 503
        assert await shop.status(order) == "unpaid"

    async def test_it_says_nothing_about_the_order(self, shop: Shop, stub: IamportStub) -> None:
        await shop.pay(await shop.order())
        told = await tell(shop, stub.payments[0]["imp_uid"])
        assert told.json() == (await tell(shop, "imps_unknown")).json() == {"status": "success"}

    async def test_card_data_in_it_shows_nowhere(
        self, shop: Shop, stub: IamportStub, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        await shop.pay(await shop.order())
        told = await tell(shop, stub.payments[0]["imp_uid"], **CARD_FORM)
        assert NUMBER not in f"{told.text} {told.headers} {caplog.text}"
