import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from contract_tests.merchant.description import Description
from contract_tests.merchant.driver import HttpDriver, Outcome, Reply
from contract_tests.merchant.hosting import hosted_app

Start = Callable[..., Any]
CARD = {"card_number": "1-2", "expiry": "2030-01", "birth": "900101", "pwd_2digit": "12"}


def echo(environ: dict[str, Any], start: Start) -> list[bytes]:
    """A merchant in WSGI that answers what it was sent, with the status of the path."""
    status = environ["PATH_INFO"].rpartition("/")[2]
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
    sent = {
        "status": "failed" if status == "200" else "success",
        "body": body,
        "query": environ["QUERY_STRING"],
        "type": environ.get("CONTENT_TYPE", ""),
        "shop": environ.get("HTTP_X_SHOP"),
        "order": {"id": 7},
    }
    start(f"{status} Said", [("Location", "/thanks"), ("Content-Type", "application/json")])
    return [json.dumps(sent).encode()]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with hosted_app(echo) as url:
        yield url


def ask(url: str, offer: str, sent: dict[str, object], **description: Any) -> Reply:
    described = msgspec.convert({offer: {"path": "/200", **description}}, Description)
    driver = HttpDriver(url, described)
    try:
        return driver.ask(offer, sent)[0]
    finally:
        driver.close()


def test_a_form_carries_the_documented_fields(url: str) -> None:
    said = json.loads(ask(url, "issue_key", {**CARD, "customer_uid": "a b"}).text)

    assert (
        said["body"] == "card_number=1-2&expiry=2030-01&birth=900101&pwd_2digit=12&customer_uid=a+b"
    )
    assert said["type"] == "application/x-www-form-urlencoded"


def test_json_keeps_numbers_and_leaves_out_what_there_is_not(url: str) -> None:
    fields = {"sum": "{amount}", "text": "for {amount}", "fixed": True}
    values: dict[str, object] = {"order": "o", "amount": 100, "imp_uid": ""}
    said = json.loads(ask(url, "cancel", values, body="json", fields=fields).text)
    none = ask(url, "cancel", {**values, "amount": None}, body="json", fields={"sum": "{amount}"})

    assert json.loads(said["body"]) == {"sum": 100, "text": "for 100", "fixed": True}
    assert json.loads(none.text)["body"] == "{}"


def test_paths_headers_and_queries_are_filled(url: str) -> None:
    said = ask(
        url, "show_order", {"order": "a/b c", "imp_uid": "i"},
        method="GET", path="/{order}/200", fields={"of": "{imp_uid}"}, headers={"X-Shop": "{order}"},
        states={"paid": {"shop": "a/b c"}},
    )  # fmt: skip

    assert json.loads(said.text)["query"] == "of=i"
    assert said.state == "paid"


@pytest.mark.parametrize(
    ("match", "outcome"),
    [
        ({"success": {"http": 200, "order.id": [6, 7]}}, Outcome.SUCCESS),
        ({"success": {"location": "/thanks"}}, Outcome.SUCCESS),
        ({"success": {"text": '"order"'}}, Outcome.SUCCESS),
        ({"success": {"order.id": "7"}}, Outcome.REFUSED),
        ({"success": {"http": 201}, "refused": {"http": 400}}, Outcome.ERROR),
        ({"success": {}, "refused": {}, "pending": {"order.id": 7}}, Outcome.PENDING),
    ],
)
def test_an_answer_is_read_as_the_description_says(
    url: str, match: dict[str, object], outcome: Outcome
) -> None:
    assert ask(url, "issue_key", {**CARD, "customer_uid": "a"}, **match).outcome is outcome


def test_values_are_found_in_the_answer(url: str) -> None:
    found = ask(
        url, "place_order", {"order": "o", "amount": 1, "name": "n"}, values={"order": "order.id"}
    )

    assert found.values == {"order": 7}


def test_no_answer_is_an_outcome() -> None:
    found = ask("http://127.0.0.1:1", "issue_key", {**CARD, "customer_uid": "a"})

    assert found.outcome is Outcome.NO_ANSWER
    assert found.outline.startswith("no answer (ConnectError")
