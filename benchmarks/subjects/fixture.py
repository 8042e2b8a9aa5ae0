"""What the pytest fixture costs each test: a fresh merchant, and a reset."""

import time
from collections.abc import Callable

from benchmarks.measurement import Measurement, at_most, middle
from benchmarks.merchant import answer_to, usual_requests
from benchmarks.own_process import in_own_process
from benchmarks.subject import Run, subject
from fake_iamport import FakeIamport

__all__ = ["fixture"]

_MOST_MILLISECONDS = 1
_RECORDS = 10


@subject("fixture", "The fixture of a test process")
def fixture(run: Run) -> list[Measurement]:
    """In a process of its own, as in a test run; the emulator's thread is in it too."""
    fresh, reset = in_own_process(_measured, run.scale.calls)
    return [
        middle("fresh merchant, and letting it go", fresh, "ms", at_most(_MOST_MILLISECONDS)),
        middle(f"reset of {_RECORDS} payments", reset, "ms", at_most(_MOST_MILLISECONDS)),
    ]


def _measured(calls: int) -> tuple[list[float], list[float]]:
    with FakeIamport() as server:
        fresh = [_milliseconds(lambda: server.create_merchant().remove()) for _ in range(calls)]
        onetime = usual_requests(server.url)["onetime"]
        server.reset()
        for number in range(_RECORDS):
            answer_to(server.url, onetime.with_serial(str(number)))
        filled = server.snapshot()
        resets = []
        for _ in range(calls):
            server.restore(filled)
            resets.append(_milliseconds(server.reset))
        return fresh, resets


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000
