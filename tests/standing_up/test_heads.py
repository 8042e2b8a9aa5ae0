"""Requests whose head is too large, or no HTTP at all."""

from collections.abc import Iterator

import httpx
import pytest

from fake_iamport.settings import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET
from tests.standing_up.limited_server import LimitedServer, limited_server

LINE = b"X-Filler: x\r\n"


@pytest.fixture(scope="module")
def running() -> Iterator[LimitedServer]:
    with limited_server() as server:
        yield server


@pytest.fixture
def server(running: LimitedServer) -> LimitedServer:
    running.control("POST", "/reset")
    return running


def status_of(heard: bytes) -> bytes:
    return heard.partition(b"\r\n")[0]


FLOODS = {
    "many lines": [b"GET /banks HTTP/1.1\r\n", *[LINE * 1000] * 20],
    "lines that come one by one": [b"GET /banks HTTP/1.1\r\n", *[LINE] * 200],
    "a line without an end": [b"GET /banks HTTP/1.1\r\nX: ", *[b"x" * 50_000] * 20],
    "a name without an end": [b"GET /banks HTTP/1.1\r\n", *[b"x" * 50_000] * 20],
    "a path without an end": [b"GET /", *[b"x" * 50_000] * 20],
    "a long query": [b"GET /banks?" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n"],
    "a long query in two parts": [
        b"GET /banks?" + b"x" * 60_000,
        b"x" * 9000 + b" HTTP/1.1\r\n\r\n",
    ],
    "a long line": [b"GET /banks HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n"],
}


@pytest.mark.parametrize("part", [b"x" * 50_000, b"X: x\r\n" * 10_000], ids=["line", "lines"])
@pytest.mark.parametrize("before", [b"0\r\nX: ", b"1;"], ids=["behind a body", "beside a chunk"])
def test_a_flood_in_a_body_is_refused_and_nothing_is_charged(
    server: LimitedServer, before: bytes, part: bytes
) -> None:
    request = server.charge("order-1", "Transfer-Encoding: chunked")
    head, _, body = request.partition(b"\r\n\r\n")
    begun = head + b"\r\n\r\n%x\r\n%b\r\n" % (len(body), body)

    heard = server.heard(begun + before, *[part] * 20)

    assert status_of(heard)[:12] in (b"HTTP/1.1 431", b"HTTP/1.1 400", b"")
    assert (server.orders(), server.calls()) == ([], [])


def test_a_body_in_a_thousand_chunks_is_no_flood(server: LimitedServer) -> None:
    request = server.charge("order-1", "Transfer-Encoding: chunked", "Connection: close")
    head, _, body = request.partition(b"\r\n\r\n")
    chunks = [b"1;%b\r\n%c\r\n" % (b"x" * 1000, byte) for byte in body]

    heard = server.heard(head + b"\r\n\r\n", *chunks, b"0\r\n\r\n")

    assert status_of(heard) == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize("flood", FLOODS.values(), ids=list(FLOODS))
def test_a_head_that_is_too_large_is_refused(server: LimitedServer, flood: list[bytes]) -> None:
    heard = server.heard(*flood)

    # A client that goes on to send may lose the answer to the reset of its connection.
    assert status_of(heard) in (b"HTTP/1.1 431 Request Header Fields Too Large", b"")
    assert server.calls() == []


def test_the_refusal_says_what_the_limits_are_and_is_no_answer_of_imports(
    server: LimitedServer,
) -> None:
    heard = server.heard(b"GET /banks HTTP/1.1\r\n" + LINE * 101 + b"\r\n")

    head, _, body = heard.partition(b"\r\n\r\n")
    assert status_of(head) == b"HTTP/1.1 431 Request Header Fields Too Large"
    assert b"x-fake-iamport: " in head
    assert b"Apache" not in head
    assert body == b"The request line and headers are more than 65536 bytes or 100 lines."


def test_a_head_within_the_limits_is_served(server: LimitedServer) -> None:
    own = server.request("GET /banks").count(b"\r\n") - 2
    request = server.request("GET /banks", *["X: " + "x" * 600] * (98 - own), "Connection: close")

    assert status_of(server.heard(request)) == b"HTTP/1.1 200 OK"


def test_lines_behind_a_body_count_too_and_nothing_is_charged(server: LimitedServer) -> None:
    request = server.charge("order-1", "Transfer-Encoding: chunked", "Connection: close")
    head, _, body = request.partition(b"\r\n\r\n")
    whole = head + b"\r\n\r\n%x\r\n%b\r\n0\r\n" % (len(body), body)

    refused = server.heard(whole + LINE * 101 + b"\r\n")
    orders = server.orders()
    served = server.heard(whole + LINE * 10 + b"\r\n")

    assert status_of(refused) == b"HTTP/1.1 431 Request Header Fields Too Large"
    assert orders == []
    assert status_of(served) == b"HTTP/1.1 200 OK"


CHUNKED = b"POST /users/getToken HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
NO_HTTP = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "words": b"hello\r\n\r\n",
    "no address": b"GET  HTTP/1.1\r\n\r\n",
    "a tunnel": b"CONNECT shop:443 HTTP/1.1\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "a length and chunks": CHUNKED + b"Content-Length: 1\r\n\r\n",
    "a negative length": b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "a chunk without a size": CHUNKED + b"\r\nx\r\n",
}


@pytest.mark.parametrize("sent", NO_HTTP.values(), ids=list(NO_HTTP))
def test_what_is_no_http_is_refused_and_not_written_down(
    server: LimitedServer, sent: bytes
) -> None:
    heard = server.heard(sent)

    assert status_of(heard) == b"HTTP/1.1 400 Bad Request"
    assert heard.endswith(b"This is no HTTP request.")
    assert server.calls() == []


def test_the_answer_to_a_good_request_comes_before_a_bad_one_ends_the_connection(
    server: LimitedServer,
) -> None:
    heard = server.heard(server.charge("order-1") + server.charge("order-2") + b"nonsense\r\n\r\n")

    assert heard.count(b"HTTP/1.1 200 OK") == 2
    assert heard.count(b"HTTP/1.1 ") == 2
    assert server.orders() == ["order-1", "order-2"]


def test_a_charge_whose_body_breaks_is_refused_and_not_made(server: LimitedServer) -> None:
    request = server.charge("order-1", "Transfer-Encoding: chunked")
    head, _, body = request.partition(b"\r\n\r\n")

    heard = server.heard(head + b"\r\n\r\n%x\r\n%b\r\nno size\r\n" % (len(body), body))

    assert status_of(heard) == b"HTTP/1.1 400 Bad Request"
    assert (server.orders(), server.calls()) == ([], [])


def test_an_offer_of_http_2_is_not_taken_up_and_costs_nothing(
    server: LimitedServer, caplog: pytest.LogCaptureFixture
) -> None:
    offer = {
        "Connection": "Upgrade, HTTP2-Settings",
        "Upgrade": "h2c",
        "HTTP2-Settings": "AAEAAEAA",
    }

    with httpx.Client(base_url=server.url, headers=offer) as client:
        keys = {"imp_key": PUBLIC_SANDBOX_KEY, "imp_secret": PUBLIC_SANDBOX_SECRET}
        codes = [client.post("/users/getToken", json=keys).json()["code"] for _ in range(2)]

    assert codes == [0, 0]
    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []
