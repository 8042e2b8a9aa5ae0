import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from reference_client.merchant import Patience
from tests.reference_client.iamport_stub import (
    NUMBER,
    OTHER_NUMBER,
    IamportStub,
    answer,
    changed,
    instead,
    lose,
    never_arrives,
    refused,
)
from tests.reference_client.shop_driver import CARD_FORM, Shop, open_shop

pytestmark = pytest.mark.anyio

FORM = CARD_FORM | {"customer_uid": "shopper-1"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def stub() -> IamportStub:
    return IamportStub()


@pytest.fixture
async def shop(stub: IamportStub) -> AsyncIterator[Shop]:
    async with open_shop(stub) as shop:
        yield shop


@pytest.mark.parametrize("path", ["/subscriptions/issue-billing", "/subscription/issue-billing"])
@pytest.mark.parametrize("encoding", ["data", "json"])
async def test_a_card_is_registered(
    shop: Shop, stub: IamportStub, path: str, encoding: str
) -> None:
    told = await shop.http.post(path, **{encoding: FORM})  # type: ignore[arg-type]
    assert told.status_code == 200
    assert told.json() == {"status": "success", "message": "카드가 등록되었습니다."}
    assert json.loads(stub.asked("issue")[0].content) == CARD_FORM
    assert list(stub.keys) == ["shopper-1"]


@pytest.mark.parametrize("number", [NUMBER.replace("-", ""), NUMBER.replace("-", " ")])
async def test_a_number_is_sent_in_the_form_that_the_api_wants(
    shop: Shop, stub: IamportStub, number: str
) -> None:
    assert (await shop.register(card_number=number)).status_code == 200
    assert json.loads(stub.asked("issue")[0].content)["card_number"] == NUMBER


async def test_another_card_replaces_the_first(shop: Shop, stub: IamportStub) -> None:
    await shop.register()
    assert (await shop.register(card_number=OTHER_NUMBER)).json()["status"] == "success"
    assert stub.keys["shopper-1"]["card_number"] == "94049012****1111"


async def test_a_refused_card_is_a_failure_on_http_200(shop: Shop, stub: IamportStub) -> None:
    text = "카드정보 인증 및 빌키 발급에 실패하였습니다. [F112]유효하지않은 카드번호"
    stub.once("issue", instead(refused(text)))
    told = await shop.register()
    assert (told.status_code, told.json()) == (200, {"status": "failed", "message": text})


async def test_a_refusal_without_words_still_says_something(shop: Shop, stub: IamportStub) -> None:
    stub.once("issue", instead(refused("")))
    assert (await shop.register()).json()["message"]


BAD_FIELDS = [
    ("card_number", ""),
    ("card_number", "5365-1012-3456-789"),
    ("card_number", "5365-1012-3456-78901"),
    ("card_number", "５３６５-1012-3456-7890"),
    ("card_number", "5365_1012_3456_7890"),
    ("expiry", "07/31"),
    ("expiry", "2031-13"),
    ("expiry", "203107"),
    ("expiry", "2031-07 "),
    ("birth", "831302"),
    ("birth", "830230"),
    ("birth", "19830217"),
    ("birth", "83021"),
    ("pwd_2digit", "4"),
    ("pwd_2digit", "494"),
    ("pwd_2digit", "4a"),
    ("customer_uid", ""),
    ("customer_uid", "   "),
    ("customer_uid", "a\nb"),
    ("customer_uid", "a" * 81),
]


@pytest.mark.parametrize(("field", "value"), BAD_FIELDS)
async def test_what_has_the_wrong_form_is_told_per_field_and_not_sent(
    shop: Shop, stub: IamportStub, field: str, value: str
) -> None:
    told = await shop.register(**{field: value})
    assert told.status_code == 400
    assert told.json()["status"] == "failed"
    assert list(told.json()["errors"]) == [field]
    assert stub.calls == []


@pytest.mark.parametrize("birth", ["830217", "000229", "040229", "2208162517"])
async def test_births_and_business_numbers_pass(shop: Shop, birth: str) -> None:
    assert (await shop.register(birth=birth)).json()["status"] == "success"


async def test_every_missing_field_is_told_at_once(shop: Shop) -> None:
    told = await shop.http.post("/subscriptions/issue-billing", json={})
    assert list(told.json()["errors"]) == [*CARD_FORM, "customer_uid"]


JSON, URLENCODED = "application/json", "application/x-www-form-urlencoded"
GOOD_FORM, GOOD_JSON = urlencode(FORM).encode(), json.dumps(FORM).encode()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (GOOD_JSON[:-1], JSON),
        (b"[" + GOOD_JSON + b"]", JSON),
        (GOOD_JSON.replace(b'"49"', b'["49"]'), JSON),
        (GOOD_JSON.replace(b'"shopper-1"', b"true"), JSON),
        (GOOD_JSON.replace(b"shopper", b"\xff"), JSON),
        (GOOD_JSON.replace(b"shopper", rb"\ud800"), JSON),
        (GOOD_FORM + b"\xff", URLENCODED),
        (GOOD_FORM + b"%FF", URLENCODED),
        (GOOD_FORM + b"&a=" * 100, URLENCODED),
        (GOOD_FORM, "multipart/form-data; boundary=x"),
        (GOOD_FORM + b"&padding=" + b"1" * 20_000, URLENCODED),
    ],
)
async def test_bodies_that_cannot_be_read_are_told(
    shop: Shop, stub: IamportStub, content: bytes, media_type: str
) -> None:
    told = await shop.http.post(
        "/subscriptions/issue-billing", content=content, headers={"Content-Type": media_type}
    )
    assert (told.status_code, told.json()["status"]) == (400, "failed")
    assert NUMBER not in told.text
    assert stub.calls == []


