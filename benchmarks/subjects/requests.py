"""Requests a second over HTTP, of one process with its journal on."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial

from benchmarks.load import Load, Request
from benchmarks.measurement import Measurement, at_least, at_most, middle, ratio
from benchmarks.merchant import Refused, send, usual_requests
from benchmarks.rounds import alternate
from benchmarks.servers import EMULATOR, bare, serving, smallest_starlette
from benchmarks.subject import NotMeasured, Run, subject

__all__ = ["requests"]

_SHARES = {
    "getToken": 0.80,
    "GET payment": 0.80,
    "customer_save": 0.55,
    "onetime": 0.55,
    "again": 0.55,
}
"""What share of the requests a second of the smallest Starlette application each must reach."""

_SLOWEST = 2
"""How many times its p99 may be as high."""


@subject("requests", "Requests over HTTP")
def requests(run: Run) -> list[Measurement]:
    """Each operation on servers that were started for it, so that none inherits records."""
    return [
        measurement
        for operation in run.scale.operations
        for measurement in _measured(run, operation)
    ]


def _measured(run: Run, operation: str) -> list[Measurement]:
    other = _other(run, operation)
    with ExitStack() as servers:
        emulator = servers.enter_context(serving(*EMULATOR))
        request = usual_requests(emulator)[operation]
        size = len(send(emulator, request.with_serial("first")).content)
        contestants = {
            "bare": (servers.enter_context(serving(*bare(size))), request),
            "starlette": (servers.enter_context(serving(*smallest_starlette(size))), request),
            "emulator": (emulator, request),
            **other,
        }
        loads = _loads(run, contestants)
        _see_that_all_succeeded(emulator)
    return list(_compared(operation, loads))


def _other(run: Run, operation: str) -> dict[str, tuple[str, Request]]:
    if run.against is None:
        return {}
    try:
        return {run.against: (run.against, usual_requests(run.against)[operation])}
    except Refused as refusal:
        raise NotMeasured(str(refusal)) from None


def _loads(run: Run, contestants: Mapping[str, tuple[str, Request]]) -> dict[str, list[Load]]:
    presses = {
        name: partial(run.press, url, request) for name, (url, request) in contestants.items()
    }
    alternate(1, presses)
    return alternate(run.scale.rounds, presses)


def _see_that_all_succeeded(emulator: str) -> None:
    """A refusal is HTTP 200 too, and cheap; the figures would be too good."""
    total, succeeded = (
        send(emulator, Request(method="GET", path=path)).json()["count"]
        for path in ("/_fake/journal/count", "/_fake/journal/count?code=0")
    )
    if total != succeeded:
        raise NotMeasured(f"{total - succeeded} of the last {total} calls were refused")


def _compared(operation: str, loads: Mapping[str, list[Load]]) -> Iterator[Measurement]:
    rates = {name: [load.rate for load in each] for name, each in loads.items()}
    slowest = {name: [load.p99_ms for load in each] for name, each in loads.items()}
    ours = rates.pop("emulator")
    yield ratio(
        f"{operation}, of starlette", ours, rates["starlette"], at_least(_SHARES[operation])
    )
    yield ratio(f"{operation}, of bare", ours, rates["bare"])
    yield ratio(
        f"{operation}, p99, of starlette",
        slowest["emulator"],
        slowest["starlette"],
        at_most(_SLOWEST),
    )
    yield middle(f"{operation}, emulator", ours, "requests/s")
    for name, rate in rates.items():
        yield middle(f"{operation}, {name}", rate, "requests/s")
    yield middle(f"{operation}, emulator, p99", slowest["emulator"], "ms")
    busy = {name: [load.busy for load in each if load.busy] for name, each in loads.items()}
    if len(busy["emulator"]) == len(busy["starlette"]) == len(ours):
        yield ratio(
            f"{operation}, of starlette by processor time",
            [rate / share for rate, share in zip(ours, busy["emulator"], strict=True)],
            [
                rate / share
                for rate, share in zip(rates["starlette"], busy["starlette"], strict=True)
            ],
        )
        shares = [share * 100 for each in busy.values() for share in each]
        yield middle(f"{operation}, how busy the servers were", shares, "%")
