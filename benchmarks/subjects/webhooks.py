"""Webhooks to a fast receiver while payments come in as fast as they can."""

import time
from functools import partial

from benchmarks.load import Request
from benchmarks.measurement import Measurement, at_least, middle, ratio
from benchmarks.merchant import send, usual_requests
from benchmarks.rounds import alternate
from benchmarks.servers import EMULATOR, RECEIVER, serving
from benchmarks.subject import Run, subject

__all__ = ["webhooks"]

_LEAST_A_SECOND = 1_500
_LEAST_OF_WITHOUT = 0.8
_QUIET_SECONDS = 0.2


@subject("webhooks", "Webhooks to a fast receiver")
def webhooks(run: Run) -> list[Measurement]:
    """Every payment causes one; server and webhooks share one core, receiver and load the others."""
    with (
        serving(*RECEIVER, beside_the_load=True) as receiver,
        serving(*EMULATOR, "--notice-url", receiver) as telling,
        serving(*EMULATOR) as silent,
    ):
        emulators = {"with": telling, "without": silent}
        payments = {name: usual_requests(url)["onetime"] for name, url in emulators.items()}
        rounds = alternate(
            run.scale.rounds,
            {
                name: partial(_rates, run, url, payments[name], receiver)
                for name, url in emulators.items()
            },
        )
    paid = {name: [each[0] for each in values] for name, values in rounds.items()}
    received = [each[1] for each in rounds["with"]]
    return [
        middle("webhooks under load", received, "webhooks/s", at_least(_LEAST_A_SECOND)),
        ratio(
            "onetime with webhooks, of without",
            paid["with"],
            paid["without"],
            at_least(_LEAST_OF_WITHOUT),
        ),
        middle("onetime with webhooks", paid["with"], "requests/s"),
        middle("onetime without webhooks", paid["without"], "requests/s"),
    ]


def _rates(run: Run, url: str, payment: Request, receiver: str) -> tuple[float, float]:
    """Payments and received webhooks a second."""
    before = _received(receiver)
    load = run.press(url, payment)
    received = _received(receiver) - before
    _wait_for_the_rest(receiver)
    return load.rate, received / load.seconds


def _wait_for_the_rest(receiver: str) -> None:
    """What still waits would slow the next round down."""
    before = -1
    while (now := _received(receiver)) != before:
        before = now
        time.sleep(_QUIET_SECONDS)


def _received(receiver: str) -> int:
    return int(send(receiver, Request(method="GET", path="/")).text)
