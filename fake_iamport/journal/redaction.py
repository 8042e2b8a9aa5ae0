"""What may be kept of a call's parameters.

Only parameters that the operation declares are kept, and of those the secret ones not; in everything
else, digits that look like a card number are blotted out.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache, partial

import msgspec

from fake_iamport.domain.card import passes_luhn
from fake_iamport.gateway.issuers import scheme_of
from fake_iamport.wire import php_json
from fake_iamport.wire.bodies import exact_json
from fake_iamport.wire.parameters import Parameters

__all__ = [
    "REDACTED",
    "UNKNOWN",
    "answer_without",
    "blotted_text",
    "numbers_in",
    "redacted",
    "secret_names",
    "without",
]

REDACTED = "[redacted]"
UNKNOWN = "[not a parameter]"
NO_NAME = "[no name]"

_CARD_NUMBER = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z_.-]{0,39}\d{0,3}")
_SHORTEST = 13
_LEAST_CARD_NUMBER = 10 ** (_SHORTEST - 1)
_LONGEST_MOMENT = 13
_LONGEST_KEY = 32
_NUMBERS_OF_MERCHANTS = ("_uid", "imp_key")


def redacted(
    parameters: type[Parameters], values: Mapping[str, object], secrets: list[str]
) -> dict[str, object]:
    """What the journal may keep of the parameters that were sent; never a token.

    Card numbers and secrets among them are added to ``secrets``, in the forms in which an answer or a
    path may repeat them: an answer repeats free texts, and some merchants send cards there.
    """
    rules = _rules(parameters)
    kept: dict[str, object] = {}
    for name, value in values.items():
        rule = rules.get(name)
        if not isinstance(value, str) or name == "imp_secret":
            _collect(value, name, secrets)
        elif len(value) >= _SHORTEST and _CARD_NUMBER.search(value):
            _collect_text(value, name, secrets)
        elif rule in (_KEEP_SHORT if len(value) < _SHORTEST else _KEEP_WITHOUT_NUMBER):
            kept[name] = value
            continue
        if rule is not None:
            kept[name] = rule(value)
        elif name != "_token":
            kept[name if _NAME.fullmatch(name) else NO_NAME] = UNKNOWN
    return kept


def numbers_in(text: str) -> list[str]:
    """What looks like a card number in a text, in the forms in which it may be repeated."""
    numbers: list[str] = _CARD_NUMBER.findall(text)
    return [form for each in numbers for form in (each, _digits_of(each))]


def without(text: str, secrets: Sequence[str]) -> str:
    """``text`` without ``secrets``."""
    for secret in secrets:
        text = text.replace(secret, REDACTED)
    return text


def answer_without(body: bytes, secrets: Sequence[str]) -> bytes:
    """The JSON of an answer without ``secrets``; it stays JSON."""
    for secret in secrets:
        if secret.encode() in body:
            return php_json.encode(_branch_without(exact_json.decode(body), secrets))
    return body


def _branch_without(value: object, secrets: Sequence[str]) -> object:
    if isinstance(value, dict):
        return {name: _branch_without(item, secrets) for name, item in value.items()}
    if isinstance(value, list):
        return [_branch_without(item, secrets) for item in value]
    if isinstance(value, str):
        return without(value, secrets)
    return REDACTED if str(value) in secrets else value


def _collect(value: object, name: str, found: list[str]) -> None:
    if isinstance(value, str):
        _collect_text(value, name, found)
    elif isinstance(value, dict):
        for inner, item in value.items():
            _collect(item, str(inner), found)
    elif isinstance(value, list):
        for item in value:
            _collect(item, name, found)
    elif isinstance(value, int | Decimal):
        _collect_text(str(value), name, found)


def _collect_text(text: str, name: str, found: list[str]) -> None:
    if name == "imp_secret" and text:
        found.append(text)
    elif len(text) >= _SHORTEST and not name.endswith("_at"):
        for number in _CARD_NUMBER.findall(text):
            if not name.endswith(_NUMBERS_OF_MERCHANTS) or _is_card_number(number):
                found += (number, _digits_of(number))


def _digits_of(number: str) -> str:
    return number.replace("-", "").replace(" ", "")


def _is_card_number(text: str) -> bool:
    """Whether the number could be a card's: not only long, but a scheme's and with its check digit.

    Merchants number orders with the time of day, which is as long and hardly ever all of that.
    """
    if len(text) < _SHORTEST:
        return False
    number = _digits_of(text)
    if not number.isdecimal() or not passes_luhn(number):
        return False
    scheme = scheme_of(number)
    return scheme is not None and scheme.has_length_of(number)


def blotted_text(text: str) -> str:
    """``text`` without digits that look like a card number."""
    return text if len(text) < _SHORTEST else _CARD_NUMBER.sub(REDACTED, text)


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
    if name == "imp_key":
        return _key
    if name.endswith(_NUMBERS_OF_MERCHANTS):
        return _uid
    return _moment if name.endswith("_at") else _blotted


def _hidden(_: object) -> object:
    return REDACTED


def _key(value: object) -> object:
    """A merchant's API key, but not a secret that was sent in its place: those are far longer."""
    return value if len(str(value)) <= _LONGEST_KEY else REDACTED


def _uid(value: object) -> object:
    """A number that a merchant made or has, unless it is a card's; or several."""
    if isinstance(value, str | int):
        return REDACTED if _is_card_number(str(value)) else value
    return [_uid(item) for item in value] if isinstance(value, list) else _blotted(value)


def _moment(value: object) -> object:
    """Unix seconds, or milliseconds, which are as long as the shortest card number."""
    return value if len(str(value)) <= _LONGEST_MOMENT else _blotted(value)


def _items(inner: type[Parameters], value: object) -> object:
    if isinstance(value, list):
        # What is secret in them was found with the whole.
        return [redacted(inner, item, []) if isinstance(item, dict) else UNKNOWN for item in value]
    if not isinstance(value, str):
        return UNKNOWN
    try:
        decoded = msgspec.json.decode(value)
    except (msgspec.MsgspecError, RecursionError):
        return REDACTED
    return msgspec.json.encode(_items(inner, decoded)).decode()


def _blotted(value: object) -> object:
    if isinstance(value, str):
        return blotted_text(value)
    if isinstance(value, dict):
        return {blotted_text(str(name)): _branch(str(name), item) for name, item in value.items()}
    if isinstance(value, list):
        return [_blotted(item) for item in value]
    if isinstance(value, int | Decimal) and abs(value) >= _LEAST_CARD_NUMBER:
        return REDACTED
    return value


def _branch(name: str, value: object) -> object:
    return REDACTED if name in secret_names() else _blotted(value)


_KEEP_SHORT = frozenset((_key, _uid, _moment, _blotted))
"""The rules that have nothing to hide in a text that is shorter than any card number."""

_KEEP_WITHOUT_NUMBER = frozenset((_moment, _blotted))
"""The rules that have nothing to hide in a longer one, if nothing in it looks like a card number."""
