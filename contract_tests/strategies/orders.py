"""What is bought, by whom, and how a call says so."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from hypothesis import strategies as st

from contract_tests.strategies.cards import cards
from contract_tests.strategies.names import merchant_uids

__all__ = ["Body", "amounts", "bodies", "buyers", "orders", "parts", "schedule_items"]

_BUYER_LENGTHS = {"buyer_name": 16, "buyer_email": 64, "buyer_tel": 16, "buyer_addr": 128}
_DAY = 86_400


class Body(NamedTuple):
    """A request's body as bytes, and the type that says how to read it."""

    content_type: str
    content: bytes


def amounts(most: int = 10**9) -> st.SearchStrategy[int]:
    """Whole KRW."""
    return st.integers(1, most)


def parts(most: int = 5, *, least: int = 1) -> st.SearchStrategy[list[int]]:
    """Amounts in KRW that are given back one after another; their sum is what was paid."""
    return st.lists(st.integers(1, 10_000), min_size=least, max_size=most)


def buyers() -> st.SearchStrategy[dict[str, str]]:
    """``buyer_*`` fields within their lengths; any of them may be left out."""
    letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
    fields = {
        name: st.text(letters, min_size=1, max_size=longest)
        for name, longest in _BUYER_LENGTHS.items()
    }
    return st.fixed_dictionaries({}, optional=fields)


def orders() -> st.SearchStrategy[dict[str, Any]]:
    """An order: its number, amount, name and buyer."""
    own = st.fixed_dictionaries(
        {"merchant_uid": merchant_uids(), "amount": amounts(), "name": st.just("goods")}
    )
    return st.builds(lambda order, buyer: {**order, **buyer}, own, buyers())


def schedule_items(now: int, days: int = 365) -> st.SearchStrategy[dict[str, Any]]:
    """An order to be charged later: between a minute and ``days`` after the unix second ``now``."""
    moments = st.integers(now + 60, now + days * _DAY)
    return st.builds(lambda order, at: {**order, "schedule_at": at}, orders(), moments)


def bodies(
    parameters: "st.SearchStrategy[Mapping[str, Any]] | None" = None,
) -> st.SearchStrategy[Body]:
    """Parameters, a key-in payment's unless given, as JSON or as an URL-encoded form."""
    key_in = st.builds(lambda order, card: {**order, **card}, orders(), cards())
    made = key_in if parameters is None else parameters
    return st.builds(_encoded, made, st.booleans())


def _encoded(parameters: Mapping[str, Any], as_form: bool) -> Body:
    if as_form:
        return Body("application/x-www-form-urlencoded", urlencode(parameters).encode())
    return Body("application/json", json.dumps(parameters).encode())
