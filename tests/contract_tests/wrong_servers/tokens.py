"""Wrong servers: tokens."""

from collections.abc import Callable
from typing import Any

from tests.contract_tests.mutation import Call, Forward, Reply, Twist
from tests.contract_tests.wrong_servers.twists import answers, asks, status_when, turned, wrong

__all__: list[str] = []


def _token_order(_: Call, reply: Reply) -> None:
    if reply.code == 0:
        reply.envelope["response"] = turned(reply.response)


answers("P-TOK-01", "writes the token's keys in another order", "getToken", _token_order)


@wrong("P-TOK-02", "moves the expiry a second on with every call")
def _() -> Twist:
    asked: dict[str, int] = {}

    async def twist(call: Call, forward: Forward) -> Reply:
        reply = await forward(call)
        if call.operation == "getToken" and reply.code == 0:
            token, left = (
                reply.response["access_token"],
                reply.response["expired_at"] - reply.response["now"],
            )
            times = asked[token] = asked.get(token, 0) + 1
            if left > 1700:
                reply.response["expired_at"] += times - 1
        return reply

    return twist


answers(
    "P-TOK-03",
    "says that a token lives an hour",
    "getToken",
    lambda call, reply: (
        reply.code == 0 and reply.set(expired_at=reply.response["expired_at"] + 1800)
    ),
)


def _no_extension(_: Call, reply: Reply) -> None:
    if reply.code == 0 and 300 < reply.response["expired_at"] - reply.response["now"] <= 360:
        reply.response["expired_at"] -= 300


answers("P-TOK-04", "doesn't extend a token in its last minute", "getToken", _no_extension)


class _Tokens:
    """The tokens that were given, and for which keys."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.keys: dict[str, Any] = {}

    def note(self, call: Call, reply: Reply) -> None:
        if call.operation == "getToken" and reply.code == 0:
            self.keys = dict(call.body)
            self.given.append(reply.response["access_token"])


@wrong("P-TOK-05", "takes tokens that have expired")
def _() -> Twist:
    tokens = _Tokens()

    async def twist(call: Call, forward: Forward) -> Reply:
        reply = await forward(call)
        tokens.note(call, reply)
        if reply.status == 401 and call.headers.get("authorization") in tokens.given:
            fresh = await forward(Call("POST", "/users/getToken", [], {}, tokens.keys))
            call.headers["authorization"] = fresh.response["access_token"]
            return await forward(call)
        return reply

    return twist


@wrong("P-TOK-06", "gives the expired token again")
def _() -> Twist:
    tokens = _Tokens()

    async def twist(call: Call, forward: Forward) -> Reply:
        if tokens.given and call.headers.get("authorization") == tokens.given[0]:
            call.headers["authorization"] = tokens.given[-1]
        reply = await forward(call)
        tokens.note(call, reply)
        if call.operation == "getToken" and reply.code == 0:
            reply.set(access_token=tokens.given[0])
        return reply

    return twist


answers("P-TOK-07", "answers a wrong secret with HTTP 403", "getToken", status_when(403, "인증에"))


answers("P-TOK-08", "answers missing keys with HTTP 401", "getToken", status_when(401, "imp_key"))


def _shows_token(call: Call) -> bool:
    queried = any(name == "_token" for name, _ in call.query)
    return queried or bool({"authorization", "x-imptokenheader"} & call.headers.keys())


def _lets_in(is_meant: Callable[[Call], bool]) -> Callable[[Call, Reply], object]:
    """Unauthorized callers get an answer that only a merchant should."""

    def change(call: Call, reply: Reply) -> None:
        if reply.status == 401 and call.operation != "getToken" and is_meant(call):
            reply.fail(200, 1)

    return change


answers("P-TOK-09", "answers without a token", "*", _lets_in(lambda call: not _shows_token(call)))


answers(
    "P-TOK-10",
    "takes any token",
    "*",
    _lets_in(lambda call: call.headers.get("authorization") == "0" * 40),
)


asks(
    "P-TOK-11",
    "doesn't know Bearer",
    "*",
    lambda call: (
        call.headers.get("authorization", "").startswith("Bearer")
        and call.headers.pop("authorization")
    ),
)


asks(
    "P-TOK-12",
    "doesn't know the first header",
    "*",
    lambda call: call.headers.pop("x-imptokenheader", None),
)


def _no_query_token(call: Call) -> None:
    call.query = [pair for pair in call.query if pair[0] != "_token"]


def _query_token_first(call: Call) -> None:
    for name, value in call.query:
        if name == "_token" and "authorization" in call.headers:
            call.headers["authorization"] = value


asks("P-TOK-13", "doesn't know the token in the query", "*", _no_query_token)


asks("P-TOK-14", "prefers the token in the query", "*", _query_token_first)


answers(
    "P-TOK-15",
    "doesn't read forms at the door",
    "getToken",
    lambda call, reply: call.is_form and reply.fail(415, -1),
)
