import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from reference_client.merchant import Patience
from tests.reference_client.iamport_stub import (
    BAD_CARD,
    BIRTH,
    NUMBER,
    SECRET,
    IamportStub,
    answer,
    changed,
    envelope,
    instead,
    lose,
    never_arrives,
    refused,
)
from tests.reference_client.shop_driver import CARD_FORM, IMPATIENT, Shop, open_shop

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def stub() -> IamportStub:
    return IamportStub()


@pytest.fixture
async def shop(stub: IamportStub) -> AsyncIterator[Shop]:
    async with open_shop(stub) as shop:
        yield shop


async def settle() -> None:
    """Let everything run that can run."""
    for _ in range(50):
        await asyncio.sleep(0)


def summary(told: httpx.Response) -> tuple[int, str, str]:
    answered = told.json()
    return told.status_code, answered["status"], answered["order"]["status"]


@pytest.mark.parametrize("encoding", ["data", "json"])
async def test_an_order_is_paid_by_card(shop: Shop, stub: IamportStub, encoding: str) -> None:
    placed = await shop.http.post("/orders", **{encoding: {"amount": "12000", "name": "커피"}})  # type: ignore[arg-type]
    order = placed.json()
    assert (placed.status_code, order["status"], order["amount"]) == (201, "unpaid", 12_000)
    path = f"/orders/{order['order_id']}/pay-by-card"
    told = await shop.http.post(path, **{encoding: CARD_FORM})  # type: ignore[arg-type]
    assert summary(told) == (200, "success", "paid")
    assert told.json()["order"]["imp_uid"] == stub.payments[0]["imp_uid"]
    sent = json.loads(stub.asked("onetime")[0].content)
    assert sent == CARD_FORM | {
        "merchant_uid": order["merchant_uid"],
        "amount": 12_000,
        "name": "커피",
    }
    assert await shop.status(order) == "paid"


async def test_an_order_is_paid_by_key(shop: Shop, stub: IamportStub) -> None:
    await shop.register()
    order = await shop.order()
    assert summary(await shop.pay_by_key(order, "shopper-1")) == (200, "success", "paid")
    assert stub.paid()[0]["customer_uid"] == "shopper-1"


async def test_a_card_payment_may_keep_the_card(shop: Shop, stub: IamportStub) -> None:
    await shop.pay(await shop.order(), customer_uid="shopper-1")
    await shop.pay(await shop.order(), customer_uid="")
    sent = [json.loads(call.content) for call in stub.asked("onetime")]
    assert sent[0]["customer_uid"] == "shopper-1"
    assert "customer_uid" not in sent[1]


async def test_the_amount_is_the_orders_whatever_the_payer_says(
    shop: Shop, stub: IamportStub
) -> None:
    order = await shop.order(12_000)
    await shop.pay(order, amount="1", merchant_uid="mine", name="cheap")
    assert (stub.payments[0]["amount"], stub.payments[0]["name"]) == (12_000, "커피")
    assert stub.payments[0]["merchant_uid"] == order["merchant_uid"]


@pytest.mark.parametrize("amount", [0, -1, "1.5", "", "1e3", "천", True, 10**10])
async def test_an_order_needs_an_amount(shop: Shop, amount: Any) -> None:
    told = await shop.http.post("/orders", json={"amount": amount, "name": "커피"})
    assert (told.status_code, told.json()["status"]) == (400, "failed")


async def test_an_order_needs_a_name(shop: Shop) -> None:
    told = await shop.http.post("/orders", json={"amount": 1, "name": "x" * 41})
    assert list(told.json()["errors"]) == ["name"]


async def test_every_order_has_its_own_merchant_uid(shop: Shop) -> None:
    orders = [await shop.order() for _ in range(20)]
    assert len({order["merchant_uid"] for order in orders}) == 20
    assert all(len(order["merchant_uid"]) <= 40 for order in orders)


async def test_a_decline_is_not_paid_though_the_code_is_0(shop: Shop, stub: IamportStub) -> None:
    stub.decline = "잔액부족"
    order = await shop.order()
    told = await shop.pay(order)
    assert summary(told) == (200, "failed", "failed")
    assert "잔액부족" in told.json()["message"]
    assert await shop.status(order) == "failed"
    stub.decline = None
    assert summary(await shop.pay(order)) == (200, "success", "paid")
    assert {payment["merchant_uid"] for payment in stub.payments} == {order["merchant_uid"]}


