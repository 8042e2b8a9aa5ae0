"""What a merchant can do and how it is asked for it: the file ``merchant.toml``.

Without a file the shape of i'mport's documentation is assumed: a card form at
``POST /subscriptions/issue-billing``, answered with ``{"status": "success" | "failed", "message"}``.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

__all__ = [
    "CARD_FIELDS",
    "DOCUMENTED",
    "OFFERS",
    "PLACEHOLDERS",
    "STATES",
    "Description",
    "DescriptionError",
    "Match",
    "Offer",
    "look_up",
    "read_description",
    "usual_fields",
]

CARD_FIELDS = ("card_number", "expiry", "birth", "pwd_2digit")
"""The fields of a card, as the documentation's form names them."""

OFFERS: Mapping[str, str] = MappingProxyType(
    {
        "issue_key": "registers a card under a customer_uid",
        "place_order": "takes an order before it is paid",
        "pay_by_card": "charges a card that is typed in",
        "pay_by_key": "charges a registered card",
        "cancel": "gives an order's money back",
        "show_order": "shows how an order stands",
        "webhook": "hears from i'mport",
    }
)
"""What a merchant may offer, and what that does."""

STATES = ("paid", "cancelled", "failed", "pending", "unpaid")
"""How an order may stand."""

_ORDER = ("order", "amount")
PLACEHOLDERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "issue_key": (*CARD_FIELDS, "customer_uid"),
        "place_order": (*_ORDER, "name"),
        "pay_by_card": (*CARD_FIELDS, *_ORDER, "name"),
        "pay_by_key": ("customer_uid", *_ORDER, "name"),
        "cancel": (*_ORDER, "imp_uid"),
        "show_order": ("order", "imp_uid"),
        "webhook": ("imp_uid", "merchant_uid", "status"),
    }
)
"""What may stand in braces in an offer's path, fields and headers."""

Scalar = str | int | bool | None
Match = dict[str, Scalar | list[Scalar]]
UrlPath = Annotated[str, Meta(pattern=r"^/\S*$")]


_UNKNOWN = re.compile(r"unknown field `(.+)`")
_NO_CHOICE = re.compile(r"Invalid enum value '(.+)'")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "method": ("GET", "POST", "PUT", "PATCH", "DELETE"),
    "body": ("form", "json"),
    "states": STATES,
    "values": ("order", "merchant_uid"),
}
"""What may stand where only some words may."""

_MEANT = {
    "path": "it begins with / and has no blanks, as in /orders/{order}",
    "url": "it begins with http:// or https://, as in http://127.0.0.1:3000",
}


class Offer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a merchant does: the request, and how its answer is read.

    ``success``, ``refused``, ``pending`` and the ``states`` of an order name a place in the JSON of
    the answer and the value, or a list of values, that stands there; ``http`` is the status,
    ``text`` a part of the body, ``location`` a part of that header. All of it has to be so.
    ``values`` says where the answer has an ``order`` (its number at the merchant) and its
    ``merchant_uid``.
    """

    path: UrlPath
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    body: Literal["form", "json"] = "form"
    fields: dict[str, Scalar] | msgspec.UnsetType = msgspec.UNSET
    headers: dict[str, str] = {}
    success: Match = msgspec.field(default_factory=lambda: {"status": "success"})
    refused: Match = msgspec.field(default_factory=lambda: {"status": "failed"})
    pending: Match = msgspec.field(default_factory=lambda: {"status": "pending"})
    states: dict[Literal["paid", "cancelled", "failed", "pending", "unpaid"], Match] = {}
    values: dict[Literal["order", "merchant_uid"], str] = {}


class Description(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merchant: where it is, what it offers, and how long it may take, in seconds.

    ``settles_within`` is how long an order may stay pending when i'mport answers again,
    ``answers_within`` how long one request may take. ``environment`` holds variables for a merchant
    that the kit starts, with ``{url}``, ``{imp_key}``, ``{imp_secret}`` and ``{port}``.
    """

    url: Annotated[str, Meta(pattern=r"^https?://\S+$")] | None = None
    settles_within: Annotated[float, Meta(gt=0, le=600)] = 10
    answers_within: Annotated[float, Meta(gt=0, le=600)] = 60
    environment: dict[str, str] = {}
    issue_key: Offer | None = None
    place_order: Offer | None = None
    pay_by_card: Offer | None = None
    pay_by_key: Offer | None = None
    cancel: Offer | None = None
    show_order: Offer | None = None
    webhook: Offer | None = None

    def offers(self) -> Mapping[str, Offer]:
        """What is offered, by name."""
        every = ((name, getattr(self, name)) for name in OFFERS)
        return {name: offer for name, offer in every if offer is not None}

    def fields_of(self, name: str) -> Mapping[str, Scalar]:
        """What is sent with a request; the usual fields where the file says nothing."""
        fields = self.offers()[name].fields
        if fields is msgspec.UNSET:
            return usual_fields(name, self.place_order is not None)
        return fields


DOCUMENTED = Description(issue_key=Offer(path="/subscriptions/issue-billing"))
"""The merchant of i'mport's documentation."""


class DescriptionError(ValueError):
    """A description can't be used; the text says where, and what was expected."""


def usual_fields(name: str, is_ordered_before: bool) -> Mapping[str, Scalar]:
    """The fields of an offer as the documentation would name them."""
    card = {field: f"{{{field}}}" for field in CARD_FIELDS}
    customer = {"customer_uid": "{customer_uid}"}
    order = {} if is_ordered_before else {"merchant_uid": "{order}", "amount": "{amount}"}
    fields: Mapping[str, Mapping[str, Scalar]] = {
        "issue_key": {**card, **customer},
        "place_order": {"name": "{name}", "amount": "{amount}"},
        "pay_by_card": {**card, **order},
        "pay_by_key": {**customer, **order},
        "cancel": {} if is_ordered_before else {"merchant_uid": "{order}"},
        "webhook": {each: f"{{{each}}}" for each in PLACEHOLDERS["webhook"]},
    }
    return fields.get(name, {})


