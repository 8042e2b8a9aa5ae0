"""What a value of a request must look like."""

import fnmatch
import importlib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fake_iamport.places import Place

__all__ = ["Accepts", "Value", "accepts", "holds"]

_parse_regex = importlib.import_module("re._parser").parse
"""Python's own reading of a regular expression, for which it has no public name."""

Scalar = str | int | float | bool
Accepts = Callable[[list[object]], bool]

_LONGEST = 10_000
_LONGEST_FOR_REGEX = 200
_MOST_WAYS = _LONGEST_FOR_REGEX**4 / math.factorial(4)
"""In how many ways a regular expression may lie over a text: with more, it may take minutes."""


class Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a value must look like; everything that is given must hold."""

    glob: Annotated[
        str | None, Meta(description="A pattern with `*` and `?`, as for file names.")
    ] = None
    regex: Annotated[
        str | None,
        Meta(
            description="A regular expression that the whole value matches; of a long one, the first "
            f"{_LONGEST_FOR_REGEX} characters."
        ),
    ] = None
    at_least: Annotated[int | float | None, Meta(description="The least number.")] = None
    at_most: Annotated[int | float | None, Meta(description="The highest number.")] = None
    one_of: (
        Annotated[tuple[Scalar, ...], Meta(description="Any of these values.", min_length=1)] | None
    ) = None
    missing: Annotated[
        bool | None, Meta(description="`true`: it was not sent. `false`: it was, whatever it is.")
    ] = None


Value = Scalar | Pattern


def accepts(wanted: Value, at: Place) -> Accepts:
    """A test for the values that were sent under one name; none, when it wasn't sent.

    Raises:
        DocumentError: the pattern can't be.
    """
    if isinstance(wanted, Pattern) and wanted.missing is not None:
        return _presence(wanted, at)
    test = _test(wanted, at)
    return lambda values: any(test(value) for value in values)


def holds(path: str, wanted: Value, at: Place) -> Callable[[Mapping[str, object]], bool]:
    """A test for what stands at a dotted path, where ``*`` goes through every item of a list.

    A value that is ``null`` or empty counts as not sent, as it does for the API.

    Raises:
        DocumentError: the pattern can't be.
    """
    if "." in path or (isinstance(wanted, Pattern) and wanted.missing is not None):
        find, is_accepted = _finder(path), accepts(wanted, at)
        return lambda values: is_accepted(find(values))
    test = _test(wanted, at)

    def holds_at_top(values: Mapping[str, object]) -> bool:
        value = values.get(path)
        return value is not None and value != "" and test(value)

    return holds_at_top


def _finder(path: str) -> Callable[[Mapping[str, object]], list[object]]:
    first, *steps = path.split(".")

    def find(values: Mapping[str, object]) -> list[object]:
        level = [values.get(first)]
        for step in steps:
            level = [below for each in level for below in _below(each, step)]
        return [each for each in level if each is not None and each != ""]

    return find


def _presence(wanted: Pattern, at: Place) -> Accepts:
    if wanted != Pattern(missing=wanted.missing):
        raise at.error("'missing' stands alone", "missing")
    return (lambda values: not values) if wanted.missing else bool


def _test(wanted: Value, at: Place) -> Callable[[object], bool]:
    """A test for one value."""
    if not isinstance(wanted, Pattern):
        return _is_same_as(wanted)
    tests = list(_tests(wanted, at))
    if not tests:
        raise at.error(
            "expected a value, or one of glob, regex, at_least, at_most, one_of, missing"
        )
    return tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)


def _tests(wanted: Pattern, at: Place) -> Iterator[Callable[[object], bool]]:
    if wanted.glob is not None:
        yield _matches(re.compile(fnmatch.translate(wanted.glob)), _LONGEST)
    if wanted.regex is not None:
        yield _matches(_compiled(wanted.regex, at), _LONGEST_FOR_REGEX)
    if wanted.at_least is not None or wanted.at_most is not None:
        yield _is_between(wanted.at_least, wanted.at_most, at)
    if wanted.one_of is not None:
        same = [_is_same_as(choice) for choice in wanted.one_of]
        yield lambda value: any(is_same(value) for is_same in same)


def _matches(pattern: re.Pattern[str], longest: int) -> Callable[[object], bool]:
    match = pattern.fullmatch
    return lambda value: match(_text(value), 0, longest) is not None


def _compiled(regex: str, at: Place) -> re.Pattern[str]:
    try:
        pattern = re.compile(regex)
        ways = _ways(_parse_regex(regex))
    except (re.error, RecursionError, OverflowError) as error:
        raise at.error(f"not a regular expression: {error}", "regex") from None
    if ways > _MOST_WAYS:
        raise at.error(
            "this can take very long: a repetition must not hold repetitions or alternatives, and "
            "there can be four without an end at most; 'glob' has no such limits",
            "regex",
        )
    return pattern


def _ways(parsed: Iterable[tuple[Any, Any]]) -> float:
    """In how many ways this can lie over a text, at most: what a failing match has to try."""
    ways = [_ways_of(step.name, argument) for step, argument in parsed]
    # Those that could take the whole text share it.
    sharing = sum(each >= _LONGEST_FOR_REGEX for each in ways)
    return math.prod(ways, start=1.0) / math.factorial(min(sharing, 100))


def _ways_of(step: str, argument: Any) -> float:
    match step:
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, repeated = argument
            return _ways_to_repeat(least, most, _ways(repeated))
        case "BRANCH":
            return sum(_ways(branch) for branch in argument[1])
        case "SUBPATTERN" | "ASSERT" | "ASSERT_NOT":
            return _ways(argument[-1])
        case "ATOMIC_GROUP":
            return _ways(argument)
        case "GROUPREF_EXISTS":
            return sum(_ways(branch) for branch in argument[1:] if branch is not None)
    return 1.0


def _ways_to_repeat(least: int, most: int, ways: float) -> float:
    choices = min(most - least + 1, _LONGEST_FOR_REGEX)
    try:
        return float(choices * ways ** min(most, _LONGEST_FOR_REGEX))
    except OverflowError:
        return math.inf


def _is_between(least: float | None, most: float | None, at: Place) -> Callable[[object], bool]:
    if least is not None and most is not None and least > most:
        raise at.error("at_least is above at_most, so that nothing matches", "at_least")
    lower, upper = _number(least), _number(most)

    def test(value: object) -> bool:
        number = _number(value)
        if number is None:
            return False
        return (lower is None or number >= lower) and (upper is None or number <= upper)

    return test


def _is_same_as(wanted: Scalar) -> Callable[[object], bool]:
    text, number = _text(wanted), _number(wanted)
    return lambda value: _text(value) == text or (number is not None and _number(value) == number)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _number(value: object) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _below(value: object, step: str) -> list[object]:
    if isinstance(value, dict | list) and step == "*":
        return list(value.values()) if isinstance(value, dict) else list(value)
    if isinstance(value, list):
        return value[int(step) : int(step) + 1] if step.isdecimal() else []
    return [value[step]] if isinstance(value, dict) and step in value else []
