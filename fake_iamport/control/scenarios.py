"""Control routes about scenarios: the ready-made ones, and those that are loaded for a merchant.

What is imported of the scenario language is imported when it is needed: few runs load a scenario.
"""

import os
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from fake_iamport.control.declaration import ControlError, Inputs, control, merchant_of
from fake_iamport.control.merchants import OneMerchant
from fake_iamport.emulator import Emulator
from fake_iamport.merchants import Merchant
from fake_iamport.scenario_views import ScenarioView
from fake_iamport.suggestions import did_you_mean

if TYPE_CHECKING:
    from fake_iamport.documents import DocumentError
    from fake_iamport.scenario.loaded import LoadedScenario
    from fake_iamport.scenario.scenario import Scenario

__all__ = [
    "ScenarioView",
    "fail_next",
    "free_name",
    "load",
    "load_ready_made",
    "load_scenario",
    "loaded_scenario",
    "loaded_scenarios",
    "names_of",
    "order_failure",
    "read_mapping",
    "read_named",
    "reset_scenario",
    "scenario",
    "scenario_schema",
    "scenarios",
    "set_states",
    "unload_scenario",
    "unload_scenarios",
]

_ENDING = re.compile(r"\.(?:yaml|yml|json)\Z")

_ONE_LINE = "; it is all one line: send a file with curl's -T or --data-binary, -d joins its lines"

_FORM = "; the body is a form, as curl's -F makes it: send the file itself, as in curl -T FILE"
_FORM_BEGINNING = 500

_ORDER = re.compile(r"fail-next-[0-9]+")

_encoder = msgspec.json.Encoder(decimal_format="number")

Text = str | dict[str, str]
"""A text, or one in several languages."""


class ReadyMade(msgspec.Struct, kw_only=True):
    """A ready-made scenario: what it is good for, and how many rules it has."""

    name: str
    title: Text | None
    description: Text | None
    lesson: Text | None
    expected: Text | None
    evidence: str | None
    rules: int


class Library(msgspec.Struct):
    """The ready-made scenarios, by name."""

    scenarios: list[ReadyMade]


class ScenarioList(msgspec.Struct):
    """A merchant's scenarios, in the order in which they are tried."""

    scenarios: list[ScenarioView]


class OneReadyMade(Inputs):
    """Which ready-made scenario."""

    name: str


class OneScenario(OneMerchant):
    """Which of a merchant's scenarios; an ending as files have it doesn't count."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]


class LoadScenario(OneScenario, forbid_unknown_fields=True):
    """What to load, and what to call it."""

    document: Annotated[
        bytes,
        Meta(
            description="The scenario as it stands in a file, YAML or JSON; "
            "/_fake/scenarios/schema.json describes it."
        ),
    ]


class LoadReadyMade(OneScenario, forbid_unknown_fields=True):
    """Which ready-made scenario to load; there is no body."""

    document: Annotated[bytes, Meta(description="Nothing; files are sent with PUT.")] = b""


class SetStates(OneScenario, forbid_unknown_fields=True):
    """The states to set; the others stay."""

    states: dict[str, str]


class FailNext(OneMerchant, kw_only=True, forbid_unknown_fields=True):
    """How many calls fail, how, and which."""

    fail: Annotated[
        Any,
        Meta(
            description="The name of a failure, CODE:text, or an object as the effect 'fail' takes it."
        ),
    ]
    calls: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    when: Annotated[
        dict[str, Any],
        Meta(description="Conditions as in a rule. Without any, every call that can fail so."),
    ] = {}


@control("GET", "/scenarios")
async def scenarios(emulator: Emulator, inputs: Inputs) -> Library:
    """List the ready-made scenarios."""
    from fake_iamport.scenario.library import scenario_library

    return Library(scenarios=[_ready_made(read_named(name)) for name in scenario_library()])


@control("GET", "/scenarios/schema.json")
async def scenario_schema(emulator: Emulator, inputs: Inputs) -> dict[str, Any]:
    """Give the JSON Schema of scenario files."""
    from fake_iamport.scenario.schema import scenario_schema as schema

    return schema()


@control("GET", "/scenarios/{name}")
async def scenario(emulator: Emulator, inputs: OneReadyMade) -> dict[str, Any]:
    """Give a ready-made scenario as its document."""
    from fake_iamport.scenario.printing import document_of

    return document_of(_of_library(inputs.name))


@control("GET", "/merchants/{imp_key}/scenarios")
async def loaded_scenarios(emulator: Emulator, inputs: OneMerchant) -> ScenarioList:
    """List a merchant's scenarios in the order in which they are tried, with what their rules did."""
    merchant = merchant_of(emulator, inputs.imp_key)
    return ScenarioList(scenarios=[_view(each) for each in _loaded(merchant)])


