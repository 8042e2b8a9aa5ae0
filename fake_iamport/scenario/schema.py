"""The JSON Schema of scenario files, for editors and other tools, made from the form."""

from functools import cache
from typing import Any

import msgspec

from fake_iamport.scenario.form import ScenarioForm

__all__ = ["scenario_schema", "schema_text"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
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
    schema["$defs"]["Then"]["minProperties"] = 1
    return {"$schema": _DIALECT, "title": _TITLES["ScenarioForm"], **schema}


def schema_text() -> str:
    """The schema as ``scenarios/schema.json`` has it."""
    return msgspec.json.format(msgspec.json.encode(scenario_schema()), indent=2).decode() + "\n"
