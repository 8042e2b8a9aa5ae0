"""The table that is printed."""

from collections.abc import Iterator

from benchmarks.reports.outcome import SubjectOutcome
from benchmarks.reports.rows import row

__all__ = ["table"]

_WIDTHS = (44, 10, 12, 20, 12, 8)
_RIGHT = 1


def table(subject: SubjectOutcome) -> str:
    """One subject's rows under its title; columns stand where they stand for every other subject."""
    return "\n".join(["", f"{subject.title} ({subject.name})", *_lines(subject)])


def _lines(subject: SubjectOutcome) -> Iterator[str]:
    if subject.trouble is not None:
        yield f"  not measured: {subject.trouble}"
    for measurement in subject.measurements:
        cells = [
            cell.rjust(width) if column == _RIGHT else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row(measurement), _WIDTHS, strict=True))
        ]
        yield f"  {'  '.join(cells)}".rstrip()
