"""What holds for every scenario that can be written."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Iterator, Sequence
from copy import deepcopy
from types import SimpleNamespace
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fake_iamport import Clock, Settings, create_app
from fake_iamport.app import App
from fake_iamport.documents import DocumentError
from fake_iamport.journal import Line
from fake_iamport.scenario.declaration import conditions, effects
from fake_iamport.scenario.effects import delay
from fake_iamport.scenario.reading import read_scenario
from fake_iamport.settings import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET, changed_settings
from fake_iamport.store import Records
from fake_iamport.wire.connection import Connection
from tests.fake_iamport.scenario.strategies import JSON, TEXTS, read, scenarios
from tests.fake_iamport.search import kept_by, leaks, texts_in

pytestmark = pytest.mark.anyio

NOW = 1_707_307_868
MINUTE = 60
CARD = {
    "card_number": "5272-8927-3141-5923",
    "expiry": "2037-11",
    "birth": "770317",
    "pwd_2digit": "83",
}
SECRETS = {"5272-8927-3141-5923", "5272892731415923", "770317", PUBLIC_SANDBOX_SECRET}
NOWHERE = "http://127.0.0.1:9/hook"

some = settings(max_examples=60, suppress_health_check=list(HealthCheck))


class Step(NamedTuple):
    """One call."""

    method: str
    path: str
    body: Any = None


def _order(name: str, **more: Any) -> dict[str, Any]:
    return {"merchant_uid": name, "amount": 1000, "name": "x", **more}


STEPS = (
    Step("POST", "/subscribe/customers/c1", CARD),
    Step("POST", "/subscribe/payments/onetime", _order("o1", **CARD)),
    Step("POST", "/subscribe/payments/onetime", _order("o2", **CARD, customer_uid="c2")),
    Step("POST", "/subscribe/payments/again", _order("o3", customer_uid="c1")),
    Step("POST", "/subscribe/payments/again", _order("o3", customer_uid="c1")),
    Step("POST", "/payments/cancel", {"merchant_uid": "o1", "amount": 300}),
    Step("POST", "/payments/cancel", {"merchant_uid": "o2"}),
    Step(
        "POST",
        "/subscribe/payments/schedule",
        {"customer_uid": "c1", "schedules": [_order("s1", schedule_at=NOW + MINUTE)]},
    ),
    Step("GET", "/payments/find/o1"),
    Step("GET", "/payments/status/paid?limit=5"),
    Step("GET", "/subscribe/customers/c1"),
    Step("GET", "/no/such/path"),
    Step("DELETE", "/subscribe/customers/c1"),
    Step("ADVANCE", ""),
)
STORIES = st.lists(st.sampled_from(STEPS), min_size=4, max_size=12)


class World:
    """An emulator under a scenario, and a client that writes down what it saw."""

    def __init__(self, values: object) -> None:
        self.app: App = create_app(Settings(seed=1), clock=Clock(NOW))
        emulator = self.app.emulator
        self.merchant = emulator.default_merchant
        changes = {"notice_url": [NOWHERE], "hold_webhooks": True, "resend_webhooks": False}
        self.merchant.settings = changed_settings(self.merchant.settings, changes)
        emulator.load_scenario(self.merchant, read(values))
        self.seen: list[object] = []
        self.token = ""
        self._ours = asyncio.all_tasks()

    async def run(self, story: Sequence[Step]) -> None:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
            self.http = http
            for step in story:
                await self._do(step)
                await self._settle()

    async def _do(self, step: Step) -> None:
        if step.method == "ADVANCE":
            advance = "/_fake/merchants/imp_apikey/clock/advance"
            moved = await self.http.post(advance, json={"seconds": MINUTE})
            assert moved.status_code == 200, moved.text
            return
        if not self.token:
            keys = {"imp_key": PUBLIC_SANDBOX_KEY, "imp_secret": PUBLIC_SANDBOX_SECRET}
            answer = await self._send("POST", "/users/getToken", keys)
            with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError):
                self.token = str(answer.json()["response"]["access_token"])
        answer = await self._send(step.method, step.path, step.body)
        if answer is not None and answer.status_code == 401:
            self.token = ""

    async def _send(self, method: str, path: str, body: Any) -> Any:
        headers = {"Authorization": self.token} if self.token.isascii() else {}
        try:
            answer = await self.http.request(method, path, json=body, headers=headers)
        except (ConnectionError, TimeoutError) as error:
            self.seen.append(type(error).__name__)
            return None
        self.seen.append((answer.status_code, answer.headers.raw, answer.content))
        return answer

    async def _settle(self) -> None:
        """Let webhooks that are on their way arrive nowhere."""
        async with asyncio.timeout(10):
            while others := asyncio.all_tasks() - self._ours:
                await asyncio.wait(others)

    async def records(self) -> Records:
        async with self.app.emulator.store.transaction(self.merchant.imp_key) as transaction:
            return await transaction.snapshot()

    @property
    def lines(self) -> list[Line]:
        return list(self.app.emulator.journal)


async def run(values: object, story: Sequence[Step]) -> World:
    world = World(values)
    await world.run(story)
    return world


@pytest.fixture(autouse=True)
def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def sleep(_: float) -> None:
        await asyncio.sleep(0)

    async def wait_until_gone(*_: object) -> bool:
        return False

    monkeypatch.setattr(delay, "asyncio", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(Connection, "wait_until_gone", wait_until_gone)


def test_every_condition_and_effect_is_drawn() -> None:
    drawn: set[str] = set()

    @settings(some, max_examples=300, derandomize=True, database=None)
    @given(scenarios())
    def draw(values: Any) -> None:
        for rule in values["rules"]:
            drawn.update(rule["when"], rule["then"])

    draw()

    assert drawn == {*conditions(), *effects()}


@some
@given(scenarios())
def test_what_was_read_can_be_written_and_read_again(values: object) -> None:
    form = read(values).form

    assert read(msgspec.to_builtins(form)).form == form


@some
@given(scenarios(), STORIES)
async def test_no_scenario_breaks_the_emulator_the_books_or_secrecy(
    values: object, story: list[Step]
) -> None:
    logged = Logged()
    with logged:
        world = await run(values, story)

    assert logged.messages == []
    for line in world.lines:
        assert line.status < 500 or line.rules
        assert "The emulator itself failed" not in bytes(line.response).decode()
        assert line.fault is None or line.rules
    assert leaks(SECRETS, texts_in(kept_by(world.app))) == set()
    records = await world.records()
    assert records.mistake() is None
    assert list(wrong_in(records)) == []


def wrong_in(records: Records) -> Iterator[str]:
    """What can't be in the books."""
    payments = {payment.imp_uid: payment for payment in records.payments}
    taken = [each.merchant_uid for each in records.payments if each.status != "failed"]
    if len(set(taken)) < len(taken):
        yield "an order was charged twice"
    for each in records.payments:
        cancelled = sum(part.amount for part in each.cancellations)
        right = {
            "paid": (each.paid_at > 0, each.failed_at == 0, cancelled == 0, bool(each.apply_num)),
            "failed": (each.paid_at == 0, each.failed_at > 0, bool(each.fail_reason)),
            "cancelled": (each.paid_at > 0, 0 < cancelled == each.cancel_amount <= each.amount),
        }
        if not all(right[each.status]):
            yield f"{each.merchant_uid} is {each.status} and isn't"
    for schedule in records.schedules:
        payment = payments.get(schedule.imp_uid or "")
        if (schedule.status == "executed") is not (payment is not None):
            yield f"{schedule.merchant_uid} is {schedule.status} without its payment"
        if payment is not None and payment.merchant_uid != schedule.merchant_uid:
            yield f"{schedule.merchant_uid} was executed as another"
    keys = {line.key for line in records.gateway_keys}
    if any(key.key not in keys for key in records.billing_keys):
        yield "a key isn't in the ledger"


