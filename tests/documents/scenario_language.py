"""Writes the tables of ``docs/scenarios.md``: every condition and effect, from their declarations.

``python -m tests.documents.scenario_language`` prints the page with fresh tables; ``make docs`` keeps
it. What stands between the markers is made from the JSON Schema, everything else is written by hand.
"""

from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from fake_iamport.scenario.operation_names import groups
from fake_iamport.scenario.pages import pages
from fake_iamport.scenario.schema import scenario_schema
from fake_iamport.scenario.situation import SCHEDULED_CHARGE
from fake_iamport.scenario.walk import Step
from tests.documents.shell import ROOT

__all__ = ["page"]

_PAGE = ROOT / "docs" / "scenarios.md"
_MOST_CHOICES = 8
_ABOUT_CALLS = ("sees", "says", "patience", "persist", "times")

_Schema = dict[str, Any]


def page() -> str:
    """The whole page."""
    text = _PAGE.read_text("utf-8")
    parts = {
        "conditions": _declared("When"),
        "values": _table(_definition("Pattern")),
        "effects": _declared("Then"),
        "file": _table(_definition("ScenarioForm")),
        "rule": _table(_definition("RuleForm")),
        "operations": _operations(),
        "pages": _pages(),
        "walk": _walk(),
        "walk-calls": _with_header(list(_about_calls())),
        "books": _table(_definition("Books")),
    }
    for name, lines in parts.items():
        text = _filled(text, name, "\n".join(lines))
    return text


def _filled(text: str, name: str, made: str) -> str:
    before, start, rest = text.partition(f"<!-- {name} -->")
    _, end, after = rest.partition("<!-- end -->")
    assert end, f"docs/scenarios.md has no place for {name}"
    return f"{before}{start}\n\n{made}\n\n{end}{after}"


def _declared(struct: str) -> Iterator[str]:
    for number, (name, schema) in enumerate(_definition(struct)["properties"].items()):
        if number:
            yield ""
        yield f"**`{name}`** – {schema['description']}"
        yield f"Takes {_kind(schema)}."
        rows = [row for inner in _structs(schema) for row in _rows(inner, "")]
        if rows:
            yield ""
            yield from _with_header(rows)


def _table(definition: _Schema) -> Iterator[str]:
    yield from _with_header(list(_rows(definition, "", deep=False)))


def _with_header(rows: list[str]) -> Iterator[str]:
    yield "| key | value | meaning |"
    yield "|---|---|---|"
    yield from rows


def _rows(definition: _Schema, prefix: str, *, deep: bool = True) -> Iterator[str]:
    required = definition.get("required", ())
    for name, schema in definition["properties"].items():
        needed = " (needed)" if name in required else ""
        meaning = " ".join(_descriptions(schema)).replace("|", "\\|")
        yield f"| `{prefix}{name}` | {_kind(schema)}{needed} | {meaning} |"
        for inner in _structs(schema) if deep else ():
            yield from _rows(inner, f"{prefix}{name}.")


def _descriptions(schema: _Schema) -> Iterator[str]:
    """What is said of a value, and of the objects that it may be."""
    told = [schema, *schema.get("anyOf", ())]
    descriptions = [each["description"] for each in told if "description" in each]
    if not descriptions:
        descriptions = [inner["description"] for inner in _structs(schema)]
    yield from (" ".join(each.split()) for each in dict.fromkeys(descriptions))


def _structs(schema: _Schema) -> Iterator[_Schema]:
    """The objects with keys of their own that a value may be."""
    for each in [schema, *schema.get("anyOf", ())]:
        if "$ref" in each and "properties" in (found := _definition(_named(each))):
            yield found


def _kind(schema: _Schema) -> str:
    if "$ref" in schema:
        definition = _definition(_named(schema))
        return "keys and values" if "properties" in definition else _kind(definition)
    if "enum" in schema:
        return _choices(schema["enum"])
    if "anyOf" in schema and "type" in schema:
        return "a name or `CODE:text`"
    if "anyOf" in schema:
        kinds = (_kind(each) for each in schema["anyOf"] if each.get("type") != "null")
        return " or ".join(dict.fromkeys(kinds))
    return _plain_kind(schema)


def _plain_kind(schema: _Schema) -> str:
    kind = schema.get("type")
    if kind == "array":
        if "prefixItems" in schema:
            return f"a list of {len(schema['prefixItems'])}: {_kind(schema['prefixItems'][0])}"
        return f"a list: {_kind(schema['items'])}" if "items" in schema else "a list"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"names, each with {_kind(inner)}" if isinstance(inner, dict) else "keys and values"
    names = {
        "string": "text",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
    }
    return names.get(str(kind), "anything") + _span(schema)


def _span(schema: _Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    above = schema.get("exclusiveMinimum")
    ends = {"above": above, "from": least, "to": most}
    return "".join(f" {word} {end:.12g}" for word, end in ends.items() if end is not None)


def _choices(choices: list[Any]) -> str:
    if len(choices) > _MOST_CHOICES:
        return "a name"
    return ", ".join(f"`{str(each).lower() if each is True else each}`" for each in choices)


def _definition(name: str) -> _Schema:
    definition: _Schema = scenario_schema()["$defs"][name]
    return definition


def _named(schema: _Schema) -> str:
    return str(schema["$ref"]).removeprefix("#/$defs/")


def _pages() -> Iterator[str]:
    yield "| page | status |"
    yield "|---|---|"
    for name, answer in pages().items():
        yield f"| `{name}` | {answer.status} |"


def _walk() -> Iterator[str]:
    """The steps: what each is, what it needs, and what a merchant sees when it goes well."""
    yield "| step | what the merchant does | arguments | `sees`, if all is well |"
    yield "|---|---|---|---|"
    for field in msgspec.structs.fields(Step):
        if field.name in _ABOUT_CALLS or field.name == "books":
            continue
        schema = _definition("Step")["properties"][field.name]
        structs = list(_structs(schema))
        meaning = " ".join(_descriptions(schema))
        arguments = ", ".join(_arguments(structs[0])) if structs else _kind(schema)
        well = ", ".join(f"`{name}`" for name in _seen(field))
        yield f"| `{field.name}` | {meaning} | {arguments} | {well} |"


def _arguments(definition: _Schema) -> Iterator[str]:
    required = definition.get("required", ())
    for name, schema in definition["properties"].items():
        told = " ".join(_descriptions(schema)) or _kind(schema)
        needed = "" if name in required else ", may be left out"
        yield f"`{name}` ({told.rstrip('.')}{needed})"


def _seen(field: msgspec.structs.FieldInfo) -> tuple[str, ...]:
    step = next(each for each in get_args(field.type) if each is not type(None))
    well: tuple[str, ...] = getattr(step, "well", ())
    return well


def _about_calls() -> Iterator[str]:
    definition = _definition("Step")
    for row in _rows(definition, "", deep=False):
        if row.split("`")[1] in _ABOUT_CALLS:
            yield row


def _operations() -> Iterator[str]:
    yield "| tag | operations |"
    yield "|---|---|"
    for tag, names in sorted(groups().items()):
        if tag != "*":
            listed = ", ".join(f"`{name}`" for name in sorted(names) if name != SCHEDULED_CHARGE)
            charge = f", and `{SCHEDULED_CHARGE}`" if SCHEDULED_CHARGE in names else ""
            yield f"| `{tag}` | {listed}{charge} |"


if __name__ == "__main__":
    print(page(), end="")
