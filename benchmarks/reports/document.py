"""The outcome as Markdown, and its place in a document: between two markers."""

from benchmarks.reports.outcome import Outcome
from benchmarks.reports.rows import HEADER, conditions_in_words, row

__all__ = ["BEGIN", "END", "NoPlace", "markdown", "put_between_markers"]

BEGIN = "<!-- benchmarks: generated from here; make bench writes it -->"
END = "<!-- benchmarks: generated up to here -->"


class NoPlace(ValueError):
    """A document has no place for the outcome; the text says what it needs."""


def markdown(outcome: Outcome, plot: str) -> str:
    """The conditions, the plot with the file name ``plot``, and a table for each subject."""
    lines = [conditions_in_words(outcome.conditions), "", f"![Targets]({plot})"]
    for subject in outcome.subjects:
        lines += ["", f"### {subject.title}", ""]
        if subject.trouble is not None:
            lines.append(f"Not measured: {subject.trouble}")
            continue
        lines += [_line(HEADER), "|---|---:|---|---|---|---|"]
        lines += [_line(row(measurement)) for measurement in subject.measurements]
    return "\n".join(lines)


def put_between_markers(document: str, generated: str) -> str:
    """``document`` with ``generated`` in place of what is between its markers.

    Raises:
        NoPlace: the markers aren't there once each, in their order.
    """
    before, begun, rest = document.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended or BEGIN in rest or END in after:
        raise NoPlace(f"expected one line {BEGIN!r} and below it one line {END!r}")
    return f"{before}{BEGIN}\n\n{generated}\n\n{END}{after}"


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
