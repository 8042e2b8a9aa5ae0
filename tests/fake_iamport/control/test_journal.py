import asyncio
import json
from typing import Any

import httpx
import pytest

from fake_iamport import AsyncFakeIamport, Clock, FakeIamport, Settings, create_app
from fake_iamport.app import App
from fake_iamport.control.declaration import ControlError
from fake_iamport.settings import PUBLIC_SANDBOX_SECRET

pytestmark = pytest.mark.anyio

HAR_ENTRY = {"startedDateTime", "time", "request", "response", "cache", "timings"}
HAR_REQUEST = {
    "method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize",
}  # fmt: skip
HAR_RESPONSE = {
    "status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL",
    "headersSize", "bodySize",
}  # fmt: skip


async def pay(call: Any, card: Any, merchant_uid: str, **fields: Any) -> None:
    order = {**card, "merchant_uid": merchant_uid, "amount": 1000, **fields}
    await call("POST", "/subscribe/payments/onetime", order)


async def found(call: Any, query: str) -> list[str]:
    page = (await call.http.get(f"/_fake/journal?operation=onetime&{query}")).json()
    return [entry["request"]["merchant_uid"] for entry in page["entries"]]


async def refusal(call: Any, path: str) -> tuple[int, str | None, str]:
    answer = await call.http.get(f"/_fake/journal{path}")
    told = answer.json()["error"]
    return answer.status_code, told["field"], told["message"]


async def test_calls_are_found_by_what_was_sent(call: Any, card: Any) -> None:
    await pay(call, card, "order-1", name="water")
    await pay(call, card, "order-2", amount="1500.0", name="water")
    await pay(call, card, "order-3", amount=1500, custom_data={"tags": ["a", {"level": True}]})

    assert await found(call, "field=merchant_uid:order-2") == ["order-2"]
    assert await found(call, "field=name:water") == ["order-1", "order-2"]
    assert await found(call, "field=name:water&field=amount:1000") == ["order-1"]
    assert await found(call, "field=amount:1500") == ["order-3"]
    assert await found(call, "field=custom_data.tags[0]:a") == ["order-3"]
    assert await found(call, "field=custom_data.tags.1.level:true") == ["order-3"]
    assert await found(call, "field=custom_data.tags.level:true") == ["order-3"]
    assert await found(call, "field=custom_data.tags[1]:a") == []
    assert await found(call, "field=custom_data:a") == []


async def test_calls_are_found_by_time_and_failure(call: Any, card: Any, clock: Clock) -> None:
    start = clock.now()
    settings = {"settings": {"fail_next": {"onetime": ["limit_exceeded"]}}}
    await call.http.patch("/_fake/merchants/imp_apikey/settings", json=settings)
    for number in range(3):
        await pay(call, card, f"order-{number}")
        clock.advance(10)

    assert await found(call, f"since={start + 10}") == ["order-1", "order-2"]
    assert await found(call, f"until={start + 10}") == ["order-0", "order-1"]
    assert await found(call, f"since={start + 10}&until={start + 10}") == ["order-1"]
    assert await found(call, "failure=limit_exceeded") == ["order-0"]
    assert await found(call, "failure=lost_card") == []


async def test_calls_are_counted(call: Any, card: Any) -> None:
    for number in range(3):
        await pay(call, card, f"order-{number}")

    async def count(query: str) -> int:
        answer = await call.http.get(f"/_fake/journal/count?{query}")
        return int(answer.json()["count"])

    assert await count("operation=onetime") == 3
    assert await count("operation=onetime&field=merchant_uid:order-1") == 1
    assert await count("status=404") == 0


async def test_an_entry_tells_the_request_the_answer_and_what_was_done(
    call: Any, card: Any
) -> None:
    settings = {"settings": {"fail_next": {"onetime": ["limit_exceeded"]}}}
    await call.http.patch("/_fake/merchants/imp_apikey/settings", json=settings)
    await pay(call, card, "order-1", headers={"User-Agent": "shop/1"})

    (entry,) = (await call.http.get("/_fake/journal?operation=onetime")).json()["entries"]

    assert entry["headers"]["content_type"] == "application/json"
    assert entry["headers"]["user_agent"].startswith("python-httpx/")
    assert entry["token"] == "Authorization"
    assert entry["failure"] == "limit_exceeded"
    assert entry["response"]["response"]["status"] == "failed"
    assert entry["curl"].startswith("curl -X POST ")


