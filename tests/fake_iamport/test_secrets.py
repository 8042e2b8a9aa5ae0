"""Card data and secrets are looked for in everything that the emulator keeps or says."""

import json
import logging
import re
from typing import Any

import pytest

from fake_iamport.app import App
from fake_iamport.settings import PUBLIC_SANDBOX_SECRET
from tests.fake_iamport.search import kept_by, leaks, texts_in

pytestmark = pytest.mark.anyio

NUMBER = "4518-4200-0000-0000"
CARD = {
    "card_number": "5272-8927-3141-5923",
    "expiry": "2037-11",
    "birth": "770317",
    "pwd_2digit": "83",
    "cvc": "947",
}
REFUSED = {**CARD, "card_number": "5272-8927-3141-5926", "birth": "781318"}
COMPANY = {**CARD, "birth": "1208147521", "pwd_2digit": ""}
WRONG_SECRET = "a-secret-that-nobody-has"
SECRETS = {
    value.replace("-", form)
    for card in (CARD, REFUSED, COMPANY)
    for name, value in card.items()
    if value
    for form in (("-", "") if name == "card_number" else ("-",))
} | {PUBLIC_SANDBOX_SECRET, WRONG_SECRET}


PAGES = (
    "journal?limit=1000",
    "journal/export",
    "journal/export?format=har",
    "merchants",
    "merchants/imp_apikey/ledger",
    "merchants/imp_apikey/snapshot",
    "settings",
)


async def use_everything(call: Any) -> None:
    """Send every secret in every way: well, refused, misplaced, malformed."""
    await call.http.post("/users/getToken", json={"imp_key": "k", "imp_secret": WRONG_SECRET})
    await call.http.post("/users/getToken", data={"imp_key": "k", "imp_secret": WRONG_SECRET})
    for number, card in enumerate((CARD, REFUSED, COMPANY)):
        order = {**card, "merchant_uid": f"o{number}", "amount": 1000, "customer_uid": f"c{number}"}
        await call("POST", f"/subscribe/customers/c{number}", card)
        await call("POST", f"/subscribe/customers/c{number}", card)
        await call("POST", "/subscribe/payments/onetime", order)
        await call("POST", "/subscribe/payments/onetime", {**order, "amount": "much"})
        await call("POST", "/subscribe/payments/onetime", {**order, "card_quota": 2})
        await call("POST", "/subscribe/payments/onetime", {**order, "card_number": [card]})
        await call("POST", "/subscribe/payments/onetime", {"card": card, **card})
        await call("POST", "/subscribe/payments/again", {**order, "merchant_uid": f"a{number}"})
        await call("GET", "/payments/x", params=card)
        await call("POST", "/no/such/path", card)
        await call("POST", "/users/getToken", card)
        headers = {"Authorization": await call.token()}
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        as_form = json.dumps({**card, "imp_secret": WRONG_SECRET})
        for path in (f"/subscribe/customers/f{number}", "/users/getToken"):
            await call.http.post(path, data=card, headers=headers)
            await call.http.post(path, content=as_form, headers={**headers, **form})
        swapped = {"imp_key": PUBLIC_SANDBOX_SECRET, "imp_secret": "imp_apikey"}
        await call.http.post("/users/getToken", json=swapped)


async def test_the_search_finds_what_is_there(app: App, call: Any) -> None:
    vars(app.emulator)["kept"] = dict(CARD)

    assert leaks(SECRETS, texts_in(kept_by(app))) >= {
        CARD["card_number"],
        CARD["birth"],
        CARD["pwd_2digit"],
    }


async def test_nothing_that_is_kept_holds_card_data_or_a_secret(app: App, call: Any) -> None:
    await use_everything(call)

    texts = texts_in(kept_by(app))

    assert "o0" in texts
    assert leaks(SECRETS, texts) == set()


async def test_no_answer_and_no_journal_page_shows_card_data_or_a_secret(
    app: App, call: Any
) -> None:
    answers: list[str] = []

    async def note(response: Any) -> None:
        await response.aread()
        answers.append(response.text)

    call.http.event_hooks["response"].append(note)
    await use_everything(call)
    for path in PAGES:
        await call.http.get(f"/_fake/{path}")

    assert leaks(SECRETS, answers) == set()
    assert "$CARD_NUMBER" in answers[-len(PAGES)]


