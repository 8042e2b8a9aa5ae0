"""What a caller sends, as typed parameters.

One :class:`Parameters` class per operation says everything: names, types, limits, what is secret. The
API is lenient about how a value is written: numbers may come as text and text as numbers (observed),
``null`` and the empty text mean that a parameter wasn't sent (guess).
"""

import types
import typing
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta

from fake_iamport.errors import BadRequest, MissingParameters
from fake_iamport.plain_words import complaint_and_place, in_plain_words
from fake_iamport.wire import php_json

__all__ = [
    "STRICT",
    "CustomData",
    "Number",
    "Parameters",
    "Secret",
    "Texts",
    "parse",
    "prepare",
    "secret_fields",
]

_SECRET = {"secret": True}
_JSON_TEXT = {"json_text": True}
_NOT_A_NUMBER = "not a number"
_TEXT_LIST = {"text_list": True}

STRICT = Meta(extra={"strict": True})
"""Marks a parameter that the description requires and the real server doesn't (observed)."""

Number = Annotated[Decimal, Meta(extra_json_schema={"type": "number"})]
"""An exact number: JSON number or text, never a binary float."""

Secret = Annotated[str, Meta(extra=_SECRET, extra_json_schema={"writeOnly": True})]
"""A text that goes no further than the operation: not into journal, logs, errors or reprs."""

CustomData = Annotated[str, Meta(extra=_JSON_TEXT)]
"""A text; an object is kept as its JSON text (spec)."""

Texts = Annotated[list[str], Meta(extra=_TEXT_LIST)]
"""Several texts; a single one is a list of one."""

_Parameters = TypeVar("_Parameters", bound="Parameters")


class Parameters(msgspec.Struct, kw_only=True):
    """The parameters of an operation; a subclass declares them as fields."""

    secrets: ClassVar[frozenset[str]] = frozenset()
    texts: ClassVar[frozenset[str]] = frozenset()
    json_texts: ClassVar[frozenset[str]] = frozenset()
    text_lists: ClassVar[frozenset[str]] = frozenset()
    text_mappings: ClassVar[frozenset[str]] = frozenset()
    numbers: ClassVar[frozenset[str]] = frozenset()
    taken_as_sent: ClassVar[frozenset[str]] = frozenset()
    nested: ClassVar[Mapping[str, type["Parameters"]]] = {}
    required: ClassVar[tuple[str, ...]] = ()
    required_when_strict: ClassVar[tuple[str, ...]] = ()

    def __repr__(self) -> str:
        shown = (name for name in self.__struct_fields__ if name not in self.secrets)
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__name__}({values})"


def prepare(parameters: type[Parameters]) -> None:
    """Work out once what :func:`parse` needs to know of a parameter class."""
    hints = typing.get_type_hints(parameters, include_extras=True)
    fields = {field.encode_name: hints[field.name] for field in msgspec.structs.fields(parameters)}
    parameters.secrets = _marked(fields, "secret")
    parameters.json_texts = _marked(fields, "json_text")
    parameters.text_lists = _marked(fields, "text_list")
    parameters.texts = frozenset(name for name, hint in fields.items() if _is_a(hint, str))
    parameters.text_mappings = frozenset(name for name, hint in fields.items() if _is_a(hint, dict))
    parameters.numbers = frozenset(
        name
        for name, hint in fields.items()
        if _is_a(hint, int | Decimal) and not _is_a(hint, bool)
    )
    parameters.taken_as_sent = frozenset(fields) - parameters.numbers - parameters.text_lists
    parameters.nested = {
        name: inner for name, hint in fields.items() if (inner := _inner(hint)) is not None
    }
    for inner in parameters.nested.values():
        prepare(inner)
    strict = _marked(fields, "strict")
    parameters.required = tuple(
        field.encode_name for field in msgspec.structs.fields(parameters) if field.required
    )
    parameters.required_when_strict = tuple(
        name for name in fields if name in strict or name in parameters.required
    )


def secret_fields(struct: Any) -> frozenset[str]:
    """The fields of ``struct`` that are declared :data:`Secret`; none when it isn't a struct."""
    if not (isinstance(struct, type) and issubclass(struct, msgspec.Struct)):
        return frozenset()
    return _marked(typing.get_type_hints(struct, include_extras=True), "secret")


def parse(
    parameters: type[_Parameters], values: Mapping[str, object], *, strict: bool = False
) -> _Parameters:
    """Convert what was sent into ``parameters``; names that it doesn't declare are ignored.

    Raises:
        MissingParameters: all required names that weren't sent, in the order of declaration.
        BadRequest: a value of the wrong type, too long or out of range; the message names the
            parameter and never repeats the value.
    """
    given, missing = _given(parameters, values, strict, "")
    if missing:
        raise MissingParameters(names=", ".join(missing))
    try:
        return msgspec.convert(given, parameters, strict=False)
    except msgspec.ValidationError as error:
        raise BadRequest(message=_explained(parameters, error)) from None