@control("DELETE", "/merchants/{imp_key}/scenarios")
async def unload_scenarios(emulator: Emulator, inputs: OneMerchant) -> ScenarioList:
    """Unload all of a merchant's scenarios, and tell how they stood."""
    leaving = await loaded_scenarios(emulator, inputs)
    emulator.unload_scenarios(merchant_of(emulator, inputs.imp_key))
    return leaving


@control("GET", "/merchants/{imp_key}/scenarios/{name}")
async def loaded_scenario(emulator: Emulator, inputs: OneScenario) -> ScenarioView:
    """Show one of a merchant's scenarios: its states, and what its rules did."""
    return _view(_one(emulator, inputs)[1])


@control("PUT", "/merchants/{imp_key}/scenarios/{name}", document="document")
async def load_scenario(emulator: Emulator, inputs: LoadScenario) -> ScenarioView:
    """Load the scenario in the body, behind the others or in place of the one with its name."""
    merchant = merchant_of(emulator, inputs.imp_key)
    name = _name(inputs)
    if not inputs.document:
        raise ControlError(_without_body(name), field="document")
    return load(emulator, merchant.imp_key, _read(inputs.document, name))


@control("POST", "/merchants/{imp_key}/scenarios/{name}", status=201, document="document")
async def load_ready_made(emulator: Emulator, inputs: LoadReadyMade) -> ScenarioView:
    """Load the ready-made scenario of that name, behind the others or in place of the one with it."""
    merchant = merchant_of(emulator, inputs.imp_key)
    if inputs.document:
        raise ControlError(
            "POST loads a ready-made scenario by its name and takes no body; send a file with PUT, "
            "as in curl -T FILE",
            field="document",
        )
    return load(emulator, merchant.imp_key, _of_library(_name(inputs)))


@control("DELETE", "/merchants/{imp_key}/scenarios/{name}")
async def unload_scenario(emulator: Emulator, inputs: OneScenario) -> ScenarioView:
    """Unload one of a merchant's scenarios, and tell how it stood."""
    merchant, leaving = _one(emulator, inputs)
    emulator.unload_scenario(merchant, leaving)
    return _view(leaving)


@control("POST", "/merchants/{imp_key}/scenarios/{name}/reset")
async def reset_scenario(emulator: Emulator, inputs: OneScenario) -> ScenarioView:
    """Let a scenario start again: states as at the start, nothing counted, chance from its seed."""
    merchant, resetting = _one(emulator, inputs)
    resetting.reset(merchant.clock.now())
    return _view(resetting)


@control("PATCH", "/merchants/{imp_key}/scenarios/{name}/states")
async def set_states(emulator: Emulator, inputs: SetStates) -> ScenarioView:
    """Give states of a scenario other values."""
    _, changing = _one(emulator, inputs)
    known = changing.scenario.form.states
    for state, value in inputs.states.items():
        _check_state(state, value, known)
    changing.states.update(inputs.states)
    return _view(changing)


@control("POST", "/merchants/{imp_key}/fail-next", status=201)
async def fail_next(emulator: Emulator, inputs: FailNext) -> ScenarioView:
    """Let the next calls that match fail: a scenario of its own, in front of the others.

    Earlier ones that are used up are unloaded.
    """
    ordered = order_failure(emulator, inputs)
    _unload_spent_orders(emulator, merchant_of(emulator, inputs.imp_key))
    return ordered


def order_failure(emulator: Emulator, inputs: FailNext) -> ScenarioView:
    """Let the next calls that match fail, and leave everything else as it is.

    Raises:
        ControlError: they can't fail so.
    """
    from fake_iamport.documents import DocumentError

    merchant = merchant_of(emulator, inputs.imp_key)
    rule = {
        "name": "the next call" if inputs.calls == 1 else f"the next {inputs.calls} calls",
        "when": inputs.when,
        "then": {"fail": inputs.fail},
        "times": inputs.calls,
    }
    try:
        made = _read_mapping({"rules": [rule]}, free_name(merchant, "fail-next"))
    except DocumentError as error:
        # About what was given, instead of the rule that was made of it.
        field = error.field.removeprefix("rules[0].").removeprefix("then.")
        raise ControlError(error.message, field=field or None) from None
    return load(emulator, merchant.imp_key, made, in_front=True)


def load(
    emulator: Emulator, imp_key: str, loading: "Scenario", *, in_front: bool = False
) -> ScenarioView:
    """Load a scenario for a merchant.

    Raises:
        ControlError: there is no such merchant.
    """
    merchant = merchant_of(emulator, imp_key)
    return _view(emulator.load_scenario(merchant, loading, in_front=in_front))


def read_named(named: str | os.PathLike[str]) -> "Scenario":
    """Read a ready-made scenario by its name, or a file by its path.

    Raises:
        ControlError: it is neither, or the file has a mistake.
    """
    from fake_iamport.documents import DocumentError
    from fake_iamport.scenario.library import UnknownScenario
    from fake_iamport.scenario.reading import open_scenario

    try:
        return open_scenario(named)
    except UnknownScenario as error:
        raise ControlError(str(error), field="name", status=404) from None
    except DocumentError as error:
        raise _refusal(error) from None


