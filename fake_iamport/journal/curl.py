"""The ready ``curl`` line of a call.

It says what was sent, with a shell variable wherever something isn't kept: ``$IMP_SECRET``,
``$CARD_NUMBER`` and the other secret parameters by their names, ``$TOKEN``, ``$UNKNOWN_`` and its
name for what is no parameter, ``$DIGITS`` for digits that looked like a card number, ``$BODY`` for a
body that couldn't be read. ``$IAMPORT_BASE_URL`` says which server is asked.
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from fake_iamport.journal.line import Line
from fake_iamport.journal.redaction import REDACTED, UNKNOWN, secret_names
from fake_iamport.journal.sent import TOKEN_FIELD, encoded_path, fields, is_form, json_text

__all__ = ["curl"]

_IN_DOUBLE_QUOTES = re.compile(r"[^\"\\$`!]*")


class _Variable(NamedTuple):
    """A shell variable that stands for what isn't kept."""

    name: str


_Piece = str | _Variable


def curl(line: Line) -> str:
    """The command that makes the call again, for a POSIX shell."""
    return " ".join(["curl", *_method(line), *_token(line), *_body(line), _url(line)])


def _method(line: Line) -> list[str]:
    as_is = ["--path-as-is"] if "/." in line.path else []
    if line.method == "GET":
        return as_is
    return [*as_is, "--head"] if line.method == "HEAD" else [*as_is, "-X", shlex.quote(line.method)]


def _token(line: Line) -> list[str]:
    if line.token is None or line.token == TOKEN_FIELD:
        return []
    before = f"{line.token} " if ":" in line.token else f"{line.token}: "
    return ["-H", _word([before, _Variable("TOKEN")])]


def _body(line: Line) -> list[str]:
    if not line.body_size:
        return []
    content_type = f"Content-Type: {line.content_type}" if line.content_type else "Content-Type:"
    header = ["-H", shlex.quote(content_type)]
    if line.body is None:
        return [*header, "--data-raw", _word([_Variable("BODY")])]
    if is_form(line):
        words = (("--data-urlencode", _word(field)) for field in _fields(line.body))
        return [*header, *(word for pair in words for word in pair)]
    return [*header, "--data-raw", _word(list(_json(line.body, "")))]


def _url(line: Line) -> str:
    pieces: list[_Piece] = [
        _Variable("IAMPORT_BASE_URL"),
        encoded_path(line),
    ]
    query = [*_fields(line.query or {}, encode=True)]
    if line.token == TOKEN_FIELD:
        query.append([f"{TOKEN_FIELD}=", _Variable("TOKEN")])
    for number, field in enumerate(query):
        pieces += ["&" if number else "?", *field]
    return _word(pieces)


def _fields(values: Mapping[str, object], *, encode: bool = False) -> Iterator[list[_Piece]]:
    """``name=value`` of each text in a form or query string, in PHP's brackets where it nests."""
    for name, value in fields(values):
        pieces = _text(value if isinstance(value, str) else json_text(value), name)
        written = [
            _percent(piece) if encode and isinstance(piece, str) else piece for piece in pieces
        ]
        yield [f"{_percent(name) if encode else quote(name, safe='[]')}=", *written]


def _json(value: object, name: str) -> Iterator[_Piece]:
    if isinstance(value, dict):
        yield "{"
        for number, (step, branch) in enumerate(value.items()):
            yield f"{',' if number else ''}{json_text(step)}:"
            yield from _json(branch, step)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for number, branch in enumerate(value):
            yield "," if number else ""
            yield from _json(branch, name)
        yield "]"
    elif isinstance(value, str):
        yield '"'
        for piece in _text(value, name):
            yield piece if isinstance(piece, _Variable) else json_text(piece)[1:-1]
        yield '"'
    else:
        yield json_text(value)


def _text(text: str, name: str) -> list[_Piece]:
    """A text that was kept, with variables in place of what wasn't."""
    innermost = name.rstrip("]").rpartition("[")[2]
    if text == REDACTED and innermost in secret_names():
        return [_Variable(innermost.upper())]
    if text == UNKNOWN:
        return [_Variable(f"UNKNOWN_{re.sub(r'[^A-Z0-9_]', '_', innermost.upper())}")]
    first, *others = text.split(REDACTED)
    return [first, *(piece for other in others for piece in (_Variable("DIGITS"), other))]


def _word(pieces: Sequence[_Piece]) -> str:
    """One word of a command, quoted for a shell."""
    texts = [piece for piece in pieces if isinstance(piece, str)]
    if len(texts) == len(pieces):
        return shlex.quote("".join(texts))
    if all(_IN_DOUBLE_QUOTES.fullmatch(text) for text in texts):
        return f'"{"".join(_in_double_quotes(pieces))}"'
    return "".join(_in_single_quotes(pieces))


def _in_double_quotes(pieces: Sequence[_Piece]) -> Iterator[str]:
    for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
        if isinstance(piece, str):
            yield piece
            continue
        is_clear = isinstance(following, _Variable) or not re.match(r"\w", following)
        yield f"${piece.name}" if is_clear else f"${{{piece.name}}}"


def _in_single_quotes(pieces: Sequence[_Piece]) -> Iterator[str]:
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
            continue
        yield f'{shlex.quote(text) if text else ""}"${piece.name}"'
        text = ""
    yield shlex.quote(text) if text else ""


def _percent(text: str) -> str:
    return quote(text, safe="")
