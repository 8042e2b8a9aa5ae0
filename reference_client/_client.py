"""The clients: one for threads, one for tasks, with the same methods."""

import os
from collections.abc import Sequence
from types import TracebackType
from typing import Self, TypeVar, Unpack, final
from urllib.parse import urlsplit

import httpx

from reference_client import _calls
from reference_client._auth import TokenAuth
from reference_client._calls import Call
from reference_client._card import CardDetails
from reference_client._errors import NotFound, OutcomeUnknown
from reference_client._models import (
    BillingKey,
    BillingKeys,
    ChargeOptions,
    KeyOptions,
    PaidPayment,
    Payment,
    PaymentStatus,
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
