"""The scenarios that a merchant's settings name: files that may be others by the next reset."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from fake_iamport import Clock, Settings, create_app
from fake_iamport.app import App
from fake_iamport.settings import MerchantSettings, SettingsError, changed_settings

pytestmark = pytest.mark.anyio

MERCHANT = "/_fake/merchants/imp_apikey"
GOOD = "rules: [{when: {operation: allBankCodes}, then: {fail: {code: 7, message: no}}}]\n"
BROKEN = "rules:\n  - then: {fial: lost_card}\n"
RESETS = [f"{MERCHANT}/reset", "/_fake/reset"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD)
    return path


@pytest.fixture
def app(file: Path, clock: Clock) -> App:
    merchant = MerchantSettings(scenario=(str(file),))
    return create_app(Settings(seed=1, merchant=merchant), clock=clock)


@pytest.fixture
async def http(app: App) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://iamport") as client:
        yield client


async def world(http: httpx.AsyncClient) -> list[Any]:
    """What a reset would change."""
    paths = [f"{MERCHANT}/{each}" for each in ("snapshot", "scenarios", "settings", "journal")]
    return [(await http.get(path)).json() for path in paths]


def write(file: Path, text: str) -> None:
    file.write_text(text)


def spoil(file: Path, how: str) -> None:
    if how == "gone":
        file.unlink()
    else:
        write(file, BROKEN)


async def pay(call: Any, card: dict[str, str]) -> None:
    body = {**card, "merchant_uid": "o1", "amount": 1000}
    await call.response("POST", "/subscribe/payments/onetime", body)


@pytest.mark.parametrize("path", RESETS)
@pytest.mark.parametrize("how", ["gone", "broken"])
async def test_a_reset_changes_nothing_when_a_file_can_no_longer_be_read(
    http: httpx.AsyncClient, call: Any, card: dict[str, str], file: Path, path: str, how: str
) -> None:
    await pay(call, card)
    before = await world(http)
    spoil(file, how)

    answer = await http.post(path)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["field"] == "settings.scenario"
    if how == "gone":
        assert error["message"].startswith(f"{file}:1:1: can't be read: ")
        assert (error["line"], error["column"]) == (1, 1)
    else:
        assert error["message"].startswith(f"{file}:2:12: rules[0].then: unknown key 'fial'")
        assert (error["line"], error["column"]) == (2, 12)
    assert await world(http) == before


async def test_a_reset_of_all_changes_nobody_when_one_merchants_file_is_broken(
    http: httpx.AsyncClient, call: Any, card: dict[str, str], app: App, file: Path
) -> None:
    await pay(call, card)
    before = await world(http)
    second = app.emulator.add_merchant("second", "secret", MerchantSettings())
    spoil(file, "broken")

    assert (await http.post("/_fake/reset")).status_code == 400
    assert await world(http) == before
    assert second.turns == 0


@pytest.mark.parametrize("path", RESETS)
async def test_a_reset_loads_what_the_file_says_now(
    http: httpx.AsyncClient, call: Any, file: Path, path: str
) -> None:
    write(file, GOOD.replace("code: 7", "code: 123"))

    assert (await http.post(path)).status_code == 200
    assert (await call("GET", "/banks")).json()["code"] == 123


@pytest.mark.parametrize("how", ["gone", "broken"])
async def test_other_settings_change_though_a_file_can_no_longer_be_read(
    http: httpx.AsyncClient, file: Path, how: str
) -> None:
    spoil(file, how)

    change = {"settings": {"strict": True, "scenario": [str(file)]}}
    answer = await http.patch(f"{MERCHANT}/settings", json=change)

    assert answer.status_code == 200
    assert answer.json()["strict"] is True


async def test_an_ordered_failure_is_taken_though_a_file_is_gone(
    http: httpx.AsyncClient, call: Any, card: dict[str, str], file: Path
) -> None:
    change = {"settings": {"fail_next": {"onetime": ["limit_exceeded"]}}}
    await http.patch(f"{MERCHANT}/settings", json=change)
    spoil(file, "gone")

    body = {**card, "merchant_uid": "o1", "amount": 1000}
    answer = await call("POST", "/subscribe/payments/onetime", body)

    assert answer.json()["response"]["status"] == "failed"


async def test_a_new_merchant_is_not_let_in_when_the_file_is_gone(
    http: httpx.AsyncClient, file: Path
) -> None:
    spoil(file, "gone")

    answer = await http.post("/_fake/merchants", json={"imp_key": "second"})

    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "settings.scenario"
    assert (await http.get("/_fake/merchants/second")).status_code == 404


async def test_a_snapshot_is_restored_though_its_file_is_gone_where_that_is_loaded(
    http: httpx.AsyncClient, call: Any, file: Path
) -> None:
    snapshot = (await http.get(f"{MERCHANT}/snapshot")).json()
    spoil(file, "gone")

    assert (await http.put(f"{MERCHANT}/snapshot", json=snapshot)).status_code == 200
    assert (await call("GET", "/banks")).json()["code"] == 7


@pytest.mark.parametrize("how", ["gone", "broken"])
async def test_a_snapshot_is_refused_and_changes_nothing_when_its_file_can_not_be_loaded(
    http: httpx.AsyncClient, call: Any, card: dict[str, str], file: Path, how: str
) -> None:
    snapshot = (await http.get(f"{MERCHANT}/snapshot")).json()
    await http.patch(f"{MERCHANT}/settings", json={"settings": {"scenario": []}})
    await pay(call, card)
    before = await world(http)
    spoil(file, how)

    answer = await http.put(f"{MERCHANT}/snapshot", json=snapshot)

    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "settings.scenario"
    assert await world(http) == before


async def test_a_restored_scenario_counts_from_the_snapshots_moment(
    http: httpx.AsyncClient, clock: Clock
) -> None:
    snapshot = (await http.get(f"{MERCHANT}/snapshot")).json()
    await http.patch(f"{MERCHANT}/settings", json={"settings": {"scenario": []}})
    clock.advance(1000)

    await http.put(f"{MERCHANT}/snapshot", json=snapshot)

    (loaded,) = (await http.get(f"{MERCHANT}/scenarios")).json()["scenarios"]
    assert loaded["loaded_at"] == snapshot["clock"]["at"]


def test_two_files_of_the_same_name_are_refused(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "mine.yml"
    other.parent.mkdir()
    other.write_text(GOOD)

    with pytest.raises(SettingsError) as caught:
        changed_settings(MerchantSettings(), {"scenario": (str(file), str(other))})

    assert caught.value.field == "scenario"
    assert str(caught.value) == (
        f"{str(file)!r} and {str(other)!r} would both be called 'mine'; rename one of the files"
    )


def test_a_start_with_a_scenario_that_can_not_be_read_is_refused(tmp_path: Path) -> None:
    settings = Settings(merchant=MerchantSettings(scenario=("webhook_twce",)))

    with pytest.raises(SettingsError, match="did you mean 'webhook_twice'"):
        create_app(settings)
