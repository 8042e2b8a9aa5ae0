"""A call through ``httpx.ASGITransport``, as tests without a socket make it."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx

from benchmarks.baselines.bare import bare_app
from benchmarks.in_process import Shop
from benchmarks.measurement import Measurement, at_most, middle, ratio
from benchmarks.merchant import KEYS
from benchmarks.own_process import in_own_process
from benchmarks.rounds import alternate
from benchmarks.subject import Run, subject
from fake_iamport import create_app

__all__ = ["transport"]

_MOST = 2
"""How many times a call to the bare baseline it may cost."""

_CALLS = ("getToken", "GET payment")


@subject("transport", "A call through httpx.ASGITransport")
def transport(run: Run) -> list[Measurement]:
    """Blocks of calls in turns, in a process of its own."""
    taken = in_own_process(_measured, run.scale.rounds, run.scale.calls)
    return [
        measurement
        for call, (ours, bare) in taken.items()
        for measurement in (
            ratio(f"{call} by ASGITransport, of bare", ours, bare, at_most(_MOST)),
            middle(f"{call} by ASGITransport, emulator", ours, "us"),
            middle(f"{call} by ASGITransport, bare", bare, "us"),
        )
    ]


def _measured(rounds: int, calls: int) -> dict[str, tuple[list[float], list[float]]]:
    with asyncio.Runner() as runner:
        app = create_app()
        imp_uid = runner.run(_paid(Shop(app)))
        taken = {}
        for call in _CALLS:
            size = len(runner.run(_answer(app, call, imp_uid)).content)
            contestants = {
                name: _block(runner, each, call, imp_uid, calls)
                for name, each in (("emulator", app), ("bare", bare_app(size)))
            }
            alternate(1, contestants)
            values = alternate(rounds, contestants)
            taken[call] = (values["emulator"], values["bare"])
        return taken


async def _paid(shop: Shop) -> str:
    await shop.enter()
    return await shop.pay("order-1")


async def _answer(app: Any, call: str, imp_uid: str) -> httpx.Response:
    async with _client(app) as client:
        return await _make(client, call, imp_uid, await _token(client))


def _block(
    runner: asyncio.Runner, app: Any, call: str, imp_uid: str, calls: int
) -> Callable[[], float]:
    async def block() -> float:
        async with _client(app) as client:
            token = await _token(client)
            started = time.perf_counter()
            for _ in range(calls):
                await _make(client, call, imp_uid, token)
            return (time.perf_counter() - started) / calls * 1_000_000

    return lambda: runner.run(block())


async def _token(client: httpx.AsyncClient) -> str:
    """The token; a baseline, which has none, is sent one of the same length."""
    answer = (await client.post("/users/getToken", json=KEYS)).json()["response"]
    token: str = answer.get("access_token", "0" * 40)
    return token


async def _make(client: httpx.AsyncClient, call: str, imp_uid: str, token: str) -> httpx.Response:
    if call == "getToken":
        return await client.post("/users/getToken", json=KEYS)
    return await client.get(f"/payments/{imp_uid}", headers={"Authorization": token})


def _client(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")
