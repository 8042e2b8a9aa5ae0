"""Banks and securities firms by their standard codes, from ``data/banks.csv``.

The codes are those of the Korea Financial Telecommunications & Clearings Institute (docs); how the
real server writes the names wasn't recorded (guess).
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated

import msgspec
from msgspec import Meta

from fake_iamport.gateway.datafiles import read_table

__all__ = ["Bank", "banks"]


class Bank(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One bank: the three digits of its code, and its name."""

    code: Annotated[str, Meta(pattern="^[0-9]{3}$")]
    name: Annotated[str, Meta(min_length=1)]


@cache
def banks() -> Mapping[str, Bank]:
    """Return the banks by code, in the file's order."""
    table = read_table("banks.csv", Bank)
    return MappingProxyType({bank.code: bank for bank in table})
