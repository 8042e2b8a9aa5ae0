"""The report for other programs."""

from collections.abc import Sequence
from typing import Any

import msgspec

from contract_tests.verdicts import Result

__all__ = ["encode", "plain"]


def plain(results: Sequence[Result], about: dict[str, Any]) -> dict[str, Any]:
    """The run as JSON values; ``about`` says what was looked at, and how."""
    return {"about": about, "results": [msgspec.to_builtins(result) for result in results]}


def encode(results: Sequence[Result], about: dict[str, Any]) -> str:
    """The run as a JSON text."""
    encoded = msgspec.json.encode(plain(results, about))
    return msgspec.json.format(encoded, indent=1).decode() + "\n"