@pytest.mark.parametrize(
    ("headers", "query", "expected"),
    [
        ({"Authorization": "{}"}, "", "Authorization"),
        ({"Authorization": "bearer {}"}, "", "Authorization: Bearer"),
        ({"X-ImpTokenHeader": "{}"}, "", "X-ImpTokenHeader"),
        ({}, "?_token={}", "_token"),
        ({}, "", None),
    ],
)
async def test_an_entry_tells_how_the_token_was_presented_and_not_which(
    call: Any, headers: dict[str, str], query: str, expected: str | None
) -> None:
    token = await call.token()
    given = {name: value.format(token) for name, value in headers.items()}
    await call.http.get(f"/payments/x{query.format(token)}", headers=given)

    page = (await call.http.get("/_fake/journal?operation=getPaymentByImpUid")).text

    assert json.loads(page)["entries"][0]["token"] == expected
    assert token not in page


async def test_calls_that_fail_before_they_are_read_are_told_with_what_is_known(
    call: Any,
) -> None:
    token = {"Authorization": await call.token()}
    path = "/subscribe/customers/c-1"
    await call.http.post(f"{path}?pg=kcp", json={"birth": "770317"})
    await call.http.post(path, content=b'{"birth": "770317"', headers=token)
    await call.http.post(path, files={"birth": b"770317"}, headers=token)
    await call.http.post("/no/such/path", json={"birth": "770317"}, headers=token)

    page = (await call.http.get("/_fake/journal?after=1")).json()["entries"]

    assert [(entry["status"], entry["operation"], entry["request"]) for entry in page] == [
        (401, "customer_save", {"pg": "kcp", "customer_uid": "c-1"}),
        (400, "customer_save", {"customer_uid": "c-1"}),
        (415, "customer_save", {"customer_uid": "c-1"}),
        (404, None, None),
    ]
    assert "770317" not in str(page)
    assert all('--data-raw "$BODY"' in entry["curl"] for entry in page)


async def test_waiting_ends_as_soon_as_the_calls_are_there(call: Any, card: Any) -> None:
    await call.token()
    waiting = asyncio.create_task(
        call.http.get("/_fake/journal/wait?operation=onetime&count=2&timeout=30", timeout=40)
    )
    for number in range(2):
        await asyncio.sleep(0)
        assert not waiting.done()
        await pay(call, card, f"order-{number}")

    page = (await waiting).json()
    again = (await call.http.get("/_fake/journal/wait?operation=onetime&timeout=0")).json()

    assert page["total"] == 2
    assert [entry["request"]["merchant_uid"] for entry in page["entries"]] == ["order-0", "order-1"]
    assert again == page


async def test_waiting_for_what_does_not_come_says_what_came(call: Any, card: Any) -> None:
    assert await refusal(call, "/wait?operation=again&timeout=0.01") == (
        408, None, "0 of 1 calls match after 0.01 seconds; no call came"
    )  # fmt: skip
    await pay(call, card, "order-1")

    assert await refusal(call, "/wait?operation=onetime&count=2&timeout=0") == (
        408, None, "1 of 2 calls match after 0 seconds; "
        "the last call was POST /subscribe/payments/onetime (200)"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/wait?timeout=61", (400, "timeout", "expected a number <= 60.0")),
        ("?field=merchant_uid", (400, "field", "expected NAME:VALUE, as in merchant_uid:order-1")),
        (
            "?field=merchant_id:o",
            (400, "field", "no request has a field 'merchant_id'; did you mean 'merchant_uid'?"),
        ),
        (
            "?field=card_number:9540-4900-1234-5675",
            (400, "field", "card_number is never kept, so that no call is found by it"),
        ),
        ("/export?format=xml", (400, "format", "invalid enum value 'xml'")),
    ],
)
async def test_conditions_that_can_not_be_are_refused(
    call: Any, path: str, expected: tuple[int, str, str]
) -> None:
    assert await refusal(call, path) == expected


async def test_the_journal_remembers_so_many_calls() -> None:
    app = create_app(Settings(journal_size=2))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://x") as http:
        for number in range(5):
            await http.get(f"/payments/{number}")
        page = (await http.get("/_fake/journal")).json()

    assert [(entry["number"], entry["path"]) for entry in page["entries"]] == [
        (4, "/payments/3"),
        (5, "/payments/4"),
    ]


