"""Wrong servers: the emulator with one behaviour changed, as an ASGI application around it.

A twist takes a call and the way to the right server. It may change the call, the reply, or make calls
of its own. What it remembers is forgotten when the merchant's world is reset.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl, quote, unquote, urlencode

from contract_tests.provider.operations import OPERATIONS
from fake_iamport import create_app

__all__ = ["Call", "Forward", "Mutant", "Reply", "Twist", "wrong_server"]

FORM = "application/x-www-form-urlencoded"
_PATHS = [
    (name, each.method, re.compile(re.sub(r"\{\w+\}", "([^/]+)", each.path)), each.path)
    for name, each in sorted(OPERATIONS.items(), key=lambda pair: pair[1].path.count("{"))
]


@dataclass
class Call:
    """A request: ``operation`` is its name, ``control`` for the control API, empty for any other.

    ``names`` are the values in the path, ``body`` the parameters of a JSON or form body.
    """

    method: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def operation(self) -> str:
        if self.path.startswith("/_fake/"):
            return "control"
        path = self.path.rstrip("/")
        found = (
            name
            for name, method, pattern, _ in _PATHS
            if method == self.method and pattern.fullmatch(path)
        )
        return next(found, self._of_status(path))

    @property
    def names(self) -> list[str]:
        for _, method, pattern, _ in _PATHS:
            found = pattern.fullmatch(self.path.rstrip("/"))
            if method == self.method and found:
                return [unquote(name) for name in found.groups()]
        return []

    @property
    def is_form(self) -> bool:
        return FORM in self.headers.get("content-type", "")

    def _of_status(self, path: str) -> str:
        """Look-ups by order take a status behind the order."""
        shorter = path.rpartition("/")[0]
        if shorter.startswith("/payments/findAll/"):
            return "getAllPaymentsByMerchantUid"
        return "getPaymentByMerchantUid" if shorter.startswith("/payments/find/") else ""


@dataclass
class Reply:
    """An answer: ``envelope`` is its JSON object."""

    status: int
    envelope: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    escaped: bool = True

    @property
    def code(self) -> int | None:
        return self.envelope.get("code")

    @property
    def message(self) -> str:
        return self.envelope.get("message") or ""

    @property
    def response(self) -> Any:
        return self.envelope.get("response")

    def set(self, **fields: Any) -> Self:
        """Change fields of the response, where it is a record."""
        if isinstance(self.response, dict):
            self.response.update(fields)
        return self

    def fail(self, status: int = 200, code: int = 1, message: str = "no") -> Self:
        """Refuse."""
        self.status = status
        self.envelope = {"code": code, "message": message, "response": None}
        return self

    def do(self, response: Any) -> Self:
        """Answer that it was done."""
        self.status = 200
        self.envelope = {"code": 0, "message": None, "response": response}
        return self


Forward = Callable[[Call], Awaitable[Reply]]
Twist = Callable[[Call, Forward], Awaitable[Reply]]


@dataclass(frozen=True)
class Mutant:
    """A wrong server: the clause that it breaks, and how; ``make`` gives a fresh twist."""

    clause: str
    says: str
    make: Callable[[], Twist]


def wrong_server(mutant: Mutant) -> Callable[..., Awaitable[None]]:
    """The emulator, twisted."""
    right = create_app()
    twist = [mutant.make()]

    async def forward(call: Call) -> Reply:
        return await _ask(right, call)

    async def application(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        call = await _read(scope, receive)
        if call.operation == "control" and call.path.endswith("/reset"):
            twist[0] = mutant.make()
        reply = await twist[0](call, forward)
        await _send(reply, send)

    return application


async def _read(scope: Mapping[str, Any], receive: Any) -> Call:
    content = (await receive())["body"]
    headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
    call = Call(scope["method"], scope["raw_path"].decode(), query, headers)
    if content and call.is_form:
        call.body = dict(parse_qsl(content.decode(), keep_blank_values=True))
    elif content:
        call.body = json.loads(content)
    return call


async def _ask(right: Any, call: Call) -> Reply:
    content = b""
    if call.body:
        content = (urlencode(call.body) if call.is_form else json.dumps(call.body)).encode()
    headers = {name: value for name, value in call.headers.items() if name != "content-length"}
    if content and "content-type" not in headers:
        headers["content-type"] = "application/json"
    start: dict[str, Any] = {}
    parts = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        start.update({} if message["type"] == "http.response.body" else message)
        parts.append(message.get("body", b""))

    query = "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in call.query)
    scope = {
        "type": "http", "http_version": "1.1", "method": call.method, "path": unquote(call.path),
        "raw_path": call.path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
    }  # fmt: skip
    await right(scope, receive, send)
    shown = {name.decode(): value.decode() for name, value in start["headers"]}
    return Reply(start["status"], json.loads(b"".join(parts)), shown)


async def _send(reply: Reply, send: Any) -> None:
    text = json.dumps(reply.envelope, ensure_ascii=reply.escaped, separators=(",", ":"))
    content = (text.replace("/", "\\/") if reply.escaped else text).encode()
    kept = {name: value for name, value in reply.headers.items() if name != "content-length"}
    headers = [(name.encode(), value.encode()) for name, value in kept.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
