"""What holds for every card, order and amount, in either encoding."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests import strategies
from fake_iamport import Clock, Settings, create_app
from fake_iamport.settings import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET

pytestmark = pytest.mark.anyio

PGS = ["nice", "nice_v2", "kcp", "html5_inicis", "daou"]
BUYER = {"name": "a", "buyer_name": "b", "buyer_email": "c@d.kr", "buyer_tel": "010"}


class World:
    """An emulator of its own, and a merchant's way to it."""

    async def __aenter__(self) -> "World":
        app = create_app(Settings(seed=1), clock=Clock(1_707_307_868))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x")
        keys = {"imp_key": PUBLIC_SANDBOX_KEY, "imp_secret": PUBLIC_SANDBOX_SECRET}
        answer = await self.http.post("/users/getToken", json=keys)
        self.http.headers["Authorization"] = answer.json()["response"]["access_token"]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def post(self, path: str, body: dict[str, Any], encoding: str) -> Any:
        answer = await self.http.post(path, **{encoding: body})  # type: ignore[arg-type]
        return answer.json()

    async def get(self, path: str) -> Any:
        return (await self.http.get(path)).json()


ENCODINGS = st.sampled_from(["json", "data"])


@given(strategies.cards(), strategies.customer_uids(), st.sampled_from(PGS), ENCODINGS)
async def test_a_card_that_is_registered_is_found_and_its_middle_is_hidden(
    card: dict[str, str], customer_uid: str, pg: str, encoding: str
) -> None:
    path = f"/subscribe/customers/{quote(customer_uid, safe='').replace('.', '%2E')}"
    async with World() as world:
        saved = await world.post(path, {**card, "pg": pg}, encoding)
        found = await world.get(path)

    assert saved["code"] == 0
    assert found == saved
    assert found["response"]["customer_uid"] == customer_uid
    number = card["card_number"].replace("-", "")
    masked = found["response"]["card_number"]
    assert len(masked) == len(number)
    assert masked[:6] == number[:6]
    assert masked[8:12] in ("****", "0000")


@given(
    strategies.cards(),
    strategies.merchant_uids(),
    strategies.amounts(),
    st.sampled_from(PGS),
    ENCODINGS,
)
async def test_a_card_is_charged_once_for_an_order_and_the_payment_is_found(
    card: dict[str, str], merchant_uid: str, amount: int, pg: str, encoding: str
) -> None:
    order = {**card, **BUYER, "merchant_uid": merchant_uid, "amount": amount, "pg": pg}
    path = "/subscribe/payments/onetime"
    async with World() as world:
        paid = await world.post(path, order, encoding)
        again = await world.post(path, order, encoding)
        segment = quote(merchant_uid, safe="").replace(".", "%2E")
        by_order = await world.get(f"/payments/find/{segment}")
        by_number = await world.get(f"/payments/{paid['response']['imp_uid']}")

    assert (paid["code"], paid["response"]["status"]) == (0, "paid")
    assert (paid["response"]["amount"], paid["response"]["merchant_uid"]) == (amount, merchant_uid)
    assert again["code"] == -1
    assert by_order == by_number == paid
