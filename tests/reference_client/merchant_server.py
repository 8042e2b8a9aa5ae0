"""The merchant on a real port, as i'mport's webhooks and a shopper's browser reach it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn

from fake_iamport import FakeMerchant
from fake_iamport.gateway import cards
from reference_client import AsyncIamport
from reference_client.merchant import Patience, create_app

IMPATIENT = Patience(charge=10, look=10, waits=(0.0, 0.0))


class RunningShop:
    """``shop.http`` speaks to the merchant; ``shop.imp`` is the emulator's side of it."""

    def __init__(self, http: httpx.Client, imp: FakeMerchant) -> None:
        self.http = http
        self.imp = imp

    @property
    def webhook_url(self) -> str:
        return f"{self.http.base_url}/iamport/webhook"

    def order(self, amount: int = 12_000) -> dict[str, Any]:
        return self._told(self.http.post("/orders", json={"amount": amount, "name": "커피"}))

    def pay(self, order: dict[str, Any], failure: str | None = None) -> dict[str, Any]:
        path = f"/orders/{order['order_id']}/pay-by-card"
        told = self._told(self.http.post(path, data=card_that(failure)))
        shown: dict[str, Any] = told["order"]
        return shown

    def paid_order(self, amount: int = 12_000) -> dict[str, Any]:
        paid = self.pay(self.order(amount))
        assert paid["status"] == "paid"
        return paid

    def cancel(self, order: dict[str, Any], **fields: Any) -> dict[str, Any]:
        path = f"/orders/{order['order_id']}/cancel"
        return self._told(self.http.post(path, json=fields))

    def show(self, order: dict[str, Any]) -> dict[str, Any]:
        return self._told(self.http.get(f"/orders/{order['order_id']}"))

    def _told(self, answer: httpx.Response) -> dict[str, Any]:
        told: dict[str, Any] = answer.json()
        return told


def card_that(failure: str | None) -> dict[str, str]:
    card = next(card for card in cards.test_cards() if card.failure == failure)
    return {
        "card_number": card.number,
        "expiry": card.expiry,
        "birth": card.birth,
        "pwd_2digit": card.pwd_2digit,
    }


@contextmanager
def running_shop(
    imp: FakeMerchant, transport: httpx.AsyncBaseTransport | None = None
) -> Iterator[RunningShop]:
    """Serve the merchant in a thread; its webhooks come from ``imp``."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    iamport = AsyncIamport(imp.imp_key, imp.imp_secret, base_url=imp.url, transport=transport)
    app = create_app(iamport, patience=IMPATIENT)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))

    async def serve() -> None:
        async with iamport:
            await server.serve(sockets=[listener])

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        # The port takes connections already: the first call waits until somebody answers.
        with httpx.Client(base_url=url, timeout=30) as http:
            shop = RunningShop(http, imp)
            imp.change_settings(notice_url=[shop.webhook_url])
            yield shop
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
