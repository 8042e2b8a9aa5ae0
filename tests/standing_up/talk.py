"""Talking to a running emulator in bytes."""

import contextlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from fake_iamport.settings import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET

__all__ = ["Talk", "heard_by"]

_KEYS = {"imp_key": PUBLIC_SANDBOX_KEY, "imp_secret": PUBLIC_SANDBOX_SECRET}
_CARD = "card_number=9540-4900-1234-5675&expiry=2049-12&birth=900101&pwd_2digit=12"
_PATIENCE = 20


class Talk:
    """A merchant with a token, who makes requests byte by byte."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.url = "http://{}:{}".format(*address)
        answer = httpx.post(f"{self.url}/users/getToken", json=_KEYS).json()
        self._token = answer["response"]["access_token"]

    @contextmanager
    def client(self, sent: bytes = b"") -> Iterator[socket.socket]:
        with socket.create_connection(self.address, timeout=_PATIENCE) as client:
            client.sendall(sent)
            yield client

    def heard(self, *sent: bytes) -> bytes:
        """All that comes until the server ends the connection."""
        with self.client() as client:
            return heard_by(client, *sent)

    def charge(self, order: str, *headers: str, missing: int = 0) -> bytes:
        """A charge by card; so many bytes are missing of the body that it announces."""
        body = f"{_CARD}&amount=1000&merchant_uid={order}"
        return self.request(
            "POST /subscribe/payments/onetime",
            "Content-Type: application/x-www-form-urlencoded",
            *(headers or [f"Content-Length: {len(body) + missing}"]),
            body=body,
        )

    def request(self, line: str, *headers: str, body: str = "") -> bytes:
        """A request with a token, in bytes."""
        own = ["Host: shop", f"Authorization: {self._token}"]
        return "\r\n".join([f"{line} HTTP/1.1", *own, *headers, "", body]).encode()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(method, f"{self.url}/_fake{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def orders(self) -> list[str]:
        """The orders that the books know, each as often as it was charged."""
        world = self.control("GET", f"/merchants/{PUBLIC_SANDBOX_KEY}/snapshot")
        return [payment["merchant_uid"] for payment in world["records"]["payments"]]

    def calls(self) -> list[tuple[str, int]]:
        """The journal: operation and status."""
        entries = self.control("GET", "/journal")["entries"]
        return [(entry["operation"], entry["status"]) for entry in entries]

    def wait_until_asked(self) -> None:
        """Wait until a rule of the first scenario has a call in its hands."""
        rules: list[dict[str, int]] = [{"fired": 0}]
        while not rules[0]["fired"]:
            loaded = self.control("GET", f"/merchants/{PUBLIC_SANDBOX_KEY}/scenarios")
            rules = loaded["scenarios"][0]["rules"]

    def wait_until_closed(self) -> None:
        """Wait until no connection is taken any more."""
        with contextlib.suppress(ConnectionError):
            while True:
                socket.create_connection(self.address, timeout=_PATIENCE).close()


def heard_by(client: socket.socket, *sent: bytes) -> bytes:
    """What a client reads until the connection ends, when it sends this first."""
    heard = b""
    with contextlib.suppress(ConnectionError):
        for part in sent:
            client.sendall(part)
    with contextlib.suppress(ConnectionError):
        while part := client.recv(65536):
            heard += part
    return heard
