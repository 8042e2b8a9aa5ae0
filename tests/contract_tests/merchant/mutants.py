"""Merchants that are wrong in one way each, a few lines on top of the reference merchant.

A mutant is made of layers: ``client`` stands between the merchant and its client of i'mport,
``checkout`` and ``refunds`` in place of the merchant's own, ``patch`` changes something while the
merchant runs, ``asgi`` stands between the merchant and its shoppers.
"""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

import httpx
from starlette.requests import Request
from starlette.responses import Response

from contract_tests.merchant.house import MakeApp
from reference_client import (
    AsyncIamport,
    CardDetails,
    IamportError,
    NotFound,
    NotSent,
    OutcomeUnknown,
    PaidPayment,
    PaymentDeclined,
    Refused,
    _auth,
    _client,
)
from reference_client._call import Call
from reference_client.merchant import _app, _checkout, _fields, _order, _refunds, create_app
from reference_client.merchant._fields import Rule, read_fields
from reference_client.merchant._order import Order, Outcome
from tests.contract_tests.merchant.reference import closing

__all__ = ["MUTANTS", "Client", "Mutant", "make_app"]

Patch = Callable[[], Any]
App = Callable[..., Awaitable[None]]


class Client:
    """The client of i'mport; what a mutant doesn't change is the right one's."""

    def __init__(self, right: AsyncIamport, imp_secret: str) -> None:
        self.right = right
        self.imp_secret = imp_secret

    def __getattr__(self, name: str) -> Any:
        return getattr(self.right, name)


@dataclass(frozen=True)
class Mutant:
    clause: str
    wrong: str
    client: type[Client] = Client
    checkout: type[_checkout.Checkout] = _checkout.Checkout
    refunds: type[_refunds.Refunds] = _refunds.Refunds
    patch: Patch | None = None
    asgi: Callable[[App], App] | None = None


MUTANTS: dict[str, Mutant] = {}
"""By clause."""


def mutant(clause: str, wrong: str, **layers: Any) -> None:
    assert clause not in MUTANTS
    MUTANTS[clause] = Mutant(clause, wrong, **layers)


def make_app(wrong: Mutant) -> MakeApp:
    @contextmanager
    def make(url: str, imp_key: str, imp_secret: str) -> Iterator[App]:
        with ExitStack() as stack:
            stack.enter_context(mock.patch.object(_app, "Checkout", wrong.checkout))
            stack.enter_context(mock.patch.object(_app, "Refunds", wrong.refunds))
            if wrong.patch is not None:
                stack.enter_context(wrong.patch())
            right = AsyncIamport(imp_key, imp_secret, base_url=url, timeout=5.0)
            app: App = closing(right, create_app, wrong.client(right, imp_secret))
            yield app if wrong.asgi is None else wrong.asgi(app)

    return make


def is_network(lost: OutcomeUnknown) -> bool:
    return lost.reason.startswith("no answer")


def is_error_page(lost: OutcomeUnknown) -> bool:
    return lost.reason.startswith("HTTP 5")


def is_page(lost: OutcomeUnknown) -> bool:
    return lost.reason.startswith("HTTP 200")


def paid(merchant_uid: str, amount: int, imp_uid: str = "imps_000000000001") -> PaidPayment:
    return PaidPayment(imp_uid=imp_uid, merchant_uid=merchant_uid, status="paid", amount=amount)


# Registering a card


class DeletesIt(Client):
    async def issue_billing_key(self, uid: str, card: CardDetails) -> Any:
        await self.right.issue_billing_key(uid, card)
        return await self.right.delete_billing_key(uid)


class RefusedIsFine(Client):
    async def issue_billing_key(self, uid: str, card: CardDetails) -> Any:
        try:
            return await self.right.issue_billing_key(uid, card)
        except Refused:
            return None


class SaysNothing(_checkout.Checkout):
    async def register(self, customer_uid: str, card: CardDetails) -> Outcome:
        outcome = await super().register(customer_uid, card)
        return outcome if outcome.status == "success" else replace(outcome, message="error")


