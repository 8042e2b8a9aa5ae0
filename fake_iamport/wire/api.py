"""The way of one call: bytes in, operation, bytes out, and a line in the journal."""

import asyncio
import logging
import traceback
from collections.abc import Mapping
from contextlib import suppress

import msgspec
from starlette.types import Receive, Scope, Send

from fake_iamport.clock import stopwatch
from fake_iamport.emulator import Emulator
from fake_iamport.errors import (
    ApiError,
    MissingCredentials,
    NotFound,
    Unauthorized,
    WrongCredentials,
)
from fake_iamport.gateway.gateway import Gateway
from fake_iamport.journal import REDACTED, Line, redacted
from fake_iamport.journal.redaction import answer_without, sent_secrets, without
from fake_iamport.merchants import Merchant
from fake_iamport.operations import operations
from fake_iamport.operations.declaration import Access, Call, Operation, PartlyFound
from fake_iamport.wire.authorization import presented_token
from fake_iamport.wire.bodies import ClientGone, decode_body, read_body
from fake_iamport.wire.envelope import failure_bytes, send_answer, success_bytes
from fake_iamport.wire.parameters import Parameters, parse
from fake_iamport.wire.php_brackets import parse_pairs
from fake_iamport.wire.routing import Router

__all__ = ["Api"]

_log = logging.getLogger("fake_iamport")
_WITHOUT_BODY = frozenset({"GET"})
_STOPPING = "The emulator is stopping."
_BROKEN = "The emulator itself failed here; its log says where. Please report it."


class _Exchange:
    """What is known of one call so far; the journal's line is written from it."""

    __slots__ = (
        "body",
        "body_size",
        "gateway",
        "headers",
        "merchant",
        "method",
        "operation",
        "path",
        "path_values",
        "presented",
        "query",
        "shown",
    )

    def __init__(self, scope: Scope) -> None:
        self.method: str = scope["method"]
        self.path: str = _raw_path(scope)
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self.operation: Operation | None = None
        self.merchant: Merchant | None = None
        self.path_values: dict[str, object] | None = None
        self.query: dict[str, object] | None = None
        self.body: dict[str, object] | None = None
        self.body_size = _announced_size(self.method, self.headers)
        self.presented: str | None = None
        self.gateway: Gateway | None = None
        self.shown: bytes | None = None