async def test_no_access_token_is_in_the_journal_or_in_a_snapshot(app: App, call: Any) -> None:
    token = await call.token()
    await call.http.get(f"/payments/x?_token={token}")
    await call.http.get("/payments/x", headers={"Authorization": f"Bearer {token}"})

    pages = [(await call.http.get(f"/_fake/{path}")).text for path in PAGES]

    assert '"access_token":"[redacted]"' in pages[0]
    assert all(token not in page for page in pages)


async def test_a_card_number_in_a_free_text_is_blotted_out_in_the_journal(
    app: App, call: Any
) -> None:
    body = {"customer_uid": "c", "merchant_uid": "2024020720211100001", "amount": 1}
    await call("POST", "/subscribe/payments/again", {**body, "name": f"card {NUMBER}"})
    await call(
        "POST", "/subscribe/payments/again", {**body, "custom_data": {NUMBER: [4518420000000000]}}
    )

    journal = (await call.http.get("/_fake/journal")).text

    assert NUMBER not in journal
    assert "4518420000000000" not in journal
    assert "2024020720211100001" in journal


async def test_a_card_number_in_a_free_text_or_uid_is_in_no_journalled_answer(
    app: App, call: Any, card: Any
) -> None:
    number = card["card_number"]
    digits = number.replace("-", "")
    order = {**card, "merchant_uid": "o", "amount": 1000}
    paid = await call.response(
        "POST",
        "/subscribe/payments/onetime",
        {**order, "custom_data": {"card": number}, "buyer_name": digits, "name": f"a {number}"},
    )
    await call("POST", "/subscribe/payments/again", {**order, "product_type": number})
    await call("POST", f"/subscribe/customers/{digits}", {**card, "pwd_2digit": "1"})
    await call("GET", f"/subscribe/customers/{digits}")
    await call("GET", "/payments/find/2024020720211100001")
    await call("POST", f"/nope/{digits}")

    journal = (await call.http.get("/_fake/journal")).text

    # The record keeps what the merchant wrote there, as the real server does; the journal doesn't.
    call.sent.clear()
    assert paid["buyer_name"] == digits
    assert number not in journal
    assert digits not in journal
    assert "2024020720211100001" in journal


@pytest.mark.parametrize(
    "broken", ["fake_iamport.gateway.gateway.identify", "fake_iamport.wire.exchange.decode_body"]
)
async def test_a_failure_of_the_emulator_itself_logs_no_values(
    call: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError(f"{args} {kwargs} {CARD}")

    headers = {"Authorization": await call.token()}
    monkeypatch.setattr(broken, fail)
    with caplog.at_level(logging.DEBUG):
        answer = await call.http.post("/subscribe/customers/c", json=CARD, headers=headers)

    assert answer.status_code == 500
    assert answer.json()["code"] == -1
    assert "customer_save failed with RuntimeError" in caplog.text
    assert leaks(SECRETS, [caplog.text, answer.text]) == set()


def shown_as(thing: object) -> str:
    """Its repr, without addresses: these are digits by chance."""
    return re.sub(r"0x[0-9a-f]+", "0x", repr(thing))


async def test_no_repr_shows_card_data_or_a_secret(app: App, call: Any) -> None:
    from fake_iamport import FakeIamport
    from fake_iamport.domain.card import CardData
    from fake_iamport.operations.authenticate import Credentials
    from fake_iamport.operations.subscribe import OnetimeParameters
    from fake_iamport.operations.subscribe_customer import SaveParameters
    from fake_iamport.wire.parameters import parse

    order = {**CARD, "merchant_uid": "o", "amount": 1, "customer_uid": "c"}
    keys = {"imp_key": "k", "imp_secret": WRONG_SECRET}
    await use_everything(call)

    shown = [
        repr(parse(OnetimeParameters, order)),
        repr(parse(SaveParameters, order)),
        repr(parse(Credentials, keys)),
        repr(CardData.from_wire(**CARD)),
        repr(FakeIamport(imp_secret=WRONG_SECRET)),
        *(shown_as(thing) for thing in kept_by(app) if not isinstance(thing, int | float)),
    ]

    assert "merchant_uid='o'" in shown[0]
    assert leaks(SECRETS, shown) == set()
