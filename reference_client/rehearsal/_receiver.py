"""A merchant's receiver of webhooks."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs

__all__ = ["ReceivedWebhook", "Receiver", "receiving"]


_PAUSE = 0.01


@dataclass(frozen=True, slots=True)
class ReceivedWebhook:
    """What a webhook said; ``early`` is one that came while a call waited for its answer."""

    imp_uid: str
    status: str
    early: bool


class Receiver:
    """What came, in its order."""

    def __init__(self) -> None:
        self.url = ""
        self.in_call = False
        self._received: list[ReceivedWebhook] = []
        self._changed = threading.Condition()

    def put(self, said: dict[str, str]) -> None:
        """Note a webhook."""
        with self._changed:
            webhook = ReceivedWebhook(
                said.get("imp_uid", ""), said.get("status", ""), early=self.in_call
            )
            self._received.append(webhook)
            self._changed.notify_all()

    def take(
        self, is_under_way: Callable[[], object], expected: int, seconds: float
    ) -> list[ReceivedWebhook]:
        """Everything that came since the last time, once all are here and none is under way."""
        for _ in range(int(seconds / _PAUSE)):
            if len(self._received) >= expected and not is_under_way():
                break
            with self._changed:
                self._changed.wait(_PAUSE)
        with self._changed:
            received, self._received = self._received, []
            return received


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Receive webhooks on a free port of this machine."""
    receiver = Receiver()

    class Handler(_Handler):
        into = receiver

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/webhooks"
    thread = threading.Thread(target=server.serve_forever, args=[_PAUSE], daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    into: ClassVar[Receiver]

    def do_POST(self) -> None:
        """Note what came and answer 200, as i'mport wants it."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(
            "utf-8", "replace"
        )
        try:
            said = json.loads(body)
        except ValueError:
            said = {name: values[0] for name, values in parse_qs(body).items()}
        self.into.put(said if isinstance(said, dict) else {})
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
