"""A call as it is kept."""

from typing import Any

import msgspec

__all__ = ["FiredRule", "Line"]


class FiredRule(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A rule of a scenario that was applied to a call, and how often it was by then.

    ``left`` is how often it still can be, null where that isn't limited.
    """

    scenario: str
    rule: str
    fired: int
    left: int | None


class Line(msgspec.Struct, kw_only=True, gc=False, frozen=True):
    """One call, redacted. ``at`` is the merchant's unix second, ``seconds`` the machine's duration.

    ``status`` is 0 and ``code`` null where nothing was answered, and ``response`` is a text where it
    was no JSON; ``fault`` says what a scenario made of the answer, ``rules`` which of its rules did.

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
    code: int | None
    message: str | None
    response: msgspec.Raw
    failure: str | None
    seconds: float
    rules: tuple[FiredRule, ...] = ()
    fault: str | None = None

    def request(self) -> dict[str, Any] | None:
        """The parameters as the operation took them: the path's win, then the body's."""
        parts = (self.query, self.body, self.path_values)
        return {name: value for part in parts if part for name, value in part.items()} or None
