import asyncio
import json
import os
import re
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any
from urllib.parse import unquote

import httpx
import msgspec
import pytest

from fake_iamport import Clock, FakeIamport, FakeMerchant, Settings
from fake_iamport.journal import Journal, Line, entry_of
from fake_iamport.journal.curl import curl
from fake_iamport.journal.redaction import redacted
from fake_iamport.operations import operations
from tests.needed_tools import needs_curl

BASE_URL = "IAMPORT_BASE_URL"
HARD_TEXT = "'quo\"ted' $HOME `id` \\ !x & ?%20 생수 {}[]"


def line(**changes: Any) -> Line:
    values: dict[str, Any] = {
        "number": 1,
        "at": 1_707_307_868,
        "merchant": None,
        "operation": None,
        "method": "GET",
        "path": "/payments/x",
        "path_values": None,
        "query": None,
        "body": None,
        "body_size": 0,
        "content_type": None,
        "user_agent": None,
        "token": None,
        "status": 200,
        "code": 0,
        "message": None,
        "response": msgspec.Raw(b"{}"),
        "failure": None,
        "seconds": 0.25,
    }
    return Line(**{**values, **changes})


@pytest.fixture(scope="module")
def server() -> Iterator[FakeIamport]:
    with FakeIamport(Settings(seed=1), clock=Clock(1_707_307_868)) as running:
        yield running


@pytest.fixture
def merchant(server: FakeIamport) -> Iterator[FakeMerchant]:
    made = server.create_merchant()
    yield made
    made.remove()


@pytest.fixture
def token(merchant: FakeMerchant) -> str:
    keys = {"imp_key": merchant.imp_key, "imp_secret": merchant.imp_secret}
    answer = httpx.post(f"{merchant.url}/users/getToken", json=keys).json()
    return str(answer["response"]["access_token"])


def run(command: str, variables: dict[str, str]) -> Any:
    """What the server answers to a curl line; the variables are all that the shell knows."""
    ran = subprocess.run(
        ["bash", "-c", f"set -u\n{command} -s"],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **variables},
    )
    assert ran.returncode == 0, command + ran.stderr
    return json.loads(ran.stdout)


CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "JSON": ("POST", "/subscribe/customers/c-1", {"json": {"customer_name": HARD_TEXT[:20]}}),
    "a form": ("POST", "/subscribe/customers/c-1", {"data": {"customer_name": HARD_TEXT[:20]}}),
    "a number": ("POST", "/subscribe/payments/onetime", {
        "json": {"merchant_uid": "o", "amount": 1000, "custom_data": {"text": [HARD_TEXT, None]}},
    }),
    "a name that is no parameter": ("POST", "/subscribe/payments/onetime", {
        "json": {"merchant_uid": "o", "amount": "x", "PATH": {"a": 1}, HARD_TEXT: 1},
    }),
    "a card number in a text": ("POST", "/subscribe/payments/onetime", {
        "data": {"merchant_uid": "o", "amount": "1", "name": "card 4518-4200-0000-0000."},
    }),
    "a query": ("DELETE", "/subscribe/customers/c-1", {"params": {"reason": HARD_TEXT}}),
    "a list in a query": ("GET", "/subscribe/customers", {"params": {"customer_uid[]": ["a", "b"]}}),
    "an encoded path": ("GET", "/payments/find/or%2Fder%20%EC%83%9D[1]/paid", {}),
    "no such path": ("GET", "/nothing", {}),
    "broken JSON": ("POST", "/subscribe/payments/again", {
        "content": b"{", "headers": {"Content-Type": "application/json"},
    }),
    "no body": ("POST", "/subscribe/payments/again", {}),
}  # fmt: skip


