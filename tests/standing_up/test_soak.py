"""The soak in short, and that its audit sees what is wrong."""

from collections import Counter
from typing import Any

import pytest

from benchmarks.soak.__main__ import Report, soak
from benchmarks.soak.books import mistakes
from benchmarks.soak.told import Told

MEBIBYTE = 2**20
PAYMENT = {
    "imp_uid": "imp_1",
    "merchant_uid": "order-1",
    "status": "cancelled",
    "amount": 1000,
    "cancel_amount": 300,
    "cancellations": [{"amount": 300, "pg_tid": "t1"}],
}
RECORDS = {
    "payments": [PAYMENT],
    "billing_keys": [{"customer_uid": "kim", "key": "k2"}],
    "schedules": [{"merchant_uid": "order-2", "imp_uid": "imp_1"}],
}
LEDGER = [{"key": "k1", "deleted_at": 5}, {"key": "k2", "deleted_at": None}]


def told() -> Told:
    told = Told(registered={"kim": True, "lee": False, "park": None})
    told.note_payment(
        {
            "imp_uid": "imp_1",
            "merchant_uid": "order-1",
            "status": "cancelled",
            "amount": 1000,
            "cancel_history": [{"pg_tid": "t1"}],
        }
    )
    return told


def test_a_few_seconds_of_everything_leave_the_books_in_order() -> None:
    report = soak(1.5, seed=1)

    assert report.audits >= 6
    assert report.calls["200"] > report.calls["401"] > 0
    assert report.webhooks > 0
    assert len(report.lines()) < 24


def test_books_in_order_have_no_mistakes() -> None:
    assert list(mistakes(told(), RECORDS, LEDGER)) == []


OTHER = {**PAYMENT, "imp_uid": "imp_2"}
WRONG: dict[str, tuple[dict[str, Any], list[Any], str]] = {
    "a payment is missing": ({"payments": []}, LEDGER, "imp_1 was paid"),
    "a payment is there twice": ({"payments": [PAYMENT, PAYMENT]}, LEDGER, "2 times"),
    "an order is paid twice": ({"payments": [PAYMENT, OTHER]}, LEDGER, "order-1 was paid 2 times"),
    "another amount": ({"payments": [{**PAYMENT, "amount": 999}]}, LEDGER, "imp_1 was paid for"),
    "cancels don't add up": (
        {"payments": [{**PAYMENT, "cancel_amount": 301}]},
        LEDGER,
        "301 in all",
    ),
    "a cancel is missing": (
        {"payments": [{**PAYMENT, "cancellations": [], "cancel_amount": 0}]},
        LEDGER,
        "imp_1 is cancelled with 0 cancels",
    ),
    "a key is nobody's": ({"billing_keys": []}, LEDGER, "0 keys are in use"),
    "a key isn't the gateway's": ({}, LEDGER[:1], "1 keys are in use"),
    "a schedule was not charged": (
        {"schedules": [{"merchant_uid": "order-2", "imp_uid": "imp_9"}]},
        LEDGER,
        "schedule order-2 was charged as imp_9",
    ),
}


@pytest.mark.parametrize(("changed", "ledger", "told_as"), WRONG.values(), ids=list(WRONG))
def test_the_audit_tells_what_is_wrong(
    changed: dict[str, Any], ledger: list[Any], told_as: str
) -> None:
    found = list(mistakes(told(), {**RECORDS, **changed}, ledger))

    assert any(told_as in mistake for mistake in found), found


def test_a_key_that_a_customer_was_told_of_must_be_there() -> None:
    records = {**RECORDS, "billing_keys": [{"customer_uid": "lee", "key": "k2"}]}

    assert list(mistakes(told(), records, LEDGER)) == [
        "kim has no key, and was told otherwise",
        "lee has a key, and was told otherwise",
    ]


@pytest.mark.parametrize(
    ("seconds", "last", "grows"), [(300, 60, False), (300, 70, True), (30, 70, False)]
)
def test_memory_that_grows_is_seen_when_there_was_time_to_get_warm(
    seconds: float, last: int, grows: bool
) -> None:
    memory = [20, 30, *[55] * 4, *[57] * 2, last, last]
    report = Report(seconds, Counter({"200": 1}), 1, 1, [each * MEBIBYTE for each in memory])

    assert report.grows is grows
