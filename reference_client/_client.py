"""The clients: one for threads, one for tasks, with the same methods."""

import os
from collections.abc import Sequence
from types import TracebackType
from typing import Self, TypeVar, Unpack, final
from urllib.parse import urlsplit

import httpx

from reference_client import _calls, _schedule_calls
from reference_client._auth import TokenAuth
from reference_client._call import Call
from reference_client._card import CardDetails
from reference_client._errors import NotFound, OutcomeUnknown
from reference_client._models import (
    BillingKey,
    BillingKeys,
    CancelOptions,
    ChargeOptions,
    KeyOptions,
    Page,
    PaidPayment,
    Payment,
    PaymentStatus,
    RevokedSchedules,
    Schedule,
    ScheduleItem,
    ScheduleStatus,
)

__all__ = ["DEFAULT_BASE_URL", "DEFAULT_TIMEOUT", "AsyncIamport", "Iamport"]

T = TypeVar("T")

DEFAULT_BASE_URL = "https://api.iamport.kr"

# A gateway may take long over a charge, and giving up early only makes the outcome unknown.
DEFAULT_TIMEOUT = httpx.Timeout(30.0, connect=5.0, pool=5.0)


class _Access:
    """Where the API is, who asks, and nothing that does I/O."""

    def __init__(self, imp_key: str | None, imp_secret: str | None, base_url: str | None) -> None:
        key = imp_key or os.environ.get("IAMPORT_IMP_KEY")
        secret = imp_secret or os.environ.get("IAMPORT_IMP_SECRET")
        if not key or not secret:
            raise ValueError("imp_key and imp_secret (IAMPORT_IMP_KEY, IAMPORT_IMP_SECRET) needed")
        url = base_url or os.environ.get("IAMPORT_BASE_URL") or DEFAULT_BASE_URL
        self.base_url = _checked_url(url)
        self.shown_key = f"{key[:3]}***"
        self.auth = TokenAuth(f"{self.base_url}/users/getToken", key, secret)

    def request(self, http: httpx.Client | httpx.AsyncClient, call: Call[T]) -> httpx.Request:
        headers = {"Content-Type": "application/json"} if call.body else None
        url = self.base_url + call.path
        return http.build_request(call.method, url, content=call.body, headers=headers)


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("the base URL has to look like https://api.iamport.kr")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("the base URL can't hold credentials, a query or a fragment")
    return url.rstrip("/")


