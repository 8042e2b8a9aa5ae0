import io

from contract_tests.clauses import Clause, Evidence, Severity
from contract_tests.progress import Progress
from contract_tests.reports import html
from contract_tests.reports.both_sides import side_by_side
from contract_tests.verdicts import Moment, Result, Verdict

ABOUT = {"side": "merchant", "server": "x", "seed": 1, "seconds": 1, "date": "d", "version": "v"}


def result(number: int, verdict: Verdict, **more: object) -> Result:
    clause = Clause(
        id=f"M-KEY-{number:02}", title=f"title {number}", holds="h", costs="c",
        evidence=Evidence.SPEC, reference="r", severity=Severity.MAJOR,
    )  # fmt: skip
    return Result(clause=clause, verdict=verdict, **more)  # type: ignore[arg-type]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_columns_stand_below_each_other_with_korean_in_them() -> None:
    korean = "HTTP 200 " + "결제가 완료되었습니다 " * 9 + "가" * 99
    lines = list(side_by_side([Moment(korean, ["one", "two", "three"])]))
    wide = [sum(2 if "가" <= each <= "힣" else 1 for each in line.split("|")[0]) for line in lines]

    assert wide == [57] * 4
    assert not [line for line in lines if "\0" in line]


def test_a_page_has_failures_first_in_the_words_of_the_terminal() -> None:
    results = [
        result(1, Verdict.PASS), result(2, Verdict.NOTRUN, reason="no card", blocked_by="M-KEY-03"),
        result(3, Verdict.FAIL, reason="broken"),
    ]  # fmt: skip
    page = html.encode(results, {"KEY": "Keys"}, ABOUT)

    places = [page.index(f">{word}</b>") for word in ("FAIL", "NOTRUN", "PASS")]
    assert places == sorted(places)
    assert "Waits for M-KEY-03: no card" in page


def test_both_sides_share_the_width_of_a_page() -> None:
    story = [Moment("said", ["recorded"])]
    page = html.encode([result(1, Verdict.FAIL, timeline=story)], {"KEY": "Keys"}, ABOUT)

    for rule in ("table-layout: fixed", "white-space: pre-wrap", ".sides th { width: 50%"):
        assert rule in page
    assert "<td><pre>said</pre></td><td><pre>recorded</pre></td>" in page


def test_a_terminal_sees_how_far_a_run_is_and_a_file_does_not() -> None:
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        progress = Progress(72, stream)
        for number in (1, 2, 2):
            progress.clear()
            progress.after(f"M-KEY-0{number}")

    assert terminal.getvalue().endswith("2/72")
    assert file.getvalue() == ""
