"""Which values the request has: any parameter, or one of the path, the query or the headers."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import ClassVar

import msgspec

from fake_iamport.operations.declaration import Operation
from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Condition, RuleScope, condition
from fake_iamport.scenario.operation_names import operation_named
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.situation import SCHEDULED_CHARGE, Situation
from fake_iamport.scenario.values import Accepts, Value, accepts, holds
from fake_iamport.suggestions import did_you_mean
from fake_iamport.wire.parameters import Parameters

__all__ = ["FieldIs", "HeaderIs", "PathIs", "QueryIs"]

_SECRET_HEADERS = frozenset({"authorization", "x-imptokenheader", "cookie"})
_OF_SCHEDULED_CHARGES = frozenset(
    {"merchant_uid", "customer_uid", "amount", "name", "currency", "schedule_at"}
)


_IN_PATH = re.compile(r"\{([^}]+)\}")
_WITH_QUERY = frozenset({"GET", "DELETE"})
"""Methods whose parameters a caller puts into the query string."""

Test = Callable[[Mapping[str, object]], bool]


class _Values(Condition):
    """Several values, each under its name; all of them must be so."""

    part: ClassVar[str]
    _where: ClassVar[str] = ""

    def __init__(self, argument: dict[str, Value], at: Place, scope: RuleScope) -> None:
        if not argument:
            raise at.error("expected at least one name and its value")
        self._tests: list[Test] = []
        for name, wanted in argument.items():
            self._check_name(name, at, scope.operations)
            self._tests.append(holds(name, wanted, at / name))

    def matches(self, situation: Situation, progress: Progress) -> bool:
        """Whether every value is as it should be."""
        values = getattr(situation, self.part)
        for test in self._tests:  # noqa: SIM110 - twice as fast, for every call and rule
            if not test(values):
                return False
        return True

    @classmethod
    def _names_of(cls, operation: Operation) -> Iterable[str]:
        """The parameters of an operation that can stand in this part of a request."""
        raise NotImplementedError

    def _check_name(self, name: str, at: Place, operations: frozenset[str]) -> None:
        first, *steps = name.split(".")
        about = [each for each in map(operation_named, sorted(operations)) if each is not None]
        secret = {each for operation in about for each in _secret_names(operation.parameters)}
        hidden = next((each for each in (first, *steps) if each in secret), None)
        if hidden is not None:
            raise at.error(
                f"'{hidden}' is card data or a secret, which no scenario may hold; "
                "the condition 'card' knows the test cards",
                name,
                at_key=True,
            )
        known = {each for operation in about for each in self._names_of(operation)}
        if SCHEDULED_CHARGE in operations and self.part == "fields":
            known |= _OF_SCHEDULED_CHARGES
        if first not in known:
            meant = _meant(first, known, about if self.part == "fields" else ())
            message = f"none of the rule's operations takes '{first}'{self._where}{meant}"
            raise at.error(message, name, at_key=True)
        complaint = _complaint_inside(first, steps, about)
        if complaint is not None:
            raise at.error(complaint, name, at_key=True)


@condition("field")
class FieldIs(_Values):
    """Parameters have these values, wherever they stand: in the path, the query or the body.

    A dotted name goes inside: `schedules.0.amount`, or `schedules.*.amount` for any of them.
    """

    reads_body = True
    part = "fields"

    @classmethod
    def _names_of(cls, operation: Operation) -> Iterable[str]:
        return _parameter_names(operation)


@condition("path")
class PathIs(_Values):
    """Parameters in the path have these values."""

    part = "path_values"
    _where = " in its path"

    @classmethod
    def _names_of(cls, operation: Operation) -> Iterable[str]:
        return {name for path in operation.paths for name in _IN_PATH.findall(path)}


@condition("query")
class QueryIs(_Values):
    """Parameters in the query string have these values."""

    part = "query"
    _where = " in its query string"

    @classmethod
    def _names_of(cls, operation: Operation) -> Iterable[str]:
        if operation.method not in _WITH_QUERY:
            return set()
        in_paths = [set(_IN_PATH.findall(path)) for path in operation.paths]
        return _parameter_names(operation) - set.intersection(*in_paths)


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


def _parameter_names(operation: Operation) -> set[str]:
    return _fields(operation.parameters)


def _fields(parameters: type[Parameters]) -> set[str]:
    return {each.encode_name for each in msgspec.structs.fields(parameters)}


def _meant(name: str, known: Iterable[str], about: Sequence[Operation]) -> str:
    """What was probably meant: a parameter, or one inside a list of them."""
    for operation in about:
        for outer, inner in operation.parameters.nested.items():
            if name in _fields(inner):
                return f"; did you mean '{outer}.*.{name}'?"
    return did_you_mean(name, known)


def _complaint_inside(name: str, steps: Sequence[str], about: Iterable[Operation]) -> str | None:
    """Why nothing can stand there, inside a parameter that is a list of others."""
    nested = [each.parameters.nested[name] for each in about if name in each.parameters.nested]
    if not nested or not steps:
        return None
    item, *inside = steps
    known = sorted({each for inner in nested for each in _fields(inner)})
    if item != "*" and not item.isdecimal():
        meant = item if item in known else known[0]
        return f"'{name}' is a list; did you mean '{name}.*.{meant}'?"
    if inside and inside[0] not in known:
        close = get_close_matches(inside[0], known, n=1)
        hint = f"; did you mean '{name}.{item}.{close[0]}'?" if close else ""
        return f"nothing in '{name}' is called '{inside[0]}'{hint}"
    return None


def _secret_names(parameters: type[Parameters]) -> Iterator[str]:
    yield from parameters.secrets
    for inner in parameters.nested.values():
        yield from _secret_names(inner)
