import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
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
from fake_iamport.scenario.library import scenario_library


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


LOST = {"rules": [{"when": {"operation": "onetime"}, "then": {"fail": "lost_card"}, "times": 1}]}
UNUSED = "the scenario 'scenario-1' has rules that were never applied: rule 1"


def pay(client: httpx.Client, card: dict[str, str], merchant_uid: str) -> str:
    order = {**card, "merchant_uid": merchant_uid, "amount": 1000}
    answer = client.post("/subscribe/payments/onetime", json=order).json()
    status: str = answer["response"]["status"]
    return status


def test_a_scenario_is_loaded_at_once_and_stays_without_a_block(card: dict[str, str]) -> None:
    with FakeIamport() as server, authorized(server) as client:
        handle = server.scenario(LOST)
        unused = handle.unused_rules()
        statuses = [pay(client, card, order) for order in ("a", "b")]
        (rule,) = handle.view().rules
        listed = server.scenarios()
        handle.reset()
        again = pay(client, card, "c")
        handle.remove()

        assert server.scenarios() == []

    assert (unused, statuses, again) == (["rule 1"], ["failed", "paid"], "failed")
    assert (rule.matched, rule.fired, rule.left) == (2, 1, 0)
    assert [each.name for each in listed] == [handle.name] == ["scenario-1"]


def test_a_scenario_is_unloaded_at_the_end_of_its_block(card: dict[str, str]) -> None:
    with FakeIamport() as server, authorized(server) as client:
        with server.scenario(LOST, name="lost.yaml") as lost:
            assert lost.name == lost.view().name == "lost.yaml"
            assert pay(client, card, "a") == "failed"
            server.reset()
        with pytest.raises(ZeroDivisionError), server.scenario(LOST):
            _ = 1 // 0

        assert server.scenarios() == []


