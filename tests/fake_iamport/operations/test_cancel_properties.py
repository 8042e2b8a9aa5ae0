"""What holds for every sequence of cancels."""

from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_iamport import Clock, Settings, create_app
from fake_iamport.gateway import cards
from fake_iamport.settings import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET

pytestmark = pytest.mark.anyio

PGS = ["nice", "kcp", "daou", "ksnet"]
WON = st.integers(0, 1200)
PARTS = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {"amount": WON},
        optional={"tax_free": WON, "vat_amount": WON, "checksum": WON},
    ),
)


class Shop:
    """A merchant with one payment, in a world of its own."""

    def __init__(self, **order: Any) -> None:
        self.order = order

    async def __aenter__(self) -> "Shop":
        app = create_app(Settings(seed=1), clock=Clock(1_707_307_868))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x")
        keys = {"imp_key": PUBLIC_SANDBOX_KEY, "imp_secret": PUBLIC_SANDBOX_SECRET}
        token = (await self.post("/users/getToken", keys))["response"]["access_token"]
        self.http.headers["Authorization"] = token
        card = next(card for card in cards.test_cards() if card.failure is None)
        details = {
            "card_number": card.number,
            "expiry": card.expiry,
            "birth": card.birth,
            "pwd_2digit": card.pwd_2digit,
            "buyer_name": "홍길동",
            "product_type": "real",
            "merchant_uid": "order",
        }
        paid = await self.post("/subscribe/payments/onetime", {**details, **self.order})
        self.paid = paid["response"]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        return (await self.http.post(path, json=body)).json()

    async def get(self, path: str) -> Any:
        return (await self.http.get(path)).json()

    async def cancel(self, part: dict[str, Any] | None) -> Any:
        return await self.post("/payments/cancel", {"merchant_uid": "order", **(part or {})})


@given(
    st.integers(1, 1000),
    st.sampled_from(PGS),
    st.sampled_from([0, 0.3, 1]),
    st.lists(PARTS, max_size=12),
)
async def test_cancels_add_up_and_never_exceed_what_was_paid(
    amount: int, pg: str, free_share: float, parts: list[dict[str, Any] | None]
) -> None:
    async with Shop(amount=amount, pg=pg, tax_free=int(amount * free_share)) as shop:
        before = shop.paid
        for part in parts:
            answer = await shop.cancel(part)
            after = (await shop.get(f"/payments/{shop.paid['imp_uid']}"))["response"]
            if answer["code"] == 0:
                assert answer["response"] == after
                assert_follows(before, after, part)
            else:
                assert (answer["response"], after) == (None, before)
            before = after
        counted = await shop.get("/payments/status/all")
        listed = await shop.get(f"/payments/status/{before['status']}")

    assert counted == listed
    assert counted["response"]["list"] == [before]


def assert_follows(before: Any, after: Any, part: dict[str, Any] | None) -> None:
    rest = before["amount"] - before["cancel_amount"]
    asked = (part or {}).get("amount", 0) or rest
    assert 0 < asked <= rest
    assert (part or {}).get("checksum", rest) == rest
    assert after["cancel_amount"] == before["cancel_amount"] + asked <= after["amount"]
    assert after["cancel_history"][:-1] == before["cancel_history"]
    assert after["cancel_history"][-1]["amount"] == asked
    assert after["status"] == "cancelled"
    same = after.keys() - {
        "cancel_amount", "cancel_history", "cancel_reason", "cancel_receipt_urls", "cancelled_at",
        "status",
    }  # fmt: skip
    assert {name: after[name] for name in same} == {name: before[name] for name in same}


CENTS = st.integers(1, 500).map(lambda cents: str(Decimal(cents) / 100))


@given(CENTS, st.lists(CENTS, max_size=8))
async def test_cents_add_up_exactly(amount: str, parts: list[str]) -> None:
    async with Shop(amount=amount, currency="USD") as shop:
        left = Decimal(amount)
        for part in parts:
            answer = await shop.cancel({"amount": part})
            if Decimal(part) <= left:
                left -= Decimal(part)
            assert (answer["code"] == 0) is (
                answer["response"] is not None
                and Decimal(str(answer["response"]["cancel_amount"])) == Decimal(amount) - left
            )
        last = await shop.cancel({"checksum": str(left)})
        final = (await shop.get(f"/payments/{shop.paid['imp_uid']}"))["response"]

    assert (last["code"] == 0) is (left > 0)
    assert Decimal(str(final["cancel_amount"])) == Decimal(amount)


@given(st.integers(1, 5000), st.integers(0, 5000), st.lists(PARTS, max_size=6))
async def test_the_balance_always_adds_up_to_what_is_left(
    amount: int, tax_free: int, parts: list[dict[str, Any] | None]
) -> None:
    async with Shop(amount=amount, pg="kcp", tax_free=min(tax_free, amount)) as shop:
        for part in parts:
            await shop.cancel(part)
        payment = (await shop.get(f"/payments/{shop.paid['imp_uid']}"))["response"]
        balance = (await shop.get(f"/payments/{shop.paid['imp_uid']}/balance"))["response"]

    left = balance["primary"]
    assert sum(left.values()) == payment["amount"] - payment["cancel_amount"]
    assert min(left.values()) >= 0
    assert len(balance["histories"]) == len(payment["cancel_history"]) + 1
