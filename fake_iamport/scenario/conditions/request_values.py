"""Which values the request has: any parameter, or one of the path, the query or the headers."""

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

import msgspec

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Condition, RuleScope, condition
from fake_iamport.scenario.operation_names import operation_named
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.situation import SCHEDULED_CHARGE, Situation
from fake_iamport.scenario.values import Accepts, Value, accepts, finder
from fake_iamport.suggestions import did_you_mean
from fake_iamport.wire.parameters import Parameters

__all__ = ["FieldIs", "HeaderIs", "PathIs", "QueryIs"]

_SECRET_HEADERS = frozenset({"authorization", "x-imptokenheader", "cookie"})
_OF_SCHEDULED_CHARGES = frozenset(
    {"merchant_uid", "customer_uid", "amount", "name", "currency", "schedule_at"}
)


Finder = Callable[[Mapping[str, object]], list[object]]


class _Values(Condition):
    """Several values, each under its name; all of them must be so."""

    part: ClassVar[str]

    def __init__(self, argument: dict[str, Value], at: Place, scope: RuleScope) -> None:
        if not argument:
            raise at.error("expected at least one name and its value")
        self._tests: list[tuple[Finder, Accepts]] = []
        for name, wanted in argument.items():
            self._check_name(name, at, scope.operations)
            self._tests.append((finder(name), accepts(wanted, at / name)))

    def matches(self, situation: Situation, progress: Progress) -> bool:
        """Whether every value is as it should be."""
        values = getattr(situation, self.part)
        for find, test in self._tests:  # noqa: SIM110 - twice as fast, for every call and rule
            if not test(find(values)):
                return False
        return True

    def _check_name(self, name: str, at: Place, operations: frozenset[str]) -> None:
        first, last = name.partition(".")[0], name.rpartition(".")[2]
        known, secret = _parameter_names(operations)
        hidden = next((each for each in (first, last) if each in secret), None)
        if hidden is not None:
            raise at.error(
                f"'{hidden}' is card data or a secret, which no scenario may hold; "
                "the condition 'card' knows the test cards",
                name,
                at_key=True,
            )
        if first not in known:
            raise at.error(
                f"none of the rule's operations takes '{first}'{did_you_mean(first, known)}",
                name,
                at_key=True,
            )


@condition("field")
class FieldIs(_Values):
    """Parameters have these values, wherever they stand: in the path, the query or the body.

    A dotted name goes inside: `schedules.0.amount`, or `schedules.*.amount` for any of them.
    """

    reads_body = True
    part = "fields"


@condition("path")
class PathIs(_Values):
    """Parameters in the path have these values."""

    part = "path_values"


@condition("query")
class QueryIs(_Values):
    """Parameters in the query string have these values."""

    part = "query"


@condition("header")
class HeaderIs(Condition):
    """Request headers have these values; their names are written in any case."""

    def __init__(self, argument: dict[str, Value], at: Place, scope: RuleScope) -> None:
        if not argument:
            raise at.error("expected at least one name and its value")
        self._tests: list[tuple[bytes, Accepts]] = []
        for name, wanted in argument.items():
            if name.lower() in _SECRET_HEADERS:
                raise at.error(
                    "this header holds a token, which no scenario may", name, at_key=True
                )
            self._tests.append((name.lower().encode(), accepts(wanted, at / name)))

    def matches(self, situation: Situation, progress: Progress) -> bool:
        """Whether every header is as it should be."""
        return all(test(_sent(situation.headers, name)) for name, test in self._tests)


def _sent(headers: Mapping[bytes, bytes], name: bytes) -> list[object]:
    value = headers.get(name)
    return [] if value is None else [value.decode("utf-8", "replace")]


def _parameter_names(operations: frozenset[str]) -> tuple[set[str], set[str]]:
    """The parameters of the operations, and the secret ones among all, nested ones too."""
    known = set(_OF_SCHEDULED_CHARGES) if SCHEDULED_CHARGE in operations else set()
    secret: set[str] = set()
    for name in operations:
        operation = operation_named(name)
        if operation is not None:
            known |= {each.encode_name for each in msgspec.structs.fields(operation.parameters)}
            secret.update(_secret_names(operation.parameters))
    return known, secret


def _secret_names(parameters: type[Parameters]) -> Iterator[str]:
    yield from parameters.secrets
    for inner in parameters.nested.values():
        yield from _secret_names(inner)
