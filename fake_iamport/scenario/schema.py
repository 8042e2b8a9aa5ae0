"""The JSON Schema of scenario files, for editors and other tools, made from the form."""

from functools import cache
from typing import Any

import msgspec

from fake_iamport.scenario.form import ScenarioForm

__all__ = ["scenario_schema", "schema_text"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MAY_BE_EMPTY = {"When", "Rubbish", "Books"}
_TITLES = {
    "ScenarioForm": "A scenario of fake-iamport",
    "RuleForm": "Rule",
    "BothLanguages": "English and Korean",
}


@cache
def scenario_schema() -> dict[str, Any]:
    """The schema. What only makes sense together, and places, are checked when a file is read."""
    schema = msgspec.json.schema(ScenarioForm)
    for name, definition in schema["$defs"].items():
        definition["title"] = _TITLES.get(name, definition.get("title", name))
        is_bare = "properties" in definition and not definition.get("required")
        if is_bare and name not in _MAY_BE_EMPTY:
            definition["minProperties"] = 1
    when, then = (schema["$defs"][name]["properties"] for name in ("When", "Then"))
    for argument in (*when.values(), *then.values()):
        _refuse_emptiness(argument)
    _take_numbers_without_dashes(when["card"])
    then["pass"] = {"const": True, **then["pass"]}
    return {"$schema": _DIALECT, "title": _TITLES["ScenarioForm"], **schema}


def _refuse_emptiness(argument: dict[str, Any]) -> None:
    """Refuse an empty list or mapping, which says nothing."""
    for each in (argument, *argument.get("anyOf", ())):
        if each.get("type") == "array" and "prefixItems" not in each:
            each.setdefault("minItems", 1)
        if each.get("type") == "object":
            each.setdefault("minProperties", 1)


def _take_numbers_without_dashes(card: dict[str, Any]) -> None:
    for each in card["anyOf"]:
        names = each.get("items", each)
        plain = [name.replace("-", "") for name in names["enum"] if "-" in name]
        names["enum"] = [*names["enum"], *plain]


def schema_text() -> str:
    """The schema as ``scenarios/schema.json`` has it."""
    return msgspec.json.format(msgspec.json.encode(scenario_schema()), indent=2).decode() + "\n"
