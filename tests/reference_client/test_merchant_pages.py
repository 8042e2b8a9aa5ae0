import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser

import httpx
import pytest

from tests.reference_client.iamport_stub import (
    BIRTH,
    NUMBER,
    IamportStub,
    answer,
    changed,
    instead,
    lose,
    refused,
)
from tests.reference_client.shop_driver import BROWSER, CARD_FORM, Shop, open_shop

pytestmark = pytest.mark.anyio

ATTACK = "<script>alert('x')</script>\"&"


class Page(HTMLParser):
    """The parts of a page that the tests ask about."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def input(self, identifier: str) -> dict[str, str | None]:
        return next(each for each in self.all("input") if each["id"] == identifier)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def stub() -> IamportStub:
    return IamportStub()


@pytest.fixture
async def shop(stub: IamportStub) -> AsyncIterator[Shop]:
    async with open_shop(stub) as shop:
        shop.http.headers.update(BROWSER)
        yield shop


async def placed(shop: Shop, name: str = "커피") -> str:
    told = await shop.http.post("/orders", data={"amount": "12000", "name": name})
    assert told.status_code == 303
    return str(told.headers["location"])


async def test_the_form_is_the_documentations(shop: Shop) -> None:
    page = Page(await shop.http.get("/"))
    form = page.all("form")[0]
    assert (form["method"], form["action"]) == ("post", "/subscriptions/issue-billing")
    assert [each["name"] for each in page.all("input")][:5] == [
        "card_number",
        "expiry",
        "birth",
        "pwd_2digit",
        "customer_uid",
    ]


async def test_every_input_is_labelled_described_and_limited(shop: Shop) -> None:
    for path in ("/", await placed(shop)):
        page = Page(await shop.http.get(path))
        ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
        assert len(ids) == len(set(ids)), "ids are unique"
        labelled = [label["for"] for label in page.all("label")]
        assert labelled == [each["id"] for each in page.all("input")]
        for each in page.all("input"):
            assert {"autocomplete", "inputmode", "maxlength", "aria-describedby"} <= set(each)
            assert set((each["aria-describedby"] or "").split()) <= set(ids)
        assert page.all("html")[0]["lang"] == "ko"
        assert any(meta.get("name") == "viewport" for meta in page.all("meta"))


async def test_a_phone_shows_the_right_keyboard_and_the_saved_card(shop: Shop) -> None:
    page = Page(await shop.http.get("/"))
    number, pin = page.input("card_number"), page.input("pwd_2digit")
    assert (number["autocomplete"], number["inputmode"]) == ("cc-number", "numeric")
    assert page.input("expiry")["autocomplete"] == "cc-exp"
    assert (pin["type"], pin["autocomplete"], pin["maxlength"]) == ("password", "off", "2")


async def test_patterns_are_valid_for_browsers_too(shop: Shop) -> None:
    for each in Page(await shop.http.get("/")).all("input"):
        # With the v flag, which browsers use, a bare hyphen in a class has to be escaped.
        assert not re.search(r"\[[^\]]*(?<!\\)-[ \]]", each.get("pattern") or "")


async def test_pages_bring_everything_along(shop: Shop) -> None:
    told = await shop.http.get("/")
    page = Page(told)
    sources = [each["href"] for each in page.all("link")] + [
        each["src"] for each in page.all("script")
    ]
    assert len(sources) == 3
    for source in sources:
        assert source
        assert (await shop.http.get(source)).status_code == 200
    assert "'unsafe-inline'" not in told.headers["content-security-policy"]
    assert "default-src 'none'" in told.headers["content-security-policy"]
    assert told.headers["cache-control"] == "no-store"
    assert not any("style" in attributes for _, attributes in page.tags)


async def test_a_plain_form_post_gets_a_page(shop: Shop, stub: IamportStub) -> None:
    page = Page(await shop.register())
    assert "카드가 등록되었습니다." in page.text
    stub.once("issue", instead(refused("[F112]유효하지않은 카드번호")))
    told = await shop.register()
    assert told.status_code == 200
    assert "[F112]유효하지않은 카드번호" in Page(told).text


async def test_a_form_with_mistakes_comes_back_without_the_card(shop: Shop) -> None:
    told = await shop.register(expiry="07/31", birth="1")
    page = Page(told)
    assert told.status_code == 400
    summary = next(each for each in page.all("div") if each.get("role") == "alert")
    assert summary["id"] == "summary"
    links = [each["href"] for each in page.all("a")]
    assert links == ["#expiry", "#birth"]
    assert page.input("expiry")["aria-invalid"] == "true"
    assert "expiry-error" in (page.input("expiry")["aria-describedby"] or "")
    assert "aria-invalid" not in page.input("card_number")
    assert page.input("customer_uid")["value"] == "shopper-1"
    for secret in (NUMBER, "07/31", BIRTH, 'value="49"'):
        assert secret not in told.text


async def test_paying_in_a_browser_ends_on_the_order(shop: Shop, stub: IamportStub) -> None:
    path = await placed(shop)
    page = Page(await shop.http.get(path))
    assert [form["action"] for form in page.all("form")] == [
        f"{path}/pay-by-card",
        f"{path}/pay-by-key",
    ]
    told = await shop.http.post(f"{path}/pay-by-card", data=CARD_FORM)
    assert (told.status_code, told.headers["location"]) == (303, path)
    page = Page(await shop.http.get(path))
    assert "결제 완료" in page.text
    assert "12,000원" in page.text
    assert page.all("form") == []
    assert "https://pg.test/receipt" in [each["href"] for each in page.all("a")]


async def test_a_pending_order_offers_no_second_payment(shop: Shop, stub: IamportStub) -> None:
    path = await placed(shop)
    stub.once("onetime", lose())
    stub.once("find", *[answer(502, b"")] * 3)
    await shop.http.post(f"{path}/pay-by-card", data=CARD_FORM)
    page = Page(await shop.http.get(path))
    assert "결제 확인 중" in page.text
    assert "결제 실패" not in page.text
    assert page.all("form") == []


@pytest.mark.parametrize(
    ("way", "form", "link"),
    [
        ("pay-by-card", CARD_FORM | {"card_number": "1"}, "#card_number"),
        ("pay-by-card", CARD_FORM | {"customer_uid": "x" * 81}, "#keep_as"),
        ("pay-by-key", {"customer_uid": ""}, "#customer_uid"),
    ],
)
async def test_mistakes_on_the_order_page_point_to_their_field(
    shop: Shop, way: str, form: dict[str, str], link: str
) -> None:
    path = await placed(shop)
    told = await shop.http.post(f"{path}/{way}", data=form)
    page = Page(told)
    assert told.status_code == 400
    assert link in [each["href"] for each in page.all("a")]
    invalid = [each["id"] for each in page.all("input") if "aria-invalid" in each]
    assert invalid == [link.removeprefix("#")]


async def test_nothing_that_others_wrote_becomes_markup(shop: Shop, stub: IamportStub) -> None:
    name = ATTACK[:40]
    path = await placed(shop, name)
    stub.once("onetime", changed(status="failed", fail_reason=ATTACK))
    stub.once("issue", instead(refused(ATTACK)))
    told = [
        await shop.register(customer_uid=ATTACK, expiry="?"),
        await shop.register(),
        await shop.http.post(f"{path}/pay-by-card", data=CARD_FORM),
        await shop.http.get(path),
    ]
    pages = [Page(each) for each in told if each.status_code != 303]
    for page in pages:
        assert [each.get("src") for each in page.all("script")] == ["/static/shop.js"]
    assert pages[0].input("customer_uid")["value"] == ATTACK
    assert ATTACK in pages[1].text
    assert name in pages[2].text
    assert ATTACK in pages[2].text


async def test_a_receipt_link_is_https_or_nothing(shop: Shop, stub: IamportStub) -> None:
    path = await placed(shop)
    stub.once("onetime", changed(receipt_url="javascript:alert(1)"))
    await shop.http.post(f"{path}/pay-by-card", data=CARD_FORM)
    assert "javascript" not in (await shop.http.get(path)).text


async def test_errors_are_pages_for_browsers(shop: Shop) -> None:
    for told, status in (
        (await shop.http.get("/nowhere"), 404),
        (await shop.http.get("/orders/unknown"), 404),
        (await shop.http.get("/subscriptions/issue-billing"), 405),
    ):
        assert told.status_code == status
        assert Page(told).all("h1")


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        (BROWSER["Accept"], True),
        ("text/html", True),
        ("text/*;q=0.5", True),
        ("*/*", False),
        ("", False),
        ("application/json, text/plain, */*", False),
        ("text/html;q=0.1, application/json", False),
        ("text/html;q=junk", False),
        ("application/json;q=0.2, text/html;q=0.9", True),
    ],
)
async def test_who_asks_for_a_page_gets_one(shop: Shop, accept: str, is_page: bool) -> None:
    form = CARD_FORM | {"customer_uid": "shopper-1"}
    headers = {"Accept": accept}
    told = await shop.http.post("/subscriptions/issue-billing", data=form, headers=headers)
    assert told.headers["content-type"].startswith("text/html") is is_page
