"""What happened between the kit and whoever it talks to, told without card data and secrets.

Every value that was sent under a name of :data:`SECRET_NAMES` becomes a shell variable, wherever it
turns up again: ``$CARD_NUMBER``, and ``$CARD_NUMBER_2`` for the second one.
"""

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, unquote

import msgspec

from contract_tests.transport import Raw, Request

__all__ = [
    "LOGIN_COMMAND",
    "SECRET_NAMES",
    "Exchange",
    "Secrets",
    "Told",
    "commands",
    "told",
]

SECRET_NAMES = frozenset(
    {
        "access_token", "birth", "card_number", "cvc", "expiry", "imp_secret", "pwd_2digit",
        "refund_account",
    }
)  # fmt: skip
"""Names whose values never get into a report."""

LOGIN_COMMAND = (
    'ACCESS_TOKEN=$(curl -s "$IAMPORT_URL"/users/getToken -d imp_key="$IMP_KEY" '
    "-d imp_secret=\"$IMP_SECRET\" | grep -o '[0-9a-f]\\{40\\}')"
)
"""How a shell gets the token that the ``curl`` lines need."""

_SERVE_COMMAND = (
    "fake-iamport serve --imp-key imp_key --imp-secret imp_secret & fake-iamport ready --wait"
)
_EXPORTS = "export IAMPORT_URL=http://127.0.0.1:8900 IMP_KEY=imp_key IMP_SECRET=imp_secret"
_MERCHANT = "MERCHANT_URL=http://127.0.0.1:3000"
_TEST_CARDS = (
    """$(curl -s "$IAMPORT_URL"/_fake/cards | grep -o '"number":"[0-9-]*' | cut -c11-"""
    " | sed -n {}p)"
)
_CARD_VARIABLES = {
    "CARD_NUMBER": _TEST_CARDS, "EXPIRY": "2047-10", "BIRTH": "910203", "PWD_2DIGIT": "34",
    "CVC": "123", "REFUND_ACCOUNT": "1002000000",
}  # fmt: skip
"""What any test card takes; none of it was sent in a run."""

_CARD_VARIABLE = re.compile(
    rf"\$\{{(?P<whole>(?P<name>{'|'.join(_CARD_VARIABLES)})(_(?P<n>\d+))?)\}}"
)
_KEY_IN_PATH = re.compile(r"/_fake/merchants/([^/?]+)")
_TOKEN_HEADERS = ("authorization", "x-imptokenheader")
_SHORTEST_TELLING = 4
_VARIABLE = re.compile(r"(\$\{[A-Z0-9_]+\})")
_MOST_SHOWN = 2000


class Exchange(NamedTuple):
    """A request and its answer; ``None`` where none came."""

    request: Request
    raw: Raw | None
    at_once: int = 0
    """Those with the same number were sent at the same time; 0 stands alone."""


class Told(msgspec.Struct, frozen=True):
    """One exchange as a report shows it: what was sent, what came back, and how to send it again."""

    sent: str
    answered: str
    curl: str
    at_once: int = 0


