"""From a path to its operation.

Paths are split before they are percent-decoded, so that a ``%2F`` in a merchant's order number stays
inside its segment. Slashes at the end and doubled ones don't count (observed in clients).
"""

import difflib
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from fake_iamport.errors import (
    BadRequest,
    MethodNotAllowed,
    NotFound,
    NotServed,
    UnknownOperation,
)
from fake_iamport.operations.declaration import Operation
from fake_iamport.operations.official import official_operation

__all__ = ["Router"]


class _Node:
    __slots__ = ("literals", "operations", "parameter")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.operations: dict[str, tuple[Operation, tuple[str, ...]]] = {}


class Router:
    """Finds operations by method and path; a literal segment wins over a parameter."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        self._names: dict[str, str] = {}
        self._literal: dict[tuple[str, str], Operation] = {}
        for operation in operations:
            for path in operation.paths:
                self._add(operation, path)

    def find(self, method: str, raw_path: str) -> tuple[Operation, dict[str, object]]:
        """The operation and its path parameters.

        Raises:
            UnknownOperation: no operation has this path.
            NotServed: the real API has one that isn't served here.
            MethodNotAllowed: there is one, with another method.
            BadRequest: the path is not UTF-8 once decoded.
        """
        literal = self._literal.get((method, raw_path))
        if literal is not None:
            return literal, {}
        segments = [_decoded(segment) for segment in raw_path.split("/") if segment]
        found = _walk(self._root, segments, 0)
        declared = found[0].operations.get(method) if found else None
        if found is None or declared is None:
            raise self._refusal(method, segments, found[0] if found else None)
        operation, names = declared
        return operation, dict(zip(names, found[1], strict=True))

    def _refusal(self, method: str, segments: list[str], node: _Node | None) -> NotFound:
        official = official_operation(method, segments)
        if official is not None:
            return NotServed(operation_id=official.operation_id, method=method, path=official.path)
        path = _shown(segments)
        if node is None:
            nearest = self._nearest(method, segments)
            return UnknownOperation(method=method, path=path, nearest=nearest)
        nearest = ", ".join(_named(operation) for operation, _ in node.operations.values())
        return MethodNotAllowed(method=method, path=path, nearest=nearest)

    def _add(self, operation: Operation, path: str) -> None:
        node = self._root
        names = []
        for segment in path.strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment.strip("{}"))
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, _Node())
        node.operations[operation.method] = (operation, tuple(names))
        if not names:
            self._literal[operation.method, path] = operation
        self._names[f"{operation.method} {path}"] = _named(operation)

    def _nearest(self, method: str, segments: list[str]) -> str:
        asked = f"{method} {_shown(segments)}"
        close = difflib.get_close_matches(asked, self._names, n=1, cutoff=0.0)
        return self._names[close[0]]


def _walk(node: _Node, segments: list[str], at: int) -> tuple[_Node, list[str]] | None:
    if at == len(segments):
        return (node, []) if node.operations else None
    literal = node.literals.get(segments[at])
    found = _walk(literal, segments, at + 1) if literal else None
    if found is not None or node.parameter is None:
        return found
    below = _walk(node.parameter, segments, at + 1)
    return below and (below[0], [segments[at], *below[1]])


def _decoded(segment: str) -> str:
    if "%" not in segment:
        return segment
    try:
        return unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        raise BadRequest(message="The path is not UTF-8 once percent-decoded.") from None


def _named(operation: Operation) -> str:
    return f"{operation.method} {operation.path} ({operation.operation_id})"


def _shown(segments: list[str]) -> str:
    return "/" + "/".join(segments)[:200]
