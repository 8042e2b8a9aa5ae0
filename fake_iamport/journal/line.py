"""A call as it is kept."""

from typing import Any

import msgspec

__all__ = ["Line"]


class Line(msgspec.Struct, kw_only=True, gc=False, frozen=True):
    """One call, redacted. ``at`` is the merchant's unix second, ``seconds`` the machine's duration.

    ``query``, ``body`` and ``path_values`` are what came in each place, ``None`` where nothing came
    or where it can't be told: a body that isn't read, or that can't be. ``token`` says how the
    access token was presented, never what it is; ``body_size`` is in bytes.
    """

    number: int
    at: int
    merchant: str | None
    operation: str | None
    method: str
    path: str
    path_values: dict[str, Any] | None
    query: dict[str, Any] | None
    body: dict[str, Any] | None
    body_size: int
    content_type: str | None
    user_agent: str | None
    token: str | None
    status: int
    code: int
    message: str | None
    response: msgspec.Raw
    failure: str | None
    seconds: float

    def request(self) -> dict[str, Any] | None:
        """The parameters as the operation took them: the path's win, then the body's."""
        parts = (self.query, self.body, self.path_values)
        return {name: value for part in parts if part for name, value in part.items()} or None
