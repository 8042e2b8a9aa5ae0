"""Control routes about the journal."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fake_iamport.control.declaration import (
    ControlError,
    Download,
    Inputs,
    control,
    merchant_of,
)
from fake_iamport.emulator import Emulator
from fake_iamport.journal import Entry, entry_of
from fake_iamport.journal.har import har
from fake_iamport.journal.line import Line
from fake_iamport.journal.redaction import secret_names
from fake_iamport.journal.search import Search
from fake_iamport.operations import operations
from fake_iamport.suggestions import did_you_mean

__all__ = ["clear_journal", "count_calls", "export_journal", "journal", "wait_for_calls"]

_encoder = msgspec.json.Encoder(decimal_format="number")

MOST_LISTED = 1_000_000
"""How many calls can be listed at once: all that a journal can hold."""


class WhichMerchant(Inputs):
    """Whose calls; everybody's when it isn't given."""

    merchant: Annotated[str, Meta(description="An imp_key.")] | None = None


class CallFilter(WhichMerchant, kw_only=True, forbid_unknown_fields=True):
    """Which calls; each condition that is given must hold."""

    operation: Annotated[str, Meta(description="An operationId.")] | None = None
    status: Annotated[int, Meta(description="The answer's HTTP status.")] | None = None
    code: Annotated[int, Meta(description="The answer's code.")] | None = None
    field: Annotated[
        list[str],
        Meta(
            description="A request field and its value, `merchant_uid:order-1`; may come several "
            "times. Names lead into what is nested: `schedules[0].amount:1000`, or without the "
            "number any of them."
        ),
    ] = []
    failure: Annotated[str, Meta(description="The failure that was applied.")] | None = None
    scenario: Annotated[str, Meta(description="The scenario whose rule was applied.")] | None = None
    rule: Annotated[str, Meta(description="The rule that was applied, by its name.")] | None = None
    since: Annotated[int, Meta(description="The merchant's unix second, included.")] | None = None
    until: Annotated[int, Meta(description="The merchant's unix second, included.")] | None = None
    after: Annotated[int, Meta(description="Only calls with a higher number.")] = 0


class JournalQuery(CallFilter, kw_only=True, forbid_unknown_fields=True):
    """Which calls to list."""

    limit: Annotated[int, Meta(ge=1, le=MOST_LISTED, description="How many, the latest.")] = 100


class AwaitedCalls(CallFilter, kw_only=True, forbid_unknown_fields=True):
    """Which calls to wait for, how many, and how long."""

    count: Annotated[int, Meta(ge=1, le=10_000)] = 1
    timeout: Annotated[float, Meta(ge=0, le=60, description="Seconds of the machine's time.")] = 10


class ExportQuery(CallFilter, kw_only=True, forbid_unknown_fields=True):
    """Which calls to write into a file: a JSON value in each line, or an HTTP Archive 1.2."""

    format: Literal["ndjson", "har"] = "ndjson"


class JournalPage(msgspec.Struct):
    """The calls that match, oldest first, and how many match in all."""

    total: int
    entries: list[Entry]


class CallCount(msgspec.Struct):
    """How many calls match."""

    count: int


class Cleared(msgspec.Struct):
    """How many calls were forgotten."""

    cleared: int


@control("GET", "/journal")
async def journal(emulator: Emulator, inputs: JournalQuery) -> JournalPage:
    """List calls and their answers, oldest first."""
    found = _found(emulator, inputs)
    return _page(found, found[-inputs.limit :])


@control("GET", "/journal/count")
async def count_calls(emulator: Emulator, inputs: CallFilter) -> CallCount:
    """Count calls."""
    return CallCount(count=len(_found(emulator, inputs)))


@control("GET", "/journal/wait")
async def wait_for_calls(emulator: Emulator, inputs: AwaitedCalls) -> JournalPage:
    """Wait until so many calls match and list all that do, oldest first; 408 when they don't come.

    Those that came before count too; `after` leaves them out.
    """
    search = _search(emulator, inputs)
    found = await emulator.journal.wait_for(
        search.matches, count=inputs.count, seconds=inputs.timeout
    )
    if len(found) < inputs.count:
        raise ControlError(_told(emulator, inputs, len(found)), status=408)
    return _page(found, found)


@control("GET", "/journal/export")
async def export_journal(emulator: Emulator, inputs: ExportQuery) -> Download:
    """Give calls as a file: NDJSON, or a HAR that browsers and proxies open."""
    found = _found(emulator, inputs)
    if inputs.format == "har":
        return Download(_encoder.encode(har(found)), "application/json")
    return Download(_encoder.encode_lines(map(entry_of, found)), "application/x-ndjson")


@control("DELETE", "/journal")
async def clear_journal(emulator: Emulator, inputs: WhichMerchant) -> Cleared:
    """Forget the calls of one merchant, or all of them."""
    return Cleared(cleared=emulator.journal.clear(_imp_key(emulator, inputs)))


def _found(emulator: Emulator, inputs: CallFilter) -> list[Line]:
    search = _search(emulator, inputs)
    return [line for line in emulator.journal if search.matches(line)]


def _page(found: list[Line], shown: list[Line]) -> JournalPage:
    return JournalPage(total=len(found), entries=[entry_of(line) for line in shown])


def _search(emulator: Emulator, inputs: CallFilter) -> Search:
    operation = inputs.operation
    if operation is not None and operation not in operations():
        raise ControlError(
            f"there is no operation {operation!r}{did_you_mean(operation, operations())}",
            field="operation",
        )
    return Search(
        merchant=_imp_key(emulator, inputs),
        operation=operation,
        status=inputs.status,
        code=inputs.code,
        failure=inputs.failure,
        scenario=inputs.scenario,
        rule=inputs.rule,
        since=inputs.since,
        until=inputs.until,
        after=inputs.after,
        fields=[_condition(text, operation) for text in inputs.field],
    )


def _condition(text: str, operation: str | None) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not name or not colon:
        raise ControlError("expected NAME:VALUE, as in merchant_uid:order-1", field="field")
    root = name.partition(".")[0].partition("[")[0]
    known = _field_names(operation)
    if root not in known:
        raise ControlError(
            f"no request has a field {root!r}{did_you_mean(root, known)}", field="field"
        )
    if root in secret_names():
        raise ControlError(f"{root} is never kept, so that no call is found by it", field="field")
    return name, value


def _field_names(operation: str | None) -> set[str]:
    chosen = operations().values() if operation is None else [operations()[operation]]
    return {name for each in chosen for name in each.parameters.__struct_encode_fields__}


def _told(emulator: Emulator, inputs: AwaitedCalls, found: int) -> str:
    imp_key = _imp_key(emulator, inputs)
    others = [line for line in emulator.journal if imp_key in (None, line.merchant)]
    last = others[-1] if others else None
    shown = (
        f"the last call was {last.method} {last.path} ({last.status})" if last else "no call came"
    )
    return f"{found} of {inputs.count} calls match after {inputs.timeout:g} seconds; {shown}"


def _imp_key(emulator: Emulator, inputs: WhichMerchant) -> str | None:
    return None if inputs.merchant is None else merchant_of(emulator, inputs.merchant).imp_key
