"""A shopper's browser or app, in front of the merchant, in front of the stub."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from reference_client import AsyncIamport
from reference_client.merchant import Patience, create_app
from tests.reference_client.iamport_stub import BASE_URL, BIRTH, KEY, NUMBER, SECRET, IamportStub

CARD_FORM = {"card_number": NUMBER, "expiry": "2031-07", "birth": BIRTH, "pwd_2digit": "49"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
IMPATIENT = Patience(charge=5, look=5, waits=(0.0, 0.0), forget=600)


class Shop:
    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def order(self, amount: int = 12_000, name: str = "커피") -> dict[str, Any]:
        answer = await self.http.post("/orders", json={"amount": amount, "name": name})
        assert answer.status_code == 201
        order: dict[str, Any] = answer.json()
        return order

    async def pay(self, order: dict[str, Any], **fields: Any) -> httpx.Response:
        path = f"/orders/{order['order_id']}/pay-by-card"
        return await self.http.post(path, data=CARD_FORM | fields)

    async def pay_by_key(self, order: dict[str, Any], customer_uid: str) -> httpx.Response:
        path = f"/orders/{order['order_id']}/pay-by-key"
        return await self.http.post(path, data={"customer_uid": customer_uid})

    async def register(self, **fields: Any) -> httpx.Response:
        form = CARD_FORM | {"customer_uid": "shopper-1"} | fields
        return await self.http.post("/subscriptions/issue-billing", data=form)

    async def status(self, order: dict[str, Any]) -> str:
        return str((await self.http.get(f"/orders/{order['order_id']}")).json()["status"])


@asynccontextmanager
async def open_shop(
    stub: IamportStub,
    *,
    patience: Patience = IMPATIENT,
    transport: httpx.AsyncBaseTransport | None = None,
    crashes: bool = True,
) -> AsyncIterator[Shop]:
    async with AsyncIamport(
        KEY, SECRET, base_url=BASE_URL, transport=transport or stub.transport()
    ) as iamport:
        app = httpx.ASGITransport(
            create_app(iamport, patience=patience), raise_app_exceptions=crashes
        )
        async with httpx.AsyncClient(transport=app, base_url="http://shop.test") as http:
            yield Shop(http)
