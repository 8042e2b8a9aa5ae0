"""``python -m benchmarks``: measures everything, and writes down what came of it."""

from pathlib import Path

import click
import msgspec

from benchmarks.load import load_generator
from benchmarks.merchant import Refused
from benchmarks.reports.document import NoPlace, markdown, put_between_markers
from benchmarks.reports.outcome import Outcome, SubjectOutcome, conditions
from benchmarks.reports.plot import plot
from benchmarks.reports.rows import conditions_in_words
from benchmarks.reports.table import table
from benchmarks.scale import FULL, QUICK
from benchmarks.subject import NotMeasured, Run, Subject, subjects

__all__ = ["main"]

_RESULTS = Path(__file__).parent / "results"
_PLOT = "performance.svg"


@click.command()
@click.option("--quick", is_flag=True, help="Fewer rounds and records.")
@click.option(
    "--only",
    multiple=True,
    metavar="NAME",
    help="One subject; several add up.  [default: all of them]",
)
@click.option("--against", metavar="URL", help="Another server to put under load beside ours.")
@click.option(
    "--results",
    type=click.Path(file_okay=False, path_type=Path),
    default=_RESULTS,
    help="Where performance.json, performance.md and performance.svg go.",
)
@click.option(
    "--document",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A Markdown file whose generated part is to be replaced; the plot goes beside it.",
)
def main(
    quick: bool, only: tuple[str, ...], against: str | None, results: Path, document: Path | None
) -> None:
    """Measure the emulator beside baselines; exit code 1 when a target is missed."""
    chosen = _chosen(only)
    text = None if document is None else document.read_text("utf-8")
    if text is not None:
        _place_of_outcome(text, "")
    generator, press = load_generator()
    told = conditions("quick" if quick else "full", generator)
    click.echo(conditions_in_words(told))
    run = Run(QUICK if quick else FULL, press, against and against.rstrip("/"))
    outcome = Outcome(conditions=told, subjects=[_measured(each, run) for each in chosen])
    _write(outcome, results)
    if document is not None and text is not None:
        document.write_text(_place_of_outcome(text, markdown(outcome, _PLOT)), "utf-8")
        document.with_name(_PLOT).write_text(plot(outcome), "utf-8")
    raise SystemExit(0 if outcome.is_good else 1)


def _chosen(names: tuple[str, ...]) -> list[Subject]:
    for name in names:
        if name not in subjects():
            raise click.BadParameter(
                f"there is no subject {name!r}; known are {', '.join(subjects())}",
                param_hint="--only",
            )
    return [each for name, each in subjects().items() if name in names or not names]


def _measured(subject: Subject, run: Run) -> SubjectOutcome:
    measurements, trouble = [], None
    try:
        measurements = subject.measure(run)
    except (NotMeasured, Refused) as error:
        trouble = str(error)
    except Exception as error:  # noqa: BLE001 - one subject must not cost the others' results
        trouble = f"{type(error).__name__}: {error}"
    measured = SubjectOutcome(
        name=subject.name, title=subject.title, measurements=measurements, trouble=trouble
    )
    click.echo(table(measured))
    return measured


def _write(outcome: Outcome, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    encoded = msgspec.json.format(msgspec.json.encode(outcome), indent=2)
    (folder / "performance.json").write_bytes(encoded + b"\n")
    (folder / "performance.md").write_text(markdown(outcome, _PLOT) + "\n", "utf-8")
    (folder / _PLOT).write_text(plot(outcome), "utf-8")
    click.echo(f"\nwritten to {folder}")


def _place_of_outcome(document: str, generated: str) -> str:
    try:
        return put_between_markers(document, generated)
    except NoPlace as error:
        raise click.BadParameter(str(error), param_hint="--document") from None


if __name__ == "__main__":
    main()
