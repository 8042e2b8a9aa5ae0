from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.measurement import Verdict, at_least, at_most, middle, ratio
from benchmarks.reports.document import BEGIN, END, NoPlace, put_between_markers
from benchmarks.reports.outcome import Outcome, SubjectOutcome, conditions
from benchmarks.reports.plot import plot
from benchmarks.rounds import alternate


def test_a_ratio_is_taken_round_by_round() -> None:
    measured = ratio("share", [50, 10, 90], [100, 10, 100], at_least(0.8))

    assert (measured.value, measured.low, measured.high) == (0.9, 0.5, 1.0)
    assert measured.verdict is Verdict.REACHED


@pytest.mark.parametrize(
    ("value", "verdict"), [(1.9, Verdict.REACHED), (2.0, Verdict.REACHED), (2.1, Verdict.MISSED)]
)
def test_a_highest_value_is_kept_to_or_missed(value: float, verdict: Verdict) -> None:
    assert middle("p99", [value], "x", at_most(2)).verdict is verdict


def test_runs_alternate_and_change_who_goes_first() -> None:
    order: list[str] = []

    def run(name: str) -> int:
        order.append(name)
        return len(order)

    values = alternate(2, {name: partial(run, name) for name in ("a", "b")})

    assert order == ["a", "b", "b", "a"]
    assert values == {"a": [1, 4], "b": [2, 3]}


def test_a_run_is_good_when_all_was_measured_and_reached() -> None:
    def outcome(bound: float, trouble: str | None = None) -> Outcome:
        measured = [middle("rate", [10], "requests/s", at_least(bound))]
        subject = SubjectOutcome(name="a", title="A", measurements=measured, trouble=trouble)
        return Outcome(conditions=conditions("tiny", "a test"), subjects=[subject])

    assert outcome(10).is_good
    assert not outcome(11).is_good
    assert not outcome(10, trouble="no").is_good


def test_the_plot_is_svg_with_a_bar_to_the_side_of_the_verdict() -> None:
    measured = [
        middle("twice as good", [20], "x", at_least(10)),
        middle("half as good", [20], "x", at_most(10)),
    ]
    subject = SubjectOutcome(name="a", title="A", measurements=measured)
    drawn = plot(Outcome(conditions=conditions("tiny", "a test"), subjects=[subject]))

    _, good, bad = ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}rect")
    assert float(bad.attrib["x"]) + float(bad.attrib["width"]) == float(good.attrib["x"])
    assert good.attrib["fill"] != bad.attrib["fill"]


def test_a_document_keeps_what_is_around_its_markers() -> None:
    document = f"# Performance\n\n{BEGIN}\nold\n{END}\nmore\n"

    assert put_between_markers(document, "new") == (
        f"# Performance\n\n{BEGIN}\n\nnew\n\n{END}\nmore\n"
    )


@pytest.mark.parametrize("document", ["", BEGIN, f"{END}\n{BEGIN}", f"{BEGIN}{END}{END}"])
def test_a_document_without_its_two_markers_is_refused(document: str) -> None:
    with pytest.raises(NoPlace, match="expected one line"):
        put_between_markers(document, "new")


def test_an_unknown_subject_is_refused_with_those_that_there_are() -> None:
    told = CliRunner().invoke(main, ["--only", "speed"])

    assert told.exit_code == 2
    assert "there is no subject 'speed'; known are" in told.output


def test_a_document_without_a_place_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("# Performance\n")

    told = CliRunner().invoke(main, ["--document", str(document)])

    assert told.exit_code == 2
    assert "expected one line" in told.output
    assert document.read_text() == "# Performance\n"


def test_an_outcome_is_kept_as_json() -> None:
    measured = [middle("rate", [10, 30, 20], "requests/s", at_least(5))]
    subject = SubjectOutcome(name="a", title="A", measurements=measured)
    outcome = Outcome(conditions=conditions("tiny", "a test"), subjects=[subject])

    assert msgspec.json.decode(msgspec.json.encode(outcome), type=Outcome) == outcome
