"""Control routes about the journal."""

from typing import Annotated

import msgspec
from msgspec import Meta

from fake_iamport.control.declaration import ControlError, Inputs, control, merchant_of
from fake_iamport.emulator import Emulator
from fake_iamport.journal import Entry
from fake_iamport.operations import operations
from fake_iamport.suggestions import did_you_mean

__all__ = ["clear_journal", "journal"]


class WhichMerchant(Inputs):
    """Whose calls; everybody's when it isn't given."""

    merchant: Annotated[str, Meta(description="An imp_key.")] | None = None


class JournalQuery(WhichMerchant, forbid_unknown_fields=True):
    """Which calls to list."""

    operation: Annotated[str, Meta(description="An operationId.")] | None = None
    status: Annotated[int, Meta(description="The answer's HTTP status.")] | None = None
    code: Annotated[int, Meta(description="The answer's code.")] | None = None
    after: Annotated[int, Meta(description="Only calls with a higher number.")] = 0
    limit: Annotated[int, Meta(ge=1, le=10_000, description="How many, the latest.")] = 100


class JournalPage(msgspec.Struct):
    """The calls that match, oldest first, and how many match in all."""

    total: int
    entries: list[Entry]


class Cleared(msgspec.Struct):
    """How many calls were forgotten."""

    cleared: int


@control("GET", "/journal")
async def journal(emulator: Emulator, inputs: JournalQuery) -> JournalPage:
    """List calls and their answers, oldest first."""
    imp_key = _imp_key(emulator, inputs)
    if inputs.operation is not None and inputs.operation not in operations():
        raise ControlError(
            f"there is no operation {inputs.operation!r}"
            f"{did_you_mean(inputs.operation, operations())}",
            field="operation",
        )
    wanted = {
        "merchant": imp_key,
        "operation": inputs.operation,
        "status": inputs.status,
        "code": inputs.code,
    }
    conditions = [(name, value) for name, value in wanted.items() if value is not None]
    matching = [
        entry
        for entry in emulator.journal
        if entry.number > inputs.after
        and all(getattr(entry, name) == value for name, value in conditions)
    ]
    return JournalPage(total=len(matching), entries=matching[-inputs.limit :])


@control("DELETE", "/journal")
async def clear_journal(emulator: Emulator, inputs: WhichMerchant) -> Cleared:
    """Forget the calls of one merchant, or all of them."""
    return Cleared(cleared=emulator.journal.clear(_imp_key(emulator, inputs)))


def _imp_key(emulator: Emulator, inputs: WhichMerchant) -> str | None:
    return None if inputs.merchant is None else merchant_of(emulator, inputs.merchant).imp_key
