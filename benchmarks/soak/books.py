"""The audit: what the books hold against what customers were told, and against itself."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmarks.soak.told import Told

__all__ = ["mistakes"]

_USED_UP = ("paid", "cancelled")


def mistakes(told: Told, records: Any, ledger: Any) -> Iterator[str]:
    """Every mistake in a merchant's books, in words."""
    yield from _of_payments(told, records["payments"])
    yield from _of_amounts(told, records["payments"])
    yield from _of_keys(told, records["billing_keys"], ledger)
    yield from _of_schedules(records)


def _of_payments(told: Told, payments: Any) -> Iterator[str]:
    kept = Counter(payment["imp_uid"] for payment in payments)
    orders = {
        payment["imp_uid"]: (payment["merchant_uid"], payment["amount"]) for payment in payments
    }
    for imp_uid, order in told.paid.items():
        if kept[imp_uid] != 1 or orders[imp_uid] != order:
            yield f"{imp_uid} was paid for {order}, and is there {kept[imp_uid]} times"
    used = Counter(each["merchant_uid"] for each in payments if each["status"] in _USED_UP)
    yield from (
        f"order {order} was paid {count} times" for order, count in used.items() if count > 1
    )


def _of_amounts(told: Told, payments: Any) -> Iterator[str]:
    for payment in payments:
        imp_uid, amount = payment["imp_uid"], payment["amount"]
        cancels = payment["cancellations"]
        cancelled = sum(each["amount"] for each in cancels)
        if cancelled != payment["cancel_amount"] or cancelled > amount:
            in_all = payment["cancel_amount"]
            yield f"{imp_uid}: {cancelled} of {amount} cancelled in parts, {in_all} in all"
        if (payment["status"] == "cancelled") is not bool(cancels):
            yield f"{imp_uid} is {payment['status']} with {len(cancels)} cancels"
        lost = told.cancelled.get(imp_uid, set()) - {each["pg_tid"] for each in cancels}
        if lost:
            yield f"{imp_uid}: the cancels {lost} were told and are not there"


def _of_keys(told: Told, keys: Any, ledger: Any) -> Iterator[str]:
    in_use = sorted(key["key"] for key in keys)
    issued = sorted(line["key"] for line in ledger if line["deleted_at"] is None)
    if in_use != issued:
        yield f"{len(in_use)} keys are in use, and the gateway has issued {len(issued)}"
    kept = {key["customer_uid"] for key in keys}
    for customer_uid, has_key in told.registered.items():
        if has_key is not None and has_key is not (customer_uid in kept):
            yield f"{customer_uid} {'has no' if has_key else 'has a'} key, and was told otherwise"


def _of_schedules(records: Any) -> Iterator[str]:
    payments = {payment["imp_uid"] for payment in records["payments"]}
    for schedule in records["schedules"]:
        imp_uid = schedule.get("imp_uid")
        if imp_uid is not None and imp_uid not in payments:
            yield f"schedule {schedule['merchant_uid']} was charged as {imp_uid}, which is not there"
