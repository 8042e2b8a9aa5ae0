"""Changing an answer's JSON."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from fake_iamport.wire import php_json
from fake_iamport.wire.bodies import exact_json

__all__ = ["code_and_message", "edited", "removed"]

Edit = Callable[[bytes], bytes]


def edited(values: Mapping[str, Callable[[Any], object]]) -> Edit:
    """Put another value at each dotted path; where there is nothing to hold it, nothing changes.

    A new value of ``UNSET`` leaves the old one.
    """

    def edit(tree: Any) -> None:
        for path, value in values.items():
            parent, name = _parent(tree, path)
            new = msgspec.UNSET if parent is None else value(parent.get(name))
            if parent is not None and new is not msgspec.UNSET:
                parent[name] = new

    return _on_json(edit)


def removed(paths: Sequence[str]) -> Edit:
    """Take away what stands at each dotted path."""

    def edit(tree: Any) -> None:
        for path in paths:
            parent, name = _parent(tree, path)
            if parent is not None:
                parent.pop(name, None)

    return _on_json(edit)


def code_and_message(body: bytes) -> tuple[int | None, str | None]:
    """The envelope's code and message, where there is an envelope."""
    try:
        tree = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None, None
    if not isinstance(tree, dict):
        return None, None
    code, message = tree.get("code"), tree.get("message")
    return (
        code if isinstance(code, int) else None,
        message if isinstance(message, str) else None,
    )


def _on_json(edit: Callable[[Any], None]) -> Edit:
    def edit_bytes(body: bytes) -> bytes:
        try:
            tree = exact_json.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return body
        edit(tree)
        return php_json.encode(tree)

    return edit_bytes


def _parent(tree: Any, path: str) -> tuple[dict[str, Any] | None, str]:
    *steps, name = path.split(".")
    for step in steps:
        if isinstance(tree, list) and step.isdecimal() and int(step) < len(tree):
            tree = tree[int(step)]
        elif isinstance(tree, dict):
            tree = tree.get(step)
        else:
            return None, name
    return (tree, name) if isinstance(tree, dict) else (None, name)