@needs_curl
@pytest.mark.parametrize("name", CALLS)
def test_a_curl_line_makes_the_same_call_again(
    merchant: FakeMerchant, token: str, card: dict[str, str], name: str
) -> None:
    method, path, options = CALLS[name]
    with_card: Any = {
        kind: {**card, **options[kind]} if kind in ("json", "data") else options[kind]
        for kind in options
    }
    with httpx.Client(base_url=merchant.url, headers={"Authorization": token}) as client:
        first = client.request(method, path, **with_card).json()
    original = last_call(merchant)
    merchant.reset()

    again = run(original["curl"], variables_of(original["curl"], merchant, token, card))

    repeated = last_call(merchant)
    assert repeated["number"] == original["number"] + 1
    assert (again["code"], again["message"]) == (first["code"], first["message"])
    assert unquote(repeated["path"]) == unquote(original["path"])
    for part in ("operation", "status", "request", "token", "curl"):
        assert repeated[part] == original[part]


@needs_curl
def test_a_curl_line_leaves_dots_in_a_path_alone(merchant: FakeMerchant) -> None:
    url = httpx.URL(merchant.url)
    connection = HTTPConnection(url.host, url.port or 0)
    connection.request("GET", "/payments/../x")
    assert connection.getresponse().status == 404
    connection.close()
    original = last_call(merchant)

    run(original["curl"], {BASE_URL: merchant.url})

    assert last_call(merchant)["path"] == original["path"] == "/payments/../x"


@needs_curl
@pytest.mark.parametrize("kind", ["json", "data"])
def test_a_curl_line_gets_a_token_with_the_merchants_secret(
    merchant: FakeMerchant, kind: str
) -> None:
    keys = {"imp_key": merchant.imp_key, "imp_secret": merchant.imp_secret}
    httpx.request("POST", f"{merchant.url}/users/getToken", **{kind: keys})  # type: ignore[arg-type]
    command = last_call(merchant)["curl"]

    answer = run(command, {BASE_URL: merchant.url, "IMP_SECRET": merchant.imp_secret})

    assert answer["code"] == 0
    assert merchant.imp_secret not in command


@needs_curl
@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Authorization": "{}"}, ""),
        ({"Authorization": "Bearer {}"}, ""),
        ({"X-ImpTokenHeader": "{}"}, ""),
        ({}, "&_token={}"),
        ({}, ""),
    ],
)
def test_a_curl_line_presents_the_token_in_the_same_way(
    merchant: FakeMerchant, token: str, headers: dict[str, str], query: str
) -> None:
    given = {name: value.format(token) for name, value in headers.items()}
    url = f"{merchant.url}/payments/x?include_sandbox=true{query.format(token)}"
    first = httpx.get(url, headers=given)
    original = last_call(merchant)

    again = run(original["curl"], {BASE_URL: merchant.url, "TOKEN": token})

    assert again == first.json()
    assert last_call(merchant)["token"] == original["token"]
    assert token not in original["curl"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (line(), 'curl "$IAMPORT_BASE_URL/payments/x"'),
        (line(method="HEAD"), 'curl --head "$IAMPORT_BASE_URL/payments/x"'),
        (line(method="A B"), "curl -X 'A B' \"$IAMPORT_BASE_URL/payments/x\""),
        (
            line(token="Authorization: Bearer"),
            'curl -H "Authorization: Bearer $TOKEN" "$IAMPORT_BASE_URL/payments/x"',
        ),
        (
            line(query={"status": "a b", "card_number": "[redacted]"}, token="_token"),
            'curl "$IAMPORT_BASE_URL/payments/x?status=a%20b&card_number=$CARD_NUMBER&_token=$TOKEN"',
        ),
        (
            line(
                method="POST",
                body={"name": "it's [redacted]9", "birth": "[redacted]"},
                body_size=9,
                content_type="application/x-www-form-urlencoded",
            ),
            "curl -X POST -H 'Content-Type: application/x-www-form-urlencoded' "
            '--data-urlencode "name=it\'s ${DIGITS}9" --data-urlencode "birth=$BIRTH" '
            '"$IAMPORT_BASE_URL/payments/x"',
        ),
        (
            line(
                method="POST",
                body={"amount": Decimal("10.50"), "cvc": "[redacted]", "PATH": "[not a parameter]"},
                body_size=9,
                content_type="application/json",
            ),
            "curl -X POST -H 'Content-Type: application/json' "
            """--data-raw '{"amount":10.50,"cvc":"'"$CVC"'","PATH":"'"$UNKNOWN_PATH"'"}' """
            '"$IAMPORT_BASE_URL/payments/x"',
        ),
    ],
)
def test_a_curl_line_is_quoted_for_a_shell(call: Line, expected: str) -> None:
    assert curl(call) == expected


