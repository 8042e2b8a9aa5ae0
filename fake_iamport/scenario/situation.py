"""What is known of a call, for a scenario's rules to look at."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from fake_iamport.merchants import Merchant

if TYPE_CHECKING:
    from fake_iamport.domain.billing_key import BillingKey

__all__ = ["SCHEDULED_CHARGE", "UNKNOWN_OPERATION", "Situation"]

SCHEDULED_CHARGE = "scheduled_charge"
"""What a rule calls the charge that i'mport makes by itself when a schedule falls due."""

UNKNOWN_OPERATION = ""
"""Stands for a path that no operation has."""


class Situation(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One call, or one scheduled charge, before anything is done about it.

    ``fields`` are the parameters as the operation takes them: the path's win, then the body's. ``key``
    is the billing key that is to be charged, where a rule asks for its card.
    """

    merchant: Merchant
    operation: str
    now: int
    headers: Mapping[bytes, bytes]
    query: Mapping[str, object]
    path_values: Mapping[str, object]
    fields: Mapping[str, object]
    key: "BillingKey | None" = None

    def __repr__(self) -> str:
        return f"Situation({self.operation!r})"
