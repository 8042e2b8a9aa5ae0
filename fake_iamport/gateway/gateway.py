"""The gateway behind i'mport, as far as one call meets it: it checks cards, issues keys, charges,
and gives money back.

What it refuses comes, in this order, from a failure that was ordered for the call, from a test card
that always fails, and from the checks that a real gateway makes.
"""

from typing import TYPE_CHECKING

import msgspec

from fake_iamport.domain.billing_key import BillingKey, GatewayKey
from fake_iamport.domain.card import Card, CardData
from fake_iamport.domain.money import Amount
from fake_iamport.domain.payment import Payment
from fake_iamport.domain.refund import Refund
from fake_iamport.errors import (
    CancelRefused,
    CardNotAccepted,
    GatewayRefused,
    KeyNotIssued,
    PaymentNotAccepted,
)
from fake_iamport.gateway.cancel_checks import find_cancel_failure
from fake_iamport.gateway.card_checks import find_card_failure
from fake_iamport.gateway.cards import failure_of_test_card
from fake_iamport.gateway.failures import Failure, Stage, find_failure
from fake_iamport.gateway.issuers import identify
from fake_iamport.gateway.profiles import Profile, choose_profile, profiles
from fake_iamport.store import Transaction

if TYPE_CHECKING:
    from fake_iamport.merchants import Merchant

__all__ = ["Gateway", "Outcome", "VerifiedCard"]

LEAST_INSTALMENT_AMOUNT = 50_000
"""KRW below which a charge can't be paid in instalments (spec)."""

LONGEST_INSTALMENT = 36
"""Months of the longest instalment plan (guess)."""


class VerifiedCard(msgspec.Struct, frozen=True, gc=False):
    """A card that the gateway took, and the failure that charging it will meet, if any."""

    card: Card
    failure: str | None


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What the issuer said: an approval with its numbers, or why it declined."""

    pg_tid: str | None = None
    apply_num: str | None = None
    receipt_url: str | None = None
    fail_reason: str | None = None

    @property
    def approved(self) -> bool:
        """Whether the money moved."""
        return self.fail_reason is None


class Gateway:
    """One call's view of the gateway; what it does to its ledger is part of the call's transaction."""

    __slots__ = (
        "_asked",
        "_merchant",
        "_now",
        "_operation_id",
        "_ordered",
        "_transaction",
        "failure",
    )

    def __init__(
        self, merchant: "Merchant", transaction: Transaction, operation_id: str, now: int
    ) -> None:
        self._merchant = merchant
        self._transaction = transaction
        self._operation_id = operation_id
        self._now = now
        self._asked = False
        self._ordered: Failure | None = None
        self.failure: str | None = None

    def order(self, failure: Failure) -> None:
        """Let the call fail so, whatever else was ordered for its operation."""
        self._asked = True
        self._ordered = failure

    def profile(self, pg: str | None, channel_key: str | None = None) -> Profile:
        """The gateway that a call means by ``pg`` or ``channel_key``.

        An unknown one means the merchant's default (docs: an invalid ``pg``; guess: a channel).
        """
        channel = self._merchant.channel(channel_key) if channel_key else None
        return channel or choose_profile(pg, profiles()[self._merchant.settings.default_pg])

    def profile_of_key(self, key: BillingKey) -> Profile:
        """The gateway that issued a key."""
        return profiles()[key.pg_provider].with_pg_id(key.pg_id)

    def profile_of_payment(self, payment: Payment) -> Profile:
        """The gateway that a payment was made through."""
        return profiles()[payment.pg_provider].with_pg_id(payment.pg_id)

    def verify_for_key(
        self, card: CardData, profile: Profile, refusal: type[GatewayRefused] = KeyNotIssued
    ) -> VerifiedCard:
        """Check a card that a key is asked for.

        Raises:
            GatewayRefused: any failure at all, as ``refusal``: without a key there is nothing to
                charge later.
        """
        ordered = self._ordered_failure()
        if ordered is not None:
            raise self._refusal(refusal, ordered, profile)
        charge_failure = self._check(card, profile, refusal, for_key=True)
        return VerifiedCard(identify(card.number, profile), charge_failure)

    def verify_for_payment(self, card: CardData, profile: Profile) -> VerifiedCard:
        """Check a card that is to be charged at once.

        Raises:
            CardNotAccepted: the card data is wrong, or the gateway won't take this card.
            PaymentNotAccepted: the gateway doesn't take the charge to the issuer.
        """
        ordered = self._ordered_failure()
        if ordered is None:
            failure = self._check(card, profile, CardNotAccepted, for_key=False)
            return VerifiedCard(identify(card.number, profile), failure)
        if ordered.stage is Stage.CARD_DATA:
            raise self._refusal(CardNotAccepted, ordered, profile)
        if ordered.stage is Stage.PLATFORM:
            raise self._refusal(PaymentNotAccepted, ordered, profile)
        return VerifiedCard(identify(card.number, profile), None)

    async def issue_key(self, card: Card, profile: Profile, customer_uid: str) -> str:
        """Issue a key for the card and write it into the ledger."""
        key = f"{profile.pg_id}{self._merchant.identifiers.digits(16)}"
        line = GatewayKey(
            key=key,
            pg_provider=profile.provider,
            pg_id=profile.pg_id,
            card_number=card.number or "",
            customer_uid=customer_uid,
            issued_at=self._now,
        )
        await self._transaction.put_gateway_key(line)
        return key

    async def delete_key(self, key: str) -> None:
        """Delete a key; its line stays in the ledger."""
        line = await self._transaction.gateway_key(key)
        if line is not None:
            deleted = msgspec.structs.replace(line, deleted_at=self._now)
            await self._transaction.put_gateway_key(deleted)

    def charge(
        self,
        card_failure: str | None,
        profile: Profile,
        *,
        imp_uid: str,
        amount: Amount,
        card_quota: int,
    ) -> Outcome:
        """Ask the issuer for the money.

        Raises:
            PaymentNotAccepted: the gateway doesn't take the charge to the issuer.
        """
        failure = (
            self._ordered_failure()
            or _instalment_failure(amount, card_quota)
            or (find_failure(card_failure) if card_failure else None)
        )
        if failure is None or failure.stage is Stage.CANCEL:
            return self._approve(profile, imp_uid, amount)
        if failure.stage is Stage.PLATFORM:
            raise self._refusal(PaymentNotAccepted, failure, profile)
        self.failure = failure.name
        return Outcome(fail_reason=profile.reason(failure))

    def cancel(self, payment: Payment, refund: Refund) -> Outcome:
        """Ask for money back.

        A payment that is cancelled whole keeps its transaction number (observed); a part gets one
        of its own (guess).

        Raises:
            CancelRefused: the gateway keeps the money.
        """
        profile = self.profile_of_payment(payment)
        failure = self._ordered_failure() or self._find_cancel_failure(payment, refund, profile)
        if failure is not None:
            at_cancel = msgspec.structs.replace(failure, stage=Stage.CANCEL)
            raise self._refusal(CancelRefused, at_cancel, profile)
        if refund.is_whole(payment):
            return Outcome(pg_tid=payment.pg_tid, receipt_url=payment.receipt_url)
        pg_tid = profile.transaction_id(self._now, self._merchant.identifiers.digits)
        receipt_url = profile.receipt_url(pg_tid, payment.imp_uid, refund.amount)
        return Outcome(pg_tid=pg_tid, receipt_url=receipt_url)

    def _find_cancel_failure(
        self, payment: Payment, refund: Refund, profile: Profile
    ) -> Failure | None:
        always = find_failure(payment.failure) if payment.failure else None
        if always is not None and always.stage is Stage.CANCEL:
            return always
        name = find_cancel_failure(payment, refund, profile, self._now)
        return find_failure(name) if name else None

    def _approve(self, profile: Profile, imp_uid: str, amount: Amount) -> Outcome:
        identifiers = self._merchant.identifiers
        pg_tid = profile.transaction_id(self._now, identifiers.digits)
        return Outcome(
            pg_tid=pg_tid,
            apply_num=identifiers.digits(8),
            receipt_url=profile.receipt_url(pg_tid, imp_uid, amount),
        )

    def _check(
        self, card: CardData, profile: Profile, refusal: type[GatewayRefused], *, for_key: bool
    ) -> str | None:
        always = failure_of_test_card(card.number)
        if always is not None and always.stage is Stage.CARD_DATA:
            raise self._refusal(refusal, always, profile)
        if always is not None and always.stage is Stage.PLATFORM:
            raise self._refusal(refusal if for_key else PaymentNotAccepted, always, profile)
        if self._merchant.settings.card_checks:
            name = find_card_failure(card, profile, for_key=for_key, now=self._now)
            if name is not None:
                raise self._refusal(refusal, find_failure(name), profile)
        return always.name if always else None

    def _ordered_failure(self) -> Failure | None:
        if not self._asked:
            self._asked = True
            self._ordered = self._merchant.take_failure(self._operation_id)
        return self._ordered

    def _refusal(
        self, refusal: type[GatewayRefused], failure: Failure, profile: Profile
    ) -> GatewayRefused:
        self.failure = failure.name
        said = failure.code_for(profile.code_table)
        return refusal(reason=profile.reason(failure), code=said.code, said=said.text)


def _instalment_failure(amount: Amount, card_quota: int) -> Failure | None:
    if card_quota == 0:
        return None
    if card_quota < 2:
        return find_failure("instalment_months_invalid")
    if card_quota > LONGEST_INSTALMENT:
        return find_failure("instalment_too_long")
    if amount < LEAST_INSTALMENT_AMOUNT:
        return find_failure("instalment_amount_too_small")
    return None
