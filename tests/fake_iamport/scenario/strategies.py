"""Any valid scenario, made from what the conditions and effects declare of their arguments."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from fake_iamport.documents import DocumentError
from fake_iamport.scenario.declaration import Declared, conditions, effects
from fake_iamport.scenario.effects.delay import LONGEST
from fake_iamport.scenario.reading import read_scenario

__all__ = ["JSON", "TEXTS", "read", "scenarios"]

Strategy = st.SearchStrategy[Any]

SHORTEST = 0.001
STATES = {"phase": ["new", "old"], "mood": ["good"]}
TEXTS = st.text("abé가😀 :#'\"\\/-*?{}[]\n", min_size=1, max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | TEXTS | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
STATE_VALUES = st.sampled_from(
    [{"phase": "old"}, {"phase": "new"}, {"mood": "good"}, {"phase": "old", "mood": "good"}]
)
AWKWARD: Mapping[str, Strategy] = {
    "charset": st.sampled_from(["euc-kr", "utf-16", "latin-1", "utf-7"]),
    "content_type": st.sampled_from(["text/plain", "application/x-www-form-urlencoded"]),
    "daily": st.sampled_from(["00:00-23:59", "23:50-00:30"]),
    "days": st.sampled_from(["1-31", "7", "28-31"]),
    "from": st.sampled_from([0, "+1m", "2024-02-08"]),
    "until": st.sampled_from([1_900_000_000, "+30d", "2030-01-01T00:00:00Z"]),
    "regex": st.sampled_from(["o[0-9]", ".*", "(a|b)+"]),
}
"""What a type alone doesn't tell."""

PATHS = st.sampled_from(
    ["code", "message", "response", "response.status", "response.amount", "a.b"]
)
INSTEAD: Mapping[str, Callable[[Strategy], Strategy]] = {
    "field": lambda value: st.dictionaries(
        st.sampled_from(["amount", "merchant_uid", "customer_uid", "schedules.*.amount"]),
        value,
        min_size=1,
    ),
    "path": lambda value: st.dictionaries(
        st.sampled_from(["merchant_uid", "imp_uid"]), value, min_size=1
    ),
    "query": lambda value: st.dictionaries(
        st.sampled_from(["page", "limit", "merchant_uid"]), value, min_size=1
    ),
    "header": lambda value: st.dictionaries(
        st.sampled_from(["User-Agent", "x-trial"]), value, min_size=1
    ),
    "state": lambda _: STATE_VALUES,
    "set": lambda _: STATE_VALUES,
}
"""Whose names can't be any text."""


def scenarios() -> Strategy:
    """The values of a scenario's file."""
    return st.fixed_dictionaries(
        {"rules": st.lists(_rules(), min_size=1, max_size=4), "states": st.just(STATES)},
        optional={
            "title": TEXTS | st.fixed_dictionaries({"en": TEXTS, "ko": TEXTS}),
            "seed": st.integers(0, 5),
            "match": st.sampled_from(["first", "all"]),
        },
    )


def read(values: object) -> Any:
    """Read values as from a file of JSON."""
    return read_scenario(msgspec.json.encode(values).decode(), "test.json", "test")


def _rules() -> Strategy:
    rules = st.fixed_dictionaries(
        {"when": _parts(conditions(), 0), "then": _parts(effects(), 1)},
        optional={"times": st.integers(1, 3), "name": TEXTS},
    )
    return rules.filter(_is_valid)


def _is_valid(rule: object) -> bool:
    try:
        read({"rules": [rule], "states": STATES})
    except DocumentError:
        return False
    return True


def _parts(declared: Mapping[str, Declared], least: int) -> Strategy:
    arguments = {name: _argument(each) for name, each in declared.items()}
    names = st.lists(
        st.sampled_from(sorted(arguments)), min_size=least, max_size=least + 1, unique=True
    )
    return names.flatmap(
        lambda chosen: st.fixed_dictionaries({name: arguments[name] for name in chosen})
    )


def _argument(declared: Declared) -> Strategy:
    kind = inspect.type_info(declared.argument)
    if declared.name not in INSTEAD:
        return _of(kind)
    inner = kind.value_type if isinstance(kind, inspect.DictType) else kind
    return INSTEAD[declared.name](_of(inner))


def _of(kind: inspect.Type) -> Strategy:
    if isinstance(kind, inspect.Metadata):
        schema = kind.extra_json_schema or {}
        enums = [schema, *schema.get("anyOf", ())]
        named = [name for each in enums for name in each.get("enum", ())]
        return st.sampled_from(named) if named else _of(kind.type)
    return _KINDS[type(kind)](kind)


def _integers(kind: Any) -> Strategy:
    least = 0 if kind.ge is None else kind.ge
    return st.integers(least, min(kind.le or least + 300, least + 300))


def _floats(kind: Any) -> Strategy:
    least = kind.ge if kind.ge is not None else kind.gt or 0
    most = SHORTEST if kind.le == LONGEST else kind.le or 2000
    return st.floats(least, most, exclude_min=kind.gt is not None, allow_subnormal=False)


def _structs(kind: Any) -> Strategy:
    fields = {field.encode_name: field for field in kind.fields}
    values = {
        name: AWKWARD[name] if name in AWKWARD else _of(field.type)
        for name, field in fields.items()
    }
    needed = {name: values[name] for name, field in fields.items() if field.required}
    others = {name: value for name, value in values.items() if name not in needed}
    chosen = (
        st.lists(st.sampled_from(sorted(others)), max_size=2, unique=True)
        if others
        else st.just([])
    )
    return chosen.flatmap(
        lambda names: st.fixed_dictionaries({**needed, **{name: others[name] for name in names}})
    )


def _dicts(kind: Any) -> Strategy:
    return st.dictionaries(PATHS, _of(kind.value_type), max_size=2)


_KINDS: Mapping[type, Callable[[Any], Strategy]] = {
    inspect.AnyType: lambda _: JSON,
    inspect.BoolType: lambda _: st.booleans(),
    inspect.DictType: _dicts,
    inspect.FloatType: _floats,
    inspect.IntType: _integers,
    inspect.LiteralType: lambda kind: st.sampled_from(kind.values),
    inspect.NoneType: lambda _: st.none(),
    inspect.StrType: lambda _: TEXTS,
    inspect.StructType: _structs,
    inspect.TupleType: lambda kind: st.tuples(*map(_of, kind.item_types)).map(list),
    inspect.UnionType: lambda kind: st.one_of(
        *(_of(each) for each in kind.types if not isinstance(each, inspect.NoneType))
    ),
    inspect.VarTupleType: lambda kind: st.lists(_of(kind.item_type), max_size=2),
}
