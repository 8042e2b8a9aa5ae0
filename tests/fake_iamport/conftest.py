from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from fake_iamport import Clock, Settings, create_app
from fake_iamport.app import App
from fake_iamport.gateway import cards
from fake_iamport.settings import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET
from tests.fake_iamport.search import kept_by, leaks, texts_in

NOW = 1_707_307_868


CARD_FIELDS = frozenset({"card_number", "birth", "pwd_2digit", "cvc"})


class Caller:
    """Calls the emulated API as a merchant does, with its token, and remembers the secrets it sent."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.sent = {PUBLIC_SANDBOX_SECRET}
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="https://api.iamport.kr"
        )

    async def __call__(
        self, method: str, path: str, body: Any = None, **options: Any
    ) -> httpx.Response:
        headers = {"Authorization": await self.token(), **options.pop("headers", {})}
        self._remember(body)
        return await self.http.request(method, path, json=body, headers=headers, **options)

    def _remember(self, body: Any) -> None:
        for name, value in body.items() if isinstance(body, dict) else ():
            if name in CARD_FIELDS and isinstance(value, str) and len(value) > 1:
                self.sent |= {value, value.replace("-", "")}

    async def token(self) -> str:
        keys = {"imp_key": PUBLIC_SANDBOX_KEY, "imp_secret": PUBLIC_SANDBOX_SECRET}
        answer = await self.http.post("/users/getToken", json=keys)
        token: str = answer.json()["response"]["access_token"]
        return token

    async def response(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        answer = await self(method, path, body, **options)
        envelope = answer.json()
        assert envelope["code"] == 0, envelope
        return envelope["response"]

    async def refusal(
        self, method: str, path: str, body: Any = None, **options: Any
    ) -> tuple[int, int, str]:
        answer = await self(method, path, body, **options)
        envelope = answer.json()
        assert list(envelope) == ["code", "message", "response"]
        assert envelope["response"] is None, envelope
        return answer.status_code, envelope["code"], envelope["message"]


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def app(clock: Clock) -> App:
    return create_app(Settings(seed=1), clock=clock)


@pytest.fixture
async def call(app: App) -> AsyncIterator[Caller]:
    caller = Caller(app)
    yield caller
    await caller.http.aclose()
    assert leaks(caller.sent, texts_in(kept_by(app))) == set()


@pytest.fixture
def card() -> dict[str, str]:
    """A card that always succeeds."""
    good = next(card for card in cards.test_cards() if card.failure is None)
    return {
        "card_number": good.number,
        "expiry": good.expiry,
        "birth": good.birth,
        "pwd_2digit": good.pwd_2digit,
    }