def read_mapping(mapping: Mapping[str, Any], name: str) -> "Scenario":
    """Read a scenario that is no text; a mistake has a field, and no line.

    Raises:
        ControlError: it has a mistake.
    """
    from fake_iamport.documents import DocumentError

    try:
        return _read_mapping(mapping, name)
    except DocumentError as error:
        parts = (name, error.field, error.message)
        message = ": ".join(part for part in parts if part)
        raise ControlError(message, field=error.field or None) from None


def names_of(merchant: Merchant) -> set[str]:
    """What the merchant's scenarios are called."""
    return {each.scenario.name for each in _loaded(merchant)}


def free_name(merchant: Merchant, stem: str, number: int = 1) -> str:
    """A name that none of the merchant's scenarios has, made with a number."""
    taken = names_of(merchant)
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _read_mapping(mapping: Mapping[str, Any], name: str) -> "Scenario":
    from fake_iamport.scenario.reading import read_scenario

    try:
        text = _encoder.encode(dict(mapping)).decode()
    except (TypeError, UnicodeEncodeError) as error:
        raise ControlError(f"{name}: no scenario holds this: {error}") from None
    return read_scenario(text, name, name)


def _unload_spent_orders(emulator: Emulator, merchant: Merchant) -> None:
    """Let those orders of failing calls go that are used up."""
    for each in list(_loaded(merchant)):
        is_order = _ORDER.fullmatch(each.scenario.name) is not None
        if is_order and all(rule.left == 0 for rule in each.rules):
            emulator.unload_scenario(merchant, each)


def _without_body(name: str) -> str:
    from fake_iamport.scenario.library import scenario_library

    if name in scenario_library():
        return (
            "the body is empty; send the file, as in curl -T FILE, or load the ready-made scenario "
            f"{name!r} with POST"
        )
    return (
        f"there is no ready-made scenario {name!r}{did_you_mean(name, scenario_library())}, and the "
        "body is empty; send the file, as in curl -T FILE"
    )


def _read(document: bytes, name: str) -> "Scenario":
    from fake_iamport.documents import DocumentError
    from fake_iamport.scenario.reading import read_scenario

    try:
        return read_scenario(document.decode("utf-8"), name, name)
    except UnicodeDecodeError:
        raise _refusal(DocumentError(name, 1, 1, "", "is not UTF-8")) from None
    except DocumentError as error:
        raise _refusal(error, _sent_how(document)) from None


def _sent_how(document: bytes) -> str:
    """What to do about the way in which the body was sent, where that spoilt it."""
    if document.startswith(b"--") and b"form-data" in document[:_FORM_BEGINNING]:
        return _FORM
    is_one_line = b"\n" not in document and document[:1] not in (b"{", b"[")
    return _ONE_LINE if is_one_line else ""


def _of_library(name: str) -> "Scenario":
    """The ready-made scenario; never a file of the machine that the emulator runs on."""
    from fake_iamport.scenario.library import scenario_library

    if name not in scenario_library():
        raise ControlError(
            f"there is no ready-made scenario {name!r}{did_you_mean(name, scenario_library())}",
            field="name",
            status=404,
        )
    return read_named(name)


def _refusal(error: "DocumentError", hint: str = "") -> ControlError:
    return ControlError(
        f"{error}{hint}", field=error.field or None, line=error.line, column=error.column
    )


def _ready_made(scenario: "Scenario") -> ReadyMade:
    form = scenario.form
    texts = {
        name: msgspec.to_builtins(getattr(form, name))
        for name in ("title", "description", "lesson", "expected", "evidence")
    }
    return ReadyMade(name=scenario.name, rules=len(form.rules), **texts)


def _loaded(merchant: Merchant) -> "Iterable[LoadedScenario]":
    return merchant.scenarios or ()


def _name(inputs: OneScenario) -> str:
    return _ENDING.sub("", inputs.name)


def _one(emulator: Emulator, inputs: OneScenario) -> "tuple[Merchant, LoadedScenario]":
    merchant = merchant_of(emulator, inputs.imp_key)
    loaded = {each.scenario.name: each for each in _loaded(merchant)}
    name = inputs.name if inputs.name in loaded else _name(inputs)
    if name not in loaded:
        raise ControlError(
            f"the merchant has no scenario {name!r} loaded{did_you_mean(name, loaded)}",
            field="name",
            status=404,
        )
    return merchant, loaded[name]


def _check_state(state: str, value: str, known: Mapping[str, tuple[str, ...]]) -> None:
    if state not in known:
        raise ControlError(
            f"the scenario has no state {state!r}{did_you_mean(state, known)}",
            field=f"states.{state}",
        )
    values = known[state]
    if value not in values:
        raise ControlError(
            f"{value!r} is not one of {', '.join(values)}{did_you_mean(value, values)}",
            field=f"states.{state}",
        )


def _view(loaded: "LoadedScenario") -> ScenarioView:
    return loaded.view()
