"""Drives a merchant: sends what its description says and reads the answers.

:class:`HttpDriver` speaks to any merchant; :class:`ObjectDriver` calls an object of this process
that has some of the methods named in :data:`~contract_tests.merchant.description.OFFERS`. Each
takes its offer's placeholders as keywords and gives a :class:`Reply`, or just an outcome::

    class MyShop:
        def issue_key(self, *, card_number, expiry, birth, pwd_2digit, customer_uid): return "success"
"""

import json
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote, urlencode

from contract_tests.merchant.description import OFFERS, Description, Match, Offer, look_up
from contract_tests.story import Exchange
from contract_tests.transport import HttpTransport, Raw, Request, Unreachable

__all__ = ["Driver", "HttpDriver", "ObjectDriver", "Outcome", "Reply", "Values"]

Values = Mapping[str, object]
"""What an offer's placeholders stand for."""

_JSON = {"content-type": "application/json"}
_FORM = {"content-type": "application/x-www-form-urlencoded"}


class Outcome(StrEnum):
    """What a merchant said of what it was asked for."""

    SUCCESS = "success"
    REFUSED = "refused"
    PENDING = "pending"
    ERROR = "error"
    """It answered, and neither of the above."""

    NO_ANSWER = "no answer"


class Reply(NamedTuple):
    """A merchant's answer. ``state`` is an order's, where the offer shows one."""

    outcome: Outcome
    status: int = 200
    text: str = ""
    headers: Mapping[str, str] = {}
    state: str | None = None
    values: Mapping[str, Any] = {}

    @property
    def outline(self) -> str:
        """The answer in a few words."""
        if self.outcome is Outcome.NO_ANSWER:
            return f"no answer ({self.text})"
        return f"{self.outcome.value} (HTTP {self.status})"


class Driver(Protocol):
    """Asks a merchant for what it offers."""

    @property
    def url(self) -> str | None:
        """Where it is, if anywhere."""

    @property
    def offers(self) -> Collection[str]:
        """The names of what it offers."""

    def ask(self, offer: str, values: Values) -> tuple[Reply, Exchange]:
        """Ask, and give the answer, and both as they went over the wire."""

    def close(self) -> None:
        """Let go of what is open."""


class HttpDriver:
    """Speaks to a merchant over HTTP, with a connection pool that threads may share."""

    def __init__(self, url: str, description: Description) -> None:
        self.url = url.rstrip("/")
        self.offers = description.offers().keys()
        self._description = description
        self._transport = HttpTransport(self.url, timeout=description.answers_within)

    def close(self) -> None:
        """Close the connections."""
        self._transport.__exit__(None, None, None)

    def ask(self, offer: str, values: Values) -> tuple[Reply, Exchange]:
        """Send the request of an offer."""
        chosen = self._description.offers()[offer]
        request = _request(chosen, self._description.fields_of(offer), values)
        try:
            raw = self._transport.send(request)
        except Unreachable as error:
            return Reply(Outcome.NO_ANSWER, 0, str(error)), Exchange(request, None)
        return _read(chosen, raw), Exchange(request, raw)


def _request(offer: Offer, fields: Values, values: Values) -> Request:
    quoted = {name: quote(str(value), safe="") for name, value in values.items()}
    path = offer.path.format_map(quoted)
    headers = {
        name.lower(): text.format_map(_texts(values)) for name, text in offer.headers.items()
    }
    filled = {name: _filled(field, values) for name, field in fields.items()}
    sent = {name: value for name, value in filled.items() if value is not None}
    # What a check sends beyond the description's fields is there to tempt the merchant.
    sent |= dict(values.get("_more", {}))  # type: ignore[call-overload]
    if offer.method == "GET":
        return Request("GET", f"{path}?{urlencode(sent)}" if sent else path, headers, b"")
    is_form = values.get("_as", offer.body) == "form"
    body, kind = (urlencode(sent), _FORM) if is_form else (json.dumps(sent), _JSON)
    return Request(offer.method, path, {**kind, **headers}, body.encode())


def _texts(values: Values) -> Mapping[str, str]:
    return {name: str(value) for name, value in values.items()}


def _filled(field: object, values: Values) -> object:
    """A field's value: of the value's own type where it is nothing but a placeholder."""
    if not isinstance(field, str):
        return field
    if field.startswith("{") and field.endswith("}") and field[1:-1] in values:
        return values[field[1:-1]]
    return field.format_map(_texts(values))


def _read(offer: Offer, raw: Raw) -> Reply:
    text = raw.body.decode("utf-8", "replace")
    try:
        decoded = json.loads(text)
    except ValueError:
        decoded = None
    kinds = {
        Outcome.SUCCESS: offer.success, Outcome.PENDING: offer.pending, Outcome.REFUSED: offer.refused
    }  # fmt: skip
    fitting = (kind for kind, match in kinds.items() if _fits(match, raw, text, decoded))
    states = (name for name, match in offer.states.items() if _fits(match, raw, text, decoded))
    values: dict[str, Any] = {name: look_up(decoded, place) for name, place in offer.values.items()}
    return Reply(
        next(fitting, Outcome.ERROR), raw.status, text, raw.headers, next(states, None), values
    )


def _fits(match: Match, raw: Raw, text: str, decoded: Any) -> bool:
    return bool(match) and all(
        _is_one_of(place, wanted if isinstance(wanted, list) else [wanted], raw, text, decoded)
        for place, wanted in match.items()
    )


def _is_one_of(place: str, wanted: list[Any], raw: Raw, text: str, decoded: Any) -> bool:
    if place == "http":
        return raw.status in wanted
    if place in ("text", "location"):
        where = text if place == "text" else raw.headers.get("location", "")
        return any(str(each) in where for each in wanted)
    found = look_up(decoded, place)
    return any(type(found) is type(each) and found == each for each in wanted)


class ObjectDriver:
    """Calls a merchant's own object; whatever it raises counts as an error of the merchant."""

    url = None

    def __init__(self, merchant: object) -> None:
        self._merchant = merchant
        self.offers = [name for name in OFFERS if callable(getattr(merchant, name, None))]

    def close(self) -> None:
        """Close the object, if it can be closed."""
        close = getattr(self._merchant, "close", None)
        if callable(close):
            close()

    def ask(self, offer: str, values: Values) -> tuple[Reply, Exchange]:
        """Call the method of an offer."""
        given = {name: value for name, value in values.items() if not name.startswith("_")}
        request = Request("CALL", f"/{offer}", _JSON, json.dumps(given).encode())
        try:
            said = getattr(self._merchant, offer)(**given)
        except Exception as error:  # noqa: BLE001 - a merchant may raise anything
            reply = Reply(Outcome.ERROR, 500, f"{type(error).__name__}: {error}")
        else:
            reply = said if isinstance(said, Reply) else Reply(Outcome(said))
        shown = json.dumps({"status": reply.outcome, "state": reply.state, "text": reply.text})
        return reply, Exchange(request, Raw(reply.status, reply.headers, shown.encode()))
