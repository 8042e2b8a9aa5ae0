"""Asking whether an emulator answers."""

import http.client
import json
import urllib.request

from fake_iamport.clock import pause, stopwatch

__all__ = ["emulator_at"]

_BETWEEN_ASKING = 0.05


def emulator_at(url: str, *, seconds: float) -> str | None:
    """The version of the emulator at ``url``, or ``None`` when none answers within ``seconds``."""
    last_moment = stopwatch() + seconds
    while True:
        version = _version(f"{url.rstrip('/')}/_fake/version")
        if version is not None or stopwatch() >= last_moment:
            return version
        pause(_BETWEEN_ASKING)


def _version(url: str) -> str | None:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - the user's own URL
            answered = json.load(answer)
    except (OSError, ValueError, http.client.HTTPException):
        return None
    is_ours = isinstance(answered, dict) and answered.get("name") == "fake-iamport"
    return str(answered["version"]) if is_ours else None
