"""An endpoint for webhooks: an HTTP server on a free port of this machine, in threads of its own."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

__all__ = ["Receiver", "Webhook"]


class Webhook(NamedTuple):
    """One request that came."""

    path: str
    content_type: str
    fields: Mapping[str, Any]


class Receiver:
    """Keeps what comes and answers it with ``status``."""

    def __init__(self) -> None:
        self.received: list[Webhook] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                content_type = self.headers.get("content-type", "")
                receiver.received.append(
                    Webhook(self.path, content_type, _fields(body, content_type))
                )
                self.send_response(receiver.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True)
        self._thread.start()

    def clear(self) -> None:
        """Forget what came, and answer with 200 again."""
        self.received.clear()
        self.status = 200

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _fields(body: bytes, content_type: str) -> Mapping[str, Any]:
    if "json" not in content_type:
        return dict(parse_qsl(body.decode("utf-8", "replace")))
    try:
        decoded = json.loads(body)
    except ValueError:
        return {}
    return decoded if isinstance(decoded, dict) else {}
