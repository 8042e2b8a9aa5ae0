"""What a type allows at a place of a document: its keys and its choices."""

from collections.abc import Iterator

from msgspec import inspect

__all__ = ["Steps", "choices", "fields_of", "kinds_at", "kinds_inside", "mappings_of"]

Steps = tuple[str | int, ...]

_Fielded = inspect.StructType | inspect.TypedDictType | inspect.DataclassType
_Collection = (
    inspect.ListType
    | inspect.VarTupleType
    | inspect.SetType
    | inspect.FrozenSetType
    | inspect.CollectionType
)


def kinds_at(type_: type[object], path: Steps) -> list[inspect.Type]:
    """The types that the value at ``path`` may have, unions taken apart."""
    kinds = list(_members(inspect.type_info(type_)))
    for step in path:
        kinds = [
            below for kind in kinds for inner in _below(kind, step) for below in _members(inner)
        ]
    return kinds


def fields_of(kinds: list[inspect.Type]) -> Iterator[str]:
    """The keys of structs, those that are needed first."""
    for kind in kinds:
        if isinstance(kind, _Fielded):
            fields = sorted(kind.fields, key=lambda field: not field.required)
            yield from (field.encode_name for field in fields)


def kinds_inside(kinds: list[inspect.Type]) -> Iterator[tuple[str, list[inspect.Type]]]:
    """Each key of structs with what may stand there; of a list, what it may hold."""
    for kind in kinds:
        if isinstance(kind, _Fielded):
            for field in kind.fields:
                inner = list(_members(field.type))
                held = [
                    below
                    for each in inner
                    if isinstance(each, _Collection)
                    for below in _members(each.item_type)
                ]
                yield field.encode_name, [*inner, *held]


def mappings_of(kinds: list[inspect.Type]) -> Iterator[tuple[str, inspect.DictType]]:
    """The keys of structs under which names of one's own stand."""
    for name, inner in kinds_inside(kinds):
        yield from ((name, kind) for kind in inner if isinstance(kind, inspect.DictType))


def choices(kinds: list[inspect.Type]) -> Iterator[str]:
    """The values of enumerations and literals."""
    for kind in kinds:
        if isinstance(kind, inspect.EnumType):
            yield from (str(member.value) for member in kind.cls)
        elif isinstance(kind, inspect.LiteralType):
            yield from (str(value) for value in kind.values)


def _members(kind: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(kind, inspect.UnionType):
        for member in kind.types:
            yield from _members(member)
    elif isinstance(kind, inspect.Metadata):
        yield from _members(kind.type)
    else:
        yield kind


def _below(kind: inspect.Type, step: str | int) -> Iterator[inspect.Type]:
    if isinstance(kind, _Fielded):
        yield from (field.type for field in kind.fields if field.encode_name == step)
    elif isinstance(kind, inspect.DictType):
        yield kind.value_type
    elif isinstance(kind, _Collection):
        yield kind.item_type
    elif isinstance(kind, inspect.TupleType) and isinstance(step, int):
        yield from kind.item_types[step : step + 1]
