"""What a report says of its run: what was looked at, when, and with which version of the kit."""

import datetime
from importlib.metadata import version
from typing import Any

__all__ = ["about_run"]


def about_run(side: str, server: str, seed: int, seconds: float) -> dict[str, Any]:
    """What is said of a run that has just ended; the date is UTC, ISO 8601."""
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    return {
        "side": side,
        "server": server,
        "seed": seed,
        "seconds": seconds,
        "date": now.isoformat(),
        "version": version("fake-iamport"),
    }
