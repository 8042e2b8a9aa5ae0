"""Records in this process's memory: the default, and gone when it ends."""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Sequence
from types import TracebackType
from typing import TypeVar

from fake_iamport.domain.billing_key import BillingKey, GatewayKey
from fake_iamport.domain.payment import Payment
from fake_iamport.domain.prepared import PreparedPayment
from fake_iamport.domain.schedule import Schedule, ScheduleStatus
from fake_iamport.domain.token import Token
from fake_iamport.domain.webhook import Webhook
from fake_iamport.store.agenda import Agenda
from fake_iamport.store.payment_index import PaymentIndex
from fake_iamport.store.records import Records
from fake_iamport.store.searches import PaymentSearch, ScheduleSearch
from fake_iamport.store.webhook_index import WebhookIndex

__all__ = ["MemoryStore"]

Key = TypeVar("Key", bound=Hashable)
Record = TypeVar("Record")


class _World:
    """One merchant's records, and the ways to find them."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.token: Token | None = None
        self.clear()

    def clear(self) -> None:
        self.last_number = 0
        self.billing_keys: dict[str, BillingKey] = {}
        self.gateway_keys: dict[str, GatewayKey] = {}
        self.payments: dict[str, Payment] = {}
        self.orders: dict[str, tuple[str, ...]] = {}
        self.customers: dict[str, list[str]] = {}
        self.payment_index = PaymentIndex(self.payments)
        self.schedules: dict[int, Schedule] = {}
        self.schedule_numbers: dict[str, int] = {}
        self.scheduled_customers: dict[str, list[int]] = {}
        self.all_schedules = Agenda()
        self.due_schedules = Agenda()
        self.prepared: dict[str, PreparedPayment] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.webhook_index = WebhookIndex(self.webhooks)


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
            world.clear()

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

    async def next_number(self) -> int:
        self._world.last_number += 1
        return self._world.last_number

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

    async def gateway_key(self, key: str) -> GatewayKey | None:
        return self._world.gateway_keys.get(key)

    async def put_gateway_key(self, line: GatewayKey) -> None:
        self._put(self._world.gateway_keys, line.key, line)

    async def gateway_keys(self) -> Sequence[GatewayKey]:
        return list(self._world.gateway_keys.values())

    async def payment(self, imp_uid: str) -> Payment | None:
        return self._world.payments.get(imp_uid)

    async def payments_of_order(self, merchant_uid: str) -> Sequence[Payment]:
        payments = self._world.payments
        return [payments[imp_uid] for imp_uid in self._world.orders.get(merchant_uid, ())]

    async def payments_of_customer(self, customer_uid: str) -> Sequence[Payment]:
        payments = self._world.payments
        return [payments[imp_uid] for imp_uid in self._world.customers.get(customer_uid, ())]

    async def find_payments(self, search: PaymentSearch) -> tuple[int, Sequence[Payment]]:
        return self._world.payment_index.find(search)

    async def put_payment(self, payment: Payment) -> None:
        world = self._world
        before = world.payments.get(payment.imp_uid)
        if before is None:
            attempts = (*world.orders.get(payment.merchant_uid, ()), payment.imp_uid)
            self._put(world.orders, payment.merchant_uid, attempts)
            if payment.customer_uid is not None:
                self._append(world.customers, payment.customer_uid, payment.imp_uid)
        else:
            world.payment_index.remove(before)
            self._undo.append(lambda: world.payment_index.add(before))
        self._put(world.payments, payment.imp_uid, payment)
        world.payment_index.add(payment)
        self._undo.append(lambda: world.payment_index.remove(payment))

    async def schedule(self, merchant_uid: str) -> Schedule | None:
        number = self._world.schedule_numbers.get(merchant_uid)
        return None if number is None else self._world.schedules[number]

    async def put_schedule(self, schedule: Schedule) -> None:
        world = self._world
        before = world.schedules.get(schedule.number)
        if before is None:
            self._put(world.schedule_numbers, schedule.merchant_uid, schedule.number)
            self._append(world.scheduled_customers, schedule.customer_uid, schedule.number)
        elif before.status is ScheduleStatus.SCHEDULED:
            self._leave(world.due_schedules, before.schedule_at, before.number)
        self._put(world.schedules, schedule.number, schedule)
        if before is None or before.schedule_at != schedule.schedule_at:
            if before is not None:
                self._leave(world.all_schedules, before.schedule_at, before.number)
            self._wait(world.all_schedules, schedule.schedule_at, schedule.number)
        if schedule.status is ScheduleStatus.SCHEDULED:
            self._wait(world.due_schedules, schedule.schedule_at, schedule.number)

    async def schedules_of_customer(self, customer_uid: str) -> Sequence[Schedule]:
        numbers = self._world.scheduled_customers.get(customer_uid, ())
        schedules = [self._world.schedules[number] for number in numbers]
        return sorted(schedules, key=lambda schedule: (schedule.schedule_at, schedule.number))

    async def find_schedules(self, search: ScheduleSearch) -> tuple[int, Sequence[Schedule]]:
        numbers = self._world.all_schedules.between(search.since, search.until)
        schedules = [self._world.schedules[number] for number in numbers]
        found = [each for each in schedules if search.status in (None, each.status)]
        if search.newest_first:
            found.reverse()
        return len(found), found[search.offset : search.offset + search.limit]

    async def next_schedule(self) -> Schedule | None:
        number = self._world.due_schedules.first()
        return None if number is None else self._world.schedules[number]

    async def prepared_payment(self, merchant_uid: str) -> PreparedPayment | None:
        return self._world.prepared.get(merchant_uid)

    async def put_prepared_payment(self, prepared: PreparedPayment) -> None:
        self._put(self._world.prepared, prepared.merchant_uid, prepared)

    async def webhook(self, number: int) -> Webhook | None:
        return self._world.webhooks.get(number)

    async def webhooks(self) -> Sequence[Webhook]:
        return sorted(self._world.webhooks.values(), key=lambda webhook: webhook.number)

    async def webhook_count(self) -> int:
        return len(self._world.webhooks)

    async def oldest_finished_webhook(self) -> Webhook | None:
        return self._world.webhook_index.oldest_finished()

    async def due_webhooks(self, now: int) -> Iterable[Iterable[Webhook]]:
        return self._world.webhook_index.due(now)

    async def put_webhook(self, webhook: Webhook) -> None:
        index = self._world.webhook_index
        before = self._world.webhooks.get(webhook.number)
        if before is not None:
            index.remove(before)
            self._undo.append(lambda: index.add(before))
        self._put(self._world.webhooks, webhook.number, webhook)
        index.add(webhook)
        self._undo.append(lambda: index.remove(webhook))

    async def delete_webhook(self, number: int) -> None:
        index = self._world.webhook_index
        before = self._world.webhooks[number]
        index.remove(before)
        self._undo.append(lambda: index.add(before))
        self._remove(self._world.webhooks, number)

    async def next_webhook(self) -> Webhook | None:
        return self._world.webhook_index.next_waiting()

    async def snapshot(self) -> Records:
        world = self._world
        return Records(
            last_number=world.last_number,
            billing_keys=tuple(world.billing_keys.values()),
            gateway_keys=tuple(world.gateway_keys.values()),
            payments=tuple(world.payments.values()),
            schedules=tuple(world.schedules.values()),
            prepared_payments=tuple(world.prepared.values()),
            webhooks=tuple(world.webhooks.values()),
        )

    async def restore(self, records: Records) -> None:
        before = dict(vars(self._world))
        self._undo.append(lambda: vars(self._world).update(before))
        self._world.clear()
        self._world.last_number = records.last_number
        for billing_key in records.billing_keys:
            await self.put_billing_key(billing_key)
        for line in records.gateway_keys:
            await self.put_gateway_key(line)
        for payment in records.payments:
            await self.put_payment(payment)
        for schedule in records.schedules:
            await self.put_schedule(schedule)
        for prepared in records.prepared_payments:
            await self.put_prepared_payment(prepared)
        for webhook in records.webhooks:
            await self.put_webhook(webhook)

    def _put(self, records: dict[Key, Record], key: Key, record: Record) -> None:
        before = records.get(key)
        records[key] = record
        if before is None:
            self._undo.append(lambda: records.pop(key))
        else:
            self._undo.append(lambda: records.__setitem__(key, before))

    def _remove(self, records: dict[Key, Record], key: Key) -> None:
        before = records.pop(key)
        self._undo.append(lambda: records.__setitem__(key, before))

    def _append(self, records: dict[str, list[Key]], name: str, key: Key) -> None:
        keys = records.setdefault(name, [])
        keys.append(key)
        self._undo.append(keys.pop)

    def _wait(self, agenda: Agenda, moment: int, number: int) -> None:
        agenda.add(moment, number)
        self._undo.append(lambda: agenda.remove(moment, number))

    def _leave(self, agenda: Agenda, moment: int, number: int) -> None:
        agenda.remove(moment, number)
        self._undo.append(lambda: agenda.add(moment, number))