def read_description(path: Path) -> Description:
    """Read a ``merchant.toml``.

    Raises:
        DescriptionError: the first mistake, with its line.
    """
    try:
        text = path.read_text("utf-8")
        values = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise DescriptionError(f"{path}: can't be read: {reason}") from None
    except tomllib.TOMLDecodeError as error:
        raise DescriptionError(f"{path}: {error}") from None
    try:
        description = msgspec.convert(values, Description)
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at ")
        # A key that is wrong is said to be at `key` in the place of its table.
        place = place.rpartition("`$")[2].rstrip("`")
        steps = _names(place, said)
        if "fields" in steps and "`object`" in said:
            said = "a field is a text, a number, true or false: nested fields can't be described"
        raise _error(path, text, steps, _plain(said, steps)) from None
    for steps, complaint in _complaints(description):
        raise _error(path, text, steps, complaint)
    return description


def _complaints(description: Description) -> Iterable[tuple[tuple[str, ...], str]]:
    offers = description.offers()
    if not offers:
        yield (), f"expected at least one of {', '.join(f'[{name}]' for name in OFFERS)}"
    for name, offer in offers.items():
        templates: dict[tuple[str, ...], str] = {("path",): offer.path}
        templates |= {("fields", field): str(text) for field, text in _given(offer).items()}
        templates |= {("headers", field): text for field, text in offer.headers.items()}
        for steps, template in templates.items():
            complaint = _wrong_placeholder(template, PLACEHOLDERS[name])
            if complaint:
                yield (name, *steps), complaint
        yield from _wrong_matches(name, offer)
    if description.show_order is not None and not description.show_order.states.get("paid"):
        yield ("show_order",), 'expected states, at least `states.paid`, as in { status = "paid" }'
    if description.place_order is not None and "order" not in description.place_order.values:
        yield ("place_order",), "expected values.order: where the answer has the order's number"


def _wrong_matches(name: str, offer: Offer) -> Iterable[tuple[tuple[str, ...], str]]:
    outcomes = {"success": offer.success, "refused": offer.refused, "pending": offer.pending}
    matches: dict[tuple[str, ...], Match] = {(each,): match for each, match in outcomes.items()}
    matches |= {("states", state): match for state, match in offer.states.items()}
    for steps, match in matches.items():
        wanted = match.get("http", [])
        statuses = wanted if isinstance(wanted, list) else [wanted]
        if not all(type(status) is int for status in statuses):
            complaint = f"expected a number, as in 200, or a list of them, got {_shown(wanted)}"
            yield (name, *steps, "http"), complaint
    for earlier, later in combinations(outcomes, 2):
        if outcomes[earlier] and outcomes[earlier] == outcomes[later]:
            yield (name, later), f"it is the same as {earlier}: the answers can't be told apart"


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _given(offer: Offer) -> Mapping[str, Scalar]:
    return {} if offer.fields is msgspec.UNSET else offer.fields


def _wrong_placeholder(template: str, known: Iterable[str]) -> str | None:
    try:
        names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
    except ValueError as error:
        return f"{error}; a brace of its own is written twice"
    for name in names:
        if name not in known:
            return f"there is no {{{name}}} here{_hint(name, known)}; known are {', '.join(known)}"
    return None


def _plain(said: str, steps: tuple[str, ...]) -> str:
    """The complaint with what is allowed."""
    if found := _UNKNOWN.search(said):
        known = Offer.__struct_fields__ if len(steps) > 1 else Description.__struct_fields__
        name = found[1]
        return f"there is no {name!r} here{_hint(name, known)}; known are {', '.join(known)}"
    if found := _NO_CHOICE.search(said):
        choices = next((_CHOICES[step] for step in reversed(steps) if step in _CHOICES), ())
        name = found[1]
        return f"there is no {name!r} here{_hint(name, choices)}; known are {', '.join(choices)}"
    if "matching regex" in said:
        return f"{said}: {_MEANT.get(steps[-1], 'another form')}"
    return said


def _hint(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), 1)
    return f", did you mean {close[0]}?" if close else ""


def _names(place: str, said: str) -> tuple[str, ...]:
    names = re.findall(r"[^.\[\]]+", place)
    wrong = _UNKNOWN.search(said) or _NO_CHOICE.search(said)
    is_key = wrong is not None and (_UNKNOWN.search(said) or names[-1:] in (["states"], ["values"]))
    return (*names, wrong[1]) if wrong and is_key else tuple(names)


def _error(path: Path, text: str, steps: tuple[str, ...], complaint: str) -> DescriptionError:
    place = ".".join(step for step in steps if step != "...")
    return DescriptionError(
        f"{path}:{_line(text, steps)}: {place + ': ' if place else ''}{complaint}"
    )


def _line(text: str, steps: tuple[str, ...]) -> int:
    """The line where the deepest of these names stands that can be found, below the ones before."""
    lines = text.splitlines()
    found = 0
    for step in steps:
        wanted = re.compile(rf"^\s*\[?[\w.\"-]*{re.escape(step)}\b|[{{,]\s*\"?{re.escape(step)}\b")
        for number in range(found, len(lines)):
            if wanted.search(lines[number]):
                found = number
                break
    return found + 1


def look_up(answer: Any, place: str) -> Any:
    """What stands at ``place`` in an answer, as in ``order.status`` or ``orders.0.status``."""
    found = answer
    for step in place.split("."):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found
