"""Records in this process's memory: the default, and gone when it ends."""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TypeVar

from fake_iamport.domain.billing_key import BillingKey, GatewayKey
from fake_iamport.domain.payment import Payment
from fake_iamport.domain.token import Token

__all__ = ["MemoryStore"]

Record = TypeVar("Record")


class _World:
    __slots__ = ("billing_keys", "gateway_keys", "lock", "orders", "payments", "token")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.token: Token | None = None
        self.billing_keys: dict[str, BillingKey] = {}
        self.payments: dict[str, Payment] = {}
        self.orders: dict[str, tuple[str, ...]] = {}
        self.gateway_keys: dict[str, GatewayKey] = {}


class MemoryStore:
    """A :class:`~fake_iamport.store.Store` of plain dictionaries."""

    def __init__(self) -> None:
        self._worlds: dict[str, _World] = {}
        self._merchants_of_tokens: dict[str, str] = {}

    def transaction(self, merchant: str) -> "_MemoryTransaction":
        """Open a transaction; others of the same merchant wait until it ends."""
        return _MemoryTransaction(self._world(merchant), merchant, self._merchants_of_tokens)

    async def merchant_of_token(self, access_token: str) -> tuple[str, Token] | None:
        """Whose token this is, alive or not."""
        merchant = self._merchants_of_tokens.get(access_token)
        if merchant is None:
            return None
        token = self._world(merchant).token
        return None if token is None else (merchant, token)

    async def reset(self, merchant: str) -> None:
        """Forget the merchant's records, except its token."""
        world = self._world(merchant)
        async with world.lock:
            for records in (world.billing_keys, world.payments, world.orders, world.gateway_keys):
                records.clear()

    async def remove(self, merchant: str) -> None:
        """Forget everything of the merchant."""
        world = self._worlds.pop(merchant, None)
        if world is not None and world.token is not None:
            del self._merchants_of_tokens[world.token.access_token]

    def _world(self, merchant: str) -> _World:
        world = self._worlds.get(merchant)
        if world is None:
            world = self._worlds[merchant] = _World()
        return world


class _MemoryTransaction:
    """Writes at once and remembers how to take each write back."""

    __slots__ = ("_merchant", "_merchants_of_tokens", "_undo", "_world")

    def __init__(self, world: _World, merchant: str, merchants_of_tokens: dict[str, str]) -> None:
        self._world = world
        self._merchant = merchant
        self._merchants_of_tokens = merchants_of_tokens
        self._undo: list[Callable[[], object]] = []

    async def __aenter__(self) -> "_MemoryTransaction":
        await self._world.lock.acquire()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            while self._undo:
                self._undo.pop()()
        self._world.lock.release()

    async def token(self) -> Token | None:
        return self._world.token

    async def put_token(self, token: Token) -> None:
        await self.delete_token()
        self._put(self._merchants_of_tokens, token.access_token, self._merchant)
        self._world.token = token

    async def delete_token(self) -> None:
        before = self._world.token
        self._undo.append(lambda: setattr(self._world, "token", before))
        if before is not None:
            self._remove(self._merchants_of_tokens, before.access_token)
            self._world.token = None

    async def billing_key(self, customer_uid: str) -> BillingKey | None:
        return self._world.billing_keys.get(customer_uid)

    async def put_billing_key(self, billing_key: BillingKey) -> None:
        self._put(self._world.billing_keys, billing_key.customer_uid, billing_key)

    async def delete_billing_key(self, customer_uid: str) -> None:
        self._remove(self._world.billing_keys, customer_uid)

    async def payment(self, imp_uid: str) -> Payment | None:
        return self._world.payments.get(imp_uid)

    async def payments_of_order(self, merchant_uid: str) -> Sequence[Payment]:
        payments = self._world.payments
        return [payments[imp_uid] for imp_uid in self._world.orders.get(merchant_uid, ())]

    async def add_payment(self, payment: Payment) -> None:
        orders = self._world.orders
        attempts = (*orders.get(payment.merchant_uid, ()), payment.imp_uid)
        self._put(self._world.payments, payment.imp_uid, payment)
        self._put(orders, payment.merchant_uid, attempts)

    async def gateway_key(self, key: str) -> GatewayKey | None:
        return self._world.gateway_keys.get(key)

    async def put_gateway_key(self, line: GatewayKey) -> None:
        self._put(self._world.gateway_keys, line.key, line)

    async def gateway_keys(self) -> Sequence[GatewayKey]:
        return list(self._world.gateway_keys.values())

    def _put(self, records: dict[str, Record], key: str, record: Record) -> None:
        before = records.get(key)
        records[key] = record
        if before is None:
            self._undo.append(lambda: records.pop(key))
        else:
            self._undo.append(lambda: records.__setitem__(key, before))

    def _remove(self, records: dict[str, Record], key: str) -> None:
        before = records.pop(key)
        self._undo.append(lambda: records.__setitem__(key, before))