class Secrets:
    """The values that must not be shown, and the variables that stand for them."""

    def __init__(self) -> None:
        self._variables: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    @classmethod
    def of(cls, exchanges: "Sequence[Exchange]") -> Self:
        """What must not be shown of these."""
        secrets = cls()
        for exchange in exchanges:
            for token in _tokens(exchange.request):
                secrets.learn("access_token", token)
            if named := _KEY_IN_PATH.match(exchange.request.target):
                secrets.learn("imp_key", named[1])
            secrets.learn_from(_body(exchange.request))
            if exchange.raw is not None and b'"access_token"' in exchange.raw.body:
                secrets.learn_from(_decoded(exchange.raw.body))
        return secrets

    def learn(self, name: str, value: str) -> None:
        """Hide ``value`` from now on; the digits of a card number with and without dashes."""
        if not value or value in self._variables:
            return
        self._counts[name] = count = self._counts.get(name, 0) + 1
        variable = f"${{{name.upper()}{f'_{count}' if count > 1 else ''}}}"
        self._variables[value] = variable
        self._variables.setdefault(value.replace("-", ""), variable)

    def learn_from(self, value: object, name: str = "") -> None:
        """Hide what stands under a secret name, at any depth."""
        if isinstance(value, dict):
            for key, inner in value.items():
                self.learn_from(inner, key)
        elif isinstance(value, list):
            for inner in value:
                self.learn_from(inner, name)
        elif name in SECRET_NAMES and value is not None:
            self.learn(name, str(value))

    def hide(self, text: str) -> str:
        """``text`` with variables in place of secrets; longer ones first."""
        for value in sorted(self._variables, key=len, reverse=True):
            if len(value) >= _SHORTEST_TELLING:
                text = text.replace(value, self._variables[value])
        return text

    def without(self, value: Any, name: str = "") -> Any:
        """``value`` with variables in place of what stands under a secret name."""
        if isinstance(value, dict):
            return {key: self.without(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.without(inner, name) for inner in value]
        if name in SECRET_NAMES and value not in (None, "") and not _is_masked(name, value):
            return self._variables.get(str(value), "${REDACTED}")
        return value


def _is_masked(name: str, value: object) -> bool:
    """A card number as answers show it: the reader needs it, and nobody can charge it."""
    return name == "card_number" and "***" in str(value)


def told(exchanges: Sequence[Exchange]) -> list[Told]:
    """Tell what happened, with all secrets of all exchanges hidden in each of them."""
    secrets = Secrets.of(exchanges)
    return [_told(exchange, secrets) for exchange in exchanges]


def commands(story: Sequence[Told], *, of_a_server: bool) -> list[str]:
    """A script that does it all again, at an emulator and, unless it is ``of_a_server``, a merchant."""
    if not story:
        return []
    numbered = enumerate(story, 1)
    grouped = groupby(numbered, lambda each: each[1].at_once or -each[0])
    groups = [[each.curl for _, each in group] for _, group in grouped]
    sent = [" & ".join([*group, "wait"]) if len(group) > 1 else group[0] for group in groups]
    exports = _EXPORTS if of_a_server else f"{_EXPORTS} {_MERCHANT}"
    opening = [_SERVE_COMMAND, exports, *_card_variables(sent)]
    # A shopper's requests to a merchant need no token.
    return [*opening, *([LOGIN_COMMAND] if of_a_server else []), *sent]


def _card_variables(sent: Sequence[str]) -> list[str]:
    found = [each for line in sent for each in _CARD_VARIABLE.finditer(line)]
    values = {each["whole"]: _CARD_VARIABLES[each["name"]].format(each["n"] or 1) for each in found}
    shown = [f"{name}={values[name]}" for name in sorted(values)]
    return [f"export {' '.join(shown)}"] if shown else []


def _told(exchange: Exchange, secrets: Secrets) -> Told:
    request = exchange.request
    body = secrets.without(_body(request))
    shown = secrets.hide(f"{request.method} {unquote(request.target)}")
    sent = f"{shown} {secrets.hide(_json(body))}" if body else shown
    if exchange.at_once:
        sent += " (at once)"
    curl = _curl(request, body, secrets)
    return Told(sent, _answered(exchange.raw, secrets), curl, exchange.at_once)


def _answered(raw: Raw | None, secrets: Secrets) -> str:
    if raw is None:
        return "no answer"
    decoded = _decoded(raw.body)
    text = (
        _json(secrets.without(decoded))
        if decoded is not None
        else raw.body.decode("utf-8", "replace")
    )
    return f"HTTP {raw.status} {secrets.hide(text)[:_MOST_SHOWN]}"


def _curl(request: Request, body: Any, secrets: Secrets) -> str:
    words = ["curl", "-s", "-X", request.method]
    for name, value in request.headers.items():
        words += ["-H", _word(f"{name}: {secrets.hide(value)}")]
    if body and _is_form(request):
        words += [
            word for field in _fields(body, "") for word in ("--data-urlencode", _word(field))
        ]
    elif body:
        words += ["--data-raw", _word(secrets.hide(_json(body)))]
    return " ".join([*words, _word("${IAMPORT_URL}" + secrets.hide(request.target))])


def _fields(body: Any, prefix: str) -> Iterator[str]:
    for name, value in body.items():
        yield f"{prefix}{name}={value}"


def _word(text: str) -> str:
    """One word of a command: variables in double quotes, the rest as it is."""
    pieces = [piece for piece in _VARIABLE.split(text) if piece]
    return "".join(
        f'"{piece}"' if _VARIABLE.fullmatch(piece) else shlex.quote(piece) for piece in pieces
    )


def _tokens(request: Request) -> Iterator[str]:
    """The tokens that a request shows, wherever they may stand."""
    for name in _TOKEN_HEADERS:
        yield request.headers.get(name, "").rpartition(" ")[2]
    query = request.target.partition("?")[2]
    yield from (value for name, value in parse_qsl(query) if name == "_token")


def _is_form(request: Request) -> bool:
    return "form" in request.headers.get("content-type", "")


def _body(request: Request) -> Any:
    if _is_form(request):
        return dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    return _decoded(request.body)


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
