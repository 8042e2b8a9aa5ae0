"""What a person probably meant who wrote a document that can't be read."""

import re
from collections.abc import Iterator

import yaml
from msgspec import inspect

from fake_iamport.document_kinds import Steps, fields_of, kinds_at, kinds_inside, mappings_of
from fake_iamport.suggestions import did_you_mean

__all__ = ["explained", "hint_for_key", "slip_in"]

# What the parser says, by a part of it, and what to do about it.
_SYNTAX = {
    "found a tab character": "a tab; indent with spaces",
    "scanning an alias": "'*' and '&' mean something else in YAML; put the text in quotes, as in \"*\"",
    "scanning an anchor": "'*' and '&' mean something else in YAML; put the text in quotes",
    "undefined alias": "'*' and '&' mean something else in YAML; put the text in quotes, as in \"*\"",
    "mapping values are not allowed": "a colon where no key can stand; put a text with a colon in "
    "quotes, or indent like the line above",
    "block collection": "expected '- ' and an item, as in the lines above; look at how far this line "
    "is indented",
    "block mapping": "expected a key and a colon; look at how far this line is indented, and whether a "
    "quote or bracket before it is closed too early",
    "flow sequence": "a list that begins with '[' isn't closed; expected ',' or ']'",
    "flow mapping": "what begins with '{' isn't closed; expected ',' or '}'",
    "quoted scalar, found unexpected end": "a quote isn't closed",
    "unknown escape": "a backslash in double quotes begins an escape; put the text in single quotes",
    "could not find expected ':'": "a key without a colon; write 'key: value'",
    "single document": "a second document begins here; keep each in a file of its own",
    "node content": "expected a value; put a text of such characters in quotes",
    "found unknown directive": "'%' begins a directive of YAML; put the text in quotes",
}
_FLAWED_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_GLUED = re.compile(r"([A-Za-z_]\w*):\S")


def explained(error: yaml.MarkedYAMLError, text: str) -> str:
    """What is wrong with a text that is no YAML, and what to do."""
    reason = ", ".join(part for part in (error.context, error.problem) if part)
    mark = error.problem_mark
    if mark is not None and "cannot start any token" in reason:
        found = text[mark.index : mark.index + 1]
        return "a tab; indent with spaces" if found == "\t" else f"{found!r}: put it in quotes"
    return next((told for part, told in _SYNTAX.items() if part in reason), reason)


def slip_in(value: object, path: Steps) -> str:
    """A slip of the pen in a value of the wrong type, if it looks like one."""
    if isinstance(value, str) and _FLAWED_NUMBER.fullmatch(value):
        return f"; write the number without commas: {value.replace(',', '')}"
    if isinstance(value, str) and (glued := _GLUED.match(value)):
        return f"; a space is missing after '{glued[1]}:'"
    last = path[-1] if path else None
    is_rest_of_number = value is None and isinstance(last, str) and re.fullmatch("[0-9]{3}", last)
    return _COMMA if is_rest_of_number else ""


def hint_for_key(key: str, value: object, type_: type[object], path: Steps) -> str:
    """What a key was meant to be that nobody knows at ``path``."""
    kinds = kinds_at(type_, path)
    known = list(dict.fromkeys(name for name in fields_of(kinds) if name != key))
    glued = _GLUED.match(key)
    if glued and glued[1] in known:
        return f"; a space is missing after '{glued[1]}:'"
    if value is None and re.fullmatch("[0-9]{3}", key):
        return _COMMA
    elsewhere = _elsewhere(key, kinds, type_, path)
    if elsewhere:
        return elsewhere
    listed = f"; known are {', '.join(known)}" if known else "; nothing is expected here"
    return did_you_mean(key, known) or listed + _own_name(value, kinds)


_COMMA = "; a comma ends the value here: write a number without commas, as in 1000"


def _elsewhere(key: str, kinds: list[inspect.Type], type_: type[object], path: Steps) -> str:
    """Where the key is known: one level further in, further out, or beside."""
    above = kinds_at(type_, path[:-1]) if path else []
    if key in fields_of(above):
        return f"; it belongs one level out, beside '{path[-1]}'"
    inside = _named(name for name, inner in kinds_inside(kinds) if key in fields_of(inner))
    if inside:
        return f"; it belongs into {inside}"
    beside = _named(name for name, inner in kinds_inside(above) if key in fields_of(inner))
    return f"; it belongs into {beside}, beside '{path[-1]}'" if beside else ""


def _named(names: Iterator[str]) -> str:
    return " or ".join(f"'{name}'" for name in dict.fromkeys(names))


def _own_name(value: object, kinds: list[inspect.Type]) -> str:
    """Where a name of one's own would stand with this value."""
    takers = [name for name, kind in mappings_of(kinds) if _takes(kind.value_type, value)]
    return f"; the name of a value belongs into '{takers[0]}'" if takers else ""


def _takes(kind: inspect.Type, value: object) -> bool:
    types = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    python = {
        inspect.StrType: str, inspect.IntType: int, inspect.FloatType: float,
        inspect.BoolType: bool,
    }  # fmt: skip
    return any(type(value) is python.get(type(each)) for each in types)
