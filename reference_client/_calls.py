"""Every operation as a value: what to send, how to read the answer, what to say when none comes.

No I/O happens here, which is why the sync and the async client can share all of it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

import httpx
import msgspec

from reference_client._card import CardDetails
from reference_client._envelope import Envelope, read_envelope, refusal
from reference_client._errors import (
    IamportError,
    NotFound,
    NotSent,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentMismatch,
    Unauthorized,
    Unavailable,
)
from reference_client._models import BillingKey, BillingKeys, PaidPayment, Payment, convert

T = TypeVar("T")

# Raised before a byte of the request has left. A write that broke off is not among them: the
# server may have had enough of it.
_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class _UnusableError(ValueError):
    """The answer is not about what was asked."""


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One call of the API. ``lost`` makes the error for an answer that can't be relied on."""

    method: str
    path: str
    read: Callable[[object], T] = field(repr=False)
    lost: Callable[[str], IamportError] = field(default=Unavailable, repr=False)
    body: bytes | None = field(default=None, repr=False)
    card: CardDetails | None = None
    empty: T | None = field(default=None, repr=False)

    def failure(self, error: httpx.HTTPError, request: httpx.Request) -> IamportError:
        """Name what became of this call when the transport gave up on it."""
        reason = f"no answer ({type(error).__name__})"
        # What failed may also have been the fetch of a token, before this call or after its 401.
        if isinstance(error, _BEFORE_SENDING) or error.request is not request:
            return NotSent(reason)
        return self.lost(reason)

    def result(self, response: httpx.Response) -> T:
        """Read the answer; raise what it says, or ``lost`` when it says nothing reliable."""
        status, envelope = response.status_code, self._envelope(response)
        if status == httpx.codes.UNAUTHORIZED:
            raise Unauthorized((envelope and envelope.message) or "the token was turned away")
        if envelope is None or response.is_redirect or response.is_server_error:
            raise self.lost(f"HTTP {status} without a usable answer")
        if envelope.code != 0:
            return self._refused(envelope, status)
        with suppress(msgspec.ValidationError, _UnusableError):
            if response.is_success:
                return self.read(envelope.response)
        raise self.lost(f"HTTP {status} with an answer to something else")

    def _envelope(self, response: httpx.Response) -> Envelope | None:
        body = response.content
        return read_envelope(self.card.scrub(body) if self.card else body)

    def _refused(self, envelope: Envelope, status: int) -> T:
        error = refusal(envelope, status)
        if self.empty is not None and isinstance(error, NotFound):
            return self.empty
        raise error


def issue_billing_key(
    customer_uid: str, card: CardDetails, options: Mapping[str, object]
) -> Call[BillingKey]:
    return Call(
        "POST",
        f"/subscribe/customers/{_segment(customer_uid)}",
        read=_billing_key_reader(customer_uid),
        lost=lambda reason: OutcomeUnknown(reason, customer_uid=customer_uid),
        body=_json(card.reveal(), options),
        card=card,
    )


def billing_key(customer_uid: str) -> Call[BillingKey]:
    path = f"/subscribe/customers/{_segment(customer_uid)}"
    return Call("GET", path, read=_billing_key_reader(customer_uid))


def billing_keys(customer_uids: Sequence[str]) -> Call[BillingKeys]:
    if isinstance(customer_uids, str) or not customer_uids:
        raise ValueError("say which customer_uids, in a list")
    wanted = tuple(dict.fromkeys(customer_uids))

    def read(answered: object) -> BillingKeys:
        found = tuple(convert(each, BillingKey) for each in convert(answered, list[Any]))
        missing = set(wanted).difference(key.customer_uid for key in found)
        return BillingKeys(found, tuple(uid for uid in wanted if uid in missing))

    query = urlencode([("customer_uid[]", uid) for uid in wanted])
    nothing = BillingKeys((), wanted)
    return Call("GET", f"/subscribe/customers?{query}", read=read, empty=nothing)


def delete_billing_key(customer_uid: str, reason: str | None) -> Call[BillingKey]:
    query = "?" + urlencode({"reason": reason}) if reason else ""
    return Call(
        "DELETE",
        f"/subscribe/customers/{_segment(customer_uid)}{query}",
        read=_billing_key_reader(customer_uid),
        lost=lambda reason: OutcomeUnknown(reason, customer_uid=customer_uid),
    )


