"""Requests to the emulated API: some good, most spoilt somewhere."""

from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from hypothesis import strategies as st

from benchmarks.fuzz.application import Request
from benchmarks.merchant import CARD, KEYS
from fake_iamport.operations import operations
from fake_iamport.operations.declaration import Operation

__all__ = ["KNOWN", "NOW", "PLANNED", "TOKEN", "junk", "requests"]

NOW = 1_700_000_000

TOKEN = b"the token"
"""Stands for the merchant's token, which is known when the call is made."""

PLANNED = {"merchant_uid": "planned", "schedule_at": NOW + 100, "amount": 1000}
"""A charge that the merchant's world has a schedule for."""

KNOWN: dict[str, list[Any]] = {
    "customer_uid": ["known", "other"],
    "merchant_uid": ["new", "paid", "planned", "prepared"],
    "imp_uid": ["PAID", "imp_000000000000"],
    "amount": [1000, 500, 0, -1, 1.5, "1000", 10**30],
    "schedule_at": [NOW + 100, NOW * 1000, NOW - 100],
    "checksum": [1000, 1],
    "tax_free": [0, 100],
    "pg": ["nice", "kcp", "html5_inicis.x", "nonsense"],
    "schedules": [[{**PLANNED, "merchant_uid": "later"}], [PLANNED, PLANNED]],
    "payment_status": ["paid", "all", "cancelled"],
    "from": [NOW - 1000],
    "to": [NOW + 1000],
    "schedule_from": [NOW - 1000],
    "schedule_to": [NOW + 1000],
    **{name: [value] for name, value in (*CARD.items(), *KEYS.items())},
}
"""What may do something, where a parameter has this name; ``PAID`` stands for a payment."""

_texts = st.text(max_size=20) | st.sampled_from(["", "\0", "../..", "%2e", "\ud7ff", "'", "[]"])
_numbers = st.integers() | st.floats() | st.sampled_from([2**53, 2**63, -(2**64), 1e308])
junk: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | _numbers | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=5,
)
"""Any JSON value."""

_METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "QUERY"])
_TYPES = st.sampled_from(
    [
        b"application/json",
        b"application/x-www-form-urlencoded",
        b"",
        b"text/plain",
        b"application/json; charset=euc-kr",
        b"multipart/form-data; boundary=x",
        b"\xff",
    ]
)
_bytes = st.binary(max_size=60)
_header_names = st.sampled_from(
    [b"content-length", b"content-type", b"authorization", b"x-imptokenheader", b"connection"]
) | st.binary(max_size=12).map(bytes.lower)


@cache
def requests() -> st.SearchStrategy[Request]:
    """One request, with a token in most of them."""
    aimed = [_aimed(operation) for operation in operations().values()]
    return st.one_of(*aimed, *aimed, _wild())


def _aimed(operation: Operation) -> st.SearchStrategy[Request]:
    """A request for an operation, which it would take but for a few changes."""
    declared = operation.parameters.__struct_encode_fields__
    usual = {name: _USUAL[name] for name in declared if name in _USUAL}
    changes = (
        st.lists(st.sampled_from(declared).flatmap(_change), max_size=3) if declared else _none
    )
    return st.builds(
        _request,
        st.just(operation.method),
        st.sampled_from(operation.paths),
        changes.map(lambda changed: {**usual, **dict(changed)}),
        _spoilt,
        _headers,
        _cuts,
        st.booleans(),
    )


def _wild() -> st.SearchStrategy[Request]:
    """Any request."""
    path = _bytes | st.text(max_size=30).map(lambda text: quote(text).encode())
    body = st.dictionaries(_texts, junk, max_size=4).map(msgspec.json.encode) | _bytes
    return st.builds(
        lambda method, path, query, headers, body: Request(
            method, b"/" + path, query, headers, (body,)
        ),
        _METHODS,
        path,
        _bytes,
        _headers,
        body,
    )


def _change(name: str) -> st.SearchStrategy[tuple[str, Any]]:
    """Another value for a parameter, or none."""
    right = [*KNOWN.get(name, []), _ABSENT]
    return st.tuples(st.just(name), st.sampled_from(right) | junk)


def _request(
    method: str,
    path: str,
    values: dict[str, Any],
    spoilt: tuple[int, bytes, bytes] | None,
    headers: tuple[tuple[bytes, bytes], ...],
    cuts: tuple[int, bool] | None,
    as_json: bool,
) -> Request:
    values = {name: value for name, value in values.items() if value is not _ABSENT}
    for name in [name for name in values if f"{{{name}}}" in path]:
        path = path.replace(f"{{{name}}}", quote(str(values.pop(name)), safe=""))
    if method == "GET":
        return Request(method, path.encode(), _form(values), headers)
    body = msgspec.json.encode(values) if as_json else _form(values)
    content_type = b"application/json" if as_json else b"application/x-www-form-urlencoded"
    if spoilt is not None:
        at, inserted, other_type = spoilt
        body = body[:at] + inserted + body[at + len(inserted) // 2 :]
        content_type = other_type or content_type
    headers = ((b"content-type", content_type), *headers)
    if cuts is None:
        return Request(method, path.encode(), b"", headers, (body,))
    return Request(
        method, path.encode(), b"", headers, (body[: cuts[0]], b"", body[cuts[0] :]), cuts[1]
    )


def _form(values: dict[str, Any]) -> bytes:
    pairs = []
    for name, value in values.items():
        if isinstance(value, list):
            pairs += [(f"{name}[{at}]", str(each)) for at, each in enumerate(value)]
        else:
            pairs.append((name, str(value)))
    return urlencode(pairs, errors="replace").encode()


_ABSENT = object()
_none: st.SearchStrategy[list[tuple[str, Any]]] = st.just([])
_token = (b"authorization", TOKEN)
_headers = st.one_of(
    st.just((_token,)),
    st.just((_token,)),
    st.lists(st.tuples(_header_names, _bytes), max_size=3).map(lambda others: (_token, *others)),
    st.lists(st.tuples(_header_names, _bytes), max_size=3).map(tuple),
)
_spoilt = st.one_of(st.none(), st.none(), st.none(), st.tuples(st.integers(0, 200), _bytes, _TYPES))
_cuts = st.one_of(st.none(), st.none(), st.none(), st.tuples(st.integers(0, 200), st.booleans()))
_USUAL = {name: values[0] for name, values in KNOWN.items()}