class KeepsTheFirst(Client):
    async def issue_billing_key(self, uid: str, card: CardDetails) -> Any:
        known = self.__dict__.setdefault("known", set())
        if uid not in known:
            await self.right.issue_billing_key(uid, card)
            known.add(uid)


class OneForAll(Client):
    async def issue_billing_key(self, uid: str, card: CardDetails) -> Any:
        return await self.right.issue_billing_key("customer", card)

    async def billing_key(self, uid: str) -> Any:
        return await self.right.billing_key("customer")

    async def pay_by_key(self, **order: Any) -> Any:
        return await self.right.pay_by_key(**{**order, "customer_uid": "customer"})


class DeletesFirst(Client):
    async def issue_billing_key(self, uid: str, card: CardDetails) -> Any:
        with suppress(IamportError):
            await self.right.delete_billing_key(uid)
        return await self.right.issue_billing_key(uid, card)


class LocksOut(Client):
    async def issue_billing_key(self, uid: str, card: CardDetails) -> Any:
        locked = self.__dict__.setdefault("locked", set())
        if uid in locked:
            raise Refused(1, "under way")
        try:
            return await self.right.issue_billing_key(uid, card)
        except OutcomeUnknown:
            locked.add(uid)
            raise


class SilenceIsFine(Client):
    async def issue_billing_key(self, uid: str, card: CardDetails) -> Any:
        try:
            return await self.right.issue_billing_key(uid, card)
        except OutcomeUnknown as lost:
            if not is_network(lost):
                raise


mutant("M-KEY-01", "deletes the key that it has just been given", client=DeletesIt)
mutant("M-KEY-02", "looks at the HTTP status only", client=RefusedIsFine)
mutant("M-KEY-03", "says the same of every refusal", checkout=SaysNothing)
mutant("M-KEY-04", "registers a customer_uid once", client=KeepsTheFirst)
mutant("M-KEY-05", "has one customer_uid for everybody", client=OneForAll)
mutant("M-KEY-06", "deletes the key before it asks for another", client=DeletesFirst)
mutant("M-KEY-07", "locks a customer_uid after a lost answer", client=LocksOut)
mutant("M-KEY-08", "takes a broken connection for success", client=SilenceIsFine)


# The form


def takes(field: str, pattern: str = ".*") -> Patch:
    return lambda: mock.patch.dict(_fields.RULES, {field: Rule(pattern, "?")})


@contextmanager
def any_birth() -> Iterator[None]:
    with mock.patch.object(_fields, "_is_date", return_value=True), takes("birth")():
        yield


class Nameless(Client):
    async def issue_billing_key(self, uid: str, card: CardDetails) -> Any:
        return await self.right.issue_billing_key(uid or "nobody", card)


mutant("M-FORM-01", "sends any card number", patch=takes("card_number"))
mutant("M-FORM-02", "sends any expiry", patch=takes("expiry"))
mutant("M-FORM-03", "sends any birth date", patch=any_birth)
mutant("M-FORM-04", "sends any PIN digits", patch=takes("pwd_2digit"))
mutant("M-FORM-05", "takes six digits only", patch=takes("birth", "[0-9]{6}"))
mutant("M-FORM-06", "keeps cards of nobody", patch=takes("customer_uid"), client=Nameless)


# Tokens

Flow = AsyncGenerator[httpx.Request, httpx.Response]


def flows(flow: Callable[..., Flow]) -> Patch:
    return lambda: mock.patch.object(_auth.TokenAuth, "async_auth_flow", flow)


async def dead_until_the_next(auth: Any, request: httpx.Request) -> Flow:
    if auth._token is None:
        answer = yield auth._token_request(request)
        await answer.aread()
        auth._token = _auth._issued_token(answer, time.monotonic())
    token = auth._token
    for _ in range(2):
        response = yield _auth._signed(request, token)
        if response.status_code != 401:
            return
    auth._token = None


