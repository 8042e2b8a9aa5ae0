"""A subject: something that is measured, registered by its name."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import msgspec

from benchmarks.load import Load, Request
from benchmarks.measurement import Measurement
from benchmarks.scale import Scale
from benchmarks.servers import processor_seconds

__all__ = ["NotMeasured", "Run", "Subject", "subject", "subjects"]


class NotMeasured(Exception):
    """A subject can't be measured here; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Run:
    """How to measure: how much, by which load generator, and which other server beside ours."""

    scale: Scale
    load: Callable[[str, Request, float, int], Load]
    against: str | None = None

    def press(self, url: str, request: Request) -> Load:
        """Put the server at ``url`` under load, for as long and with as many connections as is usual.

        Raises:
            NotMeasured: some requests failed, so that the figures mean nothing.
        """
        before = processor_seconds(url)
        load = self.load(url, request, self.scale.seconds, self.scale.connections)
        after = processor_seconds(url)
        if load.failures or not load.requests:
            raise NotMeasured(
                f"{url}{request.path}: {load.failures} of {load.requests} requests failed; "
                "expected HTTP 2xx from each"
            )
        if before is None or after is None:
            return load
        return msgspec.structs.replace(load, busy=(after - before) / load.seconds)


Measure = Callable[[Run], list[Measurement]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured, by its name and in words."""

    name: str
    title: str
    measure: Measure


_declared: dict[str, Subject] = {}


def subject(name: str, title: str) -> Callable[[Measure], Measure]:
    """Declare the decorated function to measure the subject ``name``."""

    def declare(measure: Measure) -> Measure:
        _declared[name] = Subject(name, title, measure)
        return measure

    return declare


@cache
def subjects() -> Mapping[str, Subject]:
    """Every subject by its name; each module of :mod:`benchmarks.subjects` declares its own."""
    package = importlib.import_module("benchmarks.subjects")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return MappingProxyType(_declared)
