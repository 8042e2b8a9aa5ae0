from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from fake_iamport.app import App
from fake_iamport.domain.webhook import Webhook
from fake_iamport.settings import changed_settings
from tests.fake_iamport.webhooks.receiver import Receiver


class Shop:
    """A merchant whose webhooks go to a receiver, and a short way to what the tests need of it."""

    def __init__(self, app: App, call: Any, card: Any, receiver: Receiver) -> None:
        self.app = app
        self.call = call
        self.card = card
        self.merchant = app.emulator.default_merchant
        self.set(notice_url=[receiver.url])

    def set(self, **changes: Any) -> None:
        self.merchant.settings = changed_settings(self.merchant.settings, changes)

    async def pay(self, merchant_uid: str = "order", **fields: Any) -> Any:
        body = {**self.card, "merchant_uid": merchant_uid, "amount": 1000, **fields}
        return await self.call.response("POST", "/subscribe/payments/onetime", body)

    async def control(self, method: str, path: str, **options: Any) -> Any:
        base = f"/_fake/merchants/{self.merchant.imp_key}/webhooks"
        answer = await self.call.http.request(method, f"{base}{path}", **options)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()["webhooks"]

    async def wait(self, count: int = 1, **filters: Any) -> list[Webhook]:
        found = await self.control("GET", "/wait", params={"count": count, **filters})
        return msgspec.convert(found, list[Webhook])

    async def webhooks(self) -> list[Webhook]:
        async with self.app.emulator.store.transaction(self.merchant.imp_key) as transaction:
            return list(await transaction.webhooks())


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
def shop(app: App, call: Any, card: Any, receiver: Receiver) -> Shop:
    return Shop(app, call, card, receiver)
