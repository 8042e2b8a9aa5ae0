"""What may be kept of a call's parameters.

Only parameters that the operation declares are kept, and of those the secret ones not; in everything
else, digits that look like a card number are blotted out.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache, partial

import msgspec

from fake_iamport.wire.parameters import Parameters

__all__ = ["REDACTED", "UNKNOWN", "blotted_text", "redacted", "secret_names"]

REDACTED = "[redacted]"
UNKNOWN = "[not a parameter]"

_CARD_NUMBER = re.compile(r"\d(?:[ -]?\d){12,18}")
_SHORTEST = 13
_LEAST_CARD_NUMBER = 10 ** (_SHORTEST - 1)
_LONGEST_MOMENT = 13
_NUMBERS_OF_MERCHANTS = ("_uid", "imp_key")


def redacted(parameters: type[Parameters], values: Mapping[str, object]) -> dict[str, object]:
    """What the journal may keep of the parameters that were sent; never a token."""
    rules = _rules(parameters)
    kept: dict[str, object] = {}
    for name, value in values.items():
        rule = rules.get(name)
        if rule is not None:
            kept[name] = rule(value)
        elif name != "_token":
            kept[blotted_text(name)] = UNKNOWN
    return kept


def blotted_text(text: str) -> str:
    """``text`` without digits that look like a card number."""
    if len(text) < _SHORTEST or not _CARD_NUMBER.search(text):
        return text
    return _CARD_NUMBER.sub(REDACTED, text)


@cache
def secret_names() -> frozenset[str]:
    """Every name under which an operation takes a secret."""
    # Operations are served by the wire, which writes the journal.
    from fake_iamport.operations import operations

    declared = [operation.parameters for operation in operations().values()]
    inner = [each for parameters in declared for each in parameters.nested.values()]
    return frozenset(name for parameters in declared + inner for name in parameters.secrets)


@cache
def _rules(parameters: type[Parameters]) -> Mapping[str, Callable[[object], object]]:
    return {name: _rule(parameters, name) for name in parameters.__struct_encode_fields__}


def _rule(parameters: type[Parameters], name: str) -> Callable[[object], object]:
    if name in parameters.secrets:
        return _hidden
    if name in parameters.nested:
        return partial(_items, parameters.nested[name])
    if name.endswith(_NUMBERS_OF_MERCHANTS):
        return _uid
    return _moment if name.endswith("_at") else _blotted


def _hidden(_: object) -> object:
    return REDACTED


def _uid(value: object) -> object:
    """A number that a merchant made or has, however much it looks like a card's; or several."""
    if isinstance(value, str | int):
        return value
    return [_uid(item) for item in value] if isinstance(value, list) else _blotted(value)


def _moment(value: object) -> object:
    """Unix seconds, or milliseconds, which are as long as the shortest card number."""
    return value if len(str(value)) <= _LONGEST_MOMENT else _blotted(value)


def _items(inner: type[Parameters], value: object) -> object:
    if isinstance(value, list):
        return [redacted(inner, item) if isinstance(item, dict) else UNKNOWN for item in value]
    if not isinstance(value, str):
        return UNKNOWN
    try:
        decoded = msgspec.json.decode(value)
    except (msgspec.MsgspecError, RecursionError):
        return REDACTED
    return msgspec.json.encode(_items(inner, decoded)).decode()


def _blotted(value: object) -> object:
    if isinstance(value, str):
        return value if len(value) < _SHORTEST else blotted_text(value)
    if isinstance(value, dict):
        return {blotted_text(str(name)): _branch(str(name), item) for name, item in value.items()}
    if isinstance(value, list):
        return [_blotted(item) for item in value]
    if isinstance(value, int | Decimal) and abs(value) >= _LEAST_CARD_NUMBER:
        return REDACTED
    return value


def _branch(name: str, value: object) -> object:
    return REDACTED if name in secret_names() else _blotted(value)
