"""What is known of one call so far; the journal's line is written from it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from fake_iamport.errors import NotFound
from fake_iamport.gateway.gateway import Gateway
from fake_iamport.merchants import Merchant
from fake_iamport.operations.declaration import Operation
from fake_iamport.wire.bodies import decode_body, read_body
from fake_iamport.wire.connection import Connection
from fake_iamport.wire.php_brackets import parse_pairs

if TYPE_CHECKING:
    from fake_iamport.scenario.turn import Turn

__all__ = ["Exchange"]

_WITHOUT_BODY = frozenset({"GET"})


class Exchange:
    """One call: what came, whose it is, and what is done about it.

    Without an ``operation``, ``unknown`` says why there is none; ``turn`` is there when a scenario has
    something to do with the call.
    """

    __slots__ = (
        "_query_string",
        "_receive",
        "_values",
        "_values_of",
        "body",
        "body_size",
        "connection",
        "gateway",
        "has_token",
        "headers",
        "keep_alive",
        "merchant",
        "method",
        "operation",
        "path",
        "path_values",
        "presented",
        "query",
        "turn",
        "unknown",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.method: str = scope["method"]
        self.path: str = _raw_path(scope)
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self.keep_alive = _stays(scope, self.headers)
        self.connection = Connection(scope, receive, send)
        self.operation: Operation | None = None
        self.path_values: dict[str, object] | None = None
        self.query: dict[str, object] | None = None
        self.body: dict[str, object] | None = None
        self.body_size = _announced_size(self.method, self.headers)
        self.unknown: NotFound | None = None
        self.merchant: Merchant | None = None
        self.presented: str | None = None
        self.has_token = False
        self.gateway: Gateway | None = None
        self.turn: Turn | None = None
        self._query_string: bytes = scope["query_string"]
        self._receive = receive
        self._values: dict[str, object] | None = None
        self._values_of: dict[str, object] | None = None

    def read_query(self) -> dict[str, object]:
        """Read the query string.

        Raises:
            BadRequest: it can't be read.
        """
        query = parse_pairs(self._query_string.decode("latin-1"), source="query string")
        self.query = query
        return query

    async def read_body(self) -> None:
        """Read the body, where the method has one and unless that was done.

        Raises:
            BadRequest: it can't be read.
            ClientGone: the caller left.
        """
        if self.body is not None or self.method in _WITHOUT_BODY:
            return
        body = await read_body(self._receive, self.body_size)
        self.body_size = len(body)
        self.body = decode_body(body, self.headers.get(b"content-type", b"").decode("latin-1"))

    def values(self) -> dict[str, object]:
        """The parameters as the operation takes them: the path's win, then the body's."""
        if self._values is None or self._values_of is not self.body:
            self._values = {**(self.query or {}), **(self.body or {}), **(self.path_values or {})}
            self._values_of = self.body
        return self._values


def _announced_size(method: str, headers: Mapping[bytes, bytes]) -> int:
    """How many bytes the caller says that it sends in a body that is read."""
    length = headers.get(b"content-length", b"") if method not in _WITHOUT_BODY else b""
    return int(length[:18]) if length.isdigit() else 0


def _stays(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    """Whether the connection stays open afterwards."""
    said = headers.get(b"connection")
    if said is None:
        return bool(scope["http_version"] != "1.0")
    wishes = {wish.strip() for wish in said.lower().split(b",")}
    return scope["http_version"] != "1.0" and b"close" not in wishes


def _raw_path(scope: Scope) -> str:
    raw: bytes | None = scope.get("raw_path")
    return raw.decode("latin-1") if raw is not None else scope["path"]
