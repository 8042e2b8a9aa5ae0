"""The names by which a rule calls operations: operationIds, tags, ``*``, and the scheduled charge."""

from collections.abc import Mapping
from functools import cache

from fake_iamport.operations import operations
from fake_iamport.operations.declaration import Operation
from fake_iamport.scenario.situation import SCHEDULED_CHARGE, UNKNOWN_OPERATION

__all__ = ["ANY", "asks_gateway", "charges", "every_operation", "groups", "operation_named"]

ANY = "*"


@cache
def every_operation() -> frozenset[str]:
    """All that a rule can be about, with paths that no operation has."""
    return frozenset([*operations(), SCHEDULED_CHARGE, UNKNOWN_OPERATION])


@cache
def groups() -> Mapping[str, frozenset[str]]:
    """The names that mean several operations: ``*`` and the tags."""
    tags: dict[str, set[str]] = {}
    for name, operation in operations().items():
        tags.setdefault(operation.tag, set()).add(name)
    # A schedule's charge is what the tag's `schedule` leads to.
    tags["subscribe"].add(SCHEDULED_CHARGE)
    return {ANY: every_operation(), **{tag: frozenset(names) for tag, names in tags.items()}}


def operation_named(name: str) -> Operation | None:
    """The operation that is called so; a scheduled charge is none."""
    return operations().get(name)


def asks_gateway(name: str) -> bool:
    """Whether the gateway is asked, so that it can say no."""
    operation = operation_named(name)
    return name == SCHEDULED_CHARGE or (operation is not None and operation.asks_gateway)


def charges(name: str) -> bool:
    """Whether a card is charged, so that the charge can be declined."""
    operation = operation_named(name)
    return name == SCHEDULED_CHARGE or (operation is not None and operation.charges)
