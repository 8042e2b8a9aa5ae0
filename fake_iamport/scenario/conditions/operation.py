"""Which operation."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Condition, RuleScope, condition
from fake_iamport.scenario.operation_names import every_operation, groups
from fake_iamport.scenario.situation import UNKNOWN_OPERATION
from fake_iamport.suggestions import did_you_mean

__all__ = ["OperationIs", "named_operations"]

_NAMES = sorted({*every_operation(), *groups()} - {UNKNOWN_OPERATION})

Name = Annotated[str, Meta(extra_json_schema={"enum": _NAMES})]


@condition("operation")
class OperationIs(Condition):
    """The call is one of these operations: an operationId, a tag, `*`, or a list of them.

    `scheduled_charge` is the charge that i'mport makes by itself when a schedule falls due.
    """

    is_implied = True

    def __init__(self, argument: Name | tuple[Name, ...], at: Place, scope: RuleScope) -> None:
        """Keep nothing: the scope was made from :func:`named_operations`, and rules go by that."""


def named_operations(argument: str | tuple[str, ...], at: Place) -> frozenset[str]:
    """The operations that are meant.

    Raises:
        DocumentError: one of the names means none.
    """
    return frozenset(name for part in _parts(argument, at) for name in part)


def _parts(argument: str | tuple[str, ...], at: Place) -> Iterator[frozenset[str]]:
    if isinstance(argument, str):
        yield _meant(argument, at)
        return
    if not argument:
        raise at.error("expected at least one operation")
    for number, name in enumerate(argument):
        yield _meant(name, at / number)


def _meant(name: str, at: Place) -> frozenset[str]:
    if name in groups():
        return groups()[name]
    if name in every_operation() and name != UNKNOWN_OPERATION:
        return frozenset([name])
    raise at.error(f"there is no operation or tag '{name}'{did_you_mean(name, _NAMES)}")