async def test_a_refused_card_is_a_failure_with_the_gateways_reason(
    shop: Shop, stub: IamportStub
) -> None:
    stub.once("onetime", instead(refused(BAD_CARD)))
    order = await shop.order()
    told = await shop.pay(order)
    assert summary(told) == (200, "failed", "unpaid")
    assert told.json()["message"] == BAD_CARD
    assert summary(await shop.pay(order)) == (200, "success", "paid")


async def test_a_key_that_is_not_there(shop: Shop) -> None:
    told = await shop.pay_by_key(await shop.order(), "nobody")
    assert summary(told) == (200, "failed", "unpaid")
    assert "등록된 카드가 없습니다" in told.json()["message"]


async def test_an_unknown_order(shop: Shop, stub: IamportStub) -> None:
    for told in (
        await shop.http.get("/orders/unknown"),
        await shop.pay({"order_id": "unknown"}),
        await shop.pay_by_key({"order_id": "unknown"}, "shopper-1"),
    ):
        assert (told.status_code, told.json()["status"]) == (404, "failed")
    assert stub.calls == []


@pytest.mark.parametrize(("field", "value"), [("card_number", "1"), ("customer_uid", "a" * 81)])
async def test_bad_input_charges_nothing(
    shop: Shop, stub: IamportStub, field: str, value: str
) -> None:
    told = await shop.pay(await shop.order(), **{field: value})
    assert told.status_code == 400
    assert list(told.json()["errors"]) == [field]
    assert stub.calls == []


@pytest.mark.parametrize("kind", ["refused connection", "no token", "unauthorized"])
async def test_what_was_not_charged_is_said_so(shop: Shop, stub: IamportStub, kind: str) -> None:
    unauthorized = instead(refused("Unauthorized", status=401))
    match kind:
        case "refused connection":
            stub.once("onetime", never_arrives(httpx.ConnectError))
        case "no token":
            stub.once("token", answer(502, b"<html>"))
        case _:
            stub.once("onetime", unauthorized, unauthorized)
    order = await shop.order()
    assert summary(await shop.pay(order)) == (400, "failed", "unpaid")
    assert summary(await shop.pay(order)) == (200, "success", "paid")
    assert len(stub.paid()) == 1


class TestClicks:
    async def test_two_at_once_charge_once(self, stub: IamportStub) -> None:
        gate = asyncio.Event()
        async with open_shop(stub, transport=stub.slow_transport("onetime", gate)) as shop:
            order = await shop.order()
            clicks = [asyncio.create_task(shop.pay(order)) for _ in range(2)]
            await settle()
            assert await shop.status(order) == "pending"
            gate.set()
            told = await asyncio.gather(*clicks)
        assert [summary(each) for each in told] == [(200, "success", "paid")] * 2
        assert len(stub.asked("onetime")) == 1

    async def test_two_at_once_are_declined_once(self, stub: IamportStub) -> None:
        gate = asyncio.Event()
        stub.once("onetime", changed(status="failed", fail_reason="한도초과"))
        async with open_shop(stub, transport=stub.slow_transport("onetime", gate)) as shop:
            order = await shop.order()
            clicks = [asyncio.create_task(shop.pay(order)) for _ in range(2)]
            await settle()
            gate.set()
            told = await asyncio.gather(*clicks)
        assert [each.json()["status"] for each in told] == ["failed"] * 2
        assert len(stub.asked("onetime")) == 1

    async def test_one_after_the_other_charge_once(self, shop: Shop, stub: IamportStub) -> None:
        order = await shop.order()
        first, second = await shop.pay(order), await shop.pay(order)
        assert summary(first) == summary(second) == (200, "success", "paid")
        assert len(stub.asked("onetime")) == 1

    async def test_a_shopper_who_leaves_does_not_interrupt_the_charge(
        self, stub: IamportStub
    ) -> None:
        gate = asyncio.Event()
        async with open_shop(stub, transport=stub.slow_transport("onetime", gate)) as shop:
            order = await shop.order()
            click = asyncio.create_task(shop.pay(order))
            await settle()
            click.cancel()
            gate.set()
            await settle()
            assert await shop.status(order) == "paid"
            assert (await shop.pay(order)).json()["status"] == "success"
        assert len(stub.asked("onetime")) == 1


LOST = {
    "timeout": lose(httpx.ReadTimeout),
    "reset": lose(httpx.ReadError),
    "html": lambda request, run: (run(), httpx.Response(200, text="<html>"))[1],
    "truncated": lambda request, run: (run(), httpx.Response(200, text='{"code":0,'))[1],
    "502": lambda request, run: (run(), httpx.Response(502, text="bad gateway"))[1],
    "ready": changed(status="ready"),
}


