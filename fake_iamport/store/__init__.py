"""Where records live: what a store must offer, whatever stands behind it."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from fake_iamport.domain.billing_key import BillingKey, GatewayKey
from fake_iamport.domain.payment import Payment
from fake_iamport.domain.prepared import PreparedPayment
from fake_iamport.domain.schedule import Schedule
from fake_iamport.domain.token import Token
from fake_iamport.domain.webhook import Webhook
from fake_iamport.store.records import Records
from fake_iamport.store.searches import PaymentSearch, ScheduleSearch

__all__ = ["Records", "Store", "Transaction"]


class Transaction(Protocol):
    """One merchant's records, read and written as one step: all of it happens, or none."""

    async def next_number(self) -> int:
        """A number that no record of this merchant has; later ones are higher."""

    async def token(self) -> Token | None:
        """The merchant's newest token, alive or not."""

    async def put_token(self, token: Token) -> None:
        """Make ``token`` the merchant's token; the one before it is forgotten if it differs."""

    async def delete_token(self) -> None:
        """Forget the merchant's token, if it has one."""

    async def billing_key(self, customer_uid: str) -> BillingKey | None:
        """The key held under ``customer_uid``."""

    async def put_billing_key(self, billing_key: BillingKey) -> None:
        """Hold ``billing_key`` under its ``customer_uid``, in place of what was there."""

    async def delete_billing_key(self, customer_uid: str) -> None:
        """Forget the key held under ``customer_uid``."""

    async def payment(self, imp_uid: str) -> Payment | None:
        """The payment with that number."""

    async def payments_of_order(self, merchant_uid: str) -> Sequence[Payment]:
        """Every payment of that order number, oldest first."""

    async def payments_of_customer(self, customer_uid: str) -> Sequence[Payment]:
        """Every payment made with that billing key, oldest first."""

    async def find_payments(self, search: PaymentSearch) -> tuple[int, Sequence[Payment]]:
        """How many payments match, and a page of them."""

    async def put_payment(self, payment: Payment) -> None:
        """Keep a new payment, or a changed one in place of what it was."""

    async def schedule(self, merchant_uid: str) -> Schedule | None:
        """The schedule with that order number."""

    async def put_schedule(self, schedule: Schedule) -> None:
        """Keep a new schedule, or a changed one in place of what it was."""

    async def schedules_of_customer(self, customer_uid: str) -> Sequence[Schedule]:
        """Every schedule on that billing key, in order of ``schedule_at``."""

    async def find_schedules(self, search: ScheduleSearch) -> tuple[int, Sequence[Schedule]]:
        """How many schedules match, and a page of them."""

    async def next_schedule(self) -> Schedule | None:
        """The earliest schedule that waits to be executed."""

    async def prepared_payment(self, merchant_uid: str) -> PreparedPayment | None:
        """What was announced for that order."""

    async def put_prepared_payment(self, prepared: PreparedPayment) -> None:
        """Keep what is announced for an order, in place of what was."""

    async def webhook(self, number: int) -> Webhook | None:
        """The webhook with that number."""

    async def webhooks(self) -> Sequence[Webhook]:
        """Every webhook, oldest first."""

    async def webhook_count(self) -> int:
        """How many webhooks there are."""

    async def oldest_finished_webhook(self) -> Webhook | None:
        """The oldest webhook that isn't going to be sent any more."""

    async def due_webhooks(self, now: int) -> Iterable[Iterable[Webhook]]:
        """For each receiver the waiting webhooks whose moment has come, in its order.

        They are good until something is written.
        """

    async def put_webhook(self, webhook: Webhook) -> None:
        """Keep a new webhook, or a changed one in place of what it was."""

    async def delete_webhook(self, number: int) -> None:
        """Forget a webhook."""

    async def next_webhook(self) -> Webhook | None:
        """The waiting webhook whose moment comes first."""

    async def gateway_key(self, key: str) -> GatewayKey | None:
        """The ledger's line for that key."""

    async def put_gateway_key(self, line: GatewayKey) -> None:
        """Write a line of the gateway's ledger, new or changed."""

    async def gateway_keys(self) -> Sequence[GatewayKey]:
        """The whole ledger, oldest key first."""

    async def snapshot(self) -> Records:
        """Everything that is here, except the token."""

    async def restore(self, records: Records) -> None:
        """Put ``records`` in place of everything that is here, except the token."""


class Store(Protocol):
    """Holds every merchant's records, apart from each other."""

    def transaction(self, merchant: str) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction on the records of the merchant with this ``imp_key``."""

    async def merchant_of_token(self, access_token: str) -> tuple[str, Token] | None:
        """Whose token this is, alive or not."""

    async def reset(self, merchant: str) -> None:
        """Forget the merchant's records, except its token: a real server never drops one early."""

    async def remove(self, merchant: str) -> None:
        """Forget everything of the merchant."""
