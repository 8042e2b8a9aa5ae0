"""What a check says of what it sees.

Each raises :class:`~contract_tests.checks.Violation` when it isn't so. What must be true before a
check gets to its clause is said with :func:`given`, which raises
:class:`~contract_tests.checks.Precondition` instead.
"""

from collections.abc import Mapping
from typing import Any

from contract_tests.answers import Answer
from contract_tests.checks import Precondition, Violation

__all__ = ["done", "equal", "given", "holds", "refused", "says"]


_ABSENT = object()


def holds(condition: object, text: str) -> None:
    """``condition`` is true; ``text`` says what was seen instead."""
    if not condition:
        raise Violation(text)


def equal(found: object, wanted: object, what: str) -> None:
    """``what`` is as wanted. True isn't 1, and text isn't a number."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        _equal_records(found, wanted, what)
    elif type(found) is not type(wanted) or found != wanted:
        raise Violation(f"{what}: expected {wanted!r}, got {found!r}")


def _equal_records(found: dict[str, Any], wanted: dict[str, Any], what: str) -> None:
    """Tells of the first field only in which they differ: records are long."""
    for name in dict.fromkeys([*wanted, *found]):
        if found.get(name, _ABSENT) != wanted.get(name, _ABSENT):
            shown = (_shown(record, name) for record in (wanted, found))
            raise Violation("{}: {}: expected {}, got {}".format(what, name, *shown))


def _shown(record: dict[str, Any], name: str) -> str:
    return repr(record[name]) if name in record else "nothing"


def done(answer: Answer) -> Any:
    """HTTP 200 and code 0; gives the response."""
    if (answer.status, answer.code) != (200, 0):
        raise Violation(f"expected HTTP 200 with code 0, got {answer.outline}")
    return answer.response


def refused(
    answer: Answer,
    *,
    status: int | None = 200,
    code: int | None = None,
    text: str | None = None,
    begins: str = "",
    ends: str = "",
) -> None:
    """Not done, with this HTTP status (``None`` for any), and code and text where they are given."""
    wanted = f"HTTP {status or 'any'} with code {'other than 0' if code is None else code}"
    if (
        status not in (None, answer.status)
        or answer.code in (0, None)
        or code not in (None, answer.code)
    ):
        raise Violation(f"expected {wanted}, got {answer.outline}")
    message = answer.message or ""
    if text is not None and message != text:
        raise Violation(f"message: expected {text!r}, got {message!r}")
    if not (message.startswith(begins) and message.endswith(ends)):
        raise Violation(f"message: expected {begins!r} ... {ends!r}, got {message!r}")


def says(record: Any, **wanted: object) -> None:
    """The record's fields are as wanted."""
    for name, value in wanted.items():
        if not isinstance(record, Mapping) or name not in record:
            raise Violation(f"{name}: expected {value!r}, and there is no such field")
        equal(record[name], value, name)


def given(answer: Answer, what: str, *, code: int = 0) -> Any:
    """What must go before has gone well; gives the response."""
    if answer.code != code or (code == 0 and answer.status not in (200, 207)):
        raise Precondition(f"{what}: expected code {code}, got {answer.outline}")
    return answer.response
