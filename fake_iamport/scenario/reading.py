"""Reading scenarios: from text to rules, or to the first mistake and its place."""

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from fake_iamport.documents import Document, DocumentError, text_of_file
from fake_iamport.places import Place
from fake_iamport.scenario.conditions.operation import named_operations
from fake_iamport.scenario.declaration import (
    Condition,
    Declared,
    Effect,
    RuleScope,
    conditions,
    effects,
)
from fake_iamport.scenario.form import RuleForm, ScenarioForm
from fake_iamport.scenario.library import find_scenario_file
from fake_iamport.scenario.operation_names import every_operation
from fake_iamport.scenario.scenario import Rule, Scenario
from fake_iamport.scenario.walk import check_walk

__all__ = ["open_scenario", "read_scenario", "read_scenario_file"]


def open_scenario(named: str | os.PathLike[str]) -> Scenario:
    """Read a ready-made scenario by its name, or a file by its path.

    Raises:
        UnknownScenario: it is neither.
        DocumentError: the file can't be read or has a mistake.
    """
    return read_scenario_file(find_scenario_file(named))


def read_scenario_file(path: str | os.PathLike[str]) -> Scenario:
    """Read a file; the scenario is called as the file is, without its ending.

    Raises:
        DocumentError: the file can't be read or has a mistake.
    """
    try:
        state = Path(path).stat()
    except OSError as error:
        raise DocumentError(str(path), 1, 1, "", f"can't be read: {error.strerror}") from None
    return _read_file(str(path), (state.st_mtime_ns, state.st_size, state.st_ino))


@lru_cache(maxsize=64)
def _read_file(path: str, _: tuple[int, int, int]) -> Scenario:
    return read_scenario(text_of_file(path), path, Path(path).stem)


def read_scenario(text: str, source: str, name: str) -> Scenario:
    """Read the YAML or JSON of a scenario; ``source`` is the file's name in errors.

    Raises:
        DocumentError: the first mistake, with its line.
    """
    document = Document(text, source)
    form = document.read(ScenarioForm)
    place = Place(document, ())
    _check_states(form, place / "states")
    check_walk(form.walk, place / "walk")
    rules = place / "rules"
    return Scenario(
        name=name,
        form=form,
        rules=tuple(
            _rule(number, rule, form, rules / number) for number, rule in enumerate(form.rules)
        ),
    )


def _check_states(form: ScenarioForm, at: Place) -> None:
    for name, values in form.states.items():
        if len(set(values)) < len(values):
            raise at.error("a value stands twice", name)


def _rule(number: int, form: RuleForm, scenario: ScenarioForm, at: Place) -> Rule:
    when, then = _given(form.when), _given(form.then)
    if not then:
        raise at.error(f"expected at least one of {', '.join(effects())}", "then")
    _check_combination(then, at / "then")
    named = when.get("operation")
    about = (
        every_operation() if named is None else named_operations(named, at / "when" / "operation")
    )
    scope = RuleScope(_operations(about, named, then, at / "then"), scenario.states)
    found = [
        (declared, made)
        for declared, made in _made(when, conditions(), scope, at / "when")
        if not made.is_implied
    ]
    rule = Rule(
        name=form.name or f"rule {number + 1}",
        operations=scope.operations,
        conditions=tuple(made for declared, made in found if not declared.counts),
        counting=tuple(made for declared, made in found if declared.counts),
        effects=tuple(made for _, made in _made(then, effects(), scope, at / "then")),
        times=form.times,
        does=frozenset(then),
        excludes=frozenset().union(*(_excluded_by(*each) for each in then.items())),
    )
    _check_order(rule, when, at)
    return rule


def _given(part: msgspec.Struct) -> dict[str, Any]:
    """What stands in the file, by the names that it has there."""
    values = ((each.encode_name, getattr(part, each.name)) for each in msgspec.structs.fields(part))
    return {name: value for name, value in values if value is not msgspec.UNSET}


def _check_combination(then: Mapping[str, Any], at: Place) -> None:
    for name, argument in then.items():
        for other in sorted(_excluded_by(name, argument) & then.keys() - {name}):
            raise at.error(f"can't stand beside '{other}': only one of them can happen", name)


def _excluded_by(effect: str, argument: Any) -> frozenset[str]:
    """The effects that can't happen beside this one."""
    declared = effects()[effect]
    when_so: frozenset[str] = declared.made_by.excludes(argument)
    return declared.excludes | when_so


def _operations(
    about: frozenset[str], named: str | tuple[str, ...] | None, then: Mapping[str, Any], at: Place
) -> frozenset[str]:
    """The operations that every effect can be done to."""
    left = set(about)
    exact = {named} if isinstance(named, str) else set(named or ())
    for effect, argument in then.items():
        reasons = {name: effects()[effect].made_by.unfit_for(argument, name) for name in left}
        unfit = {name: reason for name, reason in reasons.items() if reason is not None}
        refused = next((name for name in sorted(unfit) if name in exact), None)
        if refused is not None:
            raise at.error(f"can't be done to {refused}: {unfit[refused]}", effect)
        left -= unfit.keys()
        if not left:
            reason = unfit[min(unfit)]
            raise at.error(f"can't be done to any operation of this rule: {reason}", effect)
    return frozenset(left)


def _made(
    given: Mapping[str, Any], known: Mapping[str, Declared], scope: RuleScope, at: Place
) -> Iterator[tuple[Declared, Any]]:
    for name, declared in known.items():
        if name in given:
            made: Condition | Effect = declared.made_by(given[name], at / name, scope)
            yield declared, made


def _check_order(rule: Rule, when: Mapping[str, Any], at: Place) -> None:
    if not rule.before_reading:
        return
    for name in when:
        if conditions()[name].made_by.reads_body:
            message = "looks at the body, but the rule is to act before that is read"
            raise at.error(message, "when", name, at_key=True)
