"""What the books hold, before and after a call, and what the answer to it says of that."""

from typing import Any

import msgspec

from benchmarks.fuzz.application import Answer, Request
from benchmarks.watched import Wrong
from fake_iamport.app import App
from fake_iamport.store import Records

__all__ = ["account_for", "books_of"]

_KINDS = {
    "billing_keys": "customer_uid",
    "payments": "imp_uid",
    "schedules": "merchant_uid",
    "prepared_payments": "merchant_uid",
}


async def books_of(app: App) -> Records:
    """Everything that the merchant has."""
    merchant = app.emulator.default_merchant
    async with app.emulator.store.transaction(merchant.imp_key) as transaction:
        return await transaction.snapshot()


def account_for(before: Records, after: Records, request: Request, answer: Answer | None) -> None:
    """See that what a call changed is what its answer says.

    Raises:
        Wrong: something changed without an answer, with a refusal, by reading, or is not told.
    """
    if before == after:
        return
    if answer is None or answer.status >= 300 or request.method in ("GET", "HEAD", "OPTIONS"):
        raise Wrong(f"the books changed by {request}, answered {answer}")
    envelope = answer.value
    if envelope["code"] != 0:
        raise Wrong(f"the books changed by {request}, which was refused: {envelope}")
    told = set(_texts(envelope["response"]))
    for kind, name in _KINDS.items():
        changed = set(_by_name(before, kind, name).items()) ^ set(
            _by_name(after, kind, name).items()
        )
        untold = {key for key, _ in changed} - told
        if untold:
            raise Wrong(f"{kind} {untold} changed by {request}, and {envelope} doesn't tell")


def _by_name(records: Records, kind: str, name: str) -> dict[str, bytes]:
    return {getattr(each, name): msgspec.json.encode(each) for each in getattr(records, kind)}


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []
