import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from fake_iamport import (
    AsyncFakeIamport,
    Clock,
    FakeIamport,
    FakeMerchant,
    MerchantSettings,
    Settings,
)
from fake_iamport.control.declaration import ControlError


@contextmanager
def authorized(server: FakeMerchant) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url) as client:
        keys = {"imp_key": server.imp_key, "imp_secret": server.imp_secret}
        answer = client.post("/users/getToken", json=keys).json()
        client.headers["Authorization"] = answer["response"]["access_token"]
        yield client


def test_it_runs_on_a_free_port_and_is_gone_afterwards(card: dict[str, str]) -> None:
    with FakeIamport() as server:
        with authorized(server) as merchant:
            saved = merchant.post("/subscribe/customers/c", json=card).json()
        journal = server.journal(operation="customer_save")
        ledger = server.ledger()
        url = server.url

    assert saved["code"] == 0
    assert [entry.answer() for entry in journal] == [saved]
    assert [line.card_number for line in ledger] == [saved["response"]["card_number"]]
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/_fake/health")


def test_two_run_side_by_side() -> None:
    with FakeIamport() as one, FakeIamport() as other:
        assert one.url != other.url
        with authorized(one) as first, authorized(other) as second:
            assert first.headers != second.headers


def test_it_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    with FakeIamport():
        pass

    assert threading.active_count() == before


def test_a_merchant_has_a_world_of_its_own(card: dict[str, str]) -> None:
    with FakeIamport() as server:
        one, other = server.create_merchant(), server.create_merchant(default_pg="kcp")
        with authorized(one) as first, authorized(other) as second:
            first.post("/subscribe/customers/c", json=card)
            unknown = second.get("/subscribe/customers/c").json()
            others_calls = [entry.operation for entry in other.journal()]
            kcp = second.post("/subscribe/customers/k", json=card).json()["response"]
        one.reset()
        emptied = one.ledger()

    assert unknown["code"] == 1
    assert others_calls == ["getToken", "customer_view"]
    assert kcp["pg_provider"] == "kcp"
    assert emptied == []


def test_settings_change_while_it_runs(card: dict[str, str]) -> None:
    order = {**card, "merchant_uid": "o", "amount": 1000}
    with FakeIamport() as server, authorized(server) as merchant:
        server.change_settings(fail_next={"onetime": ["insufficient_balance"]})
        first = merchant.post("/subscribe/payments/onetime", json=order).json()
        second = merchant.post("/subscribe/payments/onetime", json=order).json()
        server.reset_all()
        third = merchant.post("/subscribe/payments/onetime", json=order).json()

    statuses = [answer["response"]["status"] for answer in (first, second, third)]
    assert statuses == ["failed", "paid", "paid"]