def _given(
    parameters: type[Parameters], values: Mapping[str, object], strict: bool, place: str
) -> tuple[dict[str, object], list[str]]:
    """What was sent, adapted to the declared types, and the names that are missing."""
    as_sent = parameters.taken_as_sent
    given = {
        name: value
        if isinstance(value, str) and name in as_sent
        else _adapted(parameters, name, value)
        for name, value in values.items()
        if value is not None and value != ""
    }
    required = parameters.required_when_strict if strict else parameters.required
    missing = [f"{place}{name}" for name in required if name not in given]
    for name in parameters.nested:
        if name not in given:
            continue
        items = _decoded(given[name])
        if isinstance(items, list):
            inner = parameters.nested[name]
            read = [
                _given(inner, item, strict, f"{place}{name}[{number}].")
                if isinstance(item, dict)
                else (item, [])
                for number, item in enumerate(items)
            ]
            items = [item for item, _ in read]
            missing += [absent for _, names in read for absent in names]
        given[name] = items
    return given, missing


def _decoded(value: object) -> object:
    """A list; forms may also carry it as JSON text (spec)."""
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return value


def _adapted(parameters: type[Parameters], name: str, value: object) -> object:
    if isinstance(value, str):
        if name in parameters.numbers:
            return _as_number(value)
        return [value] if name in parameters.text_lists else value
    if name in parameters.text_mappings:
        return _as_text_mapping(value)
    if name in parameters.json_texts and isinstance(value, dict | list):
        return php_json.encode(value).decode()
    if name in parameters.text_lists and isinstance(value, list):
        return [_as_text(item) for item in value]
    if name in parameters.texts or name in parameters.text_lists:
        return _as_text(value)
    return value


def _as_number(text: str) -> object:
    """Digits with zeros in front are a number to PHP; digits of other scripts are none."""
    if not text.isascii() or "_" in text:
        return _NOT_A_NUMBER
    return (text.lstrip("0") or "0") if text.isdecimal() else text


def _as_text_mapping(value: object) -> object:
    """Numbers are texts here too, and PHP writes an empty object as an empty list."""
    if isinstance(value, dict):
        return {name: _as_text(item) for name, item in value.items()}
    return {} if value == [] else value


def _as_text(value: object) -> object:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    return value


def _explained(parameters: type[Parameters], error: msgspec.ValidationError) -> str:
    """What was expected, and never what was sent."""
    complaint, place = complaint_and_place(error)
    if complaint.startswith("Invalid enum value"):
        complaint = f"Expected one of {', '.join(_choices(parameters, place))}"
    text = f"{in_plain_words(complaint)}."
    return f"{place}: {text}" if place else text


def _choices(parameters: type[Parameters], place: str) -> list[str]:
    name, _, below = place.partition(".")
    inner = parameters.nested.get(name.partition("[")[0])
    if inner is not None and below:
        return _choices(inner, below)
    hints = typing.get_type_hints(parameters, include_extras=True)
    fields = msgspec.structs.fields(parameters)
    return _literals(next(hints[field.name] for field in fields if field.encode_name == name))


def _literals(hint: Any) -> list[str]:
    if get_origin(hint) is Literal:
        return [str(choice) for choice in get_args(hint)]
    return [choice for member in get_args(hint) for choice in _literals(member)]


def _marked(fields: Mapping[str, Any], mark: str) -> frozenset[str]:
    return frozenset(
        name
        for name, hint in fields.items()
        if any((meta.extra or {}).get(mark) for meta in _metas(hint))
    )


def _metas(hint: Any) -> list[Meta]:
    if get_origin(hint) is Annotated:
        base, *metas = get_args(hint)
        return [meta for meta in metas if isinstance(meta, Meta)] + _metas(base)
    if get_origin(hint) in (typing.Union, types.UnionType):
        return [meta for member in get_args(hint) for meta in _metas(member)]
    return []


def _inner(hint: Any) -> type[Parameters] | None:
    """The parameter class of a list's items."""
    if get_origin(hint) is Annotated:
        return _inner(get_args(hint)[0])
    if get_origin(hint) is not list:
        return None
    item = get_args(hint)[0]
    return item if isinstance(item, type) and issubclass(item, Parameters) else None


def _is_a(hint: Any, kind: Any) -> bool:
    if get_origin(hint) is Annotated:
        return _is_a(get_args(hint)[0], kind)
    if get_origin(hint) in (typing.Union, types.UnionType):
        return any(_is_a(member, kind) for member in get_args(hint))
    plain = get_origin(hint) or hint
    return isinstance(plain, type) and issubclass(plain, kind)