@pytest.mark.parametrize(
    "effect",
    [
        never_arrives(httpx.ConnectError),
        instead(refused("Unauthorized", status=401)),
        never_arrives(httpx.ReadTimeout),
    ],
)
async def test_trouble_with_iamport_is_a_400(shop: Shop, stub: IamportStub, effect: Any) -> None:
    stub.once("issue", effect, effect)
    told = await shop.register()
    assert (told.status_code, told.json()["status"]) == (400, "failed")
    assert "Unauthorized" not in told.text


async def test_a_dead_token_is_not_the_shoppers_business(shop: Shop, stub: IamportStub) -> None:
    await shop.register()
    stub.tokens[0] = "revoked meanwhile"
    assert (await shop.register()).json()["status"] == "success"


@pytest.mark.parametrize("effect", [lose(), lose(httpx.ReadError), changed(customer_uid="x")])
async def test_a_lost_answer_is_looked_up(shop: Shop, stub: IamportStub, effect: Any) -> None:
    stub.once("issue", effect)
    assert (await shop.register()).json()["status"] == "success"
    assert len(stub.asked("issue")) == 1


@pytest.mark.parametrize(
    "mask", ["53651012****7890", "536510*********0", "5365100000007890", "536510******7890"]
)
async def test_a_lost_answer_is_looked_up_whatever_the_mask(
    shop: Shop, stub: IamportStub, mask: str
) -> None:
    stub.once("issue", lose())
    stub.once("view", changed(card_number=mask))
    assert (await shop.register()).json()["status"] == "success"


@pytest.mark.parametrize("mask", ["94049012****1111", "****************", "", None, "53651012"])
async def test_the_old_card_is_not_taken_for_the_new_one(
    shop: Shop, stub: IamportStub, mask: str | None
) -> None:
    stub.once("issue", lose())
    stub.once("view", changed(card_number=mask))
    assert (await shop.register()).json()["status"] == "failed"


async def test_a_lost_answer_that_cannot_be_looked_up_is_no_success(
    shop: Shop, stub: IamportStub
) -> None:
    stub.once("issue", answer(200, b"<html>"))
    stub.once("view", answer(200, b"<html>"))
    told = await shop.register()
    assert (told.status_code, told.json()["status"]) == (400, "failed")


async def test_an_iamport_that_hangs_is_given_up(stub: IamportStub) -> None:
    never = asyncio.Event()
    patience = Patience(charge=0.01, look=0.01, waits=(0.0,))
    transport = stub.slow_transport("issue", never)
    async with open_shop(stub, patience=patience, transport=transport) as shop:
        assert (await shop.register()).status_code == 400
        assert (await shop.http.get("/health")).json() == {"status": "ok"}


async def test_one_token_serves_all(shop: Shop, stub: IamportStub) -> None:
    await asyncio.gather(*(shop.register(customer_uid=f"shopper-{n}") for n in range(20)))
    assert len(stub.tokens) == 1
    assert len(stub.keys) == 20
