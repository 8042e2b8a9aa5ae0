"""What a merchant said beside what i'mport recorded, for people to read in a terminal."""

import sys
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["call_lines", "say", "say_headings", "say_side_by_side"]

_WIDTH = 58


def say(text: str = "") -> None:
    """Print a line at once, also where the output goes into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def say_headings(left: str, right: str) -> None:
    """Print what the two columns are."""
    say(f"        {left}{' ' * (_WIDTH - 8 - _columns(left))} {right}")


def say_side_by_side(left: Sequence[str], right: Sequence[str]) -> None:
    """Print two columns; long lines on the left are wrapped."""
    wrapped = [part for line in left for part in textwrap.wrap(line, _WIDTH // 2) or [""]]
    for place in range(max(len(wrapped), len(right))):
        said = wrapped[place] if place < len(wrapped) else ""
        recorded = right[place] if place < len(right) else ""
        say(f"  {said}{' ' * (_WIDTH - 2 - _columns(said))}{recorded}".rstrip())


def call_lines(call: Mapping[str, Any]) -> list[str]:
    """A call in the journal: what was asked and answered, and what a scenario did to it."""
    envelope = _object(call["response"])
    payment = _object(envelope.get("response"))
    status = f", status {payment['status']}" if "status" in payment else ""
    lines = [f"{call['method']} {call['path']}"]
    if call["status"]:
        lines.append(f"  HTTP {call['status']}, code {call['code']}{status}")
    reason = call["message"] or payment.get("fail_reason")
    if reason:
        lines.append(f"  {reason}")
    lines += [f"  rule: {rule['rule']}" for rule in call.get("rules", ())]
    if call.get("fault"):
        lines.append(f"  fault: {call['fault']}")
    return lines


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
