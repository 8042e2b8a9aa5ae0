"""The calls about billing keys and payments; :mod:`._schedule_calls` has those about schedules."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from reference_client._call import Call, UnusableError, check_amount, json_body, segment
from reference_client._card import CardDetails
from reference_client._errors import OutcomeUnknown, PaymentDeclined, PaymentMismatch
from reference_client._models import (
    Amount,
    BillingKey,
    BillingKeys,
    Page,
    PaidPayment,
    Payment,
    convert,
    convert_page,
)

__all__ = [
    "billing_key",
    "billing_keys",
    "cancel",
    "charge_to_reconcile",
    "delete_billing_key",
    "find_payment",
    "issue_billing_key",
    "paid_as_asked",
    "pay_by_card",
    "pay_by_key",
    "payment",
    "payments_of_order",
]


def issue_billing_key(
    customer_uid: str, card: CardDetails, options: Mapping[str, object]
) -> Call[BillingKey]:
    return Call(
        "POST",
        f"/subscribe/customers/{segment(customer_uid)}",
        read=_billing_key_reader(customer_uid),
        lost=_lost_key(customer_uid),
        body=json_body(card.reveal(), options),
        card=card,
    )


def billing_key(customer_uid: str) -> Call[BillingKey]:
    path = f"/subscribe/customers/{segment(customer_uid)}"
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
        f"/subscribe/customers/{segment(customer_uid)}{query}",
        read=_billing_key_reader(customer_uid),
        lost=_lost_key(customer_uid),
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

    def read(answered: object) -> Payment:
        found = _payment(answered)
        if found.imp_uid != imp_uid:
            raise UnusableError
        return found

    return Call("GET", f"/payments/{segment(imp_uid)}{query}", read=read)


def find_payment(merchant_uid: str, status: str | None) -> Call[Payment]:
    path = f"/payments/find/{segment(merchant_uid)}"

    def read(answered: object) -> Payment:
        found = _payment(answered)
        if found.merchant_uid != merchant_uid or status not in (None, found.status):
            raise UnusableError
        return found

    return Call("GET", f"{path}/{status}" if status else path, read=read)


def payments_of_order(merchant_uid: str, status: str | None, page: int) -> Call[Page[Payment]]:
    path = f"/payments/findAll/{segment(merchant_uid)}"

    def read(answered: object) -> Page[Payment]:
        found = convert_page(answered, Payment)
        for each in found.records:
            if each.merchant_uid != merchant_uid or status not in (None, each.status):
                raise UnusableError
        return found

    path = f"{path}/{status}" if status else path
    return Call("GET", f"{path}?page={page}", read=read)


def cancel(
    payment: Payment | str,
    amount: int | None,
    reason: str | None,
    checksum: int | None,
    options: Mapping[str, object],
) -> Call[Payment]:
    imp_uid = payment if isinstance(payment, str) else payment.imp_uid
    if not imp_uid:
        raise ValueError("say which payment to cancel: an empty imp_uid names none")
    if amount is not None:
        # The server would take 0 for all of it.
        check_amount(amount)
    rest: Amount | None = checksum
    if rest is None and isinstance(payment, Payment):
        rest = payment.cancellable_amount
    asked = {"imp_uid": imp_uid, "amount": amount, "reason": reason, "checksum": rest}
    return Call(
        "POST",
        "/payments/cancel",
        read=lambda answered: _cancelled(answered, imp_uid, amount, rest),
        lost=lambda reason: OutcomeUnknown(reason, amount=amount, about="cancel", imp_uid=imp_uid),
        body=json_body(options, asked),
    )


def charge_to_reconcile(charge: OutcomeUnknown | str, amount: int | None) -> tuple[str, int]:
    """Say which order and how many KRW a reconciliation is about."""
    merchant_uid: str | None
    if isinstance(charge, OutcomeUnknown):
        merchant_uid, amount = charge.merchant_uid, charge.amount
    else:
        merchant_uid = charge
    is_other = isinstance(charge, OutcomeUnknown) and charge.about != "charge"
    if is_other or merchant_uid is None or amount is None:
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
    check_amount(amount)
    asked = {"merchant_uid": merchant_uid, "amount": amount, "customer_uid": customer_uid}
    return Call(
        "POST",
        f"/subscribe/payments/{operation}",
        read=lambda answered: _paid(answered, merchant_uid, amount),
        lost=lambda reason: OutcomeUnknown(reason, merchant_uid, customer_uid, amount),
        body=json_body(options, asked),
        card=card,
    )


def _paid(answered: object, merchant_uid: str, amount: int) -> PaidPayment:
    found = _payment(answered)
    if found.merchant_uid != merchant_uid:
        raise UnusableError
    return paid_as_asked(found, merchant_uid, amount)


def _cancelled(answered: object, imp_uid: str, amount: int | None, rest: Amount | None) -> Payment:
    found = _payment(answered)
    if (found.imp_uid, found.status) != (imp_uid, "cancelled"):
        raise UnusableError
    if amount is None:
        as_asked = found.cancellable_amount == 0
    elif rest is None:
        as_asked = found.cancel_amount >= amount
    else:
        as_asked = found.cancellable_amount == rest - amount
    if not as_asked:
        raise UnusableError
    return found


def _payment(answered: object) -> Payment:
    return convert(answered, Payment)


def _lost_key(customer_uid: str) -> Callable[[str], OutcomeUnknown]:
    return lambda reason: OutcomeUnknown(reason, customer_uid=customer_uid, about="billing key")


def _billing_key_reader(customer_uid: str) -> Callable[[object], BillingKey]:
    def read(answered: object) -> BillingKey:
        key = convert(answered, BillingKey)
        if key.customer_uid != customer_uid:
            raise UnusableError
        return key

    return read
