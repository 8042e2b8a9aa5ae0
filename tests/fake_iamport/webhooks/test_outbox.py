from typing import Any

import msgspec
import pytest

from fake_iamport import Clock
from fake_iamport.domain.payment import Payment, PaymentStatus
from fake_iamport.domain.webhook import WebhookState
from fake_iamport.gateway import cards
from fake_iamport.operations.declaration import Call
from fake_iamport.webhooks.outbox import MOST_RECEIVERS, announce
from tests.fake_iamport.conftest import NOW
from tests.fake_iamport.webhooks.receiver import Receiver

pytestmark = pytest.mark.anyio


async def tell(shop: Any, payment: Payment, **options: Any) -> None:
    """Announce ``payment`` as an operation does, and wake whoever sends."""
    async with shop.app.emulator.store.transaction(shop.merchant.imp_key) as transaction:
        await announce(Call(shop.merchant, transaction, "test", None), payment, **options)
    shop.app.emulator.wake(shop.merchant)


async def paid(shop: Any, **fields: Any) -> Payment:
    imp_uid = (await shop.pay(**fields))["imp_uid"]
    async with shop.app.emulator.store.transaction(shop.merchant.imp_key) as transaction:
        payment: Payment | None = await transaction.payment(imp_uid)
    assert payment is not None
    return payment


async def test_a_paid_payment_sends_three_fields_as_json(shop: Any, receiver: Receiver) -> None:
    payment = await shop.pay("order_1")
    await shop.wait()

    (request,) = receiver.received
    assert request.path == "/hook"
    assert request.headers["content-type"] == "application/json"
    assert request.body.decode() == (
        f'{{"imp_uid":"{payment["imp_uid"]}","merchant_uid":"order_1","status":"paid"}}'
    )


async def test_a_payment_by_billing_key_sends_one_too(shop: Any, receiver: Receiver) -> None:
    await shop.call.response("POST", "/subscribe/customers/c", shop.card)
    again = {"customer_uid": "c", "merchant_uid": "o", "amount": 1}
    payment = await shop.call.response("POST", "/subscribe/payments/again", again)
    await shop.wait()

    assert receiver.messages == [
        {"imp_uid": payment["imp_uid"], "merchant_uid": "o", "status": "paid"}
    ]


async def test_as_a_form_if_the_merchant_chose_that(shop: Any, receiver: Receiver) -> None:
    shop.set(webhook_content_type="form")
    payment = await shop.pay("주문 1&2")
    await shop.wait()

    (request,) = receiver.received
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.body == (
        f"imp_uid={payment['imp_uid']}&merchant_uid=%EC%A3%BC%EB%AC%B8+1%262&status=paid".encode()
    )


async def test_json_is_escaped_as_in_answers(shop: Any, receiver: Receiver) -> None:
    await shop.pay("주문/1")
    await shop.wait()

    assert b'"merchant_uid":"\\uc8fc\\ubb38\\/1"' in receiver.received[0].body


async def test_declines_refusals_and_key_issues_send_nothing(shop: Any, receiver: Receiver) -> None:
    declined = next(card for card in cards.test_cards() if card.failure == "limit_exceeded")
    bad = {**shop.card, "card_number": declined.number}
    shop.set(fail_next={"again": ["limit_exceeded"]})
    again = {"customer_uid": "c", "merchant_uid": "a", "amount": 1}

    assert (await shop.pay("o", **bad))["status"] == "failed"
    await shop.call.response("POST", "/subscribe/customers/c", shop.card)
    failed = await shop.call.response("POST", "/subscribe/payments/again", again)
    await shop.call.refusal("POST", "/subscribe/payments/onetime", {**shop.card, "amount": 1})
    await shop.call.refusal("POST", "/subscribe/payments/again", {**again, "customer_uid": "x"})

    assert failed["status"] == "failed"
    assert await shop.webhooks() == []


@pytest.mark.parametrize("several", [False, True])
async def test_notice_url_replaces_the_merchants_own(
    shop: Any, receiver: Receiver, several: bool
) -> None:
    async with Receiver() as other:
        wanted = [other.url, f"{other.url}/second?a=1"] if several else other.url
        await shop.pay(notice_url=wanted)
        await shop.wait(2 if several else 1)

    assert receiver.received == []
    paths = ["/hook", "/hook/second?a=1"] if several else ["/hook"]
    assert sorted(request.path for request in other.received) == paths