async def another_or_none(auth: Any, request: httpx.Request) -> Flow:
    rejected = None
    for _ in range(2):
        if auth._token is None or rejected is not None:
            answer = yield auth._token_request(request)
            await answer.aread()
            auth._token = _auth._issued_token(answer, time.monotonic())
        if rejected is not None and auth._token.header == rejected.header:
            raise NotSent("the same token again")
        response = yield _auth._signed(request, auth._token)
        if response.status_code != 401:
            return
        rejected = auth._token


async def again_and_again(auth: Any, request: httpx.Request) -> Flow:
    for _ in range(8):
        if auth._token is None:
            answer = yield auth._token_request(request)
            await answer.aread()
            auth._token = _auth._issued_token(answer, time.monotonic())
        response = yield _auth._signed(request, auth._token)
        if response.status_code != 401:
            return
        auth._token = None


async def one_for_each(auth: Any, request: httpx.Request) -> Flow:
    for _ in range(2):
        answer = yield auth._token_request(request)
        await answer.aread()
        response = yield _auth._signed(request, _auth._issued_token(answer, time.monotonic()))
        if response.status_code != 401:
            return


def own_clock() -> Any:
    def measure(token: Any, issued: Any, asked_at: float) -> None:
        token.header = f"Bearer {issued.access_token}"
        token.stale_at = time.monotonic() + issued.expired_at - time.time()

    return mock.patch.object(_auth._Token, "__init__", measure)


class GivesUpForGood(Client):
    async def issue_billing_key(self, uid: str, card: CardDetails) -> Any:
        if self.__dict__.get("is_out"):
            raise NotSent("no token was to be had")
        try:
            return await self.right.issue_billing_key(uid, card)
        except NotSent:
            self.__dict__["is_out"] = True
            raise


def tells_its_key() -> Any:
    right = _client._Access.request

    def request(access: Any, http: Any, call: Call[Any]) -> httpx.Request:
        made = right(access, http, call)
        if call.method == "POST" and "/subscribe/customers/" in call.path:
            made.url = made.url.copy_merge_params({"imp_key": "mine"})
        return made

    return mock.patch.object(_client._Access, "request", request)


class Talkative(Client):
    async def issue_billing_key(self, uid: str, card: CardDetails) -> Any:
        try:
            return await self.right.issue_billing_key(uid, card)
        except Refused as refused:
            message = f"{refused.message} ({self.imp_secret})"
            raise Refused(refused.code, message) from None


mutant("M-TOK-01", "notices a dead token after the sale", patch=flows(dead_until_the_next))
mutant("M-TOK-02", "wants another token after a 401", patch=flows(another_or_none))
mutant("M-TOK-03", "repeats a 401 eight times", patch=flows(again_and_again))
mutant("M-TOK-04", "fetches a token for each call", patch=flows(one_for_each))
mutant("M-TOK-05", "compares i'mport's clock with its own", patch=own_clock)
mutant("M-TOK-06", "never asks again after a failed log-in", client=GivesUpForGood)
mutant("M-TOK-07", "sends imp_key with a card", patch=tells_its_key)
mutant("M-TOK-08", "explains a refusal with its secret", client=Talkative)


# Payments


class Unsure(_checkout.Checkout):
    """Notes whether a charge was answered, and whether a webhook was faster."""

    async def _charge(self, order: Order, ask: _checkout.Ask) -> Outcome:
        answers: list[bool] = []

        async def noted() -> PaidPayment:
            answer = await ask()
            answers.append(order.payment is not None)
            return answer

        outcome = await super()._charge(order, noted)
        return self.said(order, outcome) if answers == [False] else outcome

    def said(self, order: Order, outcome: Outcome) -> Outcome:
        return replace(outcome, status="failed")


class DeclinedIsFine(Client):
    async def pay_by_card(self, **order: Any) -> PaidPayment:
        try:
            return await self.right.pay_by_card(**order)
        except PaymentDeclined as declined:
            return paid(order["merchant_uid"], order["amount"], declined.payment.imp_uid)


class RefusedIsPaid(Client):
    async def pay_by_card(self, **order: Any) -> PaidPayment:
        try:
            return await self.right.pay_by_card(**order)
        except Refused:
            return paid(order["merchant_uid"], order["amount"])


