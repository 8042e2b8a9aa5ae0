"""An answer in i'mport's envelope, or whatever came in its place."""

import json
from functools import cached_property
from typing import Any

from contract_tests.transport import Raw

__all__ = ["Answer"]


class Answer:
    """An answer; ``code``, ``message`` and ``response`` are ``None`` where there is no envelope."""

    def __init__(self, raw: Raw) -> None:
        self.status = raw.status
        self.headers = raw.headers
        self.body = raw.body

    @cached_property
    def envelope(self) -> dict[str, Any]:
        """The body as a JSON object; empty when it is none."""
        try:
            decoded = json.loads(self.body)
        except ValueError:
            return {}
        return decoded if isinstance(decoded, dict) else {}

    @property
    def code(self) -> int | None:
        """0 when it was done."""
        code = self.envelope.get("code")
        return code if isinstance(code, int) and not isinstance(code, bool) else None

    @property
    def message(self) -> str | None:
        """Why it wasn't."""
        message = self.envelope.get("message")
        return message if isinstance(message, str) else None

    @property
    def response(self) -> Any:
        """What was asked for."""
        return self.envelope.get("response")

    @property
    def outline(self) -> str:
        """Status, code and message in a few words."""
        if self.code is None:
            return f"HTTP {self.status} without a code"
        said = f" and {self.message!r}" if self.message else ""
        return f"HTTP {self.status} with code {self.code}{said}"
