"""The calls about schedules: charges on a billing key that i'mport makes later by itself."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from reference_client._call import Call, UnusableError, check_amount, json_body, segment
from reference_client._errors import OutcomeUnknown
from reference_client._models import (
    Page,
    RevokedSchedules,
    Schedule,
    ScheduleItem,
    convert,
    convert_page,
)

__all__ = ["schedule", "schedule_of", "schedules_of", "unschedule"]

T = TypeVar("T")

# In seconds this is the year 5138, in milliseconds March 1973.
_MILLISECONDS = 10**11


def schedule(customer_uid: str, items: Sequence[ScheduleItem]) -> Call[tuple[Schedule, ...]]:
    if not items:
        raise ValueError("say what to schedule: at least one item")
    for item in items:
        check_amount(item["amount"])
        _check_moment(item["schedule_at"], f"schedule_at of {item['merchant_uid']!r}")
    merchant_uids = tuple(item["merchant_uid"] for item in items)

    def read(answered: object) -> tuple[Schedule, ...]:
        made = {each.merchant_uid: each for each in _schedules(answered, customer_uid)}
        if len(made) != len(items) or not all(
            _is_as_asked(made.get(item["merchant_uid"]), item) for item in items
        ):
            raise UnusableError
        return tuple(made[merchant_uid] for merchant_uid in merchant_uids)

    return _change("schedule", customer_uid, merchant_uids, {"schedules": items}, read)


def unschedule(customer_uid: str, merchant_uids: Sequence[str]) -> Call[RevokedSchedules]:
    if isinstance(merchant_uids, str) or not merchant_uids:
        raise ValueError("say which merchant_uids, in a list: without any, all would be revoked")
    wanted = tuple(dict.fromkeys(merchant_uids))

    def read(answered: object) -> RevokedSchedules:
        revoked = _schedules(answered, customer_uid)
        found = {each.merchant_uid for each in revoked if each.schedule_status == "revoked"}
        if not revoked or len(found) != len(revoked) or not found.issubset(wanted):
            raise UnusableError
        return RevokedSchedules(revoked, tuple(uid for uid in wanted if uid not in found))

    return _change("unschedule", customer_uid, wanted, {"merchant_uid": wanted}, read)


def schedule_of(merchant_uid: str) -> Call[Schedule]:
    def read(answered: object) -> Schedule:
        found = convert(answered, Schedule)
        if found.merchant_uid != merchant_uid:
            raise UnusableError
        return found

    return Call("GET", f"/subscribe/payments/schedule/{segment(merchant_uid)}", read=read)


def schedules_of(
    customer_uid: str, since: int, until: int, status: str | None, page: int
) -> Call[Page[Schedule]]:
    _check_moment(since, "since")
    _check_moment(until, "until")

    def read(answered: object) -> Page[Schedule]:
        found = convert_page(answered, Schedule)
        for each in found.records:
            if each.customer_uid != customer_uid or status not in (None, each.schedule_status):
                raise UnusableError
        return found

    asked = {"from": since, "to": until, "schedule-status": status, "page": page}
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    path = f"/subscribe/payments/schedule/customers/{segment(customer_uid)}"
    return Call("GET", f"{path}?{query}", read=read)


def _change(
    operation: str,
    customer_uid: str,
    merchant_uids: tuple[str, ...],
    asked: Mapping[str, object],
    read: Callable[[object], T],
) -> Call[T]:
    if not customer_uid:
        raise ValueError("say whose schedules: an empty customer_uid names nobody")
    return Call(
        "POST",
        f"/subscribe/payments/{operation}",
        read=read,
        lost=lambda reason: OutcomeUnknown(
            reason, customer_uid=customer_uid, about="schedule", merchant_uids=merchant_uids
        ),
        body=json_body({"customer_uid": customer_uid}, asked),
    )


def _schedules(answered: object, customer_uid: str) -> tuple[Schedule, ...]:
    found = tuple(convert(each, Schedule) for each in convert(answered, list[Any]))
    if any(each.customer_uid != customer_uid for each in found):
        raise UnusableError
    return found


def _is_as_asked(made: Schedule | None, item: ScheduleItem) -> bool:
    if made is None:
        return False
    asked = (item["schedule_at"], item["amount"], "KRW")
    return (made.schedule_at, made.amount, made.currency) == asked


def _check_moment(moment: int, name: str) -> None:
    if type(moment) is not int or moment <= 0:
        raise ValueError(f"{name}: expected whole unix seconds, not {moment!r}")
    if moment >= _MILLISECONDS:
        # The server takes them for seconds without a word (observed), and so never charges.
        raise ValueError(
            f"{name}: expected unix seconds, but {moment} looks like milliseconds; "
            f"{moment // 1000} would be the second"
        )
