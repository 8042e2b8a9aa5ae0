"""Delivery: webhooks that have fallen due are sent, outside of any call, and every attempt is kept.

The real server doesn't say whether a webhook comes before or after the answer to the call that caused
it (unknown); here it is sent as soon as the call's transaction is done, so that either may be first.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING
from weakref import ReferenceType, WeakKeyDictionary, WeakSet, ref

import msgspec

from fake_iamport.clock import stopwatch
from fake_iamport.domain.webhook import Attempt, Webhook, WebhookState
from fake_iamport.merchants import Merchant, Merchants
from fake_iamport.store import Store, Transaction
from fake_iamport.webhooks.alarms import Alarms
from fake_iamport.webhooks.claims import Claim, Claims
from fake_iamport.webhooks.limits import Limits
from fake_iamport.webhooks.news import News
from fake_iamport.webhooks.posting import Line
from fake_iamport.webhooks.sending import Outcome, send

if TYPE_CHECKING:
    from fake_iamport.emulator import Emulator

__all__ = ["Courier", "deliver_next"]

_PAUSE_SECONDS = 0.05
"""How long workers leave a merchant alone while somebody moves its clock."""


async def deliver_next(emulator: "Emulator", merchant: Merchant) -> Webhook | None:
    """Send the webhook of ``merchant`` whose moment has come, and give what became of it.

    One that is on its way already is waited for and counts. ``None`` when nothing is due: whoever
    calls this goes on until then.
    """
    return await emulator.courier.deliver_next(merchant)


class Courier:
    """Sends every merchant's webhooks.

    It has workers only while there is something to send: they start where :meth:`wake` is called, on
    the loop that runs there, and end by themselves. Where the merchant's clock runs, an alarm calls them
    for the next resend; where it stands still, whoever moves it sends what falls due.

    What is on its way is known here and nowhere else; its record waits until the attempt is over, so
    that nothing is lost when a worker is stopped. Tasks are known weakly: what they wait for, a lock of
    the store or the time limit of an attempt, holds them.
    """

    def __init__(self, store: Store, merchants: Merchants, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.news = News()
        self._store = store
        self._merchants = merchants
        self._claims = Claims()
        self._alarms = Alarms()
        self._awake: dict[str, Merchant] = {}
        self._blocked: dict[str, Merchant] = {}
        self._on_its_way: ReferenceType[asyncio.Task[None]] | None = None
        self._workers: WeakSet[asyncio.Task[None]] = WeakSet()
        self._releases: WeakKeyDictionary[asyncio.Task[None], Merchant] = WeakKeyDictionary()

    def wake(self, merchant: Merchant) -> None:
        """Look after the merchant's webhooks; to be called when some were written or changed."""
        self.news.tell(merchant)
        self._look_after(merchant)

    def is_under_way(self, merchant: Merchant, webhook: Webhook) -> bool:
        """Whether the webhook is being sent at this moment."""
        return self._claims.is_under_way(merchant, webhook.number)

    def forget(self, merchant: Merchant) -> None:
        """Have nothing more to do with what the merchant's world was until now.

        What is on its way may still arrive, but isn't written down any more.
        """
        self._claims.forget(merchant)
        for release, owner in self._releases.items():
            if owner is merchant:
                release.cancel()
        self.news.tell(merchant)

    async def deliver_next(self, merchant: Merchant) -> Webhook | None:
        """Send what is due or wait for what is on its way; see :func:`deliver_next`."""
        while True:
            claim = await self._claim_next(merchant)
            if claim is not None:
                return await self._deliver_alone(claim)
            end = self._claims.next_end(merchant)
            if end is None:
                return None
            webhook = await end
            if webhook is not None:
                return webhook

    def release(self, merchant: Merchant, numbers: Sequence[int]) -> "asyncio.Task[None]":
        """Send held webhooks in this order, each when the one before it has been answered."""
        task = asyncio.get_running_loop().create_task(self._release(merchant, numbers))
        self._releases[task] = merchant
        return task

    async def _release(self, merchant: Merchant, numbers: Sequence[int]) -> None:
        for number in numbers:
            claim = await self._claim_held(merchant, number)
            if claim is not None:
                await self._deliver_alone(claim)
        self._look_after(merchant)

    def _look_after(self, merchant: Merchant) -> None:
        self._awake[merchant.imp_key] = merchant
        self._call_worker()

    def _call_worker(self) -> None:
        """Let a worker come, unless one is about to."""
        loop = asyncio.get_running_loop()
        called = None if self._on_its_way is None else self._on_its_way()
        if called is not None and not called.done() and called.get_loop() is loop:
            return
        at_work = [each for each in self._workers if not each.done() and each.get_loop() is loop]
        if len(at_work) < self.limits.at_a_time:
            worker = loop.create_task(self._work())
            self._on_its_way = ref(worker)
            self._workers.add(worker)

    async def _work(self) -> None:
        self._on_its_way = None
        line = Line()
        try:
            while self._awake:
                merchant = self._awake.pop(next(iter(self._awake)))
                if self._is_to_pause(merchant):
                    continue
                claim = await self._claim_next(merchant)
                if claim is None:
                    continue
                if not claim.is_last:
                    self._awake[merchant.imp_key] = merchant
                if self._awake:
                    self._call_worker()
                await self._deliver(claim, line)
                self._awake[merchant.imp_key] = merchant
        finally:
            line.close()

    async def _claim_next(self, merchant: Merchant) -> Claim | None:
        if self._is_gone(merchant):
            return None
        async with self._store.transaction(merchant.imp_key) as transaction:
            webhook = await self._next_free(merchant, transaction)
            if webhook is None:
                return None
            claim = self._claims.take(merchant, webhook)
            claim.is_last = await self._next_free(merchant, transaction) is None
            return claim

    async def _claim_held(self, merchant: Merchant, number: int) -> Claim | None:
        if self._is_gone(merchant):
            return None
        async with self._store.transaction(merchant.imp_key) as transaction:
            held = await transaction.webhook(number)
            if held is None or held.state is not WebhookState.HELD:
                return None
            webhook = msgspec.structs.replace(
                held, state=WebhookState.WAITING, due_at=merchant.clock.now()
            )
            await transaction.put_webhook(webhook)
            return self._claims.take(merchant, webhook)

    async def _next_free(self, merchant: Merchant, transaction: Transaction) -> Webhook | None:
        now = merchant.clock.now()
        first = await transaction.next_webhook()
        if first is None:
            return None
        if first.due_at > now:
            self._set_alarm(merchant, first.due_at - now)
            return None
        due = await transaction.due_webhooks(now)
        most = self.limits.at_a_time_to_one_receiver
        free = self._claims.first_free(merchant, due, at_a_time=most)
        if free is None:
            self._blocked[merchant.imp_key] = merchant
        return free

    async def _deliver_alone(self, claim: Claim) -> Webhook:
        line = Line()
        try:
            webhook = await self._deliver(claim, line)
        finally:
            line.close()
        if self._awake:
            self._call_worker()
        return webhook

    async def _deliver(self, claim: Claim, line: Line) -> Webhook:
        written: Webhook | None = None
        try:
            webhook = await self._attempt(claim, line)
            await self._write_down(claim, webhook)
            written = webhook
            # What had to wait for this one may have its turn now.
            self._awake |= self._blocked
            self._blocked = {}
        finally:
            self._claims.end(claim, written)
            self.news.tell(claim.merchant)
        return webhook

    async def _attempt(self, claim: Claim, line: Line) -> Webhook:
        merchant, webhook = claim.merchant, claim.webhook
        at, started = merchant.clock.now(), stopwatch()
        outcome = await send(webhook, merchant.settings.webhook_host, self.limits, line)
        attempt = Attempt(
            at=at,
            status=outcome.status,
            error=outcome.error,
            duration_ms=round((stopwatch() - started) * 1000, 3),
        )
        attempts = (*webhook.attempts, attempt)
        if self._is_to_be_resent(merchant, outcome, len(attempts)):
            due_at = at + self.limits.seconds_between
            return msgspec.structs.replace(webhook, attempts=attempts, due_at=due_at)
        state = WebhookState.DELIVERED if outcome.delivered else WebhookState.FAILED
        return msgspec.structs.replace(webhook, attempts=attempts, state=state)

    def _is_to_be_resent(self, merchant: Merchant, outcome: Outcome, attempts: int) -> bool:
        return (
            merchant.settings.resend_webhooks
            and outcome.worth_another_attempt
            and attempts <= self.limits.resends
        )

    async def _write_down(self, claim: Claim, webhook: Webhook) -> None:
        if not self._claims.stands(claim):
            return
        async with self._store.transaction(claim.merchant.imp_key) as transaction:
            if self._claims.stands(claim):
                await transaction.put_webhook(webhook)

    def _is_to_pause(self, merchant: Merchant) -> bool:
        """Whether workers leave the merchant alone for now; if so, they come back soon.

        Whoever moves the clock sends what falls due on the way itself, in its order.
        """
        if not merchant.time_lock.locked():
            return False
        self._alarms.set(merchant.imp_key, _PAUSE_SECONDS, lambda: self._look_after(merchant))
        return True

    def _is_gone(self, merchant: Merchant) -> bool:
        return self._merchants.get(merchant.imp_key) is not merchant

    def _set_alarm(self, merchant: Merchant, seconds: int) -> None:
        if merchant.clock.mode != "frozen":
            self._alarms.set(merchant.imp_key, seconds, lambda: self._look_after(merchant))
