"""The merchant's routes. Each answers JSON, or a page to a browser that asks for one."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from reference_client import AsyncIamport
from reference_client.merchant import _pages as pages
from reference_client.merchant._checkout import Checkout, Patience
from reference_client.merchant._fields import (
    CARD_FIELDS,
    Fields,
    InvalidInputError,
    card_in,
    check,
    read_fields,
)
from reference_client.merchant._order import Order, Outcome
from reference_client.merchant._refunds import Refunds

__all__ = ["create_app"]

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_MESSAGES = {404: "찾으시는 주소나 주문이 없습니다.", 405: "지원하지 않는 요청 방식입니다."}
_STATIC = Path(__file__).with_name("static")


def create_app(iamport: AsyncIamport, *, patience: Patience | None = None) -> Starlette:
    """Make the merchant on top of a client, which the caller closes.

    One client serves all requests, so that they share its token. Each app has orders of its own.
    """
    patience = patience or Patience()
    checkout = Checkout(iamport, patience)
    shop = _Shop(checkout, Refunds(iamport, patience, checkout))
    app = Starlette(
        routes=[
            Route("/", shop.card_form),
            Route("/health", shop.health),
            Route("/subscriptions/issue-billing", shop.issue_billing, methods=["POST"]),
            Route("/subscription/issue-billing", shop.issue_billing, methods=["POST"]),
            Route("/orders", shop.place_order, methods=["POST"]),
            Route("/orders/{order_id}", shop.show_order),
            Route("/orders/{order_id}/pay-by-card", shop.pay_by_card, methods=["POST"]),
            Route("/orders/{order_id}/pay-by-key", shop.pay_by_key, methods=["POST"]),
            Route("/orders/{order_id}/cancel", shop.cancel, methods=["POST"]),
            Route("/iamport/webhook", shop.webhook, methods=["POST"]),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        exception_handlers={HTTPException: _failed, Exception: _crashed},
    )
    app.router.redirect_slashes = False
    return app


class _Shop:
    """The handlers: read the request, have it done, say how it went."""

    def __init__(self, checkout: Checkout, refunds: Refunds) -> None:
        self._checkout = checkout
        self._refunds = refunds

    async def health(self, _: Request) -> Response:
        """Say that the merchant is up, whatever i'mport does."""
        return _json({"status": "ok"})

    async def card_form(self, _: Request) -> Response:
        """Show the form that registers a card."""
        return _page(pages.register())

    async def issue_billing(self, request: Request) -> Response:
        """Register a card under a customer_uid."""
        fields = Fields()
        try:
            fields = await read_fields(request)
            check(fields, (*CARD_FIELDS, "customer_uid"))
        except InvalidInputError as error:
            page = pages.register(fields.get("customer_uid", ""), error)
            return _invalid(request, error, page)
        outcome = await self._checkout.register(fields["customer_uid"], card_in(fields))
        if _prefers_html(request):
            return _page(pages.registered(outcome), outcome.http_status)
        return _json(_told(outcome), outcome.http_status)

    async def place_order(self, request: Request) -> Response:
        """Take an order; this stands in for a shop's cart, where the amount comes from."""
        try:
            fields = await read_fields(request)
            check(fields, ("name", "amount"))
        except InvalidInputError as error:
            return _invalid(request, error, pages.register(error=error))
        order = self._checkout.order(fields["name"], int(fields["amount"]))
        if _prefers_html(request):
            return _see(order)
        return _json(_shown(order), 201)

    async def show_order(self, request: Request) -> Response:
        """Show an order as i'mport knows it now."""
        order = self._order(request)
        await self._checkout.refresh(order)
        return _page(pages.order(order)) if _prefers_html(request) else _json(_shown(order))

    async def pay_by_card(self, request: Request) -> Response:
        """Pay an order with a card that is typed in; ``customer_uid`` also keeps the card."""

        def pay(order: Order, fields: Fields) -> Awaitable[Outcome]:
            keep_as = fields.get("customer_uid") or None
            return self._checkout.pay_by_card(order, card_in(fields), keep_as)

        return await self._pay(request, pay, CARD_FIELDS, optional=("customer_uid",))

    async def pay_by_key(self, request: Request) -> Response:
        """Pay an order with a registered card."""

        def pay(order: Order, fields: Fields) -> Awaitable[Outcome]:
            return self._checkout.pay_by_key(order, fields["customer_uid"])

        return await self._pay(request, pay, ("customer_uid",))

    async def cancel(self, request: Request) -> Response:
        """Give an order's money back; in a real shop its staff or the order's owner may do that."""
        order = self._order(request)
        try:
            fields = await read_fields(request)
            check(fields, [name for name in ("amount", "checksum", "reason") if fields.get(name)])
        except InvalidInputError as error:
            return _invalid(request, error, pages.order(order, error))
        outcome = await self._refunds.cancel(
            order, _number(fields, "amount"), _number(fields, "checksum"), fields.get("reason")
        )
        if _prefers_html(request):
            return _see(order)
        return _json({**_told(outcome), "order": _shown(order)}, outcome.http_status)

    async def webhook(self, request: Request) -> Response:
        """Hear from i'mport, or from anybody: i'mport V1 signs nothing, so only a number is taken.

        i'mport sends a webhook again after a 5xx, if it was told to (docs), and after nothing else.
        """
        try:
            fields = await read_fields(request)
            check(fields, ("imp_uid",))
        except InvalidInputError as error:
            return _json({"status": "failed", "message": error.message}, 400)
        if await self._checkout.hear(fields["imp_uid"]):
            return _json({"status": "success"})
        return _json({"status": "error"}, 503)

    async def _pay(
        self,
        request: Request,
        pay: Callable[[Order, Fields], Awaitable[Outcome]],
        required: Sequence[str],
        optional: Sequence[str] = (),
    ) -> Response:
        order = self._order(request)
        try:
            fields = await read_fields(request)
            check(fields, (*required, *(name for name in optional if fields.get(name))))
        except InvalidInputError as error:
            return _invalid(
                request, error, pages.order(order, error, for_key=required == ("customer_uid",))
            )
        outcome = await pay(order, fields)
        if _prefers_html(request):
            return _see(order)
        return _json({**_told(outcome), "order": _shown(order)}, outcome.http_status)

    def _order(self, request: Request) -> Order:
        order = self._checkout.find(request.path_params["order_id"])
        if order is None:
            raise HTTPException(404)
        return order


