import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from fake_iamport import AsyncFakeIamport, Clock, FakeIamport, FakeMerchant, Settings, create_app
from fake_iamport.control.declaration import ControlError
from fake_iamport.documents import DocumentError
from fake_iamport.gateway.cards import test_cards as every_card
from fake_iamport.scenario.library import scenario_library
from fake_iamport.seed import read_seed
from fake_iamport.settings import MerchantSettings
from tests.fake_iamport.search import kept_by, leaks, texts_in

pytest_plugins = ["pytester"]

NOW = 1_707_307_868
DAY = 86_400
CARD = "9540-4900-1234-5675"
OWN = "channel-key-own"
SHOP = f"""
merchants:
  - imp_key: shop
    imp_secret: shop-secret
    clock: {{frozen_at: 2024-02-07T21:11:08+09:00}}
    settings: {{unknown_customer_status: 404}}
    channels: {{{OWN}: kcp.MYMID}}
    customers:
      - {{customer_uid: c-1, card: {CARD}, customer_name: 홍길동}}
      - customer_uid: c-2
        card: {{issuer_code: "361", number: "95404900****5675", type: credit}}
        channel_key: {OWN}
        at: -40d
    payments:
      - {{merchant_uid: o-1, amount: 1000, customer_uid: c-1, at: -30d, buyer_name: 김철수}}
      - {{merchant_uid: o-2, amount: 2000, customer_uid: c-2, at: 2024-01-20, status: failed}}
      - {{merchant_uid: o-2, amount: 2000, customer_uid: c-2, at: 1706000000}}
      - {{merchant_uid: o-3, amount: 10.25, currency: USD, card: {CARD}, status: cancelled,
         at: -10d, cancel_amount: 0.25, cancelled_at: -9d, cancel_reason: broken}}
    schedules:
      - {{customer_uid: c-1, merchant_uid: o-4, schedule_at: +30d, amount: 500}}
  - {{imp_key: other, imp_secret: other-secret}}
"""

Serving = Callable[..., FakeIamport]


@pytest.fixture
def seed_file(tmp_path: Path) -> Path:
    path = tmp_path / "seed.yaml"
    path.write_text(SHOP, "utf-8")
    return path