class TestUnknownOutcome:
    @pytest.mark.parametrize("effect", LOST.values(), ids=LOST)
    async def test_is_asked_for_and_paid_when_it_was_paid(
        self, shop: Shop, stub: IamportStub, effect: Any
    ) -> None:
        stub.once("onetime", effect)
        order = await shop.order()
        assert summary(await shop.pay(order)) == (200, "success", "paid")
        assert len(stub.asked("onetime")) == 1

    async def test_is_asked_for_and_failed_when_it_was_declined(
        self, shop: Shop, stub: IamportStub
    ) -> None:
        stub.decline = "한도초과"
        stub.once("onetime", lose())
        told = await shop.pay(await shop.order())
        assert summary(told) == (200, "failed", "failed")
        assert "한도초과" in told.json()["message"]

    async def test_is_pending_while_iamport_cannot_say(self, shop: Shop, stub: IamportStub) -> None:
        stub.once("onetime", lose())
        down = answer(502, b"<html>")
        stub.once("find", *[down] * 3)
        order = await shop.order()
        told = await shop.pay(order)
        assert summary(told) == (202, "pending", "pending")
        assert "확인" in told.json()["message"]
        assert await shop.status(order) == "pending"
        assert await shop.status(order) == "paid"

    async def test_is_asked_for_a_bounded_number_of_times(
        self, shop: Shop, stub: IamportStub
    ) -> None:
        stub.once("onetime", never_arrives())
        await shop.pay(await shop.order())
        assert len(stub.asked("find")) == 2 * len(IMPATIENT.waits)

    async def test_may_turn_up_late(self, shop: Shop, stub: IamportStub) -> None:
        late: list[Any] = []

        def slowly(request: httpx.Request, run: Any) -> httpx.Response:
            late.append(run)
            raise httpx.ReadTimeout("still running", request=request)

        stub.once("onetime", slowly)
        order = await shop.order()
        assert summary(await shop.pay(order)) == (202, "pending", "pending")
        late.pop()()
        assert await shop.status(order) == "paid"

    async def test_is_charged_again_under_the_same_merchant_uid_only(
        self, shop: Shop, stub: IamportStub
    ) -> None:
        stub.once("onetime", never_arrives())
        order = await shop.order()
        assert summary(await shop.pay(order)) == (202, "pending", "pending")
        assert summary(await shop.pay(order)) == (200, "success", "paid")
        asked = {json.loads(call.content)["merchant_uid"] for call in stub.asked("onetime")}
        assert asked == {order["merchant_uid"]}

    async def test_is_looked_at_before_it_is_charged_again(
        self, shop: Shop, stub: IamportStub
    ) -> None:
        stub.once("onetime", lose())
        stub.once("find", *[answer(502, b"")] * 2)
        order = await shop.order()
        await shop.pay(order)
        assert summary(await shop.pay(order)) == (200, "success", "paid")
        assert len(stub.asked("onetime")) == 1

    async def test_that_iamport_calls_a_duplicate_is_paid(
        self, shop: Shop, stub: IamportStub
    ) -> None:
        stub.once("onetime", lose())
        stub.once("find", *[answer(502, b"")] * 3)
        order = await shop.order()
        assert summary(await shop.pay(order)) == (202, "pending", "pending")
        assert summary(await shop.pay(order)) == (200, "success", "paid")
        assert len(stub.paid()) == 1

    async def test_is_not_settled_by_an_older_decline(self, shop: Shop, stub: IamportStub) -> None:
        stub.decline = "한도초과"
        order = await shop.order()
        assert summary(await shop.pay(order)) == (200, "failed", "failed")
        stub.once("onetime", never_arrives(httpx.ReadTimeout))
        assert summary(await shop.pay(order)) == (202, "pending", "pending")

    async def test_is_not_settled_by_a_newer_decline(self, shop: Shop, stub: IamportStub) -> None:
        stub.once("onetime", never_arrives(httpx.ReadTimeout))
        order = await shop.order()
        await shop.pay(order)
        stub.decline = "한도초과"
        told = await shop.pay(order)
        assert summary(told) == (202, "pending", "pending")
        assert "한도초과" in told.json()["message"]
        stub.decline = None
        stub._charge({"merchant_uid": order["merchant_uid"], "amount": 12_000})
        assert await shop.status(order) == "paid"

    async def test_is_not_settled_by_a_refusal(self, shop: Shop, stub: IamportStub) -> None:
        stub.once("onetime", never_arrives(httpx.ReadTimeout))
        order = await shop.order()
        await shop.pay(order)
        stub.once("onetime", instead(refused(BAD_CARD)))
        assert summary(await shop.pay(order)) == (202, "pending", "pending")

    async def test_two_lost_charges_need_two_declines(self, shop: Shop, stub: IamportStub) -> None:
        order = await shop.order()
        stub.once("onetime", never_arrives(httpx.ReadTimeout))
        await shop.pay(order)
        stub.decline = "한도초과"
        stub.once("onetime", lose())
        assert summary(await shop.pay(order)) == (202, "pending", "pending")
        stub._charge({"merchant_uid": order["merchant_uid"], "amount": 12_000})
        assert await shop.status(order) == "failed"

    async def test_is_forgotten_in_time(self, stub: IamportStub) -> None:
        patience = Patience(charge=5, look=5, waits=(0.0,), forget=0)
        async with open_shop(stub, patience=patience) as shop:
            stub.once("onetime", never_arrives())
            order = await shop.order()
            assert summary(await shop.pay(order)) == (200, "failed", "unpaid")
            assert summary(await shop.pay(order)) == (200, "success", "paid")

    async def test_of_a_charge_that_hangs(self, stub: IamportStub) -> None:
        gate = asyncio.Event()
        patience = Patience(charge=0.01, look=5, waits=(0.0,))
        transport = stub.slow_transport("onetime", gate)
        async with open_shop(stub, patience=patience, transport=transport) as shop:
            order = await shop.order()
            assert summary(await shop.pay(order)) == (202, "pending", "pending")

    async def test_is_left_uncertain_by_a_crash(self, stub: IamportStub) -> None:
        def crash(request: httpx.Request, run: Any) -> httpx.Response:
            run()
            raise RuntimeError("a bug in the merchant")

        async with open_shop(stub, crashes=False) as shop:
            stub.once("onetime", crash)
            order = await shop.order()
            told = await shop.pay(order)
            assert (told.status_code, told.json()["status"]) == (500, "error")
            assert await shop.status(order) == "paid"


