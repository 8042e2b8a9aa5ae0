"""From the start of a process to its first answered getToken."""

import time
from functools import partial

from benchmarks.load import Request
from benchmarks.measurement import Measurement, at_most, middle, ratio
from benchmarks.merchant import KEYS, send
from benchmarks.rounds import alternate
from benchmarks.servers import EMULATOR, bare, serving
from benchmarks.subject import Run, subject

__all__ = ["start"]

_LONGEST = 1.6
"""How many times the start of the bare baseline it may take."""

_LONGEST_MORE_SECONDS = 0.25

_GET_TOKEN = Request(
    method="POST",
    path="/users/getToken",
    headers={"Content-Type": "application/x-www-form-urlencoded"},
    body="&".join(f"{name}={value}" for name, value in KEYS.items()),
)


@subject("start", "From the start of the process to the first answered getToken")
def start(run: Run) -> list[Measurement]:
    """Starts in turns; the first of each, which reads from the disk, isn't counted."""
    commands = {"emulator": EMULATOR, "bare": bare(150)}
    contestants = {name: partial(_seconds, command) for name, command in commands.items()}
    alternate(1, contestants)
    taken = alternate(run.scale.rounds, contestants)
    more = [ours - other for ours, other in zip(taken["emulator"], taken["bare"], strict=True)]
    return [
        ratio("start, of bare", taken["emulator"], taken["bare"], at_most(_LONGEST)),
        middle("start, more than bare", more, "s", at_most(_LONGEST_MORE_SECONDS)),
        middle("start, emulator", taken["emulator"], "s"),
        middle("start, bare", taken["bare"], "s"),
    ]


def _seconds(command: tuple[str, ...]) -> float:
    started = time.perf_counter()
    with serving(*command) as url:
        send(url, _GET_TOKEN).raise_for_status()
        return time.perf_counter() - started
