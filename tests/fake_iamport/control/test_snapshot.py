import json
from typing import Any

import httpx
import pytest

from fake_iamport import AsyncFakeIamport, Clock, FakeIamport, Settings
from fake_iamport.control.declaration import ControlError

pytestmark = pytest.mark.anyio

WORLD = "/_fake/merchants/imp_apikey/snapshot"
CONTROL = "/_fake/merchants/imp_apikey"


async def snapshot(call: Any) -> Any:
    return (await call.http.get(WORLD)).json()


async def restore(call: Any, document: Any) -> None:
    answer = await call.http.put(WORLD, json=document)
    assert answer.status_code == 200, answer.text


async def fill(call: Any, card: Any, clock: Clock) -> None:
    """Make records of every kind."""
    change = {"notice_url": ["http://127.0.0.1:1/hook"], "hold_webhooks": True}
    await call.http.patch(f"{CONTROL}/settings", json={"settings": change})
    await call.response("POST", "/subscribe/customers/c-1", {**card, "customer_name": "홍길동"})
    await call.response("POST", "/subscribe/customers/c-1", card)
    await call.response("POST", "/subscribe/customers/c-2", card)
    await call.response("DELETE", "/subscribe/customers/c-2")
    await call.response("POST", "/payments/prepare", {"merchant_uid": "later", "amount": 5})
    for number in range(3):
        clock.advance(60)
        order = {"customer_uid": "c-1", "merchant_uid": f"o-{number}", "amount": 1000, "name": "n"}
        await call.response("POST", "/subscribe/payments/again", order)
    dollars = {**card, "merchant_uid": "usd", "amount": 10.25, "currency": "USD"}
    await call.response("POST", "/subscribe/payments/onetime", dollars)
    await call.response("POST", "/payments/cancel", {"merchant_uid": "o-1", "amount": 300})
    items = [
        {"merchant_uid": f"s-{number}", "schedule_at": clock.now() + 60 * number, "amount": 700}
        for number in (2, 1)
    ]
    await call.response(
        "POST", "/subscribe/payments/schedule", {"customer_uid": "c-1", "schedules": items}
    )


async def go_on(call: Any, card: Any) -> list[bytes]:
    """What following calls are answered; they depend on every kind of record."""
    order = {"customer_uid": "c-1", "merchant_uid": "next", "amount": 1000, "name": "n"}
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/subscribe/payments/again", order),
        ("POST", "/subscribe/payments/again", {**order, "merchant_uid": "o-1"}),
        ("POST", "/payments/cancel", {"merchant_uid": "o-1", "amount": 100}),
        ("POST", "/payments/cancel", {"merchant_uid": "usd", "amount": 0.25}),
        ("POST", "/subscribe/customers/c-2", card),
        ("GET", "/subscribe/customers/c-1", None),
        ("GET", "/subscribe/customers/c-1/payments", None),
        ("GET", "/subscribe/payments/schedule/s-1", None),
        ("GET", "/payments/prepare/later", None),
        ("GET", "/payments/status/all?limit=100", None),
        ("GET", "/payments/findAll/o-1/cancelled", None),
    ]
    answers = [(await call(*each)).content for each in calls]
    path = f"{CONTROL}/clock/advance"
    answers.append((await call.http.post(path, json={"minutes": 3})).content)
    answers.append((await call("GET", "/payments/status/all?limit=100")).content)
    shown = [await call.http.get(f"{CONTROL}/{path}") for path in ("ledger", "webhooks", "clock")]
    return [*answers, *(answer.content for answer in shown)]


async def test_a_restored_world_answers_as_it_would_have_byte_for_byte(
    call: Any, card: Any, clock: Clock
) -> None:
    await fill(call, card, clock)
    document = await snapshot(call)
    first = await go_on(call, card)

    await restore(call, document)

    assert await snapshot(call) == document
    assert await go_on(call, card) == first
    assert [json.loads(answer).get("code") for answer in first[:11]] == [0, -1, *[0] * 9]