def test_mistakes_are_told_in_the_control_apis_words() -> None:
    with FakeIamport() as server:
        with pytest.raises(ControlError, match="there is no setting 'strickt'; did you mean"):
            server.change_settings(strickt=True)
        with pytest.raises(ControlError, match=r"there is no 'operaton' here; .*did you mean"):
            server.journal(operaton="onetime")
        with pytest.raises(ControlError, match="the default merchant stays"):
            server.remove()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"strict": "x"}, "expected true or false, got text"),
        ({"unknown_customer_status": "404"}, "expected a whole number, got text"),
        ({"fail_next": {"onetime": "lost_card"}}, "expected a list, got text"),
        ({"fail_next": {"onetyme": []}}, "did you mean 'onetime'?"),
    ],
)
def test_settings_made_in_python_are_checked_too(settings: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        MerchantSettings(**settings)
    with pytest.raises(ValueError, match="expected a whole number >= 0"):
        Settings(journal_size=-1)


def test_its_clock_and_credentials_can_be_given() -> None:
    clock = Clock(1_700_000_000)
    with (
        FakeIamport(Settings(seed=3), clock=clock, imp_key="k", imp_secret="s") as server,
        httpx.Client(base_url=server.url) as client,
    ):
        first = client.post("/users/getToken", json={"imp_key": "k", "imp_secret": "s"}).json()
        clock.advance(10)
        second = client.post("/users/getToken", json={"imp_key": "k", "imp_secret": "s"}).json()

    assert first["response"]["now"] == 1_700_000_000
    assert second["response"]["now"] == 1_700_000_010


def test_it_says_so_when_it_is_not_running() -> None:
    server = FakeIamport()

    def refuse_everything() -> None:
        with pytest.raises(RuntimeError, match="use it inside of its with statement"):
            _ = server.url
        with pytest.raises(RuntimeError, match="use it inside of its with statement"):
            server.journal()

    refuse_everything()
    with server:
        with pytest.raises(RuntimeError, match="an emulator runs once"), server:
            pass
        assert server.journal() == []
    refuse_everything()
    with pytest.raises(RuntimeError, match="an emulator runs once"), server:
        pass


def test_it_says_why_it_did_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("fake_iamport.serving.Server.run_on", fail)
    with pytest.raises(RuntimeError, match="did not start") as told, FakeIamport():
        pass

    assert isinstance(told.value.__cause__, ZeroDivisionError)


def test_a_merchants_clock_can_be_steered(card: dict[str, str]) -> None:
    with FakeIamport() as server, authorized(server) as client:
        server.set_clock("frozen", 1_707_307_868)
        client.post("/users/getToken")
        keys = {"imp_key": server.imp_key, "imp_secret": server.imp_secret}
        token = client.post("/users/getToken", json=keys).json()["response"]
        client.headers["Authorization"] = token["access_token"]
        client.post("/subscribe/customers/c", json=card)
        schedules = [{"merchant_uid": "o", "schedule_at": 1_707_307_900, "amount": 1000}]
        body = {"customer_uid": "c", "schedules": schedules}
        client.post("/subscribe/payments/schedule", json=body)

        happened = server.advance(days=1)

        assert ("schedule", "paid", 1_707_307_900) in [
            (each.kind, each.status, each.at) for each in happened
        ]
        with pytest.raises(ControlError, match="a clock only goes forward"):
            server.advance(to=1)


def test_many_threads_charge_an_order_once(card: dict[str, str]) -> None:
    order = {**card, "merchant_uid": "o", "amount": 1000}
    with FakeIamport() as server, authorized(server) as merchant, ThreadPoolExecutor(8) as pool:
        answers = pool.map(
            lambda _: merchant.post("/subscribe/payments/onetime", json=order).json(), range(40)
        )
        codes = sorted(answer["code"] for answer in answers)

    assert codes == [-1] * 39 + [0]


@pytest.mark.anyio
async def test_the_asynchronous_twin_does_the_same(card: dict[str, str]) -> None:
    async with AsyncFakeIamport() as server, httpx.AsyncClient(base_url=server.url) as client:
        merchant = await server.create_merchant()
        await merchant.change_settings(fail={"customer_save": "lost_card"})
        keys = {"imp_key": merchant.imp_key, "imp_secret": merchant.imp_secret}
        token: Any = (await client.post("/users/getToken", json=keys)).json()["response"]
        client.headers["Authorization"] = token["access_token"]
        refused = (await client.post("/subscribe/customers/c", json=card)).json()
        await merchant.reset()
        await merchant.revoke_token()
        unauthorized = await client.get("/payments/x")
        token = (await client.post("/users/getToken", json=keys)).json()["response"]
        client.headers["Authorization"] = token["access_token"]
        saved = (await client.post("/subscribe/customers/c", json=card)).json()
        calls = await merchant.journal(operation="customer_save")
        keys_issued = len(await merchant.ledger())
        await merchant.remove()
        await server.reset_all()
        assert await server.journal() == []

    assert (refused["code"], saved["code"]) == (-1, 0)
    assert unauthorized.status_code == 401
    assert (len(calls), keys_issued) == (1, 1)
