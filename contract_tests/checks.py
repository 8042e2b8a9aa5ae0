"""How a check is declared: once, with the clause that it checks and what it needs.

::

    @check("P-KEY-02", first=cards(), second=cards())
    def a_reused_customer_uid_shows_the_new_card(shop, first, second): ...

A check takes its subject, and what its strategies draw, and may give a sentence on what it saw. It
raises :class:`Violation` when the clause doesn't hold, :class:`Precondition` when it can't get as far
as that; see :mod:`contract_tests.expectations`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Check", "OutOfReach", "Precondition", "Violation", "check", "declared_checks"]

_Function = TypeVar("_Function", bound=Callable[..., str | None])


class Violation(AssertionError):
    """What was seen is not what the clause says. ``clause`` is the id when it is another clause."""

    def __init__(self, text: str, clause: str | None = None) -> None:
        super().__init__(text)
        self.clause = clause


class Precondition(Exception):
    """Something that must go before the check went wrong; nothing is said about its clause."""


class OutOfReach(Exception):
    """The server or the options don't allow for the check."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check. ``control`` says that it needs the control API, ``most`` how many examples of it are
    worth their time at most; one that ``explores`` draws its examples itself, from the runner's plan.
    """

    clause: str
    function: Callable[..., str | None]
    strategies: "Mapping[str, SearchStrategy[Any]]"
    control: bool
    most: int
    explores: bool

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.function.__module__}.{self.function.__name__}"


_declared: dict[str, Check] = {}


def check(
    clause: str,
    *,
    control: bool = False,
    most: int = 1000,
    explores: bool = False,
    **strategies: "SearchStrategy[Any]",
) -> Callable[[_Function], _Function]:
    """Declare the decorated function to be the check of ``clause``.

    Raises:
        ValueError: the clause has a check already.
    """

    def declare(function: _Function) -> _Function:
        known = _declared.get(clause)
        made = Check(clause, function, strategies, control, most, explores)
        if known is not None and known.place != made.place:
            raise ValueError(f"{clause} is checked twice, by {known.place} and {made.place}")
        _declared[clause] = made
        return function

    return declare


def declared_checks(prefix: str) -> Mapping[str, Check]:
    """The checks of the clauses whose ids begin with ``prefix``, by id."""
    return {name: each for name, each in _declared.items() if name.startswith(f"{prefix}-")}
