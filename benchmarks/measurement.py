"""What was measured, what it must reach, and whether it does."""

import enum
import statistics
from collections.abc import Sequence

import msgspec

__all__ = ["Measurement", "Target", "Verdict", "at_least", "at_most", "middle", "ratio"]


class Verdict(enum.StrEnum):
    """Whether a target is reached; ``TOLD`` where there is none."""

    REACHED = "reached"
    MISSED = "missed"
    TOLD = ""


class Target(msgspec.Struct, frozen=True):
    """A bound that a value must keep to: from above if it is the ``highest``, else from below."""

    bound: float
    highest: bool

    def __str__(self) -> str:
        return f"{'<=' if self.highest else '>='} {self.bound:,.5g}"

    def holds(self, value: float) -> bool:
        """Whether ``value`` keeps to it."""
        return value <= self.bound if self.highest else value >= self.bound

    def margin(self, value: float) -> float:
        """How many times as good as needed: below 1 the target is missed."""
        if value <= 0 or self.bound <= 0:
            return float(self.holds(value))
        return self.bound / value if self.highest else value / self.bound


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """The middle of several measured values in ``unit``, and the lowest and highest of them."""

    what: str
    value: float
    unit: str
    low: float
    high: float
    rounds: int
    target: Target | None = None

    @property
    def verdict(self) -> Verdict:
        """Whether the middle keeps to the target."""
        if self.target is None:
            return Verdict.TOLD
        return Verdict.REACHED if self.target.holds(self.value) else Verdict.MISSED


def at_least(bound: float) -> Target:
    """A target that higher values reach."""
    return Target(bound, highest=False)


def at_most(bound: float) -> Target:
    """A target that lower values reach."""
    return Target(bound, highest=True)


def middle(
    what: str, values: Sequence[float], unit: str, target: Target | None = None
) -> Measurement:
    """The median of ``values``, with their spread."""
    return Measurement(
        what=what,
        value=statistics.median(values),
        unit=unit,
        low=min(values),
        high=max(values),
        rounds=len(values),
        target=target,
    )


def ratio(
    what: str, values: Sequence[float], beside: Sequence[float], target: Target | None = None
) -> Measurement:
    """The median of what ``values`` are of those measured ``beside`` them, round by round.

    Two values of one round were measured within seconds of each other, so that what else the machine
    did then hits both.
    """
    shares = [value / other for value, other in zip(values, beside, strict=True)]
    return middle(what, shares, "x", target)
