"""Requests a second with a scenario whose rules don't match, beside those without one."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec

from benchmarks.measurement import Measurement, at_least, middle, ratio
from benchmarks.merchant import usual_requests
from benchmarks.rounds import alternate
from benchmarks.servers import EMULATOR, serving
from benchmarks.subject import Run, subject

__all__ = ["scenario"]

_RULES = 20
_LEAST_OF_WITHOUT = 0.9


@subject("scenario", "With a scenario of rules that don't match")
def scenario(run: Run) -> list[Measurement]:
    """Every rule is looked at for every call: none names an operation."""
    with (
        _scenario_file() as named,
        serving(*EMULATOR, "--scenario", named) as ruled,
        serving(*EMULATOR) as plain,
    ):
        return [
            measurement
            for operation in run.scale.operations
            for measurement in _compared(run, operation, {"with": ruled, "without": plain})
        ]


def _compared(run: Run, operation: str, urls: Mapping[str, str]) -> list[Measurement]:
    presses = {
        name: partial(run.press, url, usual_requests(url)[operation]) for name, url in urls.items()
    }
    alternate(1, presses)
    loads = alternate(run.scale.rounds, presses)
    rates = {name: [load.rate for load in each] for name, each in loads.items()}
    return [
        ratio(
            f"{operation} with {_RULES} rules, of without",
            rates["with"],
            rates["without"],
            at_least(_LEAST_OF_WITHOUT),
        ),
        middle(f"{operation} with {_RULES} rules", rates["with"], "requests/s"),
    ]


@contextmanager
def _scenario_file() -> Iterator[str]:
    rules = [
        {"when": {"header": {"user-agent": f"nobody-{number}"}}, "then": {"fail": "limit_exceeded"}}
        for number in range(_RULES)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "nothing.json")
        path.write_bytes(msgspec.json.encode({"rules": rules}))
        yield str(path)
