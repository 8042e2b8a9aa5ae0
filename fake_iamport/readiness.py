"""Asking whether an emulator answers."""

import http.client
import json
import urllib.request

from fake_iamport.clock import pause, stopwatch

__all__ = ["emulator_at"]

_BETWEEN_ASKING = 0.05
_ONE_ANSWER = 2.0


def emulator_at(url: str, *, seconds: float) -> str | None:
    """The version of the emulator at ``url``, or ``None`` when none answers within ``seconds``."""
    last_moment = stopwatch() + seconds
    while True:
        left = last_moment - stopwatch()
        patience = min(max(left, _BETWEEN_ASKING), _ONE_ANSWER) if seconds else _ONE_ANSWER
        version = _version(f"{url.rstrip('/')}/_fake/version", patience)
        if version is not None or stopwatch() >= last_moment:
            return version
        pause(_BETWEEN_ASKING)


def _version(url: str, patience: float) -> str | None:
    # A proxy would only be in the way of an emulator that is nearby.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=patience) as answer:
            answered = json.load(answer)
    except (OSError, ValueError, http.client.HTTPException):
        return None
    is_ours = isinstance(answered, dict) and answered.get("name") == "fake-iamport"
    return str(answered["version"]) if is_ours else None