async def test_a_snapshot_holds_every_kind_of_record_and_no_token(
    call: Any, card: Any, clock: Clock
) -> None:
    await fill(call, card, clock)

    answer = await call.http.get(WORLD)

    document = answer.json()
    counts = {
        kind: len(records) for kind, records in document["records"].items() if kind != "last_number"
    }
    assert document["version"] == 1
    assert document["imp_key"] == "imp_apikey"
    assert document["clock"] == {"mode": "frozen", "at": clock.now()}
    assert counts == {
        "billing_keys": 1, "gateway_keys": 3, "payments": 4, "schedules": 2, "prepared_payments": 1,
        "webhooks": 5,
    }  # fmt: skip
    assert await call.token() not in answer.text


async def test_restoring_keeps_the_token_that_the_merchant_has_now(call: Any) -> None:
    document = await snapshot(call)
    token = await call.token()

    await restore(call, document)

    assert await call.token() == token
    await call.http.delete(f"{CONTROL}/token")
    await restore(call, document)
    dead = await call.http.get("/payments/x", headers={"Authorization": token})
    assert dead.status_code == 401


async def test_a_world_can_be_given_to_another_merchant(call: Any, card: Any, clock: Clock) -> None:
    await fill(call, card, clock)
    keys = (await call.http.post("/_fake/merchants")).json()
    await call.http.put(f"/_fake/merchants/{keys['imp_key']}/snapshot", json=await snapshot(call))
    answer = await call.http.post("/users/getToken", json=keys)
    headers = {"Authorization": answer.json()["response"]["access_token"]}

    theirs = await call.http.get("/subscribe/customers/c-1", headers=headers)

    assert theirs.content == (await call("GET", "/subscribe/customers/c-1")).content


async def test_a_reset_after_restoring_gives_the_clean_world(
    call: Any, card: Any, clock: Clock
) -> None:
    await fill(call, card, clock)
    await restore(call, await snapshot(call))

    await call.http.post(f"{CONTROL}/reset")

    assert (await snapshot(call))["records"]["payments"] == []


async def test_a_running_clock_goes_on_from_where_it_stood(call: Any) -> None:
    await call.http.put(f"{CONTROL}/clock", json={"mode": "running", "at": 1_800_000_000})
    document = await snapshot(call)
    await call.http.put(f"{CONTROL}/clock", json={"mode": "real"})
    real = await snapshot(call)

    await restore(call, document)
    running = (await call.http.get(f"{CONTROL}/clock")).json()
    await restore(call, real)

    assert running["mode"] == document["clock"]["mode"] == "running"
    assert 1_800_000_000 <= running["now"] <= 1_800_000_060
    assert (await call.http.get(f"{CONTROL}/clock")).json()["mode"] == "real"


def changed(document: Any, path: str, value: Any) -> Any:
    copy = json.loads(json.dumps(document))
    *steps, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    place = copy
    for step in steps:
        place = place[step]
    place[last] = value
    return copy


