"""Nested values in forms and query strings, written with PHP's brackets.

``customer_uid[]=a`` is a list, ``schedules[0][amount]=1000`` a list of objects,
``extra[requester]=admin`` an object (spec, docs).
"""

import re
from urllib.parse import parse_qsl

from fake_iamport.errors import BadRequest

__all__ = ["parse_pairs"]

_MOST_FIELDS = 5000
_DEEPEST = 16
_KEY = re.compile(r"^([^\[]+)((?:\[[^\[\]]*\])*)$")


def parse_pairs(encoded: str, *, source: str) -> dict[str, object]:
    """Read an URL-encoded form or query string into nested dicts, lists and texts.

    A name that comes twice keeps its last value, as in PHP. Values are always text.

    Raises:
        BadRequest: not UTF-8, too many fields or too deeply nested; the message names ``source``.
    """
    if not encoded:
        return {}
    try:
        pairs = parse_qsl(
            encoded, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except UnicodeDecodeError:
        raise BadRequest(message=f"The {source} is not UTF-8 once percent-decoded.") from None
    except ValueError:
        raise BadRequest(message=f"The {source} has more than {_MOST_FIELDS} fields.") from None
    tree: dict[str, object] = {}
    for name, value in pairs:
        if name:
            _place(tree, _path(name, source), value)
    return {name: _with_lists(value) for name, value in tree.items()}


def _path(name: str, source: str) -> list[str]:
    match = _KEY.match(name)
    if match is None:
        return [name]
    root, brackets = match.groups()
    path = [root, *brackets[1:-1].split("][")] if brackets else [root]
    if len(path) > _DEEPEST:
        raise BadRequest(message=f"The {source} nests deeper than {_DEEPEST} levels.")
    return path


def _place(tree: dict[str, object], path: list[str], value: str) -> None:
    for step in path[:-1]:
        branch = tree.get(step) if step else None
        if not isinstance(branch, dict):
            branch = {}
            tree[step or _next_index(tree)] = branch
        tree = branch
    tree[path[-1] or _next_index(tree)] = value


def _next_index(tree: dict[str, object]) -> str:
    return str(max((int(name) for name in tree if name.isdecimal()), default=-1) + 1)


def _with_lists(value: object) -> object:
    if not isinstance(value, dict):
        return value
    branches = {name: _with_lists(branch) for name, branch in value.items()}
    if branches and all(name.isdecimal() for name in branches):
        return list(branches.values())
    return branches
