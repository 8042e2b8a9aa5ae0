"""Calls to an application in this process, without a socket and without a client's cost."""

from typing import Any
from urllib.parse import quote

import msgspec

from benchmarks.merchant import CARD, KEYS
from fake_iamport.app import App

__all__ = ["Shop"]


class Shop:
    """A merchant that calls the application itself."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._headers = [
            (b"host", b"127.0.0.1"),
            (b"user-agent", b"benchmarks"),
            (b"content-type", b"application/json"),
        ]

    async def enter(self) -> None:
        """Get a token for the calls that follow."""
        headers = [header for header in self._headers if header[0] != b"authorization"]
        token = (await self.get("/users/getToken", KEYS))["access_token"]
        self._headers = [*headers, (b"authorization", token.encode())]

    async def get(self, path: str, body: object = None, *, query: str = "") -> Any:
        """The ``response`` of a successful answer; ``POST`` where there is a ``body``.

        Raises:
            ValueError: it wasn't successful; the text is the answer.
        """
        encoded = b"" if body is None else msgspec.json.encode(body)
        answer = await self.send("GET" if body is None else "POST", path, encoded, query)
        envelope = msgspec.json.decode(answer)
        if envelope["code"] != 0:
            raise ValueError(answer.decode())
        return envelope["response"]

    async def send(self, method: str, path: str, body: bytes = b"", query: str = "") -> bytes:
        """The bytes of an answer, whatever it is."""
        answer: list[bytes] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                answer.append(message["body"])

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": query.encode(),
            "headers": [*self._headers, (b"content-length", b"%d" % len(body))],
        }
        await self.app(scope, receive, send)
        return answer[0]

    async def register(self, customer_uid: str) -> None:
        """Keep the card under ``customer_uid``."""
        await self.get(f"/subscribe/customers/{customer_uid}", CARD)

    async def pay(self, merchant_uid: str) -> str:
        """Pay an order by card and give the payment's ``imp_uid``."""
        order = {"merchant_uid": merchant_uid, "amount": 1000, "name": "coffee", **CARD}
        paid = await self.get("/subscribe/payments/onetime", order)
        imp_uid: str = paid["imp_uid"]
        return imp_uid
