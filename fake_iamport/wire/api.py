"""The way of one call: bytes in, operation, bytes out, and a line in the journal."""

import asyncio
import logging
import traceback

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
from fake_iamport.journal import REDACTED, Line, redacted
from fake_iamport.journal.redaction import answer_without, numbers_in, without
from fake_iamport.operations import operations
from fake_iamport.operations.declaration import Access, Call, Operation, PartlyFound
from fake_iamport.wire.authorization import presented_token
from fake_iamport.wire.bodies import ClientGone
from fake_iamport.wire.envelope import Answer, failed, send_answer, success_bytes
from fake_iamport.wire.exchange import Exchange
from fake_iamport.wire.parameters import Parameters, parse
from fake_iamport.wire.routing import Router

__all__ = ["Api"]

_log = logging.getLogger("fake_iamport")
_STOPPING = "The emulator is stopping."
_BROKEN = "The emulator itself failed here; its log says where. Please report it."


class Api:
    """The emulated API as an ASGI application."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self._router = Router(operations().values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        started = stopwatch()
        exchange = Exchange(scope, receive, send)
        try:
            answer = await self._answer(exchange)
        except ClientGone:
            return
        turn = exchange.turn
        if turn is not None:
            answer = await turn.finish(answer)
        self._write_down(exchange, answer, started)
        if turn is not None:
            await turn.deliver(answer, keep_alive=exchange.keep_alive)
            return
        await send_answer(exchange.connection, answer, keep_alive=exchange.keep_alive)

    async def _answer(self, exchange: Exchange) -> Answer:
        try:
            return await self._perform(exchange)
        except ClientGone:
            raise
        except asyncio.CancelledError:
            if not exchange.connection.has_socket:
                raise  # There is no server that could stop: it is the caller who gives up.
            # The server stops while half of a request is here: nothing was done, and nothing is.
            if exchange.turn is not None:
                exchange.turn.cut_short()
            return failed(503, -1, _STOPPING)
        except ApiError as error:
            return failed(error.status, error.code, error.message)
        except Exception as error:  # noqa: BLE001 - a caller gets the envelope, whatever happens
            _log_without_values(exchange, error)
            return failed(500, -1, _BROKEN)

    async def _perform(self, exchange: Exchange) -> Answer:
        exchange.read_query()
        try:
            exchange.operation, exchange.path_values = self._router.find(
                exchange.method, exchange.path
            )
        except NotFound as unknown:
            exchange.unknown = unknown
        await self.identify(exchange)
        merchant = exchange.merchant
        if merchant is not None and merchant.scenarios is not None:
            return await merchant.scenarios.perform(self, exchange, merchant)
        operation = self.admit(exchange)
        await exchange.read_body()
        return await self.carry_out(exchange, operation)

    async def identify(self, exchange: Exchange) -> None:
        """Note whose call this is, also when the credentials or the token are no good."""
        operation = exchange.operation
        if operation is not None and operation.access is Access.CREDENTIALS:
            await exchange.read_body()
            exchange.merchant = self.emulator.merchants.get(_sent(exchange, "imp_key"))
            return
        exchange.has_token = False
        presented = presented_token(exchange.headers, exchange.query or {})
        if presented is None:
            return
        access_token, exchange.presented = presented
        owner = await self.emulator.store.merchant_of_token(access_token)
        if owner is None:
            return
        imp_key, token = owner
        merchant = exchange.merchant = self.emulator.merchants.get(imp_key)
        exchange.has_token = merchant is not None and token.expired_at > merchant.clock.now()

    def admit(self, exchange: Exchange) -> Operation:
        """Let a call in that is for an operation and shows what that asks for.

        Raises:
            NotFound: there is no such operation.
            Unauthorized: there is no token, or not one that is good; or the credentials are wrong.
            MissingCredentials: there are none.
        """
        operation = exchange.operation
        if operation is None:
            raise exchange.unknown or NotFound(message=exchange.path)
        if operation.access is Access.TOKEN:
            if not exchange.has_token:
                raise Unauthorized
            return operation
        imp_key, imp_secret = _sent(exchange, "imp_key"), _sent(exchange, "imp_secret")
        if not imp_key or not imp_secret:
            raise MissingCredentials
        if exchange.merchant is None or not exchange.merchant.has_secret(imp_secret):
            raise WrongCredentials
        return operation

    async def carry_out(self, exchange: Exchange, operation: Operation) -> Answer:
        """Do what is asked, in one transaction."""
        merchant = exchange.merchant
        # It may have been let go while its request came in.
        if merchant is None or self.emulator.merchants.get(merchant.imp_key) is not merchant:
            raise Unauthorized
        values = exchange.values()
        parameters = parse(operation.parameters, values, strict=merchant.settings.strict)
        agent = exchange.headers.get(b"user-agent", b"").decode("utf-8", "replace")
        async with self.emulator.store.transaction(merchant.imp_key) as transaction:
            call = Call(merchant, transaction, operation.operation_id, agent or None)
            exchange.gateway = call.gateway
            if exchange.turn is None:
                result = await operation.function(call, parameters)
            else:
                result = await exchange.turn.carry_out(
                    call, lambda: operation.function(call, parameters)
                )
            next_webhook = await transaction.next_webhook()
            next_schedule = await transaction.next_schedule()
        self.emulator.wake_if_due(merchant, next_webhook, next_schedule)
        return _answer_with(result, operation)

    def _write_down(self, exchange: Exchange, answer: Answer, started: float) -> None:
        operation, merchant, turn = exchange.operation, exchange.merchant, exchange.turn
        declared = operation.parameters if operation else Parameters
        journal = self.emulator.journal
        if not journal.is_read:
            return
        clock = (merchant or self.emulator.default_merchant).clock
        secrets: list[str] = [] if operation else numbers_in(exchange.path)
        path_values, query, body = (
            values and redacted(declared, values, secrets)
            for values in (exchange.path_values, exchange.query, exchange.body)
        )
        message = answer.message
        journal.add(
            Line(
                number=journal.next_number(),
                at=clock.now(),
                merchant=merchant.imp_key if merchant else None,
                operation=operation.operation_id if operation else None,
                method=exchange.method,
                path=without(exchange.path, secrets),
                path_values=path_values,
                query=query,
                body=body,
                body_size=exchange.body_size,
                content_type=journal.header_text(exchange.headers.get(b"content-type")),
                user_agent=journal.header_text(exchange.headers.get(b"user-agent")),
                token=exchange.presented,
                status=answer.status,
                code=answer.code,
                message=message and without(message, secrets),
                response=msgspec.Raw(answer_without(answer.shown or answer.body, secrets)),
                failure=exchange.gateway.failure if exchange.gateway else None,
                seconds=stopwatch() - started,
                rules=turn.fired if turn else (),
                fault=turn.told() if turn else None,
            )
        )


def _sent(exchange: Exchange, name: str) -> str:
    return str(exchange.values().get(name) or "")


def _answer_with(result: object, operation: Operation) -> Answer:
    shown: bytes | None = None
    if operation.secret_results and isinstance(result, msgspec.Struct):
        hidden = dict.fromkeys(operation.secret_results, REDACTED)
        shown = success_bytes(msgspec.structs.replace(result, **hidden))
    if isinstance(result, PartlyFound):
        return Answer(207, success_bytes(result.found))
    return Answer(200, success_bytes(result), shown=shown)


def _log_without_values(exchange: Exchange, error: Exception) -> None:
    frames = "".join(traceback.format_tb(error.__traceback__))
    name = exchange.operation.operation_id if exchange.operation else exchange.method
    _log.error("%s failed with %s\n%s", name, type(error).__name__, frames)
