"""A plot of how far each measurement is from its target, as SVG."""

import math
from html import escape

from benchmarks.measurement import Measurement, Target, Verdict
from benchmarks.reports.outcome import Outcome
from benchmarks.reports.rows import row

__all__ = ["plot"]

_LABELS = 330
_BARS = 420
_VALUES = 240
_ROW = 22
_TOP = 56
_FARTHEST = 8
"""The margin at which a bar ends: this many times better or worse than the target."""

_FONT = 'font-family="sans-serif" font-size="12"'
_COLOURS = {Verdict.REACHED: "#2a9d5c", Verdict.MISSED: "#d1495b"}
_LEGEND = (
    "Right of the line: better than the target. Left of it: missed. Each step is a factor of 2."
)


def plot(outcome: Outcome) -> str:
    """A bar for each measurement that has a target, to the right where that is reached."""
    aimed = [(each, each.target) for each in outcome.measurements if each.target is not None]
    width, height = _LABELS + _BARS + _VALUES, _TOP + _ROW * len(aimed) + 12
    bars = [_bar(*each, _TOP + _ROW * number) for number, each in enumerate(aimed)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {_FONT}>',
            '<rect width="100%" height="100%" fill="white"/>',
            f'<text x="12" y="24">{_LEGEND}</text>',
            *_grid(height),
            *bars,
            "</svg>\n",
        ]
    )


def _grid(height: int) -> list[str]:
    steps = round(math.log2(_FARTHEST))
    return [
        f'<line x1="{_place(2.0**step)}" x2="{_place(2.0**step)}" y1="{_TOP - 12}" '
        f'y2="{height - 8}" stroke="{"#333" if step == 0 else "#ddd"}"/>'
        for step in range(-steps, steps + 1)
    ]


def _bar(measurement: Measurement, target: Target, top: int) -> str:
    start, end = _place(1), _place(target.margin(measurement.value))
    what, value, unit, _, wanted, _ = map(escape, row(measurement))
    told = top + _ROW // 2
    return (
        f'<text x="{_LABELS - 8}" y="{told}" text-anchor="end">{what}</text>'
        f'<rect x="{min(start, end)}" y="{top - 2}" width="{max(abs(end - start), 2):.1f}" '
        f'height="{_ROW - 8}" fill="{_COLOURS[measurement.verdict]}"/>'
        f'<text x="{_LABELS + _BARS + 8}" y="{told}">{value} {unit} ({wanted})</text>'
    )


def _place(margin: float) -> float:
    """Where a margin is, from left to right, on a scale of factors."""
    kept = min(max(margin, 1 / _FARTHEST), _FARTHEST)
    return round(_LABELS + _BARS / 2 * (1 + math.log(kept, _FARTHEST)), 1)