@pytest.mark.parametrize("fields", [{"amount": 1}, {"currency": "USD"}])
async def test_a_wrong_amount_is_neither_paid_nor_charged_again(
    shop: Shop, stub: IamportStub, caplog: pytest.LogCaptureFixture, fields: dict[str, Any]
) -> None:
    order = await shop.order()
    stub.once("onetime", changed(**fields))
    stub.once("find", changed(**fields), changed(**fields))
    assert summary(await shop.pay(order)) == (202, "pending", "pending")
    assert summary(await shop.pay(order)) == (202, "pending", "pending")
    assert len(stub.asked("onetime")) == 1
    assert "needs a person" in caplog.text


async def test_a_cancelled_order_is_not_shown_as_paid(shop: Shop, stub: IamportStub) -> None:
    order = await shop.order()
    await shop.pay(order)
    stub.payments[0] |= {"status": "cancelled", "cancel_amount": 5_000}
    shown = (await shop.http.get(f"/orders/{order['order_id']}")).json()
    assert (shown["status"], shown["cancelled_amount"]) == ("cancelled", 5_000)
    assert "5,000원" in shown["message"]
    assert summary(await shop.pay(order)) == (200, "failed", "cancelled")
    assert len(stub.asked("onetime")) == 1


async def test_a_paid_order_is_shown_though_iamport_is_down(shop: Shop, stub: IamportStub) -> None:
    order = await shop.order()
    await shop.pay(order)
    stub.once("payment", answer(502, b""))
    assert await shop.status(order) == "paid"


async def test_an_answer_about_another_order_pays_nothing(shop: Shop, stub: IamportStub) -> None:
    paid = {"imp_uid": "imps_1", "merchant_uid": "other", "status": "paid", "amount": 12_000}
    stub.once("onetime", instead(envelope(paid)))
    order = await shop.order()
    assert summary(await shop.pay(order)) == (202, "pending", "pending")


async def test_card_data_shows_in_no_answer_and_no_log(
    shop: Shop, stub: IamportStub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stub.once("onetime", lose(), instead(refused(f"카드 {NUMBER} 오류")))
    stub.once("issue", answer(200, b"<html>"))
    order = await shop.order()
    told = [
        await shop.register(card_number=NUMBER + "0"),
        await shop.register(),
        await shop.pay(order),
        await shop.pay(await shop.order()),
        await shop.pay(await shop.order()),
        await shop.http.get(f"/orders/{order['order_id']}"),
    ]
    seen = caplog.text + "".join(f"{each.text} {each.headers}" for each in told)
    for secret in (NUMBER, NUMBER.replace("-", ""), BIRTH, SECRET, *stub.tokens):
        assert secret not in seen
    assert "asking what became of it" in seen
