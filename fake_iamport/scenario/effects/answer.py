"""Answering with something else."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Effect, RuleScope, effect
from fake_iamport.scenario.json_editing import code_and_message, edited, removed
from fake_iamport.scenario.pages import page, pages
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.situation import SCHEDULED_CHARGE
from fake_iamport.scenario.turn import Turn
from fake_iamport.suggestions import did_you_mean
from fake_iamport.wire import php_json
from fake_iamport.wire.envelope import RECORDED_HEADERS, Answer

__all__ = ["AnswerWith"]

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\t]*")
_SET_BY_SERVER = frozenset({"content-length", "transfer-encoding", "connection"})
_WITHOUT_BODY = frozenset({204, 205, 304})
"""HTTP statuses whose answers end with their headers: a client would read a body as the next answer."""
_JSON = (b"content-type", b"application/json; charset=UTF-8")
_TEXT = (b"content-type", b"text/html")

PageName = Annotated[str, Meta(extra_json_schema={"enum": list(pages())})]


class Answering(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is answered: a page, a body or JSON of one's own, or the true answer with changes."""

    page: Annotated[
        PageName | None, Meta(description="A page as servers in front of an API send it.")
    ] = None
    body: Annotated[str | None, Meta(description="A body of one's own; may be empty.")] = None
    json: Annotated[Any | msgspec.UnsetType, Meta(description="A body of one's own, as JSON.")] = (
        msgspec.UNSET
    )
    set: Annotated[
        dict[str, Any],
        Meta(description="Values of the true answer that are others: path to value."),
    ] = {}
    remove: Annotated[
        tuple[str, ...],
        Meta(description="Values that the true answer lacks, as in response.status."),
    ] = ()
    status: Annotated[int, Meta(ge=200, le=599, description="The HTTP status.")] | None = None
    headers: Annotated[
        dict[str, str], Meta(description="Headers to send, beside or instead of the usual ones.")
    ] = {}
    charset: Annotated[
        str | None, Meta(description="Another charset for the body, as in euc-kr.")
    ] = None
    commit: Annotated[
        bool | None,
        Meta(
            description="Whether the call is carried out first. Without it, only where the true "
            "answer is changed."
        ),
    ] = None


@effect("answer", excludes=("answer", "fail", "break", "garbage", "limit", "stale"))
class AnswerWith(Effect):
    """Answer with any status, headers and body, or with a changed form of the true answer."""

    def __init__(self, argument: Answering, at: Place, scope: RuleScope) -> None:
        self._answering = argument
        _check(argument, at)
        self._whole = _whole(argument)
        self._headers = [
            (name.lower().encode(), value.encode()) for name, value in argument.headers.items()
        ]
        given = argument.commit
        self._commits = self._whole is None if given is None else given

    @classmethod
    def unfit_for(cls, argument: Answering, operation: str) -> str | None:
        """A scheduled charge has no answer."""
        return "it has no answer" if operation == SCHEDULED_CHARGE else None

    async def before(self, turn: Turn, progress: Progress) -> None:
        """Answer at once, where the call isn't to be carried out."""
        if not self._commits and self._whole is not None:
            turn.answer = self._whole

    async def after(self, turn: Turn, progress: Progress) -> None:
        """Answer otherwise."""
        answering, before = self._answering, turn.answer
        if self._whole is not None:
            turn.answer = self._whole
        if answering.set:
            values = {path: _always(value) for path, value in answering.set.items()}
            turn.change(edited(values))
        if answering.remove:
            turn.change(removed(answering.remove))
        if turn.answer is not None:
            turn.answer = self._dressed(turn.answer)
        turn.note(
            "another answer, unchanged" if self._is_as(before, turn.answer) else "another answer"
        )

    def _is_as(self, before: Answer | None, after: Answer | None) -> bool:
        """Whether the true answer goes out as it was, because no path led to anything."""
        if self._whole is not None or self._headers or before is None or after is None:
            return False
        return (before.status, before.body) == (after.status, after.body)

    def _dressed(self, answer: Answer) -> Answer:
        """The answer with the status, headers and charset that are wanted."""
        code, message = code_and_message(answer.shown or answer.body)
        status = self._answering.status or answer.status
        if status in _WITHOUT_BODY:
            answer = msgspec.structs.replace(answer, body=b"", shown=b'""')
        names = {name for name, _ in self._headers}
        usual = RECORDED_HEADERS if answer.headers is None else answer.headers
        dressed = msgspec.structs.replace(
            answer,
            status=status,
            code=code,
            message=message,
            headers=[*(each for each in usual if each[0] not in names), *self._headers],
        )
        charset = self._answering.charset
        return dressed if charset is None else _in_charset(dressed, charset)


def _check(answering: Answering, at: Place) -> None:
    given = _given(answering)
    wholes = [name for name in ("page", "body", "json") if name in given]
    changes = [name for name in ("set", "remove") if name in given]
    if not given - {"commit"}:
        raise at.error("expected at least one of page, body, json, set, remove, status, headers")
    if answering.commit is False and not wholes:
        raise at.error("a true answer comes only from a call that is carried out", "commit")
    if len(wholes) > 1 or (wholes and changes):
        raise at.error(f"can't stand beside '{(wholes + changes)[1]}'", wholes[0])
    if answering.page is not None and answering.page not in pages():
        known = pages()
        message = f"there is no page '{answering.page}'{did_you_mean(answering.page, known)}"
        raise at.error(message, "page")
    _check_headers(answering.headers, at / "headers")
    _check_charset(answering, at)


def _given(answering: Answering) -> set[str]:
    return set(msgspec.to_builtins(answering))


def _check_headers(headers: dict[str, str], at: Place) -> None:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise at.error("no name of a header", name, at_key=True)
        if name.lower() in _SET_BY_SERVER:
            message = "the server sets it; the effects 'break', 'drip' and 'garbage' make it wrong"
            raise at.error(message, name, at_key=True)
        if not _HEADER_VALUE.fullmatch(value):
            raise at.error("a header's value is one line of ASCII", name)


def _check_charset(answering: Answering, at: Place) -> None:
    if answering.charset is None:
        return
    try:
        _encoded("text, 글", answering.charset)
    except (LookupError, ValueError):
        raise at.error(f"there is no charset '{answering.charset}'", "charset") from None


def _whole(answering: Answering) -> Answer | None:
    """The answer that stands in the file, if one does."""
    if answering.page is not None:
        return page(answering.page)
    if answering.json is not msgspec.UNSET:
        return Answer(200, php_json.encode(answering.json), headers=[_JSON])
    if answering.body is None:
        return None
    body = answering.body.encode("utf-8", "replace")
    return Answer(200, body, shown=msgspec.json.encode(answering.body), headers=[_TEXT])


def _always(value: object) -> Callable[[object], object]:
    return lambda _: value


def _in_charset(answer: Answer, charset: str) -> Answer:
    """The same text in other bytes; what is written down stays readable."""
    text = answer.body.decode("utf-8", "replace")
    written = answer.shown or answer.body
    with suppress(msgspec.DecodeError):
        text = msgspec.json.encode(msgspec.json.decode(text)).decode()
    return msgspec.structs.replace(answer, body=_encoded(text, charset), shown=written)


def _encoded(text: str, charset: str) -> bytes:
    return text.encode(charset, "replace")
