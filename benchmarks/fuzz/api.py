"""Calls of the emulated API in this process: no 5xx, and the books hold what was answered."""

import asyncio
from collections.abc import Sequence

import msgspec
from hypothesis import strategies as st

from benchmarks.fuzz.application import Answer, Request, quiet, send
from benchmarks.fuzz.books import account_for, books_of
from benchmarks.fuzz.calls import NOW, PLANNED, TOKEN, requests
from benchmarks.in_process import Shop
from benchmarks.merchant import KEYS
from benchmarks.watched import Wrong
from fake_iamport import Clock, Settings, create_app
from fake_iamport.app import App

__all__ = ["check", "filled", "furnished", "inputs", "judge"]

_ENVELOPE = ["code", "message", "response"]


def inputs() -> st.SearchStrategy[list[Request]]:
    """Some calls, one after another."""
    return st.lists(requests(), min_size=8, max_size=16)


def check(calls: Sequence[Request]) -> int:
    """Make the calls to a fresh emulator and give their number.

    Raises:
        Wrong: the emulator did what it must not do.
    """
    with quiet():
        return asyncio.run(_check(calls))


async def _check(calls: Sequence[Request]) -> int:
    app, names = await furnished()
    before = await books_of(app)
    for call in calls:
        request = filled(call, names)
        answer = await send(app, request)
        judge(request, answer)
        after = await books_of(app)
        account_for(before, after, request, answer)
        before = after
    return len(calls)


async def furnished() -> tuple[App, dict[bytes, bytes]]:
    """An emulator with a customer, a payment, a schedule and a prepared payment, and what stands
    for its token and payment in requests.
    """
    app = create_app(Settings(seed=1), clock=Clock(NOW))
    shop = Shop(app)
    await shop.enter()
    await shop.register("known")
    await shop.get("/payments/prepare", {"merchant_uid": "prepared", "amount": 1000})
    await shop.get(
        "/subscribe/payments/schedule", {"customer_uid": "known", "schedules": [PLANNED]}
    )
    token = (await shop.get("/users/getToken", KEYS))["access_token"]
    return app, {b"PAID": (await shop.pay("paid")).encode(), TOKEN: token.encode()}


def filled(call: Request, names: dict[bytes, bytes]) -> Request:
    """The call with what ``names`` stand for."""

    def fill(text: bytes) -> bytes:
        for name, value in names.items():
            text = text.replace(name, value)
        return text

    return msgspec.structs.replace(
        call,
        path=fill(call.path),
        headers=tuple((name, fill(value)) for name, value in call.headers),
        chunks=tuple(fill(chunk) for chunk in call.chunks),
    )


def judge(request: Request, answer: Answer | None) -> None:
    """See that it is an answer of the emulated API.

    Raises:
        Wrong: it is a 5xx or has no envelope.
    """
    if answer is None:
        return
    if answer.status >= 500:
        raise Wrong(f"{request} was answered {answer}")
    if not request.path.startswith((b"/_fake", b"/openapi")) and list(answer.value) != _ENVELOPE:
        raise Wrong(f"{request} was answered without the envelope: {answer}")
