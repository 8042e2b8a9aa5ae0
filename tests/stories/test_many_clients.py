"""Many clients charge, cancel and schedule the same orders at once; the books balance afterwards."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from fake_iamport import FakeMerchant
from tests.stories.merchant import card_that

pytestmark = pytest.mark.anyio

CLIENTS = 64
CALLS_EACH = 12
ORDERS = [f"order-{number}" for number in range(20)]
AMOUNT = 1000


async def test_books_balance_after_many_clients_had_the_same_orders(
    fake_iamport: FakeMerchant,
) -> None:
    fake_iamport.change_settings(past_schedule="execute")
    async with httpx.AsyncClient(base_url=fake_iamport.url, timeout=60) as http:
        keys = {"imp_key": fake_iamport.imp_key, "imp_secret": fake_iamport.imp_secret}
        token = (await http.post("/users/getToken", json=keys)).json()["response"]
        http.headers["Authorization"] = token["access_token"]
        await http.post("/subscribe/customers/shared", json=card_that(None))

        answers = await asyncio.gather(*(_client(http, number) for number in range(CLIENTS)))
        control = f"/_fake/merchants/{fake_iamport.imp_key}/clock/advance"
        await http.post(control, json={"seconds": 5})

        charged = [answer for several in answers for answer in several]
        assert {answer.status_code for answer in charged} == {200}
        await _check_books(http)


async def _client(http: httpx.AsyncClient, number: int) -> list[httpx.Response]:
    chance = random.Random(number)
    answers = []
    for _ in range(CALLS_EACH):
        order = chance.choice(ORDERS)
        act: Callable[..., Coroutine[Any, Any, httpx.Response]]
        act = chance.choice([_charge_key, _charge_card, _cancel, _schedule])
        answers.append(await act(http, order, chance))
    return answers


async def _charge_key(http: httpx.AsyncClient, order: str, _: random.Random) -> httpx.Response:
    body = {"customer_uid": "shared", "merchant_uid": order, "amount": AMOUNT, "name": "a"}
    return await http.post("/subscribe/payments/again", json=body)


async def _charge_card(http: httpx.AsyncClient, order: str, _: random.Random) -> httpx.Response:
    body = {**card_that(None), "merchant_uid": order, "amount": AMOUNT}
    return await http.post("/subscribe/payments/onetime", json=body)


async def _cancel(http: httpx.AsyncClient, order: str, chance: random.Random) -> httpx.Response:
    body = {"merchant_uid": order, "amount": chance.choice([100, 300, 700])}
    return await http.post("/payments/cancel", json=body)


async def _schedule(http: httpx.AsyncClient, order: str, _: random.Random) -> httpx.Response:
    schedules = [{"merchant_uid": order, "schedule_at": 1, "amount": AMOUNT}]
    body = {"customer_uid": "shared", "schedules": schedules}
    return await http.post("/subscribe/payments/schedule", json=body)


async def _check_books(http: httpx.AsyncClient) -> None:
    listed = {
        status: await _all_payments(http, status)
        for status in ("all", "ready", "paid", "cancelled", "failed")
    }
    assert len(listed["all"]) == sum(len(listed[status]) for status in listed if status != "all")
    income = 0
    for order in ORDERS:
        found = (await http.get(f"/payments/findAll/{order}")).json()["response"]
        taken = (
            [payment for payment in found["list"] if payment["status"] != "failed"] if found else []
        )
        assert len(taken) <= 1, f"{order} was charged {len(taken)} times"
        for payment in taken:
            refunds = sum(line["amount"] for line in payment["cancel_history"])
            assert refunds == payment["cancel_amount"] <= payment["amount"]
            income += payment["amount"] - refunds
    assert income == sum(
        payment["amount"] - payment["cancel_amount"]
        for payment in listed["paid"] + listed["cancelled"]
    )


async def _all_payments(http: httpx.AsyncClient, status: str) -> list[dict[str, Any]]:
    answer = await http.get(f"/payments/status/{status}?limit=1000")
    found: list[dict[str, Any]] = answer.json()["response"]["list"]
    return found
