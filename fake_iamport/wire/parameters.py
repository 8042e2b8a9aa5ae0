"""What a caller sends, as typed parameters.

One :class:`Parameters` class per operation says everything: names, types, limits, what is secret. The
API is lenient about how a value is written: numbers may come as text and text as numbers (observed),
``null`` and the empty text mean that a parameter wasn't sent (guess).
"""

import types
import typing
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta

from fake_iamport.domain.errors import BadRequest, MissingParameters
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
    parameters.texts = frozenset(name for name, hint in fields.items() if _is_text(hint))
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
    given = {
        name: _adapted(parameters, name, value)
        for name, value in values.items()
        if value is not None and value != ""
    }
    required = parameters.required_when_strict if strict else parameters.required
    missing = [name for name in required if name not in given]
    if missing:
        raise MissingParameters(names=", ".join(missing))
    try:
        return msgspec.convert(given, parameters, strict=False)
    except msgspec.ValidationError as error:
        raise BadRequest(message=_explained(error)) from None


def _adapted(parameters: type[Parameters], name: str, value: object) -> object:
    if isinstance(value, str):
        return [value] if name in parameters.text_lists else value
    if name in parameters.json_texts and isinstance(value, dict | list):
        return php_json.encode(value).decode()
    if name in parameters.text_lists and isinstance(value, list):
        return [_as_text(item) for item in value]
    if name in parameters.texts or name in parameters.text_lists:
        return _as_text(value)
    return value


def _as_text(value: object) -> object:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    return value


def _explained(error: msgspec.ValidationError) -> str:
    detail, _, path = str(error).replace(" | null", "").partition(" - at `$.")
    return f"{path.rstrip('`')}: {detail[:1].lower()}{detail[1:]}." if path else f"{detail}."


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


def _is_text(hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        return _is_text(get_args(hint)[0])
    if get_origin(hint) in (typing.Union, types.UnionType):
        return any(_is_text(member) for member in get_args(hint))
    return isinstance(hint, type) and issubclass(hint, str)