@pytest.mark.parametrize(
    ("path", "value", "field", "message"),
    [
        ("version", 2, "version", "this is version 2; expected 1"),
        ("imp_secret", "x", "imp_secret", "there is no 'imp_secret' here; known are imp_key, version, "
         "clock, settings, identifiers, records"),
        ("clock.mode", "slow", "clock.mode", "invalid enum value 'slow'"),
        ("clock.at", -1, "clock.at", "expected a whole number >= 0"),
        ("settings.default_pg", "nise", "settings.default_pg", "there is no gateway 'nise'; known are "
         "nice, nice_v2, kcp, html5_inicis, tosspayments, ksnet, daou, welcome; did you mean 'nice'?"),
        ("identifiers", "AAAA", "identifiers", "expected what a snapshot says here, unchanged"),
        ("identifiers", "생", "identifiers", "expected what a snapshot says here, unchanged"),
        ("records.payments.1.amount", "much", "records.payments[1].amount",
         "expected a number"),
        ("records.payments.1.amount", -1, "records.payments[1].amount",
         "expected an amount of at least 0"),
        ("records.payments.1.cancel_amount", 2000, "records.payments[1].cancel_amount",
         "expected an amount from 0 to 1000"),
        ("records.payments.0.status", "payed", "records.payments[0].status",
         "invalid enum value 'payed'"),
        ("records.payments.0.card_number", "4518420000000000", "records.payments[0]",
         "object contains unknown field card_number"),
        ("records.payments.0.failure", "lost_cart", "records.payments[0].failure",
         "there is no failure 'lost_cart'; did you mean 'lost_card'?"),
        ("records.payments.0.pg_provider", "nise", "records.payments[0].pg_provider",
         "there is no gateway 'nise'; did you mean 'nice'?"),
        ("records.schedules.1.merchant_uid", "s-2", "records.schedules[1].merchant_uid",
         "schedules[0] has the same"),
        ("records.schedules.1.number", 1000, "records.schedules[1].number", None),
    ],
)  # fmt: skip
async def test_what_can_not_be_restored_is_told_with_its_place_and_changes_nothing(
    call: Any,
    card: Any,
    clock: Clock,
    path: str,
    value: Any,
    field: str | None,
    message: str | None,
) -> None:
    await fill(call, card, clock)
    before = await snapshot(call)

    answer = await call.http.put(WORLD, json=changed(before, path, value))

    told = answer.json()["error"]
    assert (answer.status_code, told["field"]) == (400, field)
    assert message is None or told["message"] == message
    assert await snapshot(call) == before


async def test_two_records_of_one_name_are_told(call: Any, card: Any, clock: Clock) -> None:
    await fill(call, card, clock)
    document = await snapshot(call)
    records = document["records"]
    for kind in ("billing_keys", "gateway_keys", "payments", "prepared_payments", "webhooks"):
        twice = {**document, "records": {**records, kind: [*records[kind], records[kind][0]]}}

        told = (await call.http.put(WORLD, json=twice)).json()["error"]

        assert told["field"].startswith(f"records.{kind}[{len(records[kind])}].")
        assert told["message"] == f"{kind}[0] has the same"
    assert await snapshot(call) == document


async def test_a_large_world_is_restored_too(call: Any, card: Any, clock: Clock) -> None:
    await fill(call, card, clock)
    document = await snapshot(call)
    payment = document["records"]["payments"][0]
    document["records"]["payments"] += [
        {**payment, "imp_uid": f"imps_{number}", "merchant_uid": f"many-{number}"}
        for number in range(2000)
    ]
    assert len(json.dumps(document)) > 1024 * 1024

    await restore(call, document)

    assert (await call.response("GET", "/payments/find/many-1999"))["imp_uid"] == "imps_1999"


def pay(server: Any, card: dict[str, str], merchant_uid: str) -> Any:
    with httpx.Client(base_url=server.url) as client:
        keys = {"imp_key": server.imp_key, "imp_secret": server.imp_secret}
        token = client.post("/users/getToken", json=keys).json()["response"]["access_token"]
        order = {**card, "merchant_uid": merchant_uid, "amount": "10.25", "currency": "USD"}
        headers = {"Authorization": token}
        return client.post("/subscribe/payments/onetime", json=order, headers=headers).json()


def test_a_test_process_keeps_a_world_and_gets_it_back(card: dict[str, str]) -> None:
    with FakeIamport(Settings(seed=1), clock=Clock(1_707_307_868)) as server:
        pay(server, card, "before")
        world = json.loads(json.dumps(server.snapshot()))
        first = pay(server, card, "after")
        server.restore(world)
        again = pay(server, card, "after")
        with pytest.raises(ControlError, match="this is version 9; expected 1"):
            server.restore({**world, "version": 9})

    assert first["code"] == 0
    assert again == first


async def test_the_asynchronous_twin_does_the_same(card: dict[str, str]) -> None:
    async with AsyncFakeIamport() as server:
        world = await server.snapshot()
        await server.restore(world)

        assert await server.snapshot() == world
