import logging
from collections.abc import Iterator
from typing import Any

import pytest

from fake_iamport.app import App
from fake_iamport.journal import Line
from fake_iamport.scenario.loaded import LoadedScenario
from fake_iamport.scenario.reading import read_scenario
from tests.fake_iamport.scenario.clients import MISSING
from tests.fake_iamport.scenario.reading_rules import rule
from tests.fake_iamport.scenario.served import LOOPS, Served, served
from tests.fake_iamport.webhooks.conftest import receiver, shop

__all__ = ["Stage", "receiver", "shop"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which clients couldn't be asked."""
    for client in MISSING:
        terminalreporter.write_line(f"scenario: {client} is not installed; nothing was asked of it")


class Stage:
    """A merchant under scenarios: loads rules, makes the usual calls, and looks at what came of it."""

    def __init__(self, app: App, call: Any, card: dict[str, str]) -> None:
        self.app = app
        self.call = call
        self.card = card
        self.merchant = app.emulator.default_merchant

    def load(self, text: str, name: str = "test", *, in_front: bool = False) -> LoadedScenario:
        scenario = read_scenario(text, f"{name}.yaml", name)
        return self.app.emulator.load_scenario(self.merchant, scenario, in_front=in_front)

    def rule(self, when: str = "{}", then: str = "{pass: true}", more: str = "") -> LoadedScenario:
        return self.load(rule(when, then, more))

    async def envelope(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        return (await self.call(method, path, body, **options)).json()

    async def pay(self, merchant_uid: str = "o1", **fields: Any) -> Any:
        """Pay by card data; the envelope."""
        body = {**self.card, "merchant_uid": merchant_uid, "amount": 1000, **fields}
        return await self.envelope("POST", "/subscribe/payments/onetime", body)

    async def register(self, customer_uid: str = "c1", **fields: Any) -> Any:
        path = f"/subscribe/customers/{customer_uid}"
        return await self.envelope("POST", path, {**self.card, **fields})

    async def again(self, merchant_uid: str, customer_uid: str = "c1", **fields: Any) -> Any:
        body = {"customer_uid": customer_uid, "merchant_uid": merchant_uid, "amount": 1000}
        return await self.envelope("POST", "/subscribe/payments/again", {**body, **fields})

    async def look(self, merchant_uid: str = "o1") -> Any:
        return await self.envelope("GET", f"/payments/find/{merchant_uid}")

    async def cancel(self, merchant_uid: str = "o1", **fields: Any) -> Any:
        body = {"merchant_uid": merchant_uid, **fields}
        return await self.envelope("POST", "/payments/cancel", body)

    async def schedule(self, *moments: tuple[str, int], customer_uid: str = "c1") -> Any:
        items = [
            {"merchant_uid": name, "schedule_at": at, "amount": 1000, "name": "x"}
            for name, at in moments
        ]
        body = {"customer_uid": customer_uid, "schedules": items}
        return await self.envelope("POST", "/subscribe/payments/schedule", body)

    async def statuses(self) -> dict[str, str]:
        """How every payment of the books stands, by its order number."""
        async with self.app.emulator.store.transaction(self.merchant.imp_key) as transaction:
            records = await transaction.snapshot()
        return {payment.merchant_uid: payment.status for payment in records.payments}

    @property
    def line(self) -> Line:
        """The last line of the journal."""
        return list(self.app.emulator.journal)[-1]


@pytest.fixture
def stage(app: App, call: Any, card: dict[str, str]) -> Stage:
    return Stage(app, call, card)


@pytest.fixture(scope="module", params=LOOPS)
def running(request: pytest.FixtureRequest) -> Iterator[Served]:
    with served(request.param) as running:
        yield running


@pytest.fixture
def server(running: Served, caplog: pytest.LogCaptureFixture) -> Iterator[Served]:
    """The emulator behind a socket, without records and scenarios; nobody complains in its log."""
    running.start_again()
    yield running
    running.settle()
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == []
