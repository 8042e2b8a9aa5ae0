"""Snapshots: a merchant's world as one document, and back.

A snapshot holds what decides the answers to the calls that follow: records, settings, clock, and
where the source of identifiers stands. It doesn't hold the access token, which is a credential, nor
the journal, which tells what was, not what will be.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fake_iamport.clock import LATEST_MOMENT, Clock
from fake_iamport.domain.money import Amount
from fake_iamport.domain.payment import Payment
from fake_iamport.emulator import Emulator
from fake_iamport.gateway.failures import failures
from fake_iamport.gateway.profiles import profiles
from fake_iamport.merchants import Merchant
from fake_iamport.settings import MerchantSettings, SettingsError
from fake_iamport.store import Records
from fake_iamport.suggestions import did_you_mean

__all__ = ["ClockState", "Snapshot", "SnapshotError", "restore_snapshot", "take_snapshot"]

VERSION = 1


class SnapshotError(ValueError):
    """A document that no world can be made of: ``field`` is the place, the text what was expected."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class ClockState(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a merchant's clock stood, in unix seconds, and how it went on."""

    mode: Literal["real", "frozen", "running"]
    at: Annotated[
        int,
        Meta(
            ge=0, le=LATEST_MOMENT, description="Where it goes on, unless it follows the machine."
        ),
    ]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merchant's world, without its token."""

    version: Annotated[int, Meta(description="The version of this form; 1 now.")]
    imp_key: str
    clock: ClockState
    settings: MerchantSettings
    identifiers: Annotated[
        str,
        Meta(description="Where the source of identifiers stands, so that it goes on from there."),
    ]
    records: Records


async def take_snapshot(emulator: Emulator, merchant: Merchant) -> Snapshot:
    """The merchant's world as it is between two calls."""
    async with emulator.store.transaction(merchant.imp_key) as transaction:
        records = await transaction.snapshot()
        return Snapshot(
            version=VERSION,
            imp_key=merchant.imp_key,
            clock=ClockState(mode=merchant.clock.mode, at=merchant.clock.now()),
            settings=merchant.settings,
            identifiers=merchant.identifiers.state(),
            records=records,
        )


async def restore_snapshot(emulator: Emulator, merchant: Merchant, snapshot: Snapshot) -> None:
    """Put the world of a snapshot, this merchant's or another's, in place of the merchant's.

    Its token and its journal stay.

    Raises:
        SnapshotError: no world can be made of it; nothing has changed.
    """
    mistake = next(_mistakes(snapshot), None)
    if mistake is not None:
        raise SnapshotError(*mistake)
    try:
        scenarios = emulator.scenarios_for(merchant, snapshot.settings)
    except SettingsError as error:
        raise SnapshotError(f"settings.{error.field}", str(error)) from None
    merchant.interrupt()
    async with (
        merchant.time_lock,
        emulator.store.transaction(merchant.imp_key) as transaction,
    ):
        await transaction.restore(snapshot.records)
        _resume(merchant, snapshot)
        # Scenarios may count from the moment in which they are loaded.
        _set(merchant.clock, snapshot.clock)
        emulator.change_settings(merchant, snapshot.settings, scenarios)
        emulator.courier.forget(merchant)
        emulator.timekeeper.watch(merchant, await transaction.next_schedule())
    emulator.wake(merchant)


def _set(clock: Clock, state: ClockState) -> None:
    if state.mode == "real":
        clock.follow()
    elif state.mode == "frozen":
        clock.freeze(state.at)
    else:
        clock.run(state.at)


def _resume(merchant: Merchant, snapshot: Snapshot) -> None:
    try:
        merchant.identifiers.resume(snapshot.identifiers)
    except ValueError as error:
        raise SnapshotError("identifiers", str(error)) from None


def _mistakes(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    if snapshot.version != VERSION:
        yield "version", f"this is version {snapshot.version}; expected {VERSION}"
    mistake = snapshot.records.mistake()
    if mistake is not None:
        yield f"records.{mistake[0]}", mistake[1]
    for kind in ("billing_keys", "payments", "schedules"):
        for place, record in enumerate(getattr(snapshot.records, kind)):
            where = f"records.{kind}[{place}]"
            yield from _unknown_name(f"{where}.pg_provider", record, "gateway", profiles())
            yield from _unknown_name(f"{where}.failure", record, "failure", failures())
    for place, payment in enumerate(snapshot.records.payments):
        yield from _wrong_amounts(f"records.payments[{place}]", payment)


def _unknown_name(
    where: str, record: object, kind: str, known: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    name = getattr(record, where.rpartition(".")[2], None)
    if name is not None and name not in known:
        yield where, f"there is no {kind} {name!r}{did_you_mean(name, known)}"


def _wrong_amounts(where: str, payment: Payment) -> Iterator[tuple[str, str]]:
    if not _is_amount(payment.amount):
        yield f"{where}.amount", "expected an amount of at least 0"
    elif not _is_amount(payment.cancel_amount) or payment.cancel_amount > payment.amount:
        yield f"{where}.cancel_amount", f"expected an amount from 0 to {payment.amount}"


def _is_amount(amount: Amount) -> bool:
    return Decimal(amount).is_finite() and amount >= 0