def _shown(order: Order) -> dict[str, Any]:
    payment = order.payment
    return {
        "order_id": order.order_id,
        "merchant_uid": order.merchant_uid,
        "name": order.name,
        "amount": order.amount,
        "status": order.status,
        "message": order.message,
        "imp_uid": payment.imp_uid if payment else None,
        "cancelled_amount": int(payment.cancel_amount) if payment else 0,
        "cancellable_amount": int(payment.cancellable_amount) if payment else 0,
        "receipt_url": payment.receipt_url if payment else None,
    }


def _number(fields: Fields, name: str) -> int | None:
    return int(fields[name]) if fields.get(name) else None


def _told(outcome: Outcome) -> dict[str, Any]:
    return {"status": outcome.status, "message": outcome.message}


def _invalid(request: Request, error: InvalidInputError, page: pages.Html) -> Response:
    if _prefers_html(request):
        return _page(page, 400)
    return _json({"status": "failed", "message": error.message, "errors": error.errors}, 400)


def _page(page: pages.Html, status: int = 200) -> Response:
    return HTMLResponse(page, status, _HEADERS)


def _json(answer: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(answer, status, _HEADERS)


def _see(order: Order) -> Response:
    # After a redirect, reloading the page doesn't send the form again.
    return RedirectResponse(f"/orders/{quote(order.order_id)}", 303, _HEADERS)


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = _MESSAGES.get(error.status_code, "요청을 처리할 수 없습니다.")
    if _prefers_html(request):
        return _page(pages.failed(message), error.status_code)
    return _json({"status": "failed", "message": message}, error.status_code)


async def _crashed(request: Request, _: Exception) -> Response:
    # It may have happened during a charge, so this must not read as "failed".
    message = "처리 결과를 확인하지 못했습니다. 주문 상태를 확인해 주세요."
    if _prefers_html(request):
        return _page(pages.failed(message), 500)
    return _json({"status": "error", "message": message}, 500)


def _prefers_html(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return _quality(accepted, "text/html") > _quality(accepted, "application/json")


def _quality(accepted: str, media_type: str) -> float:
    """Read how welcome a type is, from 0 to 1; the most specific mention counts."""
    ranges = {media_type: 3, media_type.split("/")[0] + "/*": 2, "*/*": 1}
    best, quality = 0, 0.0
    for entry in accepted.lower().split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        if ranges.get(name, 0) > best:
            best, quality = ranges[name], _q(parameters)
    return quality


def _q(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