def test_a_scenario_comes_from_a_file_or_the_library_too(
    card: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "lost.yaml"
    path.write_text("rules: [{when: {operation: onetime}, then: {fail: lost_card}}]")
    ready_made = next(iter(scenario_library()))

    with FakeIamport() as server, authorized(server) as client:
        with server.scenario(path), server.scenario(ready_made), server.scenario(str(path)):
            assert [each.name for each in server.scenarios()] == ["lost", ready_made, "lost-2"]
            assert pay(client, card, "a") == "failed"
        assert server.scenarios() == []


def test_rules_that_were_never_applied_fail_a_block_that_says_so(card: dict[str, str]) -> None:
    with FakeIamport() as server, authorized(server) as client:
        unused = pytest.raises(AssertionError, match=re.escape(UNUSED))
        with unused, server.scenario(LOST, all_rules_used=True):
            pass
        with pytest.raises(ZeroDivisionError), server.scenario(LOST, all_rules_used=True):
            _ = 1 // 0
        with server.scenario(LOST, all_rules_used=True):
            pay(client, card, "a")

        assert server.scenarios() == []


def test_states_are_set_from_a_test(card: dict[str, str]) -> None:
    down = {
        "states": {"bank": ["up", "down"]},
        "rules": [{"when": {"state": {"bank": "down"}}, "then": {"fail": "limit_exceeded"}}],
    }
    with FakeIamport() as server, authorized(server) as client, server.scenario(down) as bank:
        assert pay(client, card, "a") == "paid"
        bank.set_state(bank="down")
        with pytest.raises(ControlError, match="'dwn' is not one of up, down; did you mean 'down'"):
            bank.set_state(bank="dwn")

        assert bank.view().states == {"bank": "down"}
        assert pay(client, card, "b") == "failed"


def test_the_next_calls_can_be_made_to_fail(card: dict[str, str]) -> None:
    with FakeIamport() as server, authorized(server) as client:
        server.scenario({"rules": [{"then": {"pass": True}}]})
        failing = server.fail_calls("limit_exceeded", 2, operation="onetime", share=1.0)
        statuses = [pay(client, card, order) for order in ("a", "b", "c")]

        assert [each.name for each in server.scenarios()] == ["fail-next-1", "scenario-1"]
        with server.fail_calls({"failure": "lost_card"}, operation="onetime"):
            statuses.append(pay(client, card, "d"))
        failing.remove()

    assert statuses == ["failed", "failed", "paid", "failed"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("no_such", "there is no scenario 'no_such' and no file of that name"),
        ("gone.yaml", "gone.yaml:1:1: can't be read: No such file or directory"),
        (Path("gone.yaml"), "gone.yaml:1:1: can't be read: No such file or directory"),
        ({}, "scenario-1: the key 'rules' is missing"),
        (
            {"rules": [{"thne": {}}]},
            "scenario-1: rules[0]: unknown key 'thne'; did you mean 'then'?",
        ),
        ({"rules": 3}, "scenario-1: rules: expected a list, got a whole number"),
        (
            {"rules": [{"then": {"fail": "lost_crad"}}]},
            "scenario-1: rules[0].then.fail: there is no failure 'lost_crad'; "
            "did you mean 'lost_card'?",
        ),
        (
            {"rules": [{"then": {"fail": object()}}]},
            "scenario-1: no scenario holds this: Encoding objects of type object is unsupported",
        ),
        (
            {"title": "\ud800", "rules": [{"then": {"pass": True}}]},
            "scenario-1: no scenario holds this: 'utf-8' codec can't encode character '\\ud800' in "
            "position 0: surrogates not allowed",
        ),
    ],
)
def test_a_scenario_that_can_not_be_loaded_is_told_in_one_sentence(
    given: Any, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with FakeIamport() as server:
        with pytest.raises(ControlError) as told:
            server.scenario(given)

        assert str(told.value) == message
        assert server.scenarios() == []


def test_calls_that_can_not_fail_so_are_told() -> None:
    with FakeIamport() as server:
        with pytest.raises(ControlError, match="there is no failure 'lost_crad'; did you mean"):
            server.fail_calls("lost_crad")
        with pytest.raises(ControlError, match="unknown key 'oparation'; did you mean"):
            server.fail_calls("lost_card", oparation="onetime")
        with pytest.raises(ControlError, match="expected a whole number >= 1"):
            server.fail_calls("lost_card", 0)
        assert server.scenarios() == []


def test_a_handle_says_so_when_its_scenario_is_gone() -> None:
    gone = "the merchant has no scenario 'scenario-1' loaded"
    with FakeIamport() as server:
        handle = server.scenario(LOST)
        server.reset()
        for work in (handle.view, handle.unused_rules, handle.reset, handle.remove):
            with pytest.raises(ControlError, match=gone):
                work()
        with pytest.raises(ControlError, match=gone), server.scenario(LOST, all_rules_used=True):
            server.reset()


@pytest.mark.anyio
async def test_the_asynchronous_twin_loads_scenarios_too(card: dict[str, str]) -> None:
    order = {**card, "merchant_uid": "a", "amount": 1000}
    async with AsyncFakeIamport() as server, httpx.AsyncClient(base_url=server.url) as client:
        keys = {"imp_key": server.imp_key, "imp_secret": server.imp_secret}
        token: Any = (await client.post("/users/getToken", json=keys)).json()["response"]
        client.headers["Authorization"] = token["access_token"]
        down = {"states": {"bank": ["up", "down"]}, **LOST}
        async with server.scenario(down, all_rules_used=True) as handle:
            await handle.set_state(bank="down")
            failed = (await client.post("/subscribe/payments/onetime", json=order)).json()
            view = await handle.view()
        with pytest.raises(AssertionError, match="never applied: rule 1"):
            async with server.scenario(LOST, all_rules_used=True):
                pass
        with pytest.raises(ControlError, match="no scenario 'no_such'"):
            await server.scenario("no_such")
        nothing_left = await server.scenarios()
        with pytest.warns(RuntimeWarning, match="a scenario was never awaited"):
            server.fail_calls("lost_card")
        kept = await server.fail_calls("lost_card", operation="onetime")
        async with kept:
            await kept.reset()
            unused = await kept.unused_rules()
        assert nothing_left == await server.scenarios() == []

    assert failed["response"]["status"] == "failed"
    assert (view.states, view.unused_rules) == ({"bank": "down"}, [])
    assert unused == ["the next call"]


def test_scenarios_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    rules = {"here": "fail: lost_card", "other": "token: refused"}
    paths = []
    for folder, effect in rules.items():
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "declined.yaml")
        paths[-1].write_text(f"rules: [{{name: {folder}, then: {{{effect}}}}}]")

    with FakeIamport() as server:
        handles = [server.scenario(path) for path in paths]
        with server.scenario(paths[0]) as inner:
            assert inner.name == "declined-3"

        assert [handle.name for handle in handles] == ["declined", "declined-2"]
        assert [handle.view().rules[0].name for handle in handles] == ["here", "other"]


def test_a_scenario_of_any_kind_is_called_as_its_test_wants() -> None:
    with FakeIamport() as server:
        assert server.scenario("webhook_twice", name="double").name == "double"
        assert server.scenario(LOST, name="lost").name == "lost"
        with pytest.raises(ControlError, match="a scenario is called 'double' already"):
            server.scenario("webhook_twice", name="double")


@pytest.mark.parametrize("given", [None, ["webhook_twice"], 3, b"webhook_twice"])
def test_what_is_no_scenario_is_told(given: Any) -> None:
    told = f"expected a ready-made scenario's name, .*, got {re.escape(repr(given))}"
    with FakeIamport() as server, pytest.raises(ControlError, match=told):
        server.scenario(given)
