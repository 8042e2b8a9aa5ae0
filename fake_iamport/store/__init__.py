"""Where records live: what a store must offer, whatever stands behind it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from fake_iamport.domain.billing_key import BillingKey, GatewayKey
from fake_iamport.domain.payment import Payment
from fake_iamport.domain.token import Token

__all__ = ["Store", "Transaction"]


class Transaction(Protocol):
    """One merchant's records, read and written as one step: all of it happens, or none."""

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

    async def add_payment(self, payment: Payment) -> None:
        """Keep a new payment."""

    async def gateway_key(self, key: str) -> GatewayKey | None:
        """The ledger's line for that key."""

    async def put_gateway_key(self, line: GatewayKey) -> None:
        """Write a line of the gateway's ledger, new or changed."""

    async def gateway_keys(self) -> Sequence[GatewayKey]:
        """The whole ledger, oldest key first."""


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
