"""The merchant of a rehearsal: it takes one step and says what it saw."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from reference_client._client import Iamport
from reference_client._errors import IamportError, OutcomeUnknown
from reference_client._models import (
    BillingKey,
    Payment,
    RevokedSchedules,
    Schedule,
    ScheduleItem,
)
from reference_client.rehearsal._control import Control
from reference_client.rehearsal._persistence import Persistence

__all__ = ["Merchant", "Sight", "seconds_of"]

_PATIENCE = 10.0
_TIMEOUTS = ("connect", "read", "write", "pool")
_SCHEDULE_NAME = "정기 결제"

Sight = tuple[str, str]
"""What was seen: a word, and the text that came with it."""


class Merchant:
    """A merchant that does what the steps say, with the reference client."""

    def __init__(self, url: str, control: Control) -> None:
        self._control = control
        self._patience = _Patience()
        self._iamport = Iamport(
            control.imp_key, control.imp_secret, base_url=url, transport=self._patience
        )
        self._payments: dict[str, Payment] = {}

    def close(self) -> None:
        """Close the connections."""
        self._iamport.close()

    def see(self, deed: str, arguments: Mapping[str, Any], step: Mapping[str, Any]) -> Sight:
        """Make a call, as often as the step says, and give what was seen; the first surprise ends it."""
        self._patience.seconds = step.get("patience", _PATIENCE)
        sight = ("", "")
        for each in _each_time(arguments, step.get("times")):
            call = self._call(deed, each)
            if step.get("persist"):
                call = Persistence(call, self._found, self._control.advance)
            sight = _seen(call)
            if sight[0] != step["sees"]:
                break
        return sight

    def truth(self, imp_uid: str) -> Sight:
        """Ask for the payment that a webhook names."""
        self._patience.seconds = _PATIENCE
        return _seen(lambda: self._iamport.payment(imp_uid))

    def _call(self, deed: str, arguments: Mapping[str, Any]) -> Callable[[], object]:
        does: Callable[..., object] = getattr(self, f"_{deed}")
        return lambda: does(**arguments)

    def _register(self, customer: str, card: str | None = None) -> object:
        return self._iamport.issue_billing_key(customer, self._control.card(card))

    def _pay_by_card(
        self,
        order: str,
        amount: int,
        card: str | None = None,
        customer: str | None = None,
        card_quota: int = 0,
    ) -> object:
        paid = self._iamport.pay_by_card(
            merchant_uid=order,
            amount=amount,
            card=self._control.card(card),
            customer_uid=customer,
            card_quota=card_quota,
        )
        return self._noted(order, paid)

    def _pay_by_key(self, order: str, amount: int, customer: str) -> object:
        paid = self._iamport.pay_by_key(
            merchant_uid=order, amount=amount, customer_uid=customer, name="당근 10kg"
        )
        return self._noted(order, paid)

    def _reconcile(self, order: str, amount: int) -> object:
        return self._noted(order, self._iamport.reconcile(order, amount=amount))

    def _look(self, order: str) -> object:
        return self._noted(order, self._iamport.find_payment(order))

    def _look_at_key(self, customer: str) -> object:
        return self._iamport.billing_key(customer)

    def _look_at_schedule(self, order: str) -> object:
        return self._iamport.schedule_of(order)

    def _cancel(self, order: str, amount: int | None = None) -> object:
        payment = self._payments.get(order) or self._iamport.find_payment(order)
        return self._noted(order, self._iamport.cancel(payment, amount=amount))

    def _schedule(
        self, order: str, amount: int, customer: str, after: str, in_milliseconds: bool = False
    ) -> object:
        moment = self._control.now() + seconds_of(after)
        item: ScheduleItem = {
            "merchant_uid": order,
            "schedule_at": moment * 1000 if in_milliseconds else moment,
            "amount": amount,
            "name": _SCHEDULE_NAME,
        }
        return self._iamport.schedule(customer, [item])[0]

    def _unschedule(self, customer: str, orders: list[str]) -> object:
        return self._iamport.unschedule(customer, orders)

    def _delete_key(self, customer: str) -> object:
        self._iamport.delete_billing_key(customer)
        return "deleted"

    def _found(self, lost: OutcomeUnknown) -> Payment:
        found = self._iamport.reconcile(lost)
        return self._noted(found.merchant_uid, found)

    def _noted(self, order: str, payment: Payment) -> Payment:
        self._payments[order] = payment
        return payment


class _Patience(httpx.HTTPTransport):
    """Gives up on an answer after so many ``seconds``; fetching a token is not hurried."""

    seconds = _PATIENCE

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        hurried = request.url.path != "/users/getToken"
        seconds = self.seconds if hurried else _PATIENCE
        request.extensions["timeout"] = {**dict.fromkeys(_TIMEOUTS, _PATIENCE), "read": seconds}
        return super().handle_request(request)


def seconds_of(duration: str) -> int:
    """The seconds of a duration like 30d."""
    return int(duration[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[duration[-1]]


def _each_time(arguments: Mapping[str, Any], times: int | None) -> list[Mapping[str, Any]]:
    if times is None:
        return [arguments]
    order = arguments["order"]
    return [{**arguments, "order": f"{order}-{number}"} for number in range(1, times + 1)]


def _seen(call: Callable[[], object]) -> Sight:
    try:
        return _told(call())
    except ValueError as error:
        return "invalid", str(error)
    except IamportError as error:
        return re.sub("(?<!^)(?=[A-Z])", "_", type(error).__name__).lower(), str(error)


def _told(result: object) -> Sight:
    if isinstance(result, Payment):
        return result.status, _told_of_payment(result)
    if isinstance(result, BillingKey):
        return "registered", f"{result.card_name} {result.card_number}"
    if isinstance(result, Schedule):
        became = f": {result.payment_status}" if result.payment_status else ""
        reason = f", {result.fail_reason}" if result.fail_reason else ""
        return result.schedule_status, f"{result.merchant_uid}{became}{reason}"
    if isinstance(result, RevokedSchedules):
        return "revoked", ", ".join(each.merchant_uid for each in result.revoked)
    return str(result), ""


def _told_of_payment(payment: Payment) -> str:
    money = f"{payment.amount} {payment.currency}"
    if payment.cancel_amount:
        money += f", {payment.cancel_amount} given back, {payment.cancellable_amount} left"
    return money