@final
class Iamport:
    """i'mport's V1 REST API for threads. Make one and share it: it holds the token.

    ``imp_key`` and ``imp_secret`` default to the environment's ``IAMPORT_IMP_KEY`` and
    ``IAMPORT_IMP_SECRET``, ``base_url`` to ``IAMPORT_BASE_URL`` and then to the real server.
    ``timeout`` is in seconds: by default 5 to connect and 30 between two pieces of an answer.
    ``transport`` is httpx's, for tests and for proxies.

    Every method may raise :class:`Unauthorized` and :class:`NotSent`, and a :class:`Refused` when
    the server says no. What only reads raises :class:`Unavailable` when no usable answer comes;
    what changes something raises :class:`OutcomeUnknown`. Nothing is retried, except once after a
    401, and no redirect is followed.
    """

    def __init__(
        self,
        imp_key: str | None = None,
        imp_secret: str | None = None,
        *,
        base_url: str | None = None,
        timeout: httpx.Timeout | float = DEFAULT_TIMEOUT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._access = _Access(imp_key, imp_secret, base_url)
        self._http = httpx.Client(timeout=timeout, transport=transport)

    def __repr__(self) -> str:
        return f"<Iamport {self._access.shown_key} at {self._access.base_url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def issue_billing_key(
        self, customer_uid: str, card: CardDetails, **options: Unpack[KeyOptions]
    ) -> BillingKey:
        """Have a card kept under ``customer_uid``; a card that was there before is replaced.

        A refused card raises :class:`Refused` with the gateway's text: HTTP 200 and code -1
        (observed). After :class:`OutcomeUnknown` it may be repeated with the same uid.
        """
        return self._send(_calls.issue_billing_key(customer_uid, card, options))

    def billing_key(self, customer_uid: str) -> BillingKey:
        """Look at one billing key, or raise :class:`NotFound`."""
        return self._send(_calls.billing_key(customer_uid))

    def billing_keys(self, customer_uids: Sequence[str]) -> BillingKeys:
        """Look at several: HTTP 200 when all are there, 207 for some, 404 for none (spec)."""
        return self._send(_calls.billing_keys(customer_uids))

    def delete_billing_key(self, customer_uid: str, *, reason: str | None = None) -> BillingKey:
        """Delete a key for good and give what it was (observed), or raise :class:`NotFound`."""
        return self._send(_calls.delete_billing_key(customer_uid, reason))

    def pay_by_card(
        self,
        *,
        merchant_uid: str,
        amount: int,
        card: CardDetails,
        name: str | None = None,
        customer_uid: str | None = None,
        **options: Unpack[ChargeOptions],
    ) -> PaidPayment:
        """Charge a card that was typed in: ``amount`` KRW for the order ``merchant_uid``.

        With ``customer_uid`` the card is also kept as a billing key (spec). What is returned is
        paid, for this order and this amount; everything else is raised: :class:`PaymentDeclined`,
        :class:`Refused`, :class:`DuplicateOrder`, :class:`PaymentMismatch`,
        :class:`OutcomeUnknown`.

        Make ``merchant_uid`` from the order, never from the clock, and keep it until the outcome is
        known: that one merchant_uid is paid once only (observed) is the sole guard against charging
        twice.
        """
        asked = {**options, "name": name}
        call = _calls.pay_by_card(merchant_uid, amount, card, customer_uid, asked)
        return self._send(call)

    def pay_by_key(
        self,
        *,
        merchant_uid: str,
        amount: int,
        customer_uid: str,
        name: str,
        **options: Unpack[ChargeOptions],
    ) -> PaidPayment:
        """Charge the card kept under ``customer_uid``; otherwise like :meth:`pay_by_card`.

        A uid without a key raises :class:`NotFound`: code 1 on HTTP 200 (observed).
        """
        asked = {**options, "name": name}
        call = _calls.pay_by_key(merchant_uid, amount, customer_uid, asked)
        return self._send(call)

    def payment(self, imp_uid: str, *, include_sandbox: bool = False) -> Payment:
        """Look at one payment, in whatever status; :class:`NotFound` is HTTP 404 (observed)."""
        return self._send(_calls.payment(imp_uid, include_sandbox))

    def find_payment(self, merchant_uid: str, status: PaymentStatus | None = None) -> Payment:
        """Look at an order's newest payment, or its newest one with this status (spec)."""
        return self._send(_calls.find_payment(merchant_uid, status))

    def payments_of_order(
        self, merchant_uid: str, status: PaymentStatus | None = None, *, page: int = 1
    ) -> Page[Payment]:
        """Look at every attempt to pay an order, 20 to a page, the newest first (spec).

        :class:`NotFound` says that there is none, or none with this status (observed).
        """
        return self._send(_calls.payments_of_order(merchant_uid, status, page))

    def cancel(
        self,
        payment: Payment | str,
        *,
        amount: int | None = None,
        reason: str | None = None,
        checksum: int | None = None,
        **options: Unpack[CancelOptions],
    ) -> Payment:
        """Give back ``amount`` KRW of a payment, or without it all that is left.

        ``payment`` is the payment as it was last seen, or its ``imp_uid``. ``checksum`` is what the
        caller believes can still be cancelled; a payment that is handed over brings its own. If
        something else is left, i'mport gives nothing back (spec). Because a cancel changes what is
        left, no two with the same checksum can both be executed.

        What is returned was given back just so. HTTP 200 with a code other than 0 means that nothing
        was (docs) and raises :class:`Refused`, or :class:`NotFound` when there is no such payment. A
        part makes the payment ``cancelled`` at once, and more parts may follow (observed).

        After :class:`OutcomeUnknown` look at the :meth:`payment` with the error's ``imp_uid``: if its
        ``cancellable_amount`` is still the checksum, the cancel didn't arrive, or not *yet*.
        Repeating it with the same checksum is safe; without one a part may be given back twice.
        """
        return self._send(_calls.cancel(payment, amount, reason, checksum, options))

    def schedule(self, customer_uid: str, items: Sequence[ScheduleItem]) -> tuple[Schedule, ...]:
        """Have the card kept under ``customer_uid`` charged later, once for each item.

        Gives the schedules in the order of the items. That they are made does not mean that they
        will be paid: a webhook tells, or :meth:`schedule_of`. A ``schedule_at`` in milliseconds is a
        :class:`ValueError`, for the server would take it for seconds (observed). A uid without a key
        raises :class:`NotFound`, a ``merchant_uid`` that is used or scheduled :class:`Refused`:
        both are HTTP 200 (observed).

        After :class:`OutcomeUnknown` ask :meth:`schedule_of` for each of the error's
        ``merchant_uids``. What is there was made; if its moment has come meanwhile it also says what
        became of the charge. :class:`NotFound` means not made, or not *yet*: schedule it again under
        the same ``merchant_uid``, which the server refuses if it is there by then (observed), so
        that nothing is charged twice. Don't take some being there for all: that all are made or none
        is a guess.
        """
        return self._send(_schedule_calls.schedule(customer_uid, items))

    def unschedule(self, customer_uid: str, merchant_uids: Sequence[str]) -> RevokedSchedules:
        """Revoke a customer's schedules of these orders; those that don't wait are ``missing``.

        :class:`NotFound` says that none of them was waiting (observed). After
        :class:`OutcomeUnknown` it may be repeated; :meth:`schedule_of` tells what is revoked.
        """
        return self._send(_schedule_calls.unschedule(customer_uid, merchant_uids))

    def schedule_of(self, merchant_uid: str) -> Schedule:
        """Look at the schedule of an order; :class:`NotFound` is HTTP 404 (observed)."""
        return self._send(_schedule_calls.schedule_of(merchant_uid))

    def schedules_of(
        self,
        customer_uid: str,
        *,
        since: int,
        until: int,
        status: ScheduleStatus | None = None,
        page: int = 1,
    ) -> Page[Schedule]:
        """Look at a customer's schedules, 20 to a page; an unknown customer has none (observed).

        They are set for the unix second ``since`` up to, but not, ``until``, at most three months
        later (spec).
        """
        call = _schedule_calls.schedules_of(customer_uid, since, until, status, page)
        return self._send(call)

    def reconcile(self, charge: OutcomeUnknown | str, *, amount: int | None = None) -> PaidPayment:
        """Ask what became of a charge: the error that it raised, or its merchant_uid and amount.

        Returns and raises as the charge itself would have; :class:`NotFound` says that i'mport
        knows of none *yet*: a charge that is still running may appear later, so ask again before
        you believe it. A :class:`PaymentDeclined` is the order's newest payment, which may be an
        attempt before this one: compare ``payment.imp_uid`` with the declines that you know of.
        Repeating the charge under the same merchant_uid is safe; under another it is not.
        """
        merchant_uid, amount = _calls.charge_to_reconcile(charge, amount)
        try:
            # A later attempt that was declined must not hide an earlier one that was paid.
            found = self.find_payment(merchant_uid, "paid")
        except NotFound:
            found = self.find_payment(merchant_uid)
        return _calls.paid_as_asked(found, merchant_uid, amount)

    def _send(self, call: Call[T]) -> T:
        request = self._access.request(self._http, call)
        try:
            response = self._http.send(request, auth=self._access.auth, follow_redirects=False)
        except httpx.HTTPError as error:
            failure = call.failure(error, request)
        else:
            return call.result(response)
        # Out here nothing chains it to httpx's error, which holds the request and so the card.
        raise failure


