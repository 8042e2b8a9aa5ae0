"""Access tokens: how long one lives, and when the same one is given again."""

import msgspec

__all__ = ["EXTENSION", "LAST_MINUTE", "LIFETIME", "Token", "could_be_alive", "renewed"]

LIFETIME = 1800
"""Seconds that a fresh token lives (spec: thirty minutes)."""

LAST_MINUTE = 60
"""Seconds before the expiry in which asking again extends the token (spec)."""

EXTENSION = 300
"""Seconds by which it is extended (spec: five minutes)."""


class Token(msgspec.Struct, frozen=True, gc=False):
    """A merchant's token and the unix second from which it is refused."""

    access_token: str
    expired_at: int

    def __repr__(self) -> str:
        return f"Token(expired_at={self.expired_at})"


def renewed(token: Token | None, now: int) -> Token | None:
    """The token to give out again at ``now``, or ``None`` when a new one must be made (spec)."""
    if token is None or token.expired_at <= now:
        return None
    if token.expired_at - now > LAST_MINUTE:
        return token
    return Token(token.access_token, token.expired_at + EXTENSION)


def could_be_alive(token: Token, now: int) -> bool:
    """Whether a token with this expiry can have been given by ``now``, and is still good."""
    return now < token.expired_at <= now + LIFETIME + EXTENSION
