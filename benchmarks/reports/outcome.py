"""The outcome of a run: where it ran, and what each subject measured."""

import os
import platform
import time
from importlib.metadata import version

import msgspec

from benchmarks.cores import separation
from benchmarks.measurement import Measurement, Verdict

__all__ = ["Conditions", "Outcome", "SubjectOutcome", "conditions"]

_PACKAGES = ("fake-iamport", "uvicorn", "uvloop", "httptools", "starlette", "msgspec", "httpx")


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """On what it ran. ``busy`` is how many processes wanted the machine in the minute before."""

    at: str
    scale: str
    load: str
    cores: str
    busy: float
    python: str
    machine: str
    packages: dict[str, str]


class SubjectOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a subject measured; ``trouble`` says why there is nothing."""

    name: str
    title: str
    measurements: list[Measurement]
    trouble: str | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run."""

    conditions: Conditions
    subjects: list[SubjectOutcome]

    @property
    def measurements(self) -> list[Measurement]:
        """All of them, in order."""
        return [each for subject in self.subjects for each in subject.measurements]

    @property
    def is_good(self) -> bool:
        """Whether everything was measured and reached its target."""
        missed = any(each.verdict is Verdict.MISSED for each in self.measurements)
        return not missed and all(subject.trouble is None for subject in self.subjects)


def conditions(scale: str, load: str) -> Conditions:
    """How this machine stands now."""
    return Conditions(
        at=time.strftime("%Y-%m-%d %H:%M:%S %z"),
        scale=scale,
        load=load,
        cores=separation(),
        busy=os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0,
        python=platform.python_version(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        packages={package: version(package) for package in _PACKAGES},
    )
