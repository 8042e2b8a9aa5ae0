"""Tag ``payments``: looking several payments up."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from fake_iamport.domain.payment import Payment, PaymentStatus
from fake_iamport.errors import (
    BadRequest,
    PageOutOfRange,
    PaymentNotFound,
    UnsupportedStatus,
    WindowTooLong,
)
from fake_iamport.operations.answers import PaymentAnswer, payment_answer
from fake_iamport.operations.declaration import Call, PartlyFound, operation
from fake_iamport.operations.paging import PER_PAGE, Limit, Page, PagedAnswer, offset_of, paged
from fake_iamport.operations.payment_order import Sorting, in_order
from fake_iamport.store.searches import PaymentSearch
from fake_iamport.wire.parameters import Parameters, Texts

__all__ = [
    "get_all_payments_by_merchant_uid",
    "get_payment_list_by_imp_uid",
    "get_payments_by_status",
]

MOST_NAMED = 100
"""Payments that one call can ask for by name (spec)."""

LONGEST_WINDOW_DAYS = 90
"""Days that one search can cover (spec)."""

EVERY_STATUS = "all"

_WINDOW = LONGEST_WINDOW_DAYS * 24 * 60 * 60
_STATUSES: list[str] = list(PaymentStatus)
_SORTED = "What the list is sorted by; with a minus the newest comes first."


class ManyPayments(Parameters):
    """Which payments, by either of their numbers; at most a hundred."""

    imp_uid: Annotated[Texts, Meta(description="Numbers of payments.")] = []
    merchant_uid: Annotated[Texts, Meta(description="Numbers of orders.")] = []
    include_sandbox: bool = False


class OrderPayments(Parameters, kw_only=True):
    """Which order's payments, and which page of them."""

    merchant_uid: Annotated[str, Meta(description="The order's number.")]
    payment_status: (
        Annotated[
            str,
            Meta(description="Only payments that stand so.", extra_json_schema={"enum": _STATUSES}),
        ]
        | None
    ) = None
    page: Page = 1
    limit: Limit = PER_PAGE
    sorting: Annotated[Sorting, Meta(description=_SORTED)] = "-started"
    include_sandbox: bool = False


class StatusPayments(Parameters, kw_only=True):
    """Which payments: those that came to stand so between two moments, and which page of them."""

    payment_status: Annotated[
        str,
        Meta(
            description="How they stand; `all` means any way.",
            extra_json_schema={"enum": [EVERY_STATUS, *_STATUSES]},
        ),
    ]
    page: Page = 1
    limit: Limit = PER_PAGE
    since: (
        Annotated[int, Meta(ge=0, description="Unix seconds; 90 days before `to` unless given.")]
        | None
    ) = msgspec.field(name="from", default=None)
    until: Annotated[int, Meta(ge=0, description="Unix seconds; now unless given.")] | None = (
        msgspec.field(name="to", default=None)
    )
    sorting: Annotated[Sorting, Meta(description=_SORTED)] = "-started"
    include_sandbox: bool = False

    def window(self, now: int) -> tuple[int, int]:
        """The moments to search between, both included (spec).

        Raises:
            WindowTooLong: they are more than 90 days apart, or the wrong way round.
        """
        until = now if self.until is None else self.until
        since = until - _WINDOW if self.since is None else self.since
        if not 0 <= until - since <= _WINDOW:
            raise WindowTooLong(days=LONGEST_WINDOW_DAYS)
        return since, until


@operation("getPaymentListByImpUid", "GET", "/payments", tag="payments", raises=(PaymentNotFound,))
async def get_payment_list_by_imp_uid(
    call: Call, parameters: ManyPayments
) -> list[PaymentAnswer] | PartlyFound[PaymentAnswer]:
    """Show several payments: HTTP 200 for all, 207 for some, 404 for none of them (spec).

    Their order isn't the caller's (observed): they come by ``imp_uid`` (guess). An order number stands
    for all of its attempts (guess).
    """
    if len(parameters.imp_uid) + len(parameters.merchant_uid) > MOST_NAMED:
        raise BadRequest(message=f"imp_uid, merchant_uid: expected at most {MOST_NAMED} together.")
    found, missing = await _named_payments(call, parameters)
    if not found:
        raise PaymentNotFound
    shown = _shown(call, [found[imp_uid] for imp_uid in sorted(found)])
    return PartlyFound(shown) if missing else shown


@operation(
    "getAllPaymentsByMerchantUid",
    "GET",
    "/payments/findAll/{merchant_uid}/{payment_status}",
    "/payments/findAll/{merchant_uid}",
    tag="payments",
    raises=(UnsupportedStatus, PaymentNotFound, PageOutOfRange),
)
async def get_all_payments_by_merchant_uid(
    call: Call, parameters: OrderPayments
) -> PagedAnswer[PaymentAnswer]:
    """List an order's payments, all or those that stand as asked.

    Any word that is no status is HTTP 400 (spec), ``all`` and ``undefined`` too (guess). An order
    without such payments is 404, as when one of them is looked for (guess).
    """
    status = parameters.payment_status
    if status is not None and status not in _STATUSES:
        raise UnsupportedStatus
    attempts = await call.transaction.payments_of_order(parameters.merchant_uid)
    wanted = [payment for payment in attempts if status in (None, payment.status)]
    if not wanted:
        raise PaymentNotFound
    start = offset_of(parameters.page, parameters.limit)
    page = in_order(wanted, parameters.sorting)[start : start + parameters.limit]
    return paged(_shown(call, page), len(wanted), parameters.page, parameters.limit)


@operation(
    "getPaymentsByStatus",
    "GET",
    "/payments/status/{payment_status}",
    tag="payments",
    raises=(UnsupportedStatus, PageOutOfRange, WindowTooLong),
)
async def get_payments_by_status(
    call: Call, parameters: StatusPayments
) -> PagedAnswer[PaymentAnswer]:
    """List the payments that came to stand so within a window of at most 90 days (spec).

    What counts is the moment of the status: started, paid, cancelled or failed (spec).
    """
    word = parameters.payment_status
    if word not in (EVERY_STATUS, *_STATUSES):
        raise UnsupportedStatus
    since, until = parameters.window(call.now)
    search = PaymentSearch(
        status=None if word == EVERY_STATUS else PaymentStatus(word),
        since=since,
        until=until,
        sorting=parameters.sorting.lstrip("-"),
        newest_first=parameters.sorting.startswith("-"),
        offset=offset_of(parameters.page, parameters.limit),
        limit=parameters.limit,
    )
    total, page = await call.transaction.find_payments(search)
    return paged(_shown(call, page), total, parameters.page, parameters.limit)


async def _named_payments(call: Call, parameters: ManyPayments) -> tuple[dict[str, Payment], bool]:
    """The payments that exist, by ``imp_uid``, and whether a number is of none."""
    single = [await call.transaction.payment(imp_uid) for imp_uid in parameters.imp_uid]
    groups = [[payment] if payment else [] for payment in single]
    groups += [
        list(await call.transaction.payments_of_order(merchant_uid))
        for merchant_uid in parameters.merchant_uid
    ]
    found = {payment.imp_uid: payment for group in groups for payment in group}
    return found, not all(groups)


def _shown(call: Call, payments: Iterable[Payment]) -> list[PaymentAnswer]:
    strict = call.merchant.settings.strict
    return [payment_answer(payment, strict=strict) for payment in payments]
