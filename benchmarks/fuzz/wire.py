"""Bytes over a socket: requests cut, glued, repeated and spoilt, and whatever else."""

import contextlib
import http.client
import io
import socket
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st

from benchmarks.merchant import CARD
from benchmarks.watched import Emulator, Wrong

__all__ = ["checker", "inputs"]

_PATIENCE = 20
_QUIET = 0.02
"""Seconds without an answer after which the client hangs up."""

_LAST = b"GET /_fake/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@cache
def inputs() -> st.SearchStrategy[list[bytes]]:
    """What each of some connections sends; ``TOKEN`` stands for a token and ``#`` for a number."""
    return st.lists(_streams(), min_size=4, max_size=12)


def checker(emulator: Emulator) -> Callable[[Sequence[bytes]], int]:
    """What sends streams to ``emulator``, judges what comes back, and gives their number."""
    token = emulator.token().encode()

    def check(streams: Sequence[bytes]) -> int:
        emulator.control("POST", "/reset")
        told: list[Any] = []
        cut = 0
        for number, stream in enumerate(streams):
            sent = stream.replace(b"TOKEN", token).replace(b"#", b"%d" % number)
            answers, is_whole = _answers(emulator, sent)
            told += [answer["response"] for answer in answers if _is_payment(answer)]
            cut += not is_whole
        _compare(emulator.payments(), told, cut)
        return len(streams)

    return check


def _compare(kept: dict[str, Any], told: list[Any], cut: int) -> None:
    """What a client was told is in the books, and what it wasn't told was cut off."""
    for payment in told:
        mine = kept.pop(payment["imp_uid"], None)
        if mine is None or (mine["merchant_uid"], mine["amount"]) != (
            payment["merchant_uid"],
            payment["amount"],
        ):
            raise Wrong(f"a client was told of {payment}, and the books have {mine}")
    if len(kept) > cut:
        raise Wrong(f"the books have {kept}, which nobody was told of")


def _is_payment(answer: Any) -> bool:
    response = answer.get("response") if isinstance(answer, dict) else None
    return isinstance(response, dict) and "imp_uid" in response


def _answers(emulator: Emulator, sent: bytes) -> tuple[list[Any], bool]:
    """The JSON of the answers, and whether the server ended the connection by itself."""
    heard, is_whole = b"", True
    with socket.create_connection(emulator.address, timeout=_PATIENCE) as client:
        with contextlib.suppress(ConnectionError):
            client.sendall(sent + _LAST)
        client.settimeout(_QUIET)
        try:
            heard += _read(client)
        except TimeoutError as waiting:
            heard, is_whole = waiting.args[0], False
            client.settimeout(_PATIENCE)
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_WR)
            try:
                heard += _read(client)
            except TimeoutError:
                raise Wrong(f"the server keeps a connection that sent {sent!r}") from None
    values, is_clean = _parsed(heard, sent)
    return values, is_whole and is_clean


def _read(client: socket.socket) -> bytes:
    heard = b""
    try:
        while part := client.recv(65536):
            heard += part
    except TimeoutError:
        raise TimeoutError(heard) from None
    except ConnectionError:
        pass
    return heard


def _parsed(heard: bytes, sent: bytes) -> tuple[list[Any], bool]:
    """The JSON values, and whether the last answer is one that ends a connection in order."""
    values: list[Any] = []
    is_last = False
    while heard:
        head, end, rest = heard.partition(b"\r\n\r\n")
        line, _, lines = head.partition(b"\r\n")
        if not line.startswith(b"HTTP/1.1 ") or line[9:10] not in b"1234":
            raise Wrong(f"{sent!r} was answered {heard[:500]!r}")
        if not end:
            return values, False
        headers = http.client.parse_headers(io.BytesIO(lines + b"\r\n\r\n"))
        size = int(headers.get("content-length", 0))
        is_json = headers.get_content_type() == "application/json"
        is_last = headers.get("connection") == "close"
        # A HEAD announces a body that doesn't come.
        if rest.startswith(b"HTTP/1.1 "):
            size = 0
        if len(rest) < size:
            return values, False
        if is_json and size:
            values.append(msgspec.json.decode(rest[:size]))
        heard = rest[size:]
    return values, is_last


@cache
def _streams() -> st.SearchStrategy[bytes]:
    pieces = st.lists(st.sampled_from(_REQUESTS), min_size=1, max_size=3).map(b"".join)
    spoilt = st.tuples(pieces, st.lists(_changes, min_size=1, max_size=3)).map(_spoilt)
    return st.one_of(pieces, spoilt, spoilt, spoilt, st.binary(max_size=200))


def _request(line: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    own = [b"Host: x", b"Authorization: TOKEN", b"Content-Length: %d" % len(body)]
    return b"\r\n".join([line, *own, *headers, b"", body])


_ORDER = {"merchant_uid": "order-#", "amount": 1000, **CARD}
_JSON = msgspec.json.encode(_ORDER)
_FORM = b"&".join(f"{name}={value}".encode() for name, value in _ORDER.items())
_PAY = b"POST /subscribe/payments/onetime HTTP/1.1"
_REQUESTS = [
    _request(_PAY, b"Content-Type: application/json", body=_JSON),
    _request(_PAY, b"Content-Type: application/x-www-form-urlencoded", body=_FORM),
    _request(_PAY, b"Content-Type: application/json", b"Expect: 100-continue", body=_JSON),
    _request(_PAY, b"Connection: Upgrade", b"Upgrade: h2c", body=_FORM),
    b"\r\n".join(
        [
            _PAY,
            b"Host: x",
            b"Authorization: TOKEN",
            b"Transfer-Encoding: chunked",
            b"",
            b"%x" % len(_FORM),
            _FORM,
            b"0",
            b"X-Trailer: x",
            b"",
            b"",
        ]
    ),
    _request(b"POST /subscribe/customers/known HTTP/1.1", body=_FORM),
    _request(b"GET /banks HTTP/1.1"),
    _request(b"GET /payments/status/paid?limit=5 HTTP/1.1"),
    _request(b"HEAD /payments HTTP/1.1"),
    _request(b"DELETE /subscribe/customers/known HTTP/1.0"),
    _request(b"GET /_fake/version HTTP/1.1"),
]
_INSERTED = st.binary(max_size=10) | st.sampled_from(
    [
        b"\r\n",
        b"\r\n\r\n",
        b"\n",
        b"\0",
        b": ",
        b" ",
        b"%",
        b"/",
        b"99999999999999999999",
        b"X: " + b"x" * 70_000,
        b"X: x\r\n" * 110,
        b"Transfer-Encoding: chunked\r\n",
    ]
)
_changes = st.tuples(st.integers(0, 600), st.integers(0, 20), _INSERTED)


def _spoilt(stream_and_changes: tuple[bytes, list[tuple[int, int, bytes]]]) -> bytes:
    """The stream with some bytes taken out and others put in."""
    stream, changes = stream_and_changes
    for at, taken, inserted in changes:
        at %= len(stream) + 1
        stream = stream[:at] + inserted + stream[at + taken :]
    return stream
