"""Drives the sync and the async client through one set of calls."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any

import httpx

from fake_iamport import FakeMerchant
from reference_client import AsyncIamport, BillingKey, Iamport, PaidPayment
from tests.reference_client.iamport_stub import BASE_URL, CARD, KEY, SECRET

FLAVOURS = ("threads", "tasks")


class Driver:
    """``driver.call("pay_by_key", ...)``, whichever client is behind it."""

    def __init__(
        self,
        flavour: str,
        handler: Callable[[httpx.Request], httpx.Response] | None = None,
        *,
        server: FakeMerchant | None = None,
    ) -> None:
        access: Any = {"imp_key": KEY, "imp_secret": SECRET, "base_url": BASE_URL}
        if handler is not None:
            access["transport"] = httpx.MockTransport(handler)
        if server is not None:
            access |= {"imp_key": server.imp_key, "imp_secret": server.imp_secret}
            access["base_url"] = server.url
        self.client: Iamport | AsyncIamport
        self._runner = asyncio.Runner()
        self.client = Iamport(**access) if flavour == "threads" else AsyncIamport(**access)

    def __enter__(self) -> "Driver":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.call("close" if isinstance(self.client, Iamport) else "aclose")
        self._runner.close()

    def call(self, method: str, *arguments: Any, **named: Any) -> Any:
        result = getattr(self.client, method)(*arguments, **named)
        if asyncio.iscoroutine(result):
            return self._runner.run(result)
        return result

    def issue(self, customer_uid: str = "shopper-1") -> BillingKey:
        issued: BillingKey = self.call("issue_billing_key", customer_uid, CARD)
        return issued

    def pay(self, merchant_uid: str = "order-1", amount: int = 1000, **named: Any) -> PaidPayment:
        paid: PaidPayment = self.call(
            "pay_by_card", merchant_uid=merchant_uid, amount=amount, card=CARD, **named
        )
        return paid