def pay_by_card(
    merchant_uid: str,
    amount: int,
    card: CardDetails,
    customer_uid: str | None,
    options: Mapping[str, object],
) -> Call[PaidPayment]:
    asked = {**options, **card.reveal()}
    return _charge("onetime", merchant_uid, amount, customer_uid, asked, card)


def pay_by_key(
    merchant_uid: str, amount: int, customer_uid: str, options: Mapping[str, object]
) -> Call[PaidPayment]:
    return _charge("again", merchant_uid, amount, customer_uid, options)


def payment(imp_uid: str, include_sandbox: bool) -> Call[Payment]:
    query = "?include_sandbox=true" if include_sandbox else ""
    return Call("GET", f"/payments/{_segment(imp_uid)}{query}", read=_payment)


def find_payment(merchant_uid: str, status: str | None) -> Call[Payment]:
    path = f"/payments/find/{_segment(merchant_uid)}"

    def read(answered: object) -> Payment:
        found = _payment(answered)
        if found.merchant_uid != merchant_uid or status not in (None, found.status):
            raise _UnusableError
        return found

    return Call("GET", f"{path}/{status}" if status else path, read=read)


def charge_to_reconcile(charge: OutcomeUnknown | str, amount: int | None) -> tuple[str, int]:
    """Say which order and how many KRW a reconciliation is about."""
    merchant_uid: str | None
    if isinstance(charge, OutcomeUnknown):
        merchant_uid, amount = charge.merchant_uid, charge.amount
    else:
        merchant_uid = charge
    if merchant_uid is None or amount is None:
        raise ValueError("say which charge: the error of one, or a merchant_uid and its amount")
    return merchant_uid, amount


def paid_as_asked(found: Payment, merchant_uid: str, amount: int) -> PaidPayment:
    """Let a payment through only when it is the one that was asked for, and paid."""
    if found.status == "failed":
        raise PaymentDeclined(found)
    if found.status not in ("paid", "cancelled"):
        reason = f"the payment is {found.status!r}"
        raise OutcomeUnknown(reason, merchant_uid, found.customer_uid, amount)
    if (found.status, found.amount, found.currency) != ("paid", amount, "KRW"):
        raise PaymentMismatch(found, amount)
    return msgspec.convert(found, PaidPayment, from_attributes=True)


def _charge(
    operation: str,
    merchant_uid: str,
    amount: int,
    customer_uid: str | None,
    options: Mapping[str, object],
    card: CardDetails | None = None,
) -> Call[PaidPayment]:
    # The server would take "1000" too, and what it answers would then not be what was asked.
    if type(amount) is not int or amount <= 0:
        raise ValueError("an amount is a whole number of KRW above 0")
    asked = {"merchant_uid": merchant_uid, "amount": amount, "customer_uid": customer_uid}
    return Call(
        "POST",
        f"/subscribe/payments/{operation}",
        read=lambda answered: _paid(answered, merchant_uid, amount),
        lost=lambda reason: OutcomeUnknown(reason, merchant_uid, customer_uid, amount),
        body=_json(options, asked),
        card=card,
    )


def _paid(answered: object, merchant_uid: str, amount: int) -> PaidPayment:
    found = _payment(answered)
    if found.merchant_uid != merchant_uid:
        raise _UnusableError
    return paid_as_asked(found, merchant_uid, amount)


def _payment(answered: object) -> Payment:
    return convert(answered, Payment)


def _billing_key_reader(customer_uid: str) -> Callable[[object], BillingKey]:
    def read(answered: object) -> BillingKey:
        key = convert(answered, BillingKey)
        if key.customer_uid != customer_uid:
            raise _UnusableError
        return key

    return read


def _json(*parts: Mapping[str, object]) -> bytes:
    fields = {name: value for part in parts for name, value in part.items() if value is not None}
    return msgspec.json.encode(fields)


def _segment(value: str) -> str:
    """Encode a uid so that it stays one piece of the path, whatever is in it."""
    if not value:
        raise ValueError("an empty uid would address all of them")
    if value in (".", ".."):
        return value.replace(".", "%2E")
    return quote(value, safe="")