class Shop:
    """Calls the API as one merchant."""

    def __init__(self, server: FakeMerchant) -> None:
        self.url = server.url
        keys = {"imp_key": server.imp_key, "imp_secret": server.imp_secret}
        answer = httpx.post(f"{self.url}/users/getToken", json=keys).json()
        self.token = answer["response"]["access_token"]

    def __call__(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": self.token}
        return httpx.request(method, f"{self.url}{path}", json=body, headers=headers)

    def get(self, path: str) -> Any:
        answer = self("GET", path).json()
        assert answer["code"] == 0, answer
        return answer["response"]


def test_the_emulator_starts_with_what_the_file_says(seed_file: Path) -> None:
    with FakeIamport(seed_file=seed_file) as server:
        shop = Shop(server)
        first, second = shop.get("/subscribe/customers/c-1"), shop.get("/subscribe/customers/c-2")
        paid = shop.get("/payments/find/o-1")
        attempts = shop.get("/payments/findAll/o-2")["list"]
        cancelled = shop.get("/payments/find/o-3")
        schedule = shop.get("/subscribe/payments/schedule/o-4")
        unknown = shop("GET", "/subscribe/customers/c-3")
        ledger = server.ledger()
        journal = server.journal()

    assert (server.imp_key, server.imp_secret) == ("shop", "shop-secret")
    assert (first["card_number"], first["pg_provider"]) == ("95404900****5675", "nice")
    assert (first["customer_name"], first["inserted"]) == ("홍길동", NOW - 30 * DAY)
    assert (second["card_number"], second["card_type"]) == ("9540490000005675", 0)
    assert (second["pg_provider"], second["pg_id"]) == ("kcp", "MYMID")
    assert second["inserted"] == NOW - 40 * DAY
    assert (paid["status"], paid["paid_at"], paid["buyer_name"]) == (
        "paid",
        NOW - 30 * DAY,
        "김철수",
    )
    assert (paid["customer_uid"], paid["customer_uid_usage"]) == ("c-1", "payment")
    assert [attempt["status"] for attempt in attempts] == ["paid", "failed"]
    assert attempts[1]["fail_reason"] == "[CC61]거래금액 한도초과"
    assert (cancelled["status"], cancelled["amount"]) == ("cancelled", 10.25)
    assert (cancelled["cancel_amount"], cancelled["cancel_reason"]) == (0.25, "broken")
    assert cancelled["cancelled_at"] == NOW - 9 * DAY
    assert (schedule["schedule_status"], schedule["schedule_at"]) == ("scheduled", NOW + 30 * DAY)
    assert unknown.status_code == 404
    assert sorted(line.customer_uid for line in ledger) == ["c-1", "c-2"]
    assert [call.operation for call in journal if call.merchant != "shop"] == []


def test_a_merchants_own_channel_key_leads_to_its_gateway(seed_file: Path) -> None:
    card = {"card_number": CARD, "expiry": "2049-12", "birth": "900101", "pwd_2digit": "12"}
    with FakeIamport(seed_file=seed_file) as server:
        shop = Shop(server)
        body = {**card, "channel_key": OWN}
        saved = shop("POST", "/subscribe/customers/c-9", body).json()["response"]
        channels = shop.get("/users/pg")
        view = httpx.get(f"{server.url}/_fake/merchants/shop").json()["channels"]

    assert (saved["pg_provider"], saved["pg_id"]) == ("kcp", "MYMID")
    assert (channels[0]["channel_key"], channels[0]["pg_id"]) == (OWN, "MYMID")
    assert view[0] == {"pg_provider": "kcp", "pg_id": "MYMID", "channel_key": OWN}


def test_a_reset_gives_the_seeds_world_again(seed_file: Path) -> None:
    with FakeIamport(seed_file=seed_file) as server:
        start = server.snapshot()
        shop = Shop(server)
        token = shop.token
        for spoil in (
            lambda: shop("DELETE", "/subscribe/customers/c-1"),
            lambda: shop("POST", "/payments/cancel", {"merchant_uid": "o-1"}),
            lambda: server.change_settings(strict=True),
            lambda: httpx.post(
                f"{server.url}/_fake/merchants/shop/clock/advance", json={"days": 60}
            ),
        ):
            spoil()
        spoilt = server.snapshot()
        server.reset()
        again = server.snapshot()
        shop.get("/payments/find/o-1")
        server.reset_all()
        once_more = server.snapshot()
        assert Shop(server).token == token

    for part in ("records", "settings", "clock"):
        assert spoilt[part] != start[part]
        assert again[part] == once_more[part] == start[part]


def test_a_merchant_of_the_seed_that_was_removed_comes_back_with_a_reset(seed_file: Path) -> None:
    with FakeIamport(seed_file=seed_file) as server, httpx.Client(base_url=server.url) as client:
        client.delete("/_fake/merchants/other")
        new = server.create_merchant()
        client.post("/_fake/reset")
        listed = client.get("/_fake/merchants").json()["merchants"]
        keys = {"imp_key": "other", "imp_secret": "other-secret"}
        answer = client.post("/users/getToken", json=keys)

    assert {each["imp_key"] for each in listed} == {"shop", "other", new.imp_key}
    assert answer.status_code == 200


def test_a_new_merchant_can_start_with_a_world_of_the_seed(seed_file: Path) -> None:
    with FakeIamport(seed_file=seed_file) as server:
        made = server.create_merchant(seed_of="shop", strict=True)
        world = server.snapshot()
        first = made.snapshot()
        made.reset()
        again = made.snapshot()
        empty = server.create_merchant().snapshot()
        with pytest.raises(ControlError, match="the seed file has no merchant 'shoop'"):
            server.create_merchant(seed_of="shoop")

    assert first["records"] == again["records"] == world["records"]
    assert first["settings"]["strict"]
    assert again["settings"] == world["settings"]
    assert again["clock"] == world["clock"]
    assert not empty["records"]["payments"]


@pytest.mark.anyio
async def test_an_application_has_its_seed_from_the_first_call_on(seed_file: Path) -> None:
    for settings, given in (
        (Settings(seed_file=str(seed_file)), None),
        (Settings(), seed_file),
    ):
        app = create_app(settings, seed_file=given)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://x") as http:
            keys = (await http.get("/_fake/merchants/shop/ledger")).json()["keys"]
            shown = (await http.get("/_fake/settings")).json()

        assert len(keys) == 2
        assert shown["seed_file"] == str(seed_file)


@pytest.mark.anyio
async def test_the_asynchronous_twin_starts_with_it_too(seed_file: Path) -> None:
    async with AsyncFakeIamport(seed_file=seed_file) as server:
        made = await server.create_merchant(seed_of="shop")

        assert len(await server.ledger()) == len(await made.ledger()) == 2
        assert server.seed_file == str(seed_file)


def test_other_first_credentials_make_a_merchant_beside_those_of_the_file(seed_file: Path) -> None:
    with FakeIamport(imp_key="mine", imp_secret="s", seed_file=seed_file) as server:
        listed = httpx.get(f"{server.url}/_fake/merchants").json()["merchants"]
        assert server.ledger() == []
    with FakeIamport(imp_key="other", seed_file=seed_file) as server:
        assert server.imp_secret == "other-secret"

    assert {each["imp_key"] for each in listed} == {"mine", "shop", "other"}
    with pytest.raises(ValueError, match="the seed file gives 'other' another secret"):
        FakeIamport(imp_key="other", imp_secret="mine", seed_file=seed_file)


def test_the_given_clock_holds_where_the_file_names_none(tmp_path: Path) -> None:
    text = SHOP.replace("clock: {frozen_at: 2024-02-07T21:11:08+09:00}", "").replace(
        "at: 2024-01-20", "at: 1700000300").replace("at: 1706000000", "at: 1700000400")  # fmt: skip
    text = text.replace("-40d", "-2d").replace("-30d", "-1d").replace("-10d", "-4h")
    path = tmp_path / "seed.yaml"
    path.write_text(text.replace("-9d", "-1h"), "utf-8")
    clock = Clock(1_700_001_000)

    with FakeIamport(clock=clock, seed_file=path) as server:
        first = Shop(server).get("/payments/find/o-1")["paid_at"]
        clock.advance(DAY)
        server.reset()
        second = Shop(server).get("/payments/find/o-1")["paid_at"]

    assert (first, second) == (1_700_001_000 - DAY, 1_700_001_000)


@pytest.mark.parametrize(
    ("clock", "mode", "now"),
    [
        ("real", "real", None),
        ("{running_from: 1800000000}", "running", 1_800_000_000),
        ("{frozen_at: 2024-02-07 21:11:08}", "frozen", NOW),
        ("{frozen_at: 2024-02-07T12:11:08Z}", "frozen", NOW),
    ],
)
def test_a_clock_is_real_frozen_or_runs(
    tmp_path: Path, clock: str, mode: str, now: int | None
) -> None:
    path = tmp_path / "seed.yaml"
    path.write_text(f"merchants: [{{imp_key: imp_apikey, clock: {clock}}}]", "utf-8")

    with FakeIamport(seed_file=path) as server:
        state = server.snapshot()["clock"]

    assert state["mode"] == mode
    assert now is None or now <= state["at"] <= now + 60


def test_what_is_kept_of_a_file_holds_no_card_number_and_no_secret(seed_file: Path) -> None:
    app = create_app(seed_file=seed_file)

    texts = texts_in(kept_by(app))

    assert "c-1" in texts
    assert leaks({CARD, CARD.replace("-", ""), "shop-secret", "other-secret"}, texts) == set()


def test_json_is_taken_too() -> None:
    merchants = [
        {"imp_key": "k", "imp_secret": "s", "customers": [{"customer_uid": "c", "card": CARD}]}
    ]

    (read,) = read_seed(
        json.dumps({"merchants": merchants}), "seed.json", MerchantSettings(), Clock(NOW)
    )

    assert [key.customer_uid for key in read.world.keys] == ["c"]


def fails(stage: str) -> str:
    from fake_iamport.gateway.failures import failures

    return next(
        failure.card for failure in failures().values() if failure.stage == stage and failure.card
    )


def declined() -> str:
    return next(card.number for card in every_card() if card.failure == "insufficient_balance")


def shop(line: str, *, part: str = "payments", before: str = "") -> str:
    """A merchant with ``line`` in ``part`` of its world, and a customer if that isn't one."""
    customer = f"    customers: [{{customer_uid: c, card: {CARD}}}]"
    lines = [
        "merchants:",
        "  - imp_key: shop",
        "    imp_secret: s",
        f"    clock: {{frozen_at: {NOW}}}",
        f"    {before}",
        *([] if part == "customers" else [customer]),
        f"    {part}:",
        f"      - {{{line}}}",
    ]
    return "\n".join(lines)


def customer(line: str, *, before: str = "") -> str:
    return shop(f"customer_uid: c, card: {line}", part="customers", before=before)


def schedule(line: str, *, before: str = "") -> str:
    return shop(
        f"customer_uid: c, merchant_uid: o, amount: 1, {line}", part="schedules", before=before
    )


PAID = "merchant_uid: o, amount: 1000, customer_uid: c"
MISTAKES: dict[str, tuple[str, str]] = {
    "nothing": ("", "1:1: the document is empty"),
    "no merchant": ("merchants: []", "1:12: merchants: expected a list of length >= 1"),
    "a misspelt key": (
        "merchants:\n  - {imp_key: a, imp_secret: b, custmers: []}",
        "2:33: merchants[0]: unknown key 'custmers'; did you mean 'customers'?",
    ),
    "no secret": ("merchants: [{imp_key: a}]", "1:13: merchants[0]: the key 'imp_secret' is missing"),
    "two of one key": (
        "merchants: [{imp_key: a, imp_secret: b}, {imp_key: A, imp_secret: c}]",
        "1:52: merchants[1].imp_key: merchants[0] has the same",
    ),
    "a misspelt setting": (
        shop(PAID, before="settings: {strickt: true}"),
        "5:16: merchants[0].settings.strickt: there is no setting 'strickt'; did you mean 'strict'?",
    ),
    "a wrong setting": (
        shop(PAID, before="settings: {default_pg: nise}"),
        "5:28: merchants[0].settings.default_pg: there is no gateway 'nise'; known are nice, nice_v2, "
        "kcp, html5_inicis, tosspayments, ksnet, daou, welcome; did you mean 'nice'?",
    ),
    "a wrong failure in the settings": (
        shop(PAID, before="settings: {fail: {onetime: limit_exceded}}"),
        "5:32: merchants[0].settings.fail.onetime: there is no failure 'limit_exceded'; did you mean "
        "'limit_exceeded'?",
    ),
    "a channel of no gateway": (
        shop(PAID, before="channels: {key: nise.MID}"),
        "5:21: merchants[0].channels.key: there is no gateway 'nise'; known are nice, nice_v2, kcp, "
        "html5_inicis, tosspayments, ksnet, daou, welcome; did you mean 'nice'?",
    ),
    "channels twice": (
        shop(PAID, before="channels: {a: nice}\n    settings: {channels: {a: nice}}"),
        "6:26: merchants[0].settings.channels: channels stand beside the settings already",
    ),
    "two clocks": (
        "merchants: [{imp_key: a, imp_secret: b, clock: {frozen_at: 1, running_from: 1}}]",
        "1:48: merchants[0].clock: expected either frozen_at or running_from",
    ),
    "no moment": (
        "merchants: [{imp_key: a, imp_secret: b, clock: {frozen_at: noon}}]",
        "1:60: merchants[0].clock.frozen_at: expected unix seconds, a date and time like "
        "2024-02-07T21:11:08+09:00, or one like -30d or +2h",
    ),
    "a negative moment": (
        "merchants: [{imp_key: a, imp_secret: b, clock: {frozen_at: -5}}]",
        "1:60: merchants[0].clock.frozen_at: expected unix seconds",
    ),
    "two customers of one name": (
        customer(f"{CARD}}}\n      - {{customer_uid: c, card: {CARD}"),
        "8:24: merchants[0].customers[1].customer_uid: customers[0] has the same",
    ),
    "another card in full": (
        customer("4518-4200-0000-0000"),
        "7:33: merchants[0].customers[0].card: this is no test card, and other cards are not written in "
        "full; list those with `fake-iamport cards`, or give an issuer_code and a masked number",
    ),
    "a card number as a number": (
        customer("9540490012345675"),
        "7:33: merchants[0].customers[0].card: expected text or keys and values like "
        "{issuer_code: …}, got a whole number; put it in quotes",
    ),
    "a card that isn't masked": (
        customer('{issuer_code: "361", number: "4518420000000000"}'),
        "7:62: merchants[0].customers[0].card.number: expected 13 to 19 digits, at most the first eight "
        "and last four shown and at least four hidden, as in 95404900****5675",
    ),
    "an unknown issuer": (
        customer('{issuer_code: "999", number: "95404900****5675"}'),
        "7:47: merchants[0].customers[0].card.issuer_code: there is no issuer '999'; known are 361,",
    ),
    "a card that no gateway takes": (
        customer(f"{fails('card_data')}"),
        "7:33: merchants[0].customers[0].card: a gateway never takes this test card, but says ",
    ),
    "an unknown gateway": (
        customer(f"{CARD}, pg: nise"),
        "7:58: merchants[0].customers[0].pg: there is no gateway 'nise'; did you mean 'nice'?",
    ),
    "an unknown channel": (
        customer(f"{CARD}, channel_key: channel-key-ovn", before=f"channels: {{{OWN}: kcp}}"),
        "7:67: merchants[0].customers[0].channel_key: there is no channel 'channel-key-ovn'; did "
        "you mean 'channel-key-own'?",
    ),
    "a customer of tomorrow": (
        customer(f"{CARD}, at: +1d"),
        f"7:58: merchants[0].customers[0].at: this is later than the merchant's clock, {NOW}",
    ),
    "an unknown customer": (
        shop("merchant_uid: o, amount: 1000, customer_uid: d"),
        "8:55: merchants[0].payments[0].customer_uid: there is no customer 'd'",
    ),
    "neither a customer nor a card": (
        shop("merchant_uid: o, amount: 1000"),
        "8:9: merchants[0].payments[0]: expected either a customer_uid or a card",
    ),
    "a customer and a gateway": (
        shop(f"{PAID}, pg: kcp"),
        "8:62: merchants[0].payments[0].pg: a customer's key is charged where it was issued",
    ),
    "no amount": (
        shop("merchant_uid: o, amount: 0, customer_uid: c"),
        "8:35: merchants[0].payments[0].amount: expected more than 0",
    ),
    "a fraction of a won": (
        shop("merchant_uid: o, amount: 0.5, customer_uid: c"),
        "8:35: merchants[0].payments[0].amount: KRW has no fraction; send a whole number",
    ),
    "a status that there isn't": (
        shop(f"{PAID}, status: payed"),
        "8:66: merchants[0].payments[0].status: 'payed' is not one of cancelled, failed, paid; did you "
        "mean 'paid'?",
    ),
    "an order paid twice": (
        shop(f"{PAID}, at: -1d}}\n      - {{{PAID}, at: -2d"),
        "8:24: merchants[0].payments[0].merchant_uid: payments[1] has paid this order already",
    ),
    "a payment before its customer": (
        shop(f"{PAID}, at: -2d", before="").replace(f"card: {CARD}}}", f"card: {CARD}, at: -1d}}"),
        "8:62: merchants[0].payments[0].at: this is before the customer's card was registered",
    ),
    "a failure of a paid payment": (
        shop(f"{PAID}, failure: lost_card"),
        "8:58: merchants[0].payments[0].failure: only a failed payment has this",
    ),
    "an unknown failure": (
        shop(f"{PAID}, status: failed, failure: limit_exceded"),
        "8:83: merchants[0].payments[0].failure: 'limit_exceded' is no failure of a charge; did you "
        "mean 'limit_exceeded'?",
    ),
    "a paid payment with a card that fails": (
        shop(f"merchant_uid: o, amount: 1, status: paid, card: {declined()}"),
        "8:46: merchants[0].payments[0].status: this card always fails with insufficient_balance",
    ),
    "a cancel of a paid payment": (
        shop(f"{PAID}, cancel_amount: 1"),
        "8:58: merchants[0].payments[0].cancel_amount: only a cancelled payment has this",
    ),
    "more cancelled than paid": (
        shop(f"{PAID}, status: cancelled, cancel_amount: 1001"),
        "8:92: merchants[0].payments[0].cancel_amount: this is more than the amount",
    ),
    "cancelled before paid": (
        shop(f"{PAID}, status: cancelled, at: -1d, cancelled_at: -2d"),
        "8:100: merchants[0].payments[0].cancelled_at: this is before the payment",
    ),
    "a cancel that the gateway refuses": (
        shop(f"merchant_uid: o, amount: 1, status: cancelled, card: {fails('cancel')}"),
        "8:9: merchants[0].payments[0]: ",
    ),
    "a schedule of an unknown customer": (
        shop("customer_uid: d, merchant_uid: o, amount: 1, schedule_at: +1d", part="schedules"),
        "8:24: merchants[0].schedules[0].customer_uid: there is no customer 'd'",
    ),
    "a schedule that is past": (
        schedule("schedule_at: -1d"),
        "8:68: merchants[0].schedules[0].schedule_at: this is not later than the merchant's clock, "
        f"{NOW}",
    ),
    "two schedules of one order": (
        shop(
            "customer_uid: c, merchant_uid: o, amount: 1, schedule_at: +1d}\n"
            "      - {customer_uid: c, merchant_uid: o, amount: 1, schedule_at: +1d",
            part="schedules",
        ),
        "9:41: merchants[0].schedules[1].merchant_uid: schedules[0] has the same",
    ),
    "a schedule of a paid order": (
        schedule("schedule_at: +1d", before=f"payments: [{{{PAID}}}]"),
        "8:41: merchants[0].schedules[0].merchant_uid: payments[0] has paid this order already",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_line_column_and_field(name: str) -> None:
    text, message = MISTAKES[name]

    with pytest.raises(DocumentError) as caught:
        read_seed(text, "seed.yaml", MerchantSettings(), Clock(NOW))

    assert str(caught.value).startswith(f"seed.yaml:{message}")
    assert "4518" not in str(caught.value)


def test_a_world_that_time_has_made_impossible_is_told_and_leaves_what_is_there(
    tmp_path: Path,
) -> None:
    # KSNET takes a cancel for six months only.
    payment = f"card: {CARD}, pg: ksnet, at: {NOW - DAY}, status: cancelled, cancelled_at: -5s"
    text = f"merchants: [{{imp_key: imp_apikey, payments: [{{merchant_uid: o, amount: 9, {payment}}}]}}]"
    path = tmp_path / "seed.yaml"
    path.write_text(text, "utf-8")
    clock = Clock(NOW)

    with FakeIamport(clock=clock, seed_file=path) as server:
        clock.advance(365 * DAY)
        answer = httpx.post(f"{server.url}/_fake/reset")
        left = server.snapshot()["records"]["payments"]

    assert answer.status_code == 409
    assert answer.json()["error"]["field"] == "payments[0]"
    assert len(left) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "can't be read: No such file or directory"),
        (b"\xff", "is not UTF-8"),
        (b"merchants: [", "2:1: expected a value"),
    ],
)
def test_a_file_that_can_not_be_read_starts_nothing(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "seed.yaml"
    if content is not None:
        path.write_bytes(content)

    ran = subprocess.run(
        [sys.executable, "-m", "fake_iamport", "serve", "--port", "0", "--seed-file", str(path)],
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr.startswith(f"fake-iamport: {path}:")
    assert message in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_scenarios_count_from_the_folder_of_the_seed_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, elsewhere = tmp_path / "seeds", tmp_path / "elsewhere"
    for path in (folder, elsewhere):
        path.mkdir()
    ready_made = next(iter(scenario_library()))
    (folder / "own.yaml").write_text("rules: [{then: {pass: true}}]")
    (folder / "bare").write_text("rules: [{then: {pass: true}}]")
    named = f"[own.yaml, bare, {ready_made}, {folder / 'own.yaml'}]"
    seed = folder / "seed.yaml"
    seed.write_text(f"merchants: [{{imp_key: a, imp_secret: b, settings: {{scenario: {named}}}}}]")
    monkeypatch.chdir(elsewhere)

    with FakeIamport(seed_file=seed) as server:
        loaded = [each.name for each in server.scenarios()]
        server.scenario({"rules": [{"then": {"pass": True}}]})
        server.reset()
        again = [each.name for each in server.scenarios()]

    assert loaded == again == ["own", "bare", ready_made]


@pytest.mark.parametrize(
    ("named", "column", "message"),
    [
        ("[no_such]", 63, "there is no scenario 'no_such' and no file of that name"),
        ("[gone.yaml]", 63, "{folder}/gone.yaml:1:1: can't be read: No such file or directory"),
        (
            "[wrong.yaml]", 63,
            "{folder}/wrong.yaml:1:10: rules[0]: unknown key 'thne'; did you mean 'then'?",
        ),
        ("own.yaml", 63, "expected a list, got text"),
    ],
)  # fmt: skip
def test_a_scenario_that_can_not_be_is_told_with_its_place_in_both_files(
    tmp_path: Path, named: str, column: int, message: str
) -> None:
    (tmp_path / "wrong.yaml").write_text("rules: [{thne: {}}]")
    text = f"merchants: [{{imp_key: a, imp_secret: b, settings: {{ scenario: {named}}}}}]"
    seed = tmp_path / "seed.yaml"
    seed.write_text(text)

    with pytest.raises(DocumentError) as told:
        FakeIamport(seed_file=seed)

    place = f"{seed}:1:{column}: merchants[0].settings.scenario: "
    assert str(told.value) == place + message.format(folder=tmp_path)


def test_the_pytest_plugin_starts_each_merchant_with_the_files_first_world(
    pytester: pytest.Pytester, seed_file: Path
) -> None:
    pytester.makeini(f"[pytest]\nfake_iamport_seed_file = {seed_file.name}")
    (pytester.path / seed_file.name).write_text(SHOP, "utf-8")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("turn", range(3))
        def test_the_world_is_there_in_each_test(fake_iamport, fake_iamport_server, turn):
            assert len(fake_iamport.snapshot()["records"]["payments"]) == 4
            assert fake_iamport.imp_key != fake_iamport_server.imp_key == "shop"
            fake_iamport.restore({**fake_iamport.snapshot(), "version": 1})
        """
    )

    pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider").assert_outcomes(passed=3)


def test_the_pytest_plugin_tells_a_mistake_in_one_line(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nfake_iamport_seed_file = seed.yaml")
    (pytester.path / "seed.yaml").write_text("merchants: []", "utf-8")
    pytester.makepyfile("def test_it(fake_iamport): pass")

    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*seed.yaml:1:12: merchants: expected a list of length >= 1"])
