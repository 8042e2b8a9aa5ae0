"""Tag ``subscribe``: looking schedules up."""

from typing import Annotated, Literal

from msgspec import Meta, field

from fake_iamport.domain.schedule import Schedule, ScheduleStatus
from fake_iamport.errors import BadRequest, ScheduleNotFound
from fake_iamport.operations.card_parameters import CustomerUid
from fake_iamport.operations.declaration import Call, operation
from fake_iamport.operations.paging import PER_PAGE, Limit, Page, PagedAnswer, offset_of, paged
from fake_iamport.operations.schedule_answers import ScheduleAnswer, schedule_answer
from fake_iamport.operations.schedules import OneSchedule, existing_schedule
from fake_iamport.store.searches import ScheduleSearch
from fake_iamport.wire.parameters import Parameters

__all__ = ["find_schedules_by_customer", "find_schedules_by_range", "get_schedule_by_mid"]

LONGEST_SPAN = 93 * 24 * 60 * 60
"""Seconds of the longest span that can be searched: three months (spec), at most 93 days (guess)."""

Moment = Annotated[int, Meta(ge=0, description="Unix seconds.")]
Status = Annotated[
    Literal["scheduled", "executed", "revoked"], Meta(description="Only schedules that stand so.")
]


class RangeParameters(Parameters, kw_only=True):
    """Which schedules: those set for ``schedule_from`` up to, but not, ``schedule_to``."""

    schedule_from: Moment
    schedule_to: Moment
    schedule_status: Status | None = None
    page: Page = 1
    limit: Limit = PER_PAGE
    sorting: Annotated[
        Literal["scheduled", "-scheduled"], Meta(description="`scheduled` puts the oldest first.")
    ] = "-scheduled"


class CustomerParameters(Parameters, kw_only=True):
    """Which schedules of a customer: those set for ``from`` up to, but not, ``to``."""

    customer_uid: CustomerUid
    since: Moment = field(name="from")
    until: Moment = field(name="to")
    schedule_status: Status | None = field(name="schedule-status", default=None)
    page: Page = 1


@operation(
    "getScheduleByMid",
    "GET",
    "/subscribe/payments/schedule/{merchant_uid}",
    tag="subscribe",
    raises=(ScheduleNotFound,),
)
async def get_schedule_by_mid(call: Call, parameters: OneSchedule) -> ScheduleAnswer:
    """Show the schedule of an order; unknown is HTTP 404 (observed)."""
    return _shown(call, await existing_schedule(call, parameters.merchant_uid))


@operation("findSchedulesByRange", "GET", "/subscribe/payments/schedule", tag="subscribe")
async def find_schedules_by_range(
    call: Call, parameters: RangeParameters
) -> PagedAnswer[ScheduleAnswer]:
    """List the schedules of up to three months, newest first unless told otherwise (spec).

    A span that is empty, or too long, is HTTP 400 (spec).
    """
    _refuse_span(parameters.schedule_from, parameters.schedule_to)
    search = ScheduleSearch(
        status=_status(parameters.schedule_status),
        since=parameters.schedule_from,
        until=parameters.schedule_to,
        newest_first=parameters.sorting == "-scheduled",
        offset=offset_of(parameters.page, parameters.limit),
        limit=parameters.limit,
    )
    total, page = await call.transaction.find_schedules(search)
    shown = [_shown(call, each) for each in page]
    return paged(shown, total, parameters.page, parameters.limit)


@operation(
    "findSchedulesByCustomer",
    "GET",
    "/subscribe/payments/schedule/customers/{customer_uid}",
    "/subscribe/customers/{customer_uid}/schedules",
    tag="subscribe",
)
async def find_schedules_by_customer(
    call: Call, parameters: CustomerParameters
) -> PagedAnswer[ScheduleAnswer]:
    """List a customer's schedules, newest first; an unknown customer has none (observed)."""
    _refuse_span(parameters.since, parameters.until)
    status = _status(parameters.schedule_status)
    found = [
        each
        for each in await call.transaction.schedules_of_customer(parameters.customer_uid)
        if parameters.since <= each.schedule_at < parameters.until and status in (None, each.status)
    ]
    start = offset_of(parameters.page)
    page = found[::-1][start : start + PER_PAGE]
    return paged([_shown(call, each) for each in page], len(found), parameters.page)


def _refuse_span(since: int, until: int) -> None:
    if not 0 < until - since <= LONGEST_SPAN:
        raise BadRequest(message="The end of the span must be up to 3 months after its beginning.")


def _status(word: str | None) -> ScheduleStatus | None:
    return None if word is None else ScheduleStatus(word)


def _shown(call: Call, each: Schedule) -> ScheduleAnswer:
    return schedule_answer(each, strict=call.merchant.settings.strict)
