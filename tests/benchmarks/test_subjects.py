import math

import pytest

from benchmarks.load.own_client import press_here
from benchmarks.reports.document import markdown
from benchmarks.reports.outcome import Outcome, SubjectOutcome, conditions
from benchmarks.reports.plot import plot
from benchmarks.reports.table import table
from benchmarks.scale import Scale
from benchmarks.servers import bare, serving
from benchmarks.subject import NotMeasured, Run, subjects

TINY = Scale(
    operations=("GET payment", "onetime"),
    rounds=1,
    seconds=0.05,
    connections=2,
    calls=3,
    few_payments=40,
    many_payments=400,
    stored_payments=400,
    repeated_calls=400,
    schedules=200,
)


@pytest.mark.parametrize("name", subjects())
def test_a_subject_measures_and_every_report_shows_it(name: str) -> None:
    subject = subjects()[name]

    measurements = subject.measure(Run(TINY, press_here))

    assert any(each.target for each in measurements)
    for each in measurements:
        assert math.isfinite(each.value)
        assert each.low <= each.value <= each.high
    measured = SubjectOutcome(name=name, title=subject.title, measurements=measurements)
    outcome = Outcome(conditions=conditions("tiny", "a test"), subjects=[measured])
    for each in measurements:
        assert each.what in table(measured)
        assert each.what in markdown(outcome, "plot.svg")
        assert (f">{each.what}<" in plot(outcome)) == (each.target is not None)


def test_a_server_that_does_not_do_what_is_measured_is_told_so() -> None:
    with (
        serving(*bare(150)) as other,
        pytest.raises(NotMeasured, match="expected access_token"),
    ):
        subjects()["requests"].measure(Run(TINY, press_here, against=other))
