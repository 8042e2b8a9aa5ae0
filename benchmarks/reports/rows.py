"""A measurement as a row of words, the same in every report."""

from benchmarks.measurement import Measurement
from benchmarks.reports.outcome import Conditions

__all__ = ["HEADER", "conditions_in_words", "row"]

HEADER = ("what", "measured", "unit", "spread", "must reach", "")


def row(measurement: Measurement) -> tuple[str, ...]:
    """What was measured, the middle, its unit, the spread, the target and the verdict."""
    spread = f"{_number(measurement.low)} to {_number(measurement.high)}"
    return (
        measurement.what,
        _number(measurement.value),
        measurement.unit,
        spread if measurement.rounds > 1 else "",
        str(measurement.target or ""),
        measurement.verdict.value,
    )


def conditions_in_words(conditions: Conditions) -> str:
    """One sentence of where and how it was measured."""
    packages = ", ".join(f"{name} {number}" for name, number in conditions.packages.items())
    return (
        f"{conditions.at}, {conditions.scale} run, load by {conditions.load}; {conditions.cores}; "
        f"{conditions.machine}, load average {conditions.busy:.1f} at the start; "
        f"Python {conditions.python}, {packages}."
    )


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"