class Api:
    """The emulated API as an ASGI application."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._router = Router(operations().values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        started = stopwatch()
        exchange = _Exchange(scope)
        code, message = 0, None
        try:
            status, body = await self._perform(exchange, scope, receive)
        except ClientGone:
            return
        except asyncio.CancelledError:
            # The server stops while half of a request is here: nothing was done, and nothing is.
            status, code, message = 503, -1, _STOPPING
            body = failure_bytes(code, message)
        except ApiError as error:
            status, code, message = error.status, error.code, error.message
            body = failure_bytes(code, message)
        except Exception as error:  # noqa: BLE001 - a caller gets the envelope, whatever happens
            _log_without_values(exchange, error)
            status, code, message = 500, -1, _BROKEN
            body = failure_bytes(code, message)
        self._write_down(exchange, status, code, message, body, started)
        await send_answer(send, status, body, keep_alive=_stays(scope, exchange.headers))

    async def _perform(
        self, exchange: _Exchange, scope: Scope, receive: Receive
    ) -> tuple[int, bytes]:
        query = parse_pairs(scope["query_string"].decode("latin-1"), source="query string")
        exchange.query = query
        try:
            operation, path_values = self._router.find(exchange.method, exchange.path)
        except NotFound:
            with suppress(Unauthorized):
                await self._merchant_of_token(exchange, query)
            raise
        exchange.operation = operation
        exchange.path_values = path_values
        if operation.access is Access.TOKEN:
            await self._merchant_of_token(exchange, query)
        body = await _read_parameters(exchange, receive)
        exchange.body = body
        values = {**query, **body, **path_values}
        if operation.access is Access.TOKEN:
            merchant = self._still_there(exchange.merchant)
        else:
            merchant = self._merchant_of_credentials(exchange, values)
        return await self._run(exchange, operation, merchant, values)

    def _still_there(self, merchant: Merchant | None) -> Merchant:
        """The merchant, unless it was let go while its request came in."""
        if merchant is None or self._emulator.merchants.get(merchant.imp_key) is not merchant:
            raise Unauthorized
        return merchant

    async def _run(
        self,
        exchange: _Exchange,
        operation: Operation,
        merchant: Merchant,
        values: Mapping[str, object],
    ) -> tuple[int, bytes]:
        parameters = parse(operation.parameters, values, strict=merchant.settings.strict)
        agent = exchange.headers.get(b"user-agent", b"").decode("utf-8", "replace")
        async with self._emulator.store.transaction(merchant.imp_key) as transaction:
            call = Call(merchant, transaction, operation.operation_id, agent or None)
            exchange.gateway = call.gateway
            result = await operation.function(call, parameters)
            next_webhook = await transaction.next_webhook()
            next_schedule = await transaction.next_schedule()
        self._emulator.wake_if_due(merchant, next_webhook, next_schedule)
        if operation.secret_results and isinstance(result, msgspec.Struct):
            shown = msgspec.structs.replace(
                result, **dict.fromkeys(operation.secret_results, REDACTED)
            )
            exchange.shown = success_bytes(shown)
        if isinstance(result, PartlyFound):
            return 207, success_bytes(result.found)
        return 200, success_bytes(result)

    async def _merchant_of_token(self, exchange: _Exchange, query: Mapping[str, object]) -> None:
        """Note whose call this is, also when its token has expired.

        Raises:
            Unauthorized: there is no token, or not one that is good.
        """
        presented = presented_token(exchange.headers, query)
        if presented is None:
            raise Unauthorized
        access_token, exchange.presented = presented
        owner = await self._emulator.store.merchant_of_token(access_token)
        if owner is None:
            raise Unauthorized
        imp_key, token = owner
        exchange.merchant = self._emulator.merchants.get(imp_key)
        if exchange.merchant is None or token.expired_at <= exchange.merchant.clock.now():
            raise Unauthorized

    def _merchant_of_credentials(
        self, exchange: _Exchange, values: Mapping[str, object]
    ) -> Merchant:
        imp_key, imp_secret = (str(values.get(name) or "") for name in ("imp_key", "imp_secret"))
        if not imp_key or not imp_secret:
            raise MissingCredentials
        merchant = exchange.merchant = self._emulator.merchants.get(imp_key)
        if merchant is None or not merchant.has_secret(imp_secret):
            raise WrongCredentials
        return merchant

    def _write_down(
        self,
        exchange: _Exchange,
        status: int,
        code: int,
        message: str | None,
        body: bytes,
        started: float,
    ) -> None:
        operation, merchant = exchange.operation, exchange.merchant
        declared = operation.parameters if operation else Parameters
        journal = self._emulator.journal
        clock = (merchant or self._emulator.default_merchant).clock
        in_path = exchange.path_values if operation else {"path": exchange.path}
        secrets = sent_secrets(exchange.query, exchange.body, in_path)
        journal.add(
            Line(
                number=journal.next_number(),
                at=clock.now(),
                merchant=merchant.imp_key if merchant else None,
                operation=operation.operation_id if operation else None,
                method=exchange.method,
                path=without(exchange.path, secrets),
                path_values=exchange.path_values and redacted(declared, exchange.path_values),
                query=exchange.query and redacted(declared, exchange.query),
                body=exchange.body and redacted(declared, exchange.body),
                body_size=exchange.body_size,
                content_type=journal.header_text(exchange.headers.get(b"content-type")),
                user_agent=journal.header_text(exchange.headers.get(b"user-agent")),
                token=exchange.presented,
                status=status,
                code=code,
                message=message and without(message, secrets),
                response=msgspec.Raw(answer_without(exchange.shown or body, secrets)),
                failure=exchange.gateway.failure if exchange.gateway else None,
                seconds=stopwatch() - started,
            )
        )


async def _read_parameters(exchange: _Exchange, receive: Receive) -> dict[str, object]:
    if exchange.method in _WITHOUT_BODY:
        return {}
    body = await read_body(receive, exchange.body_size)
    exchange.body_size = len(body)
    return decode_body(body, exchange.headers.get(b"content-type", b"").decode("latin-1"))


def _announced_size(method: str, headers: Mapping[bytes, bytes]) -> int:
    """How many bytes the caller says that it sends in a body that is read."""
    length = headers.get(b"content-length", b"") if method not in _WITHOUT_BODY else b""
    return int(length[:18]) if length.isdigit() else 0


def _stays(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    """Whether the connection stays open afterwards."""
    wishes = {wish.strip() for wish in headers.get(b"connection", b"").lower().split(b",")}
    return scope["http_version"] != "1.0" and b"close" not in wishes


def _raw_path(scope: Scope) -> str:
    raw: bytes | None = scope.get("raw_path")
    return raw.decode("latin-1") if raw is not None else scope["path"]


def _log_without_values(exchange: _Exchange, error: Exception) -> None:
    frames = "".join(traceback.format_tb(error.__traceback__))
    name = exchange.operation.operation_id if exchange.operation else exchange.method
    _log.error("%s failed with %s\n%s", name, type(error).__name__, frames)