async def test_every_url_of_the_merchant_gets_one(shop: Any, receiver: Receiver) -> None:
    shop.set(notice_url=[receiver.url, f"{receiver.url}/2"])
    await shop.pay()
    await shop.wait(2)

    assert sorted(request.path for request in receiver.received) == ["/hook", "/hook/2"]
    assert receiver.messages[0] == receiver.messages[1]


async def test_a_list_of_urls_without_end_has_one_here(shop: Any, receiver: Receiver) -> None:
    await shop.pay(notice_url=[f"{receiver.url}/{number}" for number in range(100)])
    await shop.wait(MOST_RECEIVERS)

    assert len(await shop.webhooks()) == MOST_RECEIVERS


async def test_without_an_url_there_is_none(shop: Any, receiver: Receiver) -> None:
    shop.set(notice_url=[])
    await shop.pay()

    assert await shop.webhooks() == []


async def test_a_scheduled_failure_is_told(shop: Any, receiver: Receiver) -> None:
    payment = msgspec.structs.replace(await paid(shop), status=PaymentStatus.FAILED)
    await tell(shop, payment)
    await shop.wait(2)

    assert receiver.messages[1]["status"] == "failed"


async def test_a_cancel_has_a_fourth_field(shop: Any, receiver: Receiver) -> None:
    payment = msgspec.structs.replace(await paid(shop), status=PaymentStatus.CANCELLED)
    await tell(shop, payment, cancellation_id="c-1")
    await shop.wait(2)

    assert receiver.received[1].body.decode() == (
        f'{{"imp_uid":"{payment.imp_uid}","merchant_uid":"order","status":"cancelled",'
        '"cancellation_id":"c-1"}'
    )


async def test_a_cancel_that_is_not_to_be_sent_is_only_logged(
    shop: Any, receiver: Receiver
) -> None:
    payment = await paid(shop)
    await tell(shop, payment, cancellation_id="c", send=False)
    await shop.wait(state="logged")
    await shop.wait()

    logged = (await shop.webhooks())[1]
    assert (logged.state, logged.url, logged.attempts) == (WebhookState.LOGGED, receiver.url, ())
    assert len(receiver.received) == 1


async def test_a_cancel_of_a_sale_without_webhook_is_only_logged(shop: Any) -> None:
    shop.set(notice_url=[])
    await tell(shop, await paid(shop), cancellation_id="c")

    (logged,) = await shop.webhooks()
    assert (logged.state, logged.url) == (WebhookState.LOGGED, "")


async def test_a_call_that_fails_leaves_no_webhook(
    shop: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("fake_iamport.operations.subscribe.payment_answer", fail)
        body = {**shop.card, "merchant_uid": "o", "amount": 1}
        assert (await shop.call.refusal("POST", "/subscribe/payments/onetime", body))[0] == 500
    assert await shop.webhooks() == []

    await shop.pay("o")
    await shop.wait()
    assert len(receiver.received) == 1


async def test_only_so_many_are_remembered_and_the_oldest_finished_goes_first(
    shop: Any, receiver: Receiver
) -> None:
    shop.set(webhooks_remembered=3)
    for number in range(5):
        await shop.pay(f"o{number}")
        await shop.wait(merchant_uid=f"o{number}")

    assert [webhook.merchant_uid for webhook in await shop.webhooks()] == ["o2", "o3", "o4"]
    assert len(receiver.received) == 5


async def test_with_too_many_waiting_a_new_one_fails_and_the_payment_does_not(
    shop: Any, receiver: Receiver
) -> None:
    shop.set(webhooks_remembered=2, hold_webhooks=True)
    for number in range(6):
        assert (await shop.pay(f"o{number}"))["status"] == "paid"

    webhooks = await shop.webhooks()
    assert [webhook.merchant_uid for webhook in webhooks] == ["o0", "o1", "o5"]
    assert [webhook.state for webhook in webhooks] == ["held", "held", "failed"]
    assert webhooks[2].attempts[0].error == "not sent: 2 webhooks wait already"
    assert receiver.received == []


async def test_moments_are_the_merchants(shop: Any, clock: Clock) -> None:
    clock.advance(100)
    await shop.pay()
    (webhook,) = await shop.wait()

    assert (webhook.created_at, webhook.due_at) == (NOW + 100, NOW + 100)
    assert webhook.attempts[0].at == NOW + 100
    assert webhook.attempts[0].duration_ms > 0