class Logged(logging.Handler):
    """What is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())

    def __enter__(self) -> None:
        logging.getLogger().addHandler(self)

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)


@settings(some, max_examples=30)
@given(scenarios(), STORIES)
async def test_the_same_happens_twice(values: object, story: list[Step]) -> None:
    first, second = await run(values, story), await run(values, story)

    assert first.seen == second.seen
    assert [told(line) for line in first.lines] == [told(line) for line in second.lines]
    assert timeless(await first.records()) == timeless(await second.records())


def told(line: Line) -> tuple[object, ...]:
    return line.status, line.code, line.failure, line.fault, line.rules


def timeless(records: Records) -> object:
    """The records without how long the attempts at webhooks took."""
    webhooks = [
        (webhook.number, webhook.state, webhook.due_at, webhook.content_type, webhook.body)
        for webhook in records.webhooks
    ]
    return webhooks, msgspec.structs.replace(records, webhooks=())


@some
@given(st.text() | TEXTS | JSON.map(json.dumps))
def test_any_text_is_read_or_told_to_be_wrong(text: str) -> None:
    read_or_refuse(text)


@settings(some, max_examples=80)
@given(scenarios(), st.data())
def test_a_scenario_with_anything_in_one_place_is_read_or_told_to_be_wrong(
    values: dict[str, Any], data: st.DataObject
) -> None:
    values = deepcopy(values)
    branch: Any = values["rules"][0]
    name = data.draw(st.sampled_from(sorted(branch)))
    while isinstance(branch[name], dict) and branch[name] and data.draw(st.booleans()):
        branch = branch[name]
        name = data.draw(st.sampled_from(sorted(branch)))
    branch[name] = data.draw(JSON)

    read_or_refuse(json.dumps(values, ensure_ascii=False))


def read_or_refuse(text: str) -> None:
    try:
        read_scenario(text, "test.yaml", "test")
    except DocumentError as error:
        assert error.line >= 1
        assert error.message
