"""How a condition and an effect are declared: once, in a module of its own.

The file format, its checks, the JSON Schema and the reference follow from the declarations.
"""

import dataclasses
import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from fake_iamport.places import Place
from fake_iamport.suggestions import did_you_mean

if TYPE_CHECKING:
    from fake_iamport.scenario.progress import Progress
    from fake_iamport.scenario.situation import Situation
    from fake_iamport.scenario.turn import Turn

__all__ = [
    "Condition",
    "Declared",
    "Effect",
    "RuleScope",
    "condition",
    "conditions",
    "effect",
    "effects",
]


@dataclass(frozen=True, slots=True)
class RuleScope:
    """What a rule is about: its operations, and the states of its scenario with their values."""

    operations: frozenset[str]
    states: Mapping[str, Sequence[str]]

    def check_state(self, name: str, value: str, at: Place) -> None:
        """Make sure that the scenario has this state with this value.

        Raises:
            DocumentError: it hasn't.
        """
        if name not in self.states:
            message = f"there is no state '{name}' in 'states'{did_you_mean(name, self.states)}"
            raise at.error(message, name, at_key=True)
        if value not in self.states[name]:
            known = self.states[name]
            message = f"'{value}' is not one of {', '.join(known)}{did_you_mean(value, known)}"
            raise at.error(message, name)


class Condition:
    """One thing that must hold for a rule to be applied.

    Made from what stands in the file, the place where it stands, and what the rule is about; raises
    ``DocumentError`` for what can't be.
    """

    reads_body = False
    """Whether it looks at the body of the request."""

    is_implied = False
    """Whether it holds for every call of the rule's operations, so that nobody has to ask."""

    asks_for_card = False
    """Whether it looks at the card behind a billing key."""

    def __init__(self, argument: Any, at: Place, scope: RuleScope) -> None:
        raise NotImplementedError

    def matches(self, situation: "Situation", progress: "Progress") -> bool:
        """Whether it holds; ``progress`` is the rule's own, with this call counted."""
        raise NotImplementedError


class Effect:
    """One thing that a rule does to a call; made like a :class:`Condition`."""

    before_reading = False
    """Whether it happens before the body of the request is read."""

    writes = 0
    """How many writes it must be able to look back over."""

    holds_back = False
    """Whether it holds webhooks back until others have overtaken them."""

    def __init__(self, argument: Any, at: Place, scope: RuleScope) -> None:
        raise NotImplementedError

    @classmethod
    def unfit_for(cls, argument: Any, operation: str) -> str | None:
        """Why this can't be done to an operation, if it can't."""
        return None

    @classmethod
    def excludes(cls, argument: Any) -> frozenset[str]:
        """The effects that can't happen beside it when it is so, more than are always excluded."""
        return frozenset()

    def is_due(self, situation: "Situation", progress: "Progress") -> bool:
        """Whether there is something to do about this call; if not, the rule isn't applied."""
        return True

    async def before(self, turn: "Turn", progress: "Progress") -> None:
        """Do what is to be done before the call is carried out."""

    async def after(self, turn: "Turn", progress: "Progress") -> None:
        """Do what is to be done after that, before the answer goes out."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A condition or an effect as the file names it.

    ``excludes`` are the effects that can't happen to the same call; where they name the effect itself,
    two rules can't do it.
    """

    name: str
    made_by: Any
    argument: Any
    description: str
    counts: bool = False
    excludes: frozenset[str] = frozenset()


_Class = TypeVar("_Class", bound=type)
_conditions: dict[str, Declared] = {}
_effects: dict[str, Declared] = {}
_only_beside: dict[str, frozenset[str]] = {}


def condition(name: str, *, counts: bool = False) -> Callable[[_Class], _Class]:
    """Declare the decorated class to be the condition ``name``.

    One that ``counts`` is asked last, about the calls for which all others hold.
    """

    def declare(made_by: _Class) -> _Class:
        _conditions[name] = _declared(name, made_by, counts=counts)
        return made_by

    return declare


def effect(
    name: str, *, excludes: tuple[str, ...] = (), only_beside: tuple[str, ...] | None = None
) -> Callable[[_Class], _Class]:
    """Declare the decorated class to be the effect ``name``.

    One that is ``only_beside`` some excludes all others, whichever there are.
    """

    def declare(made_by: _Class) -> _Class:
        _effects[name] = _declared(name, made_by, excludes=frozenset(excludes))
        if only_beside is not None:
            _only_beside[name] = frozenset(only_beside)
        return made_by

    return declare


@cache
def conditions() -> Mapping[str, Declared]:
    """Every condition, by name; those that count come last."""
    from fake_iamport.scenario import conditions as package

    _import_all(package)
    return {name: _conditions[name] for name in sorted(_conditions, key=_rank)}


@cache
def effects() -> Mapping[str, Declared]:
    """Every effect, by name; those of one rule are done in this order, the alphabet's."""
    from fake_iamport.scenario import effects as package

    _import_all(package)
    for name, beside in _only_beside.items():
        others = _effects.keys() - beside - {name}
        _effects[name] = dataclasses.replace(_effects[name], excludes=frozenset(others))
    return {name: _effects[name] for name in sorted(_effects)}


def _rank(name: str) -> tuple[bool, str]:
    return _conditions[name].counts, name


def _import_all(package: ModuleType) -> None:
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")


def _declared(
    name: str, made_by: Any, *, counts: bool = False, excludes: frozenset[str] = frozenset()
) -> Declared:
    hints = typing.get_type_hints(made_by.__init__, include_extras=True)
    description = " ".join((inspect.getdoc(made_by) or "").split())
    return Declared(name, made_by, hints["argument"], description, counts, excludes)
