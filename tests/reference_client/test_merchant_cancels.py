"""Cancels of orders: over real sockets, and with the stub where answers get lost."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from fake_iamport import FakeMerchant
from reference_client.merchant import Patience
from tests.reference_client.iamport_stub import (
    NUMBER,
    IamportStub,
    answer,
    changed,
    instead,
    lose,
    never_arrives,
    refused,
)
from tests.reference_client.merchant_server import RunningShop, running_shop
from tests.reference_client.shop_driver import BROWSER, CARD_FORM, Shop, open_shop


@pytest.fixture
def running(fake_iamport: FakeMerchant) -> Iterator[RunningShop]:
    with running_shop(fake_iamport) as shop:
        yield shop


class TestAgainstTheEmulator:
    def test_an_order_is_cancelled_as_a_whole(self, running: RunningShop) -> None:
        paid = running.paid_order()
        told = running.cancel(paid, reason="변심")
        assert (told["status"], told["order"]["status"]) == ("success", "cancelled")
        assert (told["order"]["cancelled_amount"], told["order"]["cancellable_amount"]) == (
            12_000,
            0,
        )
        [call] = running.imp.journal(operation="cancelPayment")
        assert call.request is not None
        assert call.request["reason"] == "변심"
        assert str(call.request["checksum"]) == "12000"

    def test_an_order_is_cancelled_in_parts(self, running: RunningShop) -> None:
        paid = running.paid_order()
        running.cancel(paid, amount=5_000)
        told = running.cancel(paid, amount=3_000)
        assert (told["status"], told["order"]["status"]) == ("success", "cancelled")
        assert told["order"]["cancelled_amount"] == 8_000
        assert "8,000원" in told["message"]
        assert running.cancel(paid)["order"]["cancelled_amount"] == 12_000

    @pytest.mark.parametrize("amount", [None, 5_000])
    def test_clicks_at_once_refund_once(self, running: RunningShop, amount: int | None) -> None:
        paid = running.paid_order()
        fields = {"checksum": 12_000} | ({"amount": amount} if amount else {})
        with ThreadPoolExecutor(4) as clicks:
            list(clicks.map(lambda _: running.cancel(paid, **fields), range(4)))
        shown = running.show(paid)
        assert (shown["status"], shown["cancelled_amount"]) == ("cancelled", amount or 12_000)

    def test_a_second_click_on_a_whole_cancel_is_told_the_same(self, running: RunningShop) -> None:
        paid = running.paid_order()
        assert running.cancel(paid)["status"] == running.cancel(paid)["status"] == "success"
        assert len(running.imp.journal(operation="cancelPayment")) == 1

    def test_a_part_is_not_given_back_to_who_has_not_seen_the_first(
        self, running: RunningShop
    ) -> None:
        paid = running.paid_order()
        running.cancel(paid, amount=5_000, checksum=12_000)
        assert running.cancel(paid, amount=5_000, checksum=12_000)["status"] == "failed"
        assert running.show(paid)["cancelled_amount"] == 5_000

    def test_a_refusal_on_http_200_is_no_refund(self, running: RunningShop) -> None:
        paid = running.paid_order()
        running.imp.change_settings(fail_next={"cancelPayment": ["cancel_period_over"]})
        told = running.cancel(paid)
        assert (told["status"], told["order"]["status"]) == ("failed", "paid")
        assert "결제취소에 실패하였습니다" in told["message"]
        assert running.cancel(paid)["order"]["status"] == "cancelled"

    def test_more_than_is_left_is_not_asked_for(self, running: RunningShop) -> None:
        paid = running.paid_order()
        assert running.cancel(paid, amount=12_001)["status"] == "failed"
        running.cancel(paid)
        assert running.cancel(paid, amount=1)["status"] == "failed"
        assert len(running.imp.journal(operation="cancelPayment")) == 1

    def test_what_was_not_paid_is_not_cancelled(self, running: RunningShop) -> None:
        assert running.cancel(running.order())["status"] == "failed"
        declined = running.pay(running.order(), "limit_exceeded")
        assert running.cancel(declined)["order"]["status"] == "failed"
        assert running.imp.journal(operation="cancelPayment") == []

    def test_its_own_webhook_changes_nothing_more(self, running: RunningShop) -> None:
        paid = running.paid_order()
        running.cancel(paid, amount=5_000)
        [webhook] = running.imp.wait_for_webhooks(status="cancelled")
        assert webhook.attempts[-1].status == 200
        assert running.show(paid)["cancelled_amount"] == 5_000


@pytest.fixture
def stub() -> IamportStub:
    return IamportStub()


@pytest.fixture
async def shop(stub: IamportStub) -> AsyncIterator[Shop]:
    async with open_shop(stub) as shop:
        yield shop


async def cancel(shop: Shop, order: dict[str, Any], **fields: Any) -> httpx.Response:
    return await shop.http.post(f"/orders/{order['order_id']}/cancel", json=fields)


async def paid_order(shop: Shop) -> dict[str, Any]:
    order = await shop.order()
    assert (await shop.pay(order)).json()["status"] == "success"
    return order


def summary(told: httpx.Response) -> tuple[int, str, str, int]:
    order = told.json()["order"]
    return told.status_code, told.json()["status"], order["status"], order["cancelled_amount"]


async def settle() -> None:
    """Let everything run that can run."""
    for _ in range(50):
        await asyncio.sleep(0)


DOWN = answer(502, b"<html>")


@pytest.mark.anyio
class TestLostAnswers:
    async def test_what_was_cancelled_is_found(self, shop: Shop, stub: IamportStub) -> None:
        order = await paid_order(shop)
        stub.once("cancel", lose())
        told = await cancel(shop, order, amount=5_000)
        assert summary(told) == (200, "success", "cancelled", 5_000)
        assert len(stub.asked("cancel")) == 1

    async def test_the_order_is_not_shown_as_paid_while_iamport_cannot_say(
        self, shop: Shop, stub: IamportStub
    ) -> None:
        order = await paid_order(shop)
        stub.once("cancel", lose())
        stub.once("payment", stub_passes, *[DOWN] * 3)
        assert summary(await cancel(shop, order)) == (202, "pending", "pending", 0)
        assert await shop.status(order) == "pending"
        assert await shop.status(order) == "cancelled"

    @pytest.mark.parametrize("news_by_webhook", [True, False])
    async def test_a_repeated_part_is_given_back_once(
        self, shop: Shop, stub: IamportStub, news_by_webhook: bool
    ) -> None:
        order = await paid_order(shop)
        stub.once("cancel", lose())
        stub.once("payment", stub_passes, DOWN, DOWN)
        assert summary(await cancel(shop, order, amount=5_000))[1] == "pending"
        if news_by_webhook:
            body = {"imp_uid": stub.payments[0]["imp_uid"]}
            await shop.http.post("/iamport/webhook", json=body)
        told = await cancel(shop, order, amount=5_000)
        assert summary(told) == (200, "success", "cancelled", 5_000)
        assert len(stub.asked("cancel")) == 1

    async def test_a_repetition_that_iamport_cannot_be_asked_about_is_refused_there(
        self, shop: Shop, stub: IamportStub
    ) -> None:
        order = await paid_order(shop)
        stub.once("cancel", lose())
        stub.once("payment", stub_passes, DOWN, DOWN, DOWN)
        await cancel(shop, order, amount=5_000)
        told = await cancel(shop, order, amount=5_000)
        assert summary(told) == (200, "success", "cancelled", 5_000)
        sent = [json.loads(call.content)["checksum"] for call in stub.asked("cancel")]
        assert sent == [12_000, 12_000]

    async def test_what_never_arrived_can_be_repeated(self, shop: Shop, stub: IamportStub) -> None:
        order = await paid_order(shop)
        stub.once("cancel", never_arrives())
        assert summary(await cancel(shop, order)) == (202, "pending", "pending", 0)
        assert await shop.status(order) == "pending"
        assert summary(await cancel(shop, order)) == (200, "success", "cancelled", 12_000)

    async def test_what_never_arrived_is_forgotten_in_time(self, stub: IamportStub) -> None:
        patience = Patience(charge=5, look=5, waits=(0.0,), forget=0)
        async with open_shop(stub, patience=patience) as shop:
            order = await paid_order(shop)
            stub.once("cancel", never_arrives())
            assert summary(await cancel(shop, order)) == (200, "failed", "paid", 0)

    async def test_a_part_is_seen_then_meant_a_second_time(
        self, shop: Shop, stub: IamportStub
    ) -> None:
        order = await paid_order(shop)
        stub.once("cancel", lose())
        stub.once("payment", stub_passes, DOWN, DOWN)
        await cancel(shop, order, amount=5_000)
        assert await shop.status(order) == "cancelled"
        told = await cancel(shop, order, amount=5_000)
        assert summary(told) == (200, "success", "cancelled", 10_000)

    @pytest.mark.parametrize(
        "fields", [{"cancel_amount": 1}, {"status": "paid"}, {"imp_uid": "imps_9"}]
    )
    async def test_an_answer_about_something_else_is_looked_up(
        self, shop: Shop, stub: IamportStub, fields: dict[str, Any]
    ) -> None:
        order = await paid_order(shop)
        stub.once("cancel", changed(**fields))
        assert summary(await cancel(shop, order)) == (200, "success", "cancelled", 12_000)

    async def test_it_is_pending_while_the_charge_is(self, shop: Shop, stub: IamportStub) -> None:
        order = await shop.order()
        stub.once("onetime", lose())
        stub.once("find", *[DOWN] * 3)
        await shop.pay(order)
        assert summary(await cancel(shop, order)) == (202, "pending", "pending", 0)
        assert stub.asked("cancel") == []


def stub_passes(request: httpx.Request, run: Any) -> Any:
    """Let the look before a cancel go well."""
    return run()


@pytest.mark.anyio
class TestClicks:
    async def test_at_once_share_one_cancel(self, stub: IamportStub) -> None:
        gate = asyncio.Event()
        async with open_shop(stub, transport=stub.slow_transport("cancel", gate)) as shop:
            order = await paid_order(shop)
            clicks = [asyncio.create_task(cancel(shop, order, amount=5_000)) for _ in range(3)]
            await settle()
            assert await shop.status(order) == "pending"
            gate.set()
            told = await asyncio.gather(*clicks)
        assert [summary(each) for each in told] == [(200, "success", "cancelled", 5_000)] * 3
        assert len(stub.asked("cancel")) == 1

    async def test_of_who_leaves_do_not_interrupt_the_cancel(self, stub: IamportStub) -> None:
        gate = asyncio.Event()
        async with open_shop(stub, transport=stub.late_transport("cancel", gate)) as shop:
            order = await paid_order(shop)
            click = asyncio.create_task(cancel(shop, order))
            await settle()
            assert len(stub.asked("cancel")) == 1
            click.cancel()
            gate.set()
            assert summary(await cancel(shop, order)) == (200, "success", "cancelled", 12_000)
        assert len(stub.asked("cancel")) == 1


@pytest.mark.anyio
class TestRefusals:
    async def test_a_cancel_elsewhere_meanwhile_is_noticed(
        self, shop: Shop, stub: IamportStub
    ) -> None:
        order = await paid_order(shop)

        def overtaken(request: httpx.Request, run: Any) -> Any:
            stub.payments[0] |= {"status": "cancelled", "cancel_amount": 5_000}
            return run()

        stub.once("cancel", overtaken)
        told = await cancel(shop, order, amount=5_000)
        assert summary(told) == (200, "failed", "cancelled", 5_000)

    async def test_what_was_not_sent_is_said_so(self, shop: Shop, stub: IamportStub) -> None:
        order = await paid_order(shop)
        stub.once("cancel", never_arrives(httpx.ConnectError))
        assert summary(await cancel(shop, order)) == (400, "failed", "paid", 0)

    @pytest.mark.parametrize(
        ("field", "value"),
        [("amount", "1.5"), ("amount", "-1"), ("checksum", "x"), ("reason", "a" * 101)],
    )
    async def test_bad_input_cancels_nothing(
        self, shop: Shop, stub: IamportStub, field: str, value: str
    ) -> None:
        told = await cancel(shop, await paid_order(shop), **{field: value})
        assert (told.status_code, list(told.json()["errors"])) == (400, [field])
        assert stub.asked("cancel") == []

    async def test_an_unknown_order(self, shop: Shop) -> None:
        assert (await cancel(shop, {"order_id": "unknown"})).status_code == 404

    async def test_a_wrong_amount_can_be_given_back(self, shop: Shop, stub: IamportStub) -> None:
        order = await shop.order()
        stub.once("onetime", changed(amount=1))
        assert (await shop.pay(order)).json()["order"]["status"] == "pending"
        assert summary(await cancel(shop, order)) == (200, "success", "cancelled", 12_000)


@pytest.mark.anyio
async def test_a_browser_ends_on_the_order(shop: Shop, stub: IamportStub) -> None:
    order = await paid_order(shop)
    path = f"/orders/{order['order_id']}"
    told = await shop.http.post(f"{path}/cancel", headers=BROWSER, data={"amount": "5000"})
    assert (told.status_code, told.headers["location"]) == (303, path)
    assert "결제 취소" in (await shop.http.get(path, headers=BROWSER)).text


@pytest.mark.anyio
async def test_card_data_shows_in_no_answer_and_no_log(
    shop: Shop, stub: IamportStub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    order = await paid_order(shop)
    stub.once("cancel", lose(), instead(refused("거절")))
    stub.once("payment", *[DOWN] * 4)
    told = [
        await cancel(shop, order, **CARD_FORM),
        await cancel(shop, order, **CARD_FORM),
        await shop.http.get(f"/orders/{order['order_id']}"),
    ]
    seen = caplog.text + "".join(f"{each.text} {each.headers}" for each in told)
    for secret in (NUMBER, NUMBER.replace("-", ""), *stub.tokens):
        assert secret not in seen