@final
class AsyncIamport:
    """The same for tasks of one asyncio loop; see :class:`Iamport` for what everything means.

    A charge that is cancelled while it runs (``asyncio.timeout``) is a charge of unknown outcome.
    """

    def __init__(
        self,
        imp_key: str | None = None,
        imp_secret: str | None = None,
        *,
        base_url: str | None = None,
        timeout: httpx.Timeout | float = DEFAULT_TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._access = _Access(imp_key, imp_secret, base_url)
        self._http = httpx.AsyncClient(timeout=timeout, transport=transport)

    def __repr__(self) -> str:
        return f"<AsyncIamport {self._access.shown_key} at {self._access.base_url}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def issue_billing_key(
        self, customer_uid: str, card: CardDetails, **options: Unpack[KeyOptions]
    ) -> BillingKey:
        """See :meth:`Iamport.issue_billing_key`."""
        return await self._send(_calls.issue_billing_key(customer_uid, card, options))

    async def billing_key(self, customer_uid: str) -> BillingKey:
        """See :meth:`Iamport.billing_key`."""
        return await self._send(_calls.billing_key(customer_uid))

    async def billing_keys(self, customer_uids: Sequence[str]) -> BillingKeys:
        """See :meth:`Iamport.billing_keys`."""
        return await self._send(_calls.billing_keys(customer_uids))

    async def delete_billing_key(
        self, customer_uid: str, *, reason: str | None = None
    ) -> BillingKey:
        """See :meth:`Iamport.delete_billing_key`."""
        return await self._send(_calls.delete_billing_key(customer_uid, reason))

    async def pay_by_card(
        self,
        *,
        merchant_uid: str,
        amount: int,
        card: CardDetails,
        name: str | None = None,
        customer_uid: str | None = None,
        **options: Unpack[ChargeOptions],
    ) -> PaidPayment:
        """See :meth:`Iamport.pay_by_card`."""
        asked = {**options, "name": name}
        call = _calls.pay_by_card(merchant_uid, amount, card, customer_uid, asked)
        return await self._send(call)

    async def pay_by_key(
        self,
        *,
        merchant_uid: str,
        amount: int,
        customer_uid: str,
        name: str,
        **options: Unpack[ChargeOptions],
    ) -> PaidPayment:
        """See :meth:`Iamport.pay_by_key`."""
        asked = {**options, "name": name}
        call = _calls.pay_by_key(merchant_uid, amount, customer_uid, asked)
        return await self._send(call)

    async def payment(self, imp_uid: str, *, include_sandbox: bool = False) -> Payment:
        """See :meth:`Iamport.payment`."""
        return await self._send(_calls.payment(imp_uid, include_sandbox))

    async def find_payment(self, merchant_uid: str, status: PaymentStatus | None = None) -> Payment:
        """See :meth:`Iamport.find_payment`."""
        return await self._send(_calls.find_payment(merchant_uid, status))

    async def payments_of_order(
        self, merchant_uid: str, status: PaymentStatus | None = None, *, page: int = 1
    ) -> Page[Payment]:
        """See :meth:`Iamport.payments_of_order`."""
        return await self._send(_calls.payments_of_order(merchant_uid, status, page))

    async def cancel(
        self,
        payment: Payment | str,
        *,
        amount: int | None = None,
        reason: str | None = None,
        checksum: int | None = None,
        **options: Unpack[CancelOptions],
    ) -> Payment:
        """See :meth:`Iamport.cancel`."""
        return await self._send(_calls.cancel(payment, amount, reason, checksum, options))

    async def schedule(
        self, customer_uid: str, items: Sequence[ScheduleItem]
    ) -> tuple[Schedule, ...]:
        """See :meth:`Iamport.schedule`."""
        return await self._send(_schedule_calls.schedule(customer_uid, items))

    async def unschedule(self, customer_uid: str, merchant_uids: Sequence[str]) -> RevokedSchedules:
        """See :meth:`Iamport.unschedule`."""
        return await self._send(_schedule_calls.unschedule(customer_uid, merchant_uids))

    async def schedule_of(self, merchant_uid: str) -> Schedule:
        """See :meth:`Iamport.schedule_of`."""
        return await self._send(_schedule_calls.schedule_of(merchant_uid))

    async def schedules_of(
        self,
        customer_uid: str,
        *,
        since: int,
        until: int,
        status: ScheduleStatus | None = None,
        page: int = 1,
    ) -> Page[Schedule]:
        """See :meth:`Iamport.schedules_of`."""
        call = _schedule_calls.schedules_of(customer_uid, since, until, status, page)
        return await self._send(call)

    async def reconcile(
        self, charge: OutcomeUnknown | str, *, amount: int | None = None
    ) -> PaidPayment:
        """See :meth:`Iamport.reconcile`."""
        merchant_uid, amount = _calls.charge_to_reconcile(charge, amount)
        try:
            found = await self.find_payment(merchant_uid, "paid")
        except NotFound:
            found = await self.find_payment(merchant_uid)
        return _calls.paid_as_asked(found, merchant_uid, amount)

    async def _send(self, call: Call[T]) -> T:
        request = self._access.request(self._http, call)
        try:
            response = await self._http.send(
                request, auth=self._access.auth, follow_redirects=False
            )
        except httpx.HTTPError as error:
            failure = call.failure(error, request)
        else:
            return call.result(response)
        raise failure
