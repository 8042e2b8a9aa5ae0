"""Clients that take their time, or never come to an end."""

import socket
import time

import httpx
import pytest

from fake_iamport.limits import Limits, most_connections
from fake_iamport.settings import PUBLIC_SANDBOX_KEY
from tests.standing_up.limited_server import limited_server
from tests.standing_up.talk import heard_by

LATE = b"The request was not complete after 0.2 seconds."


def test_half_a_head_is_ended() -> None:
    with limited_server(request_time=0.2) as server:
        heard = server.heard(b"GET /banks HTTP/1.1\r\nHost: sh")

    assert heard.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert heard.endswith(LATE)


def test_half_a_body_is_ended_and_nothing_is_charged_or_written_down() -> None:
    with limited_server(request_time=0.2) as server:
        heard = server.heard(server.charge("order-1", missing=1))

        assert heard.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        assert heard.endswith(LATE)
        assert (server.orders(), server.calls()) == ([], [("getToken", 200)])


def test_a_body_that_goes_on_after_its_answer_is_ended_without_another_answer() -> None:
    with limited_server(request_time=0.2) as server:
        heard = server.heard(server.charge("order-1", missing=2 * 1024 * 1024))

    assert heard.startswith(b"HTTP/1.1 413 ")
    assert heard.count(b"HTTP/1.1 ") == 1


def test_a_connection_without_a_request_is_closed() -> None:
    with limited_server(idle_time=1) as server, server.client() as fresh, server.client() as used:
        used.sendall(server.request("GET /banks"))

        assert heard_by(fresh) == b""
        assert heard_by(used).startswith(b"HTTP/1.1 200 OK\r\n")


def test_who_waits_for_an_answer_is_not_slow() -> None:
    rule = {"when": {"operation": "onetime"}, "then": {"delay": {"after_commit": 1.8}}}
    late = {"title": "Late", "rules": [rule]}
    with limited_server(request_time=0.2, idle_time=1) as server:
        server.control("PUT", f"/merchants/{PUBLIC_SANDBOX_KEY}/scenarios/late", late)
        with server.client(server.charge("order-1")) as client:
            heard = client.recv(65536)
            orders = server.orders()
            client.sendall(server.request("GET /banks"))
            heard_later = client.recv(65536)

    assert heard.startswith(b"HTTP/1.1 200 OK\r\n")
    assert heard_later.startswith(b"HTTP/1.1 200 OK\r\n")
    assert orders == ["order-1"]


def test_who_never_reads_its_answers_is_hung_up_on(caplog: pytest.LogCaptureFixture) -> None:
    with limited_server(idle_time=1) as server, server.client() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(server.request("GET /openapi.json") * 100)
        until = time.monotonic() + 20
        while server.server.server_state.connections and time.monotonic() < until:
            server.control("GET", "/health")

        assert not server.server.server_state.connections
        assert caplog.records == []


def test_half_sent_requests_and_idle_connections_do_not_keep_others_waiting() -> None:
    with limited_server() as server:
        half = server.charge("order-1", missing=1)
        crowd = [socket.create_connection(server.address) for _ in range(200)]
        for client in crowd[::2]:
            client.sendall(half)

        statuses = [httpx.get(f"{server.url}/_fake/health").status_code for _ in range(5)]
        for client in crowd:
            client.close()

    assert statuses == [200] * 5


def test_a_client_too_many_is_told_so_and_may_come_back() -> None:
    with limited_server(connections=2) as server:
        with server.client() as one, server.client() as other:
            one.sendall(server.request("GET /banks"))
            other.sendall(server.request("GET /banks"))
            served = [one.recv(100), other.recv(100)]
            refused = server.heard()
        with server.client() as later:
            later.sendall(server.request("GET /banks"))
            again = later.recv(100)

    assert all(heard.startswith(b"HTTP/1.1 200 OK\r\n") for heard in served)
    assert refused.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"\r\n\r\n2 connections are open, and more are not taken." in refused
    assert again.startswith(b"HTTP/1.1 200 OK\r\n")


def test_the_most_connections_leave_file_descriptors_for_webhooks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resource = pytest.importorskip("resource")
    found = []
    for most in (1024, 1_000_000, resource.RLIM_INFINITY):
        monkeypatch.setattr(resource, "getrlimit", lambda _, most=most: (most, most))
        found.append(most_connections())

    assert found == [768, 10_000, 10_000]
    assert Limits().connections == 10_000
