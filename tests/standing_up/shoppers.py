"""Customers who pay one order after another, until the server is gone."""

import contextlib
import http.client
import io
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["Outcomes", "shopping"]

_PATIENCE = 20


@dataclass
class Outcomes:
    """Orders by what came of them; ``cut`` are those whose answer began and didn't end."""

    paid: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._more = threading.Condition()

    def note(self, outcomes: list[str], order: str) -> None:
        """Add an order to one of the lists."""
        with self._more:
            outcomes.append(order)
            self._more.notify_all()

    def wait_for(self, count: int) -> None:
        """Wait until so many orders are paid."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.paid) >= count, _PATIENCE)


@contextmanager
def shopping(
    address: tuple[str, int], requests: Sequence[Iterator[tuple[str, bytes]]]
) -> Iterator[Outcomes]:
    """Send each of ``requests`` on a connection of its own; the block's end waits for all of them."""
    outcomes = Outcomes()
    threads = [threading.Thread(target=_shop, args=[address, each, outcomes]) for each in requests]
    for thread in threads:
        thread.start()
    try:
        yield outcomes
    finally:
        for thread in threads:
            thread.join()


def _shop(
    address: tuple[str, int], requests: Iterator[tuple[str, bytes]], outcomes: Outcomes
) -> None:
    with contextlib.suppress(ConnectionError), socket.create_connection(address) as client:
        client.settimeout(_PATIENCE)
        for order, request in requests:
            outcome = _outcome(client, request, outcomes)
            outcomes.note(outcome, order)
            if outcome is outcomes.unanswered or outcome is outcomes.cut:
                return


def _outcome(client: socket.socket, request: bytes, outcomes: Outcomes) -> list[str]:
    heard = b""
    try:
        client.sendall(request)
        while not _is_whole(heard):
            part = client.recv(65536)
            if not part:
                break
            heard += part
    except ConnectionError:
        pass
    if not heard:
        return outcomes.unanswered
    if not _is_whole(heard):
        return outcomes.cut
    return outcomes.paid if b'"status":"paid"' in heard else outcomes.refused


def _is_whole(heard: bytes) -> bool:
    head, end, body = heard.partition(b"\r\n\r\n")
    if not end:
        return False
    headers = http.client.parse_headers(io.BytesIO(head.partition(b"\r\n")[2] + b"\r\n\r\n"))
    return len(body) == int(headers["content-length"])
