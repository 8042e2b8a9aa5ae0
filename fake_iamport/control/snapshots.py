"""Control routes about snapshots of a merchant's world."""

import msgspec

from fake_iamport.control.declaration import ControlError, control, merchant_of
from fake_iamport.control.merchants import OneMerchant
from fake_iamport.emulator import Emulator
from fake_iamport.settings import MerchantSettings
from fake_iamport.snapshots import (
    ClockState,
    Snapshot,
    SnapshotError,
    restore_snapshot,
    take_snapshot,
)
from fake_iamport.store import Records

__all__ = ["restore", "snapshot"]


class Restore(OneMerchant, kw_only=True, forbid_unknown_fields=True):
    """Whose world to replace, and a snapshot as it was given; it may be another merchant's."""

    version: int
    clock: ClockState
    settings: MerchantSettings
    identifiers: str
    records: Records


class Restored(msgspec.Struct):
    """Whose world it is now, and the merchant's time."""

    imp_key: str
    now: int


@control("GET", "/merchants/{imp_key}/snapshot")
async def snapshot(emulator: Emulator, inputs: OneMerchant) -> Snapshot:
    """Give a merchant's world as one document: clock, settings, every record; not the token."""
    return await take_snapshot(emulator, merchant_of(emulator, inputs.imp_key))


@control("PUT", "/merchants/{imp_key}/snapshot")
async def restore(emulator: Emulator, inputs: Restore) -> Restored:
    """Put a snapshot's world in place of the merchant's, all or nothing; token and journal stay.

    The same calls then get the same answers as they got after the snapshot, byte for byte where the
    clock stands still.
    """
    merchant = merchant_of(emulator, inputs.imp_key)
    try:
        await restore_snapshot(emulator, merchant, Snapshot(**msgspec.structs.asdict(inputs)))
    except SnapshotError as error:
        raise ControlError(str(error), field=error.field) from None
    return Restored(imp_key=merchant.imp_key, now=merchant.clock.now())
