"""How fast the provider's suite checks the emulator in its own process."""

import time

from benchmarks.measurement import Measurement, at_least, middle
from benchmarks.merchant import KEYS
from benchmarks.own_process import in_own_process
from benchmarks.subject import NotMeasured, Run, subject
from contract_tests.provider.server import Credentials, Server
from contract_tests.provider.suite import check_server, examples_for, own_emulator
from contract_tests.runner import Plan
from contract_tests.transport import Raw, Request, Transport

__all__ = ["provider"]

_LEAST_A_SECOND = 400
_MOST_ROUNDS = 3


class _Counting:
    """A transport that counts the operations that go through it."""

    def __init__(self, transport: Transport) -> None:
        self.operations = 0
        self._transport = transport

    def __enter__(self) -> "_Counting":
        self._transport.__enter__()
        return self

    def __exit__(self, *failure: object) -> None:
        self._transport.__exit__(None, None, None)

    def send(self, request: Request) -> Raw:
        """Send it on; the control API isn't an operation."""
        self.operations += not request.target.startswith("/_fake/")
        return self._transport.send(request)


@subject("provider", "The provider's suite in process")
def provider(run: Run) -> list[Measurement]:
    """At quick depth, each time in a fresh process."""
    rounds = [in_own_process(_checked) for _ in range(min(run.scale.rounds, _MOST_ROUNDS))]
    rates = [operations / seconds for operations, seconds in rounds]
    return [
        middle("operations checked", rates, "operations/s", at_least(_LEAST_A_SECOND)),
        middle("the whole suite", [seconds for _, seconds in rounds], "s"),
    ]


def _checked() -> tuple[int, float]:
    with _Counting(own_emulator()) as transport:
        server = Server(transport, Credentials(**KEYS))
        started = time.perf_counter()
        plan = Plan(examples_for(server, quick=True))
        results = list(check_server(server, plan))
        seconds = time.perf_counter() - started
        server.close()
    if not results or not transport.operations:
        raise NotMeasured("the suite has checked nothing")
    return transport.operations, seconds