class OneTryOnly(_checkout.Checkout):
    async def _attempt(self, order: Order, ask: _checkout.Ask) -> Outcome:
        return order.outcome() if order.declines else await super()._attempt(order, ask)


class RoundsUp(_checkout.Checkout):
    def order(self, name: str, amount: int) -> Order:
        return super().order(name, -(-amount // 10) * 10)


def believes_the_form() -> Any:
    right = _app._Shop.pay_by_card

    async def pay_by_card(shop: Any, request: Request) -> Response:
        await request.body()
        fields = await read_fields(request)
        shop._order(request).amount = int(fields.get("amount", shop._order(request).amount))
        return await right(shop, request)

    return mock.patch.object(_app._Shop, "pay_by_card", pay_by_card)


class NumbersTheClicks(Client):
    async def pay_by_card(self, **order: Any) -> PaidPayment:
        running = self.__dict__.setdefault("running", set())
        number = order["merchant_uid"]
        if number in running:
            return await self.right.pay_by_card(**{**order, "merchant_uid": f"{number}-2"})
        running.add(number)
        try:
            return await self.right.pay_by_card(**order)
        finally:
            running.remove(number)


class WaitsForNobody(_checkout.Checkout):
    async def _pay(self, order: Order, ask: _checkout.Ask) -> Outcome:
        return (
            await super()._attempt(order, ask) if order.payment else await self._charge(order, ask)
        )


class ForgetsThatItIsPaid(_checkout.Checkout):
    async def _attempt(self, order: Order, ask: _checkout.Ask) -> Outcome:
        if order.status == "paid":
            order.order_id += "-again"
            order.payment = None
        return await super()._attempt(order, ask)


class NumbersByPrice(_checkout.Checkout):
    def order(self, name: str, amount: int) -> Order:
        order = super().order(name, amount)
        order.order_id = f"at-{amount}-won"
        self._orders[order.order_id] = order
        return order


class ForgetsToMark(Unsure):
    def said(self, order: Order, outcome: Outcome) -> Outcome:
        order.status = "unpaid"
        return outcome

    async def refresh(self, order: Order) -> None:
        if order.status != "unpaid":
            await super().refresh(order)


def born_paid() -> Any:
    right = _app._shown

    def shown(order: Order) -> dict[str, Any]:
        said = right(order)
        is_new = order.status == "unpaid" and not order.asked_at
        return {**said, "status": "paid"} if is_new else said

    return mock.patch.object(_app, "_shown", shown)


class TriesTwice(Client):
    async def pay_by_card(self, **order: Any) -> PaidPayment:
        try:
            return await self.right.pay_by_card(**order)
        except PaymentDeclined:
            return await self.right.pay_by_card(**order)


mutant("M-PAY-01", "says failed when it is paid", checkout=Unsure)
mutant("M-PAY-02", "looks at code only", client=DeclinedIsFine)
mutant("M-PAY-03", "looks at the HTTP status only", client=RefusedIsPaid)
mutant("M-PAY-04", "gives an order up after a decline", checkout=OneTryOnly)
mutant("M-PAY-05", "rounds up to ten won", checkout=RoundsUp)
mutant("M-PAY-06", "believes the amount in the form", patch=believes_the_form)
mutant(
    "M-PAY-07",
    "numbers clicks and doesn't wait for the first",
    client=NumbersTheClicks,
    checkout=WaitsForNobody,
)
mutant("M-PAY-08", "doesn't look whether an order is paid", checkout=ForgetsThatItIsPaid)
mutant("M-PAY-09", "makes the order number from the price", checkout=NumbersByPrice)
mutant("M-PAY-10", "forgets to mark an order as paid", checkout=ForgetsToMark)
mutant("M-PAY-11", "shows new orders as paid", patch=born_paid)
mutant("M-PAY-12", "tries a declined card once more", client=TriesTwice)


# Unknown outcomes


class NewNumberAfterLoss(_checkout.Checkout):
    async def _attempt(self, order: Order, ask: _checkout.Ask) -> Outcome:
        if order.unaccounted:
            order.order_id += "-2"
            order.unaccounted = 0
        return await super()._attempt(order, ask)


def says_failed(of: Callable[[OutcomeUnknown], bool]) -> type[_checkout.Checkout]:
    class SaysFailed(_checkout.Checkout):
        async def _charge(self, order: Order, ask: _checkout.Ask) -> Outcome:
            losses: list[bool] = []

            async def noted() -> PaidPayment:
                try:
                    return await ask()
                except OutcomeUnknown as lost:
                    losses.append(of(lost))
                    raise

            outcome = await super()._charge(order, noted)
            is_wrong = losses == [True] and outcome.status == "success"
            return replace(outcome, status="failed") if is_wrong else outcome

    return SaysFailed


class NeverLooks(_checkout.Checkout):
    async def _is_settled(self, order: Order) -> bool:
        return False


class UnknownIsPaid(Client):
    async def reconcile(self, merchant_uid: str, *, amount: int) -> PaidPayment:
        try:
            return await self.right.reconcile(merchant_uid, amount=amount)
        except NotFound:
            return paid(merchant_uid, amount)


class SilenceIsNo(_checkout.Checkout):
    async def _is_settled(self, order: Order) -> bool:
        settled = await super()._is_settled(order)
        try:
            await self._iamport.find_payment(order.merchant_uid)
        except NotFound:
            return settled
        except IamportError:
            order.forget_lost_attempts()
        return order.unaccounted == 0


class UnknownIsNo(_checkout.Checkout):
    def _forget_in_time(self, order: Order) -> None:
        order.forget_lost_attempts()


class APageIsPaid(Client):
    async def pay_by_card(self, **order: Any) -> PaidPayment:
        try:
            return await self.right.pay_by_card(**order)
        except OutcomeUnknown as lost:
            if not is_page(lost):
                raise
            return paid(order["merchant_uid"], order["amount"])


class APageIsFine(Client):
    async def issue_billing_key(self, uid: str, card: CardDetails) -> Any:
        try:
            return await self.right.issue_billing_key(uid, card)
        except OutcomeUnknown as lost:
            if not is_page(lost):
                raise


class Repeats(Client):
    async def pay_by_card(self, **order: Any) -> PaidPayment:
        for _ in range(3):
            try:
                return await self.right.pay_by_card(**order)
            except OutcomeUnknown:
                continue
        return await self.right.pay_by_card(**order)


mutant("M-LOST-01", "numbers an order anew after a loss", checkout=NewNumberAfterLoss)
mutant("M-LOST-02", "says failed after a break", checkout=says_failed(is_network))
mutant("M-LOST-03", "never looks a payment up", checkout=NeverLooks)
mutant("M-LOST-04", "takes an unknown payment for paid", client=UnknownIsPaid)
mutant("M-LOST-05", "says failed after a 502", checkout=says_failed(is_error_page))
mutant("M-LOST-06", "says failed when it can't read", checkout=says_failed(is_page))
mutant("M-LOST-07", "takes a failed look-up for a no", checkout=SilenceIsNo)
mutant("M-LOST-08", "takes not yet for a no", checkout=UnknownIsNo)
mutant("M-LOST-09", "takes HTTP 200 for paid", client=APageIsPaid)
mutant("M-LOST-10", "takes HTTP 200 for registered", client=APageIsFine)
mutant("M-LOST-11", "repeats a charge three times", client=Repeats)


# Cancels


class AWonShort(Client):
    async def cancel(self, payment: Any, *, amount: int | None = None, **more: Any) -> Any:
        amount = amount or int(payment.cancellable_amount) - 1
        return await self.right.cancel(payment, amount=amount, **more)


class RefusedIsRefunded(Client):
    async def cancel(self, payment: Any, **more: Any) -> Any:
        try:
            return await self.right.cancel(payment, **more)
        except Refused:
            return payment


class NoChecksum(Client):
    async def cancel(self, payment: Any, **more: Any) -> Any:
        return await self.right.cancel(payment.imp_uid, **more)


class CancelsAtOnce(_refunds.Refunds):
    async def cancel(
        self, order: Order, amount: int | None, checksum: int | None, reason: str | None
    ) -> Outcome:
        assert order.payment is not None
        return await self._ask(order, order.payment, amount, reason)


class ALostPartIsNo(Client):
    async def cancel(self, payment: Any, *, amount: int | None = None, **more: Any) -> Any:
        try:
            return await self.right.cancel(payment, amount=amount, **more)
        except OutcomeUnknown as lost:
            if amount is None:
                raise
            raise NotSent(lost.reason) from None


class ALostCancelIsNo(Client):
    async def cancel(self, payment: Any, *, amount: int | None = None, **more: Any) -> Any:
        try:
            return await self.right.cancel(payment, amount=amount, **more)
        except OutcomeUnknown as lost:
            if amount is not None:
                raise
            raise NotSent(lost.reason) from None


class ForgetsTheCancel(_refunds.Refunds):
    async def cancel(
        self, order: Order, amount: int | None, checksum: int | None, reason: str | None
    ) -> Outcome:
        outcome = await super().cancel(order, amount, checksum, reason)
        if order.payment is not None and not order.payment.cancellable_amount:
            order.status = "paid"
        return outcome


class OncePerOrder(_refunds.Refunds):
    async def _attempt(
        self, order: Order, amount: int | None, checksum: int | None, reason: str | None
    ) -> Outcome:
        if order.payment is not None and order.payment.status == "cancelled":
            return Outcome("failed", "cancelled before")
        return await super()._attempt(order, amount, checksum, reason)


class AsMuchAsThereIs(_refunds.Refunds):
    async def cancel(
        self, order: Order, amount: int | None, checksum: int | None, reason: str | None
    ) -> Outcome:
        if amount is not None and order.payment is not None:
            amount = min(amount, int(order.payment.cancellable_amount))
        return await super().cancel(order, amount, checksum, reason)


mutant("M-CAN-01", "gives back a won too little", client=AWonShort)
mutant("M-CAN-02", "looks at the HTTP status only", client=RefusedIsRefunded)
mutant("M-CAN-03", "cancels at each click", client=NoChecksum, refunds=CancelsAtOnce)
mutant("M-CAN-04", "takes a lost part for not given back", client=ALostPartIsNo)
mutant("M-CAN-05", "forgets to mark an order as cancelled", refunds=ForgetsTheCancel)
mutant("M-CAN-06", "takes a part for all", refunds=OncePerOrder)
mutant("M-CAN-07", "gives back as much as there is", refunds=AsMuchAsThereIs)
mutant("M-CAN-08", "takes a lost cancel for not given back", client=ALostCancelIsNo)


# Webhooks

Webhook = Callable[[Any, Request, Mapping[str, str]], Awaitable[Response | None]]


def hears(hear: Webhook, *, afterwards: bool = False) -> Patch:
    """Do something with a webhook before the right merchant does, or after it."""
    right = _app._Shop.webhook

    async def webhook(shop: Any, request: Request) -> Response:
        await request.body()
        fields = await read_fields(request)
        answer = await right(shop, request) if afterwards else None
        return await hear(shop, request, fields) or answer or await right(shop, request)

    return lambda: mock.patch.object(_app._Shop, "webhook", webhook)


def named(shop: Any, fields: Mapping[str, str]) -> Order | None:
    number = fields.get("merchant_uid", "").removeprefix("order_")
    order: Order | None = shop._checkout.find(number)
    return order


async def believes(shop: Any, _: Request, fields: Mapping[str, str]) -> None:
    order = named(shop, fields)
    try:
        await shop._checkout._iamport.payment(fields["imp_uid"])
    except NotFound:
        if order is not None and order.payment is None and fields["status"] == "paid":
            order.status = "paid"
    except IamportError:
        pass


async def looks_at_no_number(shop: Any, _: Request, fields: Mapping[str, str]) -> None:
    order = named(shop, fields)
    try:
        payment = await shop._checkout._iamport.payment(fields["imp_uid"])
    except IamportError:
        return
    if order is not None and order.payment is None and payment.amount == order.amount:
        order.status = "paid" if payment.merchant_uid != order.merchant_uid else order.status


async def drops(shop: Any, request: Request, fields: Mapping[str, str]) -> Response | None:
    if "json" not in request.headers["content-type"]:
        return None
    try:
        await shop._checkout._iamport.payment(fields["imp_uid"])
    except NotFound:
        pass
    except IamportError:
        return Response(status_code=503)
    return Response("ok")


async def knows_no_forms(_: Any, request: Request, __: Mapping[str, str]) -> Response | None:
    return None if "json" in request.headers["content-type"] else Response("ok")


async def believes_old_news(shop: Any, _: Request, fields: Mapping[str, str]) -> None:
    order = named(shop, fields)
    known = order.payment.imp_uid if order is not None and order.payment is not None else None
    if order is not None and fields["imp_uid"] == known and fields["status"] == "paid":
        order.status = "paid"


class TwiceIsTooMuch(_checkout.Checkout):
    async def hear(self, imp_uid: str) -> bool:
        heard = self.__dict__.setdefault("heard", set())
        if imp_uid in heard:
            with suppress(IamportError):
                await self._iamport.cancel(imp_uid)
        heard.add(imp_uid)
        return await super().hear(imp_uid)


class EarlyIsADouble(_checkout.Checkout):
    async def _charge(self, order: Order, ask: _checkout.Ask) -> Outcome:
        async def noted() -> PaidPayment:
            answer = await ask()
            if order.payment is not None:
                await self._iamport.cancel(order.payment)
            return answer

        return await super()._charge(order, noted)


class HearsGoodNewsOnly(_checkout.Checkout):
    async def hear(self, imp_uid: str) -> bool:
        try:
            if (await self._iamport.payment(imp_uid)).status == "cancelled":
                return True
        except IamportError:
            pass
        return await super().hear(imp_uid)

    async def refresh(self, order: Order) -> None:
        if order.status != "paid":
            await super().refresh(order)


class KnowsAll(_checkout.Checkout):
    async def hear(self, imp_uid: str) -> bool:
        try:
            await self._iamport.payment(imp_uid)
        except NotFound:
            raise RuntimeError("there must be a payment") from None
        except IamportError:
            pass
        return await super().hear(imp_uid)


class SaysYes(_checkout.Checkout):
    async def hear(self, imp_uid: str) -> bool:
        await super().hear(imp_uid)
        return True


def any_amount() -> Any:
    return mock.patch.object(_order.Order, "_is_cancelled_or_as_asked", return_value=True)


mutant("M-HOOK-01", "believes what it can't find", patch=hears(believes, afterwards=True))
mutant("M-HOOK-02", "takes any payment", patch=hears(looks_at_no_number, afterwards=True))
mutant("M-HOOK-03", "takes any amount", patch=any_amount)
mutant("M-HOOK-04", "drops webhooks", patch=hears(drops))
mutant("M-HOOK-05", "refunds what is told twice", checkout=TwiceIsTooMuch)
mutant("M-HOOK-06", "takes an early webhook for a double", checkout=EarlyIsADouble)
mutant("M-HOOK-07", "believes old news", patch=hears(believes_old_news, afterwards=True))
mutant("M-HOOK-08", "hears of payments only", checkout=HearsGoodNewsOnly)
mutant("M-HOOK-09", "crashes at unknown news", checkout=KnowsAll)
mutant("M-HOOK-10", "answers 200 before it knows", checkout=SaysYes)
mutant("M-HOOK-11", "knows JSON only", patch=hears(knows_no_forms))


# In trouble


class OneAtATime(Client):
    def __init__(self, right: AsyncIamport, imp_secret: str) -> None:
        super().__init__(right, imp_secret)
        self.lock = asyncio.Lock()

    async def issue_billing_key(self, uid: str, card: CardDetails) -> Any:
        async with self.lock:
            return await self.right.issue_billing_key(uid, card)


class BlowsAFuse(Client):
    async def issue_billing_key(self, uid: str, card: CardDetails) -> Any:
        if self.__dict__.get("losses", 0) >= 6:
            raise NotSent("out of order")
        try:
            issued = await self.right.issue_billing_key(uid, card)
        except OutcomeUnknown:
            self.__dict__["losses"] = self.__dict__.get("losses", 0) + 1
            raise
        self.__dict__["losses"] = 0
        return issued


def breaks_off(app: App) -> App:
    """Answers half where i'mport's answer couldn't be used."""

    async def wrong(scope: Any, receive: Any, send: Any) -> None:
        held: list[Any] = []

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                held.append(message)
                return
            if (
                held
                and held[0]["status"] == 400
                and "확인하지 못했습니다".encode() in message["body"]
            ):
                headers = [pair for pair in held[0]["headers"] if pair[0] != b"content-length"]
                await send({**held[0], "headers": [*headers, (b"content-length", b"9999")]})
                await send({"type": "http.response.body", "body": b"{", "more_body": True})
                raise ConnectionError("broken off")
            for start in held:
                await send(start)
            held.clear()
            await send(message)

        await app(scope, receive, sending)

    return wrong


mutant("M-UP-01", "registers one card at a time", client=OneAtATime)
mutant("M-UP-02", "needs a restart after an outage", client=BlowsAFuse)
mutant("M-UP-03", "breaks off when it doesn't understand", asgi=breaks_off)


# Card data


class RepeatsTheCard(_checkout.Checkout):
    async def register(self, customer_uid: str, card: CardDetails) -> Outcome:
        outcome = await super().register(customer_uid, card)
        said = f"{outcome.message} {card.reveal()['card_number']}"
        return outcome if outcome.status == "success" else replace(outcome, message=said)


def points_to_the_card(app: App) -> App:
    async def wrong(scope: Any, receive: Any, send: Any) -> None:
        found: list[bytes] = []

        async def receiving() -> Any:
            message = await receive()
            found.extend(re.findall(rb"card_number=([0-9-]+)", message.get("body", b"")))
            return message

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start" and found:
                place = (b"content-location", b"/thanks?card=" + found[0])
                message = {**message, "headers": [*message["headers"], place]}
            await send(message)

        await app(scope, receiving, sending)

    return wrong


def sends_the_card_too() -> Any:
    right = _client._Access.request

    def request(access: Any, http: Any, call: Call[Any]) -> httpx.Request:
        made = right(access, http, call)
        if call.path.endswith("/payments/again"):
            body = {**json.loads(made.content), "card_number": "****"}
            headers = {"Content-Type": "application/json"}
            made = http.build_request("POST", made.url, content=json.dumps(body), headers=headers)
        return made

    return mock.patch.object(_client._Access, "request", request)


class LogsTheCard(_checkout.Checkout):
    async def register(self, customer_uid: str, card: CardDetails) -> Outcome:
        _checkout._LOG.warning("registering %s", card.reveal()["card_number"])
        return await super().register(customer_uid, card)


mutant("M-CARD-01", "repeats the card in its answer", checkout=RepeatsTheCard)
mutant("M-CARD-02", "leads to a page with the card in its address", asgi=points_to_the_card)
mutant("M-CARD-03", "sends card data along with a key", patch=sends_the_card_too)
mutant("M-CARD-04", "logs the card", checkout=LogsTheCard)


# What only a story of several steps shows


class CountsToTwo(ForgetsThatItIsPaid):
    async def _attempt(self, order: Order, ask: _checkout.Ask) -> Outcome:
        clicks = self.__dict__.setdefault("clicks", Counter())
        clicks[id(order)] += 1
        if clicks[id(order)] > 2:
            return await super()._attempt(order, ask)
        return await _checkout.Checkout._attempt(self, order, ask)


mutant("M-ALL-01", "forgets with the third click that an order is paid", checkout=CountsToTwo)
