"""A merchant as the stories need it: it calls the API, steers time, and receives webhooks."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from fake_iamport import FakeMerchant
from fake_iamport.gateway import cards

__all__ = ["Merchant", "Receiver", "card_that", "receiving"]


class Receiver:
    """A real HTTP server that keeps every webhook it gets."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks"
        self.received: list[dict[str, Any]] = []


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append(json.loads(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(server)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()


class Merchant:
    """A merchant's calls, with a token that it renews when it must."""

    def __init__(self, account: FakeMerchant) -> None:
        self._account = account
        self._http = httpx.Client(base_url=account.url, timeout=30)
        self._control = f"/_fake/merchants/{account.imp_key}"

    def __enter__(self) -> "Merchant":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def call(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        """Call the API and give the envelope."""
        answer = self._http.request(method, path, json=body or None)
        if answer.status_code == 401:
            self._renew_token()
            answer = self._http.request(method, path, json=body or None)
        envelope: dict[str, Any] = answer.json()
        return envelope

    def get(self, path: str) -> Any:
        """Look something up that is there."""
        envelope = self.call("GET", path)
        assert envelope["code"] == 0, envelope
        return envelope["response"]

    def post(self, path: str, **body: Any) -> Any:
        """Have something done that goes well."""
        envelope = self.call("POST", path, **body)
        assert envelope["code"] == 0, envelope
        return envelope["response"]

    def advance(self, **by: int) -> list[dict[str, Any]]:
        """Move this merchant's clock forward; gives what happened on the way."""
        answer = self._http.post(f"{self._control}/clock/advance", json=by)
        happened: list[dict[str, Any]] = answer.json()["happened"]
        return happened

    def freeze(self, at: int) -> None:
        """Let this merchant's clock stand still."""
        self._http.put(f"{self._control}/clock", json={"mode": "frozen", "at": at})

    def _renew_token(self) -> None:
        keys = {"imp_key": self._account.imp_key, "imp_secret": self._account.imp_secret}
        answer = self._http.post("/users/getToken", json=keys)
        self._http.headers["Authorization"] = answer.json()["response"]["access_token"]


def card_that(failure: str | None, number: int = 0) -> dict[str, str]:
    """A test card that always fails so, or one of those that always succeed."""
    card = [card for card in cards.test_cards() if card.failure == failure][number]
    return {
        "card_number": card.number,
        "expiry": card.expiry,
        "birth": card.birth,
        "pwd_2digit": card.pwd_2digit,
    }
