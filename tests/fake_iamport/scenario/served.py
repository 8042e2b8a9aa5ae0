"""The emulator behind a real socket, under rules; and a client that is nothing but a socket."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import httpx

from fake_iamport import FakeIamport
from fake_iamport.gateway.cards import test_cards
from fake_iamport.journal import Line
from fake_iamport.scenario.loaded import LoadedScenario
from fake_iamport.scenario.reading import read_scenario
from tests.fake_iamport.scenario.reading_rules import rule

__all__ = ["CARD", "LOOPS", "PATIENCE", "Heard", "Served", "Talk", "served"]

LOOPS = ["uvloop", "asyncio"]
PATIENCE = 10
"""Seconds after which a test says that something hangs."""

_GOOD = next(card for card in test_cards() if card.failure is None)
CARD = {
    "card_number": _GOOD.number,
    "expiry": _GOOD.expiry,
    "birth": _GOOD.birth,
    "pwd_2digit": _GOOD.pwd_2digit,
}


class Heard(NamedTuple):
    """What came over a socket: the bytes, and how it ended."""

    data: bytes
    end: str

    @property
    def body(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[2]

    @property
    def length(self) -> int:
        """The content length that was announced."""
        head = self.data.partition(b"\r\n\r\n")[0].decode().lower()
        lines = dict(line.split(": ", 1) for line in head.splitlines()[1:])
        return int(lines["content-length"])


class Talk:
    """One connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, method: str, path: str, token: str, body: object = None) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.socket.sendall(head(method, path, token, len(content)) + content)

    def hear(self, body_size: int | None = None) -> Heard:
        """Read to the end of the connection, or until so much of a body is here."""
        data = b""
        try:
            while body_size is None or len(Heard(data, "").body) < body_size:
                part = self.socket.recv(1024)
                if not part:
                    return Heard(data, "eof")
                data += part
        except ConnectionResetError:
            return Heard(data, "reset")
        return Heard(data, "open")

    def hear_answer(self) -> Heard:
        """Read one answer, whole, from a connection that stays open."""
        data = self.hear(1).data
        while len(Heard(data, "").body) < Heard(data, "").length:
            data += self.socket.recv(1024)
        return Heard(data, "open")


def head(method: str, path: str, token: str, size: int) -> bytes:
    """The request line and headers."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: iamport",
        f"Authorization: {token}",
        "Content-Type: application/json",
        f"Content-Length: {size}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


class Served:
    """A running emulator."""

    def __init__(self, fake: FakeIamport) -> None:
        self.fake = fake
        self.emulator = fake._running.app.emulator
        self.server = fake._running._server
        self.http = httpx.Client(base_url=fake.url, timeout=PATIENCE)
        self.start_again()

    def start_again(self) -> None:
        """Start with an empty world, no scenario, and a token that is good."""
        self.fake.reset()
        keys = {"imp_key": self.fake.imp_key, "imp_secret": self.fake.imp_secret}
        answer = self.http.post("/users/getToken", json=keys)
        self.token: str = answer.json()["response"]["access_token"]

    def rule(self, when: str = "{}", then: str = "{pass: true}", more: str = "") -> LoadedScenario:
        return self.load(rule(when, then, more))

    def load(self, text: str) -> LoadedScenario:
        scenario = read_scenario(text, "test.yaml", "test")

        async def load() -> LoadedScenario:
            return self.emulator.load_scenario(self.emulator.default_merchant, scenario)

        return self.fake._running.submit(load()).result(PATIENCE)

    def talk(self) -> Talk:
        return Talk(self.fake.url)

    def pay(self, merchant_uid: str = "o1") -> Heard:
        """Pay by card over a connection of its own."""
        with self.talk() as talk:
            talk.ask("POST", "/subscribe/payments/onetime", self.token, order(merchant_uid))
            return talk.hear()

    def settle(self) -> None:
        """Wait until the server has done with every request."""

        async def is_idle() -> bool:
            return not self.server.server_state.tasks

        self._wait_until(is_idle)

    def await_rule(self, loaded: LoadedScenario) -> None:
        """Wait until a rule was applied."""

        async def is_used() -> bool:
            return not loaded.unused_rules()

        self._wait_until(is_used)

    def await_payment(self) -> None:
        """Wait until somebody has paid."""

        async def is_paid() -> bool:
            merchant = self.emulator.default_merchant
            async with self.emulator.store.transaction(merchant.imp_key) as transaction:
                return bool((await transaction.snapshot()).payments)

        self._wait_until(is_paid)

    def _wait_until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        async def wait() -> None:
            async with asyncio.timeout(PATIENCE):
                while not await holds():  # noqa: ASYNC110 - nobody tells of it
                    await asyncio.sleep(0.001)

        self.fake._running.submit(wait()).result()

    def statuses(self) -> dict[str, str]:
        """How every payment of the books stands, by its order number."""
        payments = self.fake.snapshot()["records"]["payments"]
        return {payment["merchant_uid"]: payment["status"] for payment in payments}

    @property
    def line(self) -> Line:
        """The last line of the journal."""
        self.settle()
        return list(self.emulator.journal)[-1]


def order(merchant_uid: str = "o1") -> dict[str, Any]:
    """A payment by card."""
    return {**CARD, "merchant_uid": merchant_uid, "amount": 1000}


@contextmanager
def served(loop: str) -> Iterator[Served]:
    """Serve on that event loop."""
    fake = FakeIamport()
    fake._running._server.config.loop = loop
    with fake:
        running = Served(fake)
        with closing(running.http):
            yield running
