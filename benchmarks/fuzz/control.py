"""Calls of the control API, scenarios and snapshots among them, and what the API does after them."""

import asyncio
import json
from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

import msgspec
from hypothesis import strategies as st

from benchmarks.fuzz.api import filled, furnished, judge
from benchmarks.fuzz.application import Answer, Request, quiet, send
from benchmarks.fuzz.books import books_of
from benchmarks.fuzz.calls import NOW, junk, requests
from benchmarks.fuzz.scenarios import scenario_texts
from benchmarks.watched import Wrong
from fake_iamport.app import App
from fake_iamport.control.declaration import ControlRoute, control_routes
from fake_iamport.settings import PUBLIC_SANDBOX_KEY, MerchantSettings

__all__ = ["check", "inputs"]

_NOWHERE = "http://127.0.0.1:9/"
_KNOWN: dict[str, list[Any]] = {
    "imp_key": [PUBLIC_SANDBOX_KEY],
    "name": ["fuzz"],
    "number": [1],
    "numbers": [[1]],
    "mode": ["frozen", "running", "real"],
    "at": [NOW + 50],
    "days": [1, 400],
    "imp_uid": ["PAID"],
    "url": [_NOWHERE],
    "status": ["paid"],
    "calls": [1],
    "fail": ["limit_exceeded"],
    "when": [{"operation": "onetime"}],
    "states": [{"a": 1}],
    "settings": [{"notice_url": [_NOWHERE], "resend_webhooks": True}, {"strict": True}],
}
_SNAPSHOT = "/merchants/{imp_key}/snapshot"


@cache
def inputs() -> st.SearchStrategy[list[Request]]:
    """Control calls and, among them and behind them, calls of the API."""
    routes = [_aimed(route) for route in control_routes()]
    scenarios = scenario_texts().map(_loading)
    anything = st.one_of(*routes, *[scenarios] * 10, *[_restoring()] * 5, *[requests()] * 20)
    return st.lists(anything, min_size=8, max_size=16)


def check(calls: Sequence[Request]) -> int:
    """Make the calls to a fresh emulator and give their number.

    Raises:
        Wrong: the emulator did what it must not do.
    """
    with quiet():
        return asyncio.run(_check(calls))


async def _check(calls: Sequence[Request]) -> int:
    app, names = await furnished()
    document = await send(app, Request("GET", _path(_SNAPSHOT, {})))
    assert document is not None
    for call in calls:
        request = filled(_with_snapshot(call, document.value), names)
        if request.path.startswith(b"/_fake/"):
            await _control(app, request)
        else:
            await _call(app, request)
    return len(calls)


async def _control(app: App, request: Request) -> None:
    before = await books_of(app)
    answer = await send(app, request)
    if answer is None:
        return
    if answer.status >= 500:
        raise Wrong(f"{request} was answered {answer}")
    # Time that stops on its way, after 408, has done what was due until then.
    if answer.status not in (200, 201, 408):
        _judge_refusal(request, answer)
        if before != await books_of(app):
            raise Wrong(f"the books changed by {request}, which was refused: {answer}")


def _judge_refusal(request: Request, answer: Answer) -> None:
    error = answer.value["error"]
    if not error["message"] or "Traceback" in error["message"]:
        raise Wrong(f"{request} was refused without a reason: {answer}")


async def _call(app: App, request: Request) -> None:
    """Make a call, which may fail as a scenario says, but only so."""
    last = _last_number(app)
    answer = await send(app, request)
    lines = [line for line in app.emulator.journal if line.number > last]
    if not any(line.rules for line in lines):
        judge(request, answer)


def _last_number(app: App) -> int:
    return max((line.number for line in app.emulator.journal), default=0)


def _aimed(route: ControlRoute) -> st.SearchStrategy[Request]:
    declared = [name for name in route.inputs.__struct_encode_fields__ if name != "timeout"]
    usual = {name: _KNOWN[name][0] for name in declared if name in _KNOWN}
    if "timeout" in route.inputs.__struct_encode_fields__:
        usual["timeout"] = 0.01
    changes = (
        st.lists(st.sampled_from(declared).flatmap(_change), max_size=3) if declared else _none
    )
    return changes.map(lambda changed: _request(route, {**usual, **dict(changed)}))


def _change(name: str) -> st.SearchStrategy[tuple[str, Any]]:
    if name == "settings":
        settings = st.dictionaries(
            st.sampled_from(MerchantSettings.__struct_fields__),
            junk | st.just(["fuzz"]),
            max_size=2,
        )
        return st.tuples(st.just(name), settings)
    return st.tuples(st.just(name), st.sampled_from(_KNOWN.get(name, [None])) | junk)


def _request(route: ControlRoute, values: dict[str, Any]) -> Request:
    path = _path(route.path, values)
    others = {name: each for name, each in values.items() if f"{{{name}}}" not in route.path}
    if route.method == "GET":
        query = "&".join(
            f"{name}={quote(str(value), errors='replace')}" for name, value in others.items()
        )
        return Request(route.method, path, query.encode())
    return Request(route.method, path, chunks=(msgspec.json.encode(others),))


def _path(pattern: str, values: dict[str, Any]) -> bytes:
    for name in ("imp_key", "name", "number"):
        value = values.get(name, _KNOWN[name][0])
        pattern = pattern.replace(f"{{{name}}}", quote(str(value), errors="replace"))
    return f"/_fake{pattern}".encode()


def _loading(text: str) -> Request:
    path = _path("/merchants/{imp_key}/scenarios/{name}", {})
    return Request("PUT", path, chunks=(text.encode("utf-8", "surrogatepass"),))


def _restoring() -> st.SearchStrategy[Request]:
    """Put the snapshot back, with a few of its values changed: which of them, and to what."""
    changes = st.lists(st.tuples(st.integers(0, 500), junk), max_size=2)
    path = _path(_SNAPSHOT, {})
    return changes.map(lambda changed: Request("PUT", path, chunks=(json.dumps(changed).encode(),)))


def _with_snapshot(call: Request, document: Any) -> Request:
    if call.method != "PUT" or call.path != _path(_SNAPSHOT, {}):
        return call
    try:
        changes = json.loads(call.chunks[0])
    except ValueError:
        return call
    if not isinstance(changes, list):
        return call
    document = json.loads(json.dumps(document))
    for at, value in changes:
        places = list(_places(document))
        holder, key = places[at % len(places)]
        holder[key] = value
    return msgspec.structs.replace(call, chunks=(json.dumps(document).encode(),))


def _places(value: Any) -> Any:
    """Where every value of a document stands."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in list(items):
        yield value, key
        if isinstance(each, dict | list):
            yield from _places(each)


_none: st.SearchStrategy[list[tuple[str, Any]]] = st.just([])