async def test_the_export_has_one_entry_in_each_line(call: Any, card: Any) -> None:
    await pay(call, card, "order-1")
    await pay(call, card, "order-2")

    answer = await call.http.get("/_fake/journal/export?operation=onetime")

    lines = answer.text.splitlines()
    page = (await call.http.get("/_fake/journal?operation=onetime")).json()
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line) for line in lines] == page["entries"]


async def test_the_export_as_har_has_what_an_archive_must_have(call: Any, card: Any) -> None:
    await pay(call, card, "order-1")
    keys = {"imp_key": "imp_apikey", "imp_secret": PUBLIC_SANDBOX_SECRET}
    await call.http.post("/users/getToken", data=keys)
    await call.http.get(f"/payments/x?include_sandbox=true&_token={await call.token()}")
    await call.http.post("/users/getToken", content=b"{")

    answer = await call.http.get("/_fake/journal/export?format=har")

    log = answer.json()["log"]
    assert answer.headers["content-type"] == "application/json"
    assert (log["version"], log["creator"]["name"]) == ("1.2", "fake-iamport")
    assert all(
        set(entry) >= HAR_ENTRY
        and set(entry["request"]) >= HAR_REQUEST
        and set(entry["response"]) >= HAR_RESPONSE
        and set(entry["response"]["content"]) >= {"size", "mimeType"}
        and set(entry["timings"]) == {"send", "wait", "receive"}
        for entry in log["entries"]
    )
    _, paid, form, _, looked_up, broken = log["entries"]
    assert paid["startedDateTime"] == "2024-02-07T21:11:08+09:00"
    assert paid["request"]["url"] == "https://api.iamport.kr/subscribe/payments/onetime"
    assert {"name": "Authorization", "value": "[redacted]"} in paid["request"]["headers"]
    assert json.loads(paid["request"]["postData"]["text"])["card_number"] == "[redacted]"
    assert json.loads(paid["response"]["content"]["text"])["response"]["status"] == "paid"
    assert form["request"]["postData"]["params"][1] == {"name": "imp_secret", "value": "[redacted]"}
    assert looked_up["request"]["queryString"] == [
        {"name": "include_sandbox", "value": "true"},
        {"name": "_token", "value": "[redacted]"},
    ]
    assert looked_up["response"]["statusText"] == "Not Found"
    assert broken["request"]["postData"]["text"] == "[redacted]"
    assert paid["_operation"] == "onetime"


def test_a_test_process_waits_for_calls_without_asking_again_and_again() -> None:
    with FakeIamport() as server, httpx.Client(base_url=server.url) as client:
        keys = {"imp_key": server.imp_key, "imp_secret": server.imp_secret}
        client.post("/users/getToken", json=keys)

        (call,) = server.wait_for_calls(operation="getToken", field={"imp_key": server.imp_key})
        assert call.answer()["code"] == 0
        assert server.journal(field="imp_key:other") == []
        with pytest.raises(ControlError, match="1 of 2 calls match after 0 seconds"):
            server.wait_for_calls(2, timeout=0)


async def test_the_asynchronous_twin_waits_too() -> None:
    async with AsyncFakeIamport() as server, httpx.AsyncClient(base_url=server.url) as client:
        waiting = asyncio.create_task(server.wait_for_calls(operation="getToken"))
        keys = {"imp_key": server.imp_key, "imp_secret": server.imp_secret}
        await client.post("/users/getToken", json=keys)

        assert [call.operation for call in await waiting] == ["getToken"]


async def test_an_answer_stays_json_whatever_is_blotted_out_of_it(call: Any, card: Any) -> None:
    await pay(call, card, "order-1", amount=9_999_999_999_999)
    await call.http.post("/users/getToken", json={"imp_key": "k", "imp_secret": "0"})
    await call.http.post("/users/getToken", json={"imp_key": "k", "imp_secret": '":'})

    entries = (await call.http.get("/_fake/journal")).json()["entries"]

    assert entries[1]["response"]["response"]["amount"] == "[redacted]"
    assert [entry["response"]["code"] for entry in entries[1:]] == [0, -1, -1]


async def test_who_still_waits_when_the_emulator_stops_is_told_so(app: App, call: Any) -> None:
    waiting = asyncio.create_task(call.http.get("/_fake/journal/wait?timeout=60"))
    for _ in range(20):
        await asyncio.sleep(0)

    assert app.emulator.journal._listeners
    waiting.cancel()

    answer = await waiting
    assert answer.status_code == 503
    assert answer.json()["error"]["message"] == "the emulator is stopping"
    assert not app.emulator.journal._listeners