def last_call(merchant: FakeMerchant) -> Any:
    """The last call of all: one that fails early is nobody's."""
    return httpx.get(f"{merchant.url}/_fake/journal?limit=1").json()["entries"][0]


def variables_of(
    command: str, merchant: FakeMerchant, token: str, card: dict[str, str]
) -> dict[str, str]:
    known = {
        BASE_URL: merchant.url,
        "TOKEN": token,
        "BODY": "{",
        "DIGITS": "4518-4200-0000-0000",
        **{name.upper(): value for name, value in card.items()},
    }
    return dict.fromkeys(re.findall(r"UNKNOWN_\w*", command), "x") | known


def test_the_parts_of_a_request_come_together_as_the_operation_took_them() -> None:
    call = line(query={"a": 1, "b": 1}, body={"b": 2, "c": 2}, path_values={"c": 3})

    assert entry_of(call).request == {"a": 1, "b": 2, "c": 3}
    assert entry_of(line()).request is None
    assert entry_of(call).duration_ms == 250


KEPT: list[tuple[str, object, object]] = [
    ("merchant_uid", "2024020720211100001", "2024020720211100001"),
    ("merchant_uid", 20240207202111, 20240207202111),
    ("merchant_uid", {"birth": "770317", "n": 4518420000000000},
     {"birth": "[redacted]", "n": "[redacted]"}),
    ("customer_uid", ["4518420000000000"], ["4518420000000000"]),
    ("card_number", ["4518"], "[redacted]"),
    ("name", "pay 4518 4200 0000 0000 now", "pay [redacted] now"),
    ("name", 4518420000000000, "[redacted]"),
    ("amount", Decimal("1000.50"), Decimal("1000.50")),
    ("custom_data", {"card": {"cvc": "947", "note": "x"}, "4518420000000000": [1]},
     {"card": {"cvc": "[redacted]", "note": "x"}, "[redacted]": [1]}),
    ("cardnumber", "4518420000000000", "[not a parameter]"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sent", "kept"), KEPT)
def test_of_a_parameter_is_kept_what_can_be_no_card_data(
    name: str, sent: object, kept: object
) -> None:
    assert redacted(operations()["onetime"].parameters, {name: sent}, []) == {name: kept}


def test_a_token_and_a_card_number_as_a_name_are_not_kept() -> None:
    sent = {"_token": "t", "4518420000000000": "x"}

    assert redacted(operations()["onetime"].parameters, sent, []) == {
        "[no name]": "[not a parameter]"
    }


def test_what_is_kept_of_a_header_has_no_card_number_and_is_short() -> None:
    journal = Journal(1)

    assert journal.header_text(None) is None
    assert journal.header_text(b"shop/4518-4200-0000-0000") == "shop/[redacted]"
    assert journal.header_text(b"shop/1") == journal.header_text(b"shop/1") == "shop/1"
    assert journal.header_text(b"x" * 1000) == "x" * 200


def test_the_journal_forgets_the_oldest_call_or_a_merchants() -> None:
    journal = Journal(2)
    for name in ("a", "b", "a", "c"):
        journal.add(line(number=journal.next_number(), merchant=name))

    assert [each.number for each in journal] == [3, 4]
    assert (journal.clear("c"), journal.clear("b"), journal.clear()) == (1, 0, 1)
    assert journal.next_number() == 5


@pytest.mark.anyio
async def test_a_journal_without_room_is_written_only_while_somebody_waits() -> None:
    journal = Journal(0)
    assert not journal.is_read

    waiting = asyncio.ensure_future(journal.wait_for(lambda _: True, count=1, seconds=10))
    await asyncio.sleep(0)
    assert journal.is_read
    journal.add(line(number=journal.next_number()))

    assert [each.number for each in await waiting] == [1]
    assert not journal.is_read
