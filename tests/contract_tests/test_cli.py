import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from contract_tests.cli import main
from fake_iamport import FakeIamport

SECRETS = ("9540-4900-1234-5675", "9540490012345675", "2049-12", "ekKoeW8R")
YESTERDAY, TOMORROW = "2001-01-01", "9998-01-01"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


@pytest.fixture(scope="module")
def wrong_url() -> Iterator[str]:
    """A server that breaks P-KEY-10 and what follows from it: it answers as the description says."""
    with FakeIamport() as server:
        server.change_settings(unknown_customer_status=404)
        yield server.url


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments])


def check(*arguments: str) -> Result:
    return run("provider", "--seed", "7", "--examples", "1", *arguments)


def test_an_emulator_in_the_same_process_is_checked_without_options() -> None:
    result = check("--clauses", "P-KEY-0*")

    assert result.exit_code == 0, result.output
    assert "PASS   P-KEY-02   A reused customer_uid shows the new card" in result.output
    assert re.search(r"9 clauses: 9 PASS; \d+ calls in .* s; seed 7", result.output)


def test_a_broken_clause_is_told_with_all_that_one_needs(wrong_url: str) -> None:
    # The kit makes a merchant of its own, which has the server's settings; so without control.
    result = check("--url", wrong_url, "--no-control", "--clauses", "P-KEY-10")

    assert result.exit_code == 1
    for told in (
        "FAIL P-KEY-10: Looking up a customer_uid without a key is HTTP 200",
        "what happened   expected HTTP 200 with code 1, got HTTP 404 with code -1",
        "why it matters  Clients that raise on 404",
        "how we know     observed, iamporter (Python): tests/test.py",
        "once more       iamport-contract replay P-KEY-10@7x1",
        "curl -s -X GET -H 'authorization: '\"${ACCESS_TOKEN}\"",
    ):
        assert told in result.output
    for secret in SECRETS:
        assert secret not in result.output


def test_a_replay_needs_nothing_but_its_id(wrong_url: str) -> None:
    check("--url", wrong_url, "--no-control", "--clauses", "P-KEY-10")

    again = run("replay", "P-KEY-10@7x1")

    assert again.exit_code == 1
    assert "FAIL P-KEY-10" in again.output


@pytest.mark.parametrize("replay_id", ["P-KEY-10", "P-NOT-01@7x1", "P-KEY-10@x"])
def test_an_id_that_is_none_is_refused(replay_id: str) -> None:
    result = run("replay", replay_id)

    assert result.exit_code == 2
    assert "as in P-KEY-02@7x10" in result.output


def test_all_reports_are_written(wrong_url: str, folder: Path) -> None:
    files = {name: folder / f"report.{name}" for name in ("json", "junit", "html", "markdown")}
    options = [part for name, path in files.items() for part in (f"--{name}", str(path))]

    check("--url", wrong_url, "--no-control", "--clauses", "P-KEY-*", *options)

    texts = {name: path.read_text("utf-8") for name, path in files.items()}
    for name, text in texts.items():
        assert "P-KEY-10" in text, name
        assert not [secret for secret in SECRETS if secret in text], name
    found = {each["clause"]["id"]: each for each in json.loads(texts["json"])["results"]}
    assert found["P-KEY-10"]["verdict"] == "FAIL"
    assert found["P-KEY-10"]["story"]
    suite = ElementTree.fromstring(texts["junit"])
    assert (suite.get("tests"), suite.get("failures")) == ("19", "3")
    assert "<script" not in texts["html"]
    assert not re.search(r"(src|href)=|url\(|@import", texts["html"])
    assert "Broken promises: 3, of which 0 move money or card data." in texts["html"]
    assert "| FAIL | P-KEY-10" in texts["markdown"]


def expect(folder: Path, *, expires: str, clause: str = "P-KEY-10", reason: str = "known") -> None:
    text = f'[[expected]]\nclause = "{clause}"\nreason = "{reason}"\nexpires = {expires}\n'
    (folder / "expected-failures.toml").write_text(text, "utf-8")


def test_an_expected_failure_is_shown_and_does_not_count(wrong_url: str, folder: Path) -> None:
    expect(folder, expires=TOMORROW)

    result = check("--url", wrong_url, "--no-control", "--clauses", "P-KEY-10")

    assert result.exit_code == 0
    assert "XFAIL  P-KEY-10" in result.output
    assert "expected        known" in result.output


def test_an_expected_failure_counts_when_its_day_has_passed(wrong_url: str, folder: Path) -> None:
    expect(folder, expires=YESTERDAY)

    result = check("--url", wrong_url, "--no-control", "--clauses", "P-KEY-10")

    assert result.exit_code == 1
    assert f"P-KEY-10 was expected to fail until {YESTERDAY}: known" in result.output


def test_an_expected_failure_that_is_none_any_more_is_told(folder: Path) -> None:
    expect(folder, expires=TOMORROW)

    result = check("--clauses", "P-KEY-10")

    assert result.exit_code == 0
    assert "P-KEY-10 is kept; take it out of the expected failures" in result.output


def test_what_is_expected_of_the_other_side_is_left_to_it(folder: Path) -> None:
    expect(folder, expires=TOMORROW, clause="M-NOT-99")

    assert check("--clauses", "P-KEY-10").exit_code == 0


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('[[expected]]\nclause = "P-KEY-10"\n', "missing required field `reason`"),
        ("[[expected]\n", "line 1, column 11"),
        ('[[expected]]\nclause = "P-X-1"\nreason = "r"\nexpires = 2030-01-01\n', "no such clause"),
        ('[[expected]]\nclause = "P-KEY-10"\nreason = " "\nexpires = 2030-01-01\n', "is empty"),
        ('[[expect]]\nclause = "P-KEY-10"\n', "unknown field `expect`"),
    ],
)
def test_a_wrong_file_of_expected_failures_is_refused(
    written: str, said: str, folder: Path
) -> None:
    (folder / "expected-failures.toml").write_text(written, "utf-8")

    result = check("--clauses", "P-KEY-10")

    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_a_server_that_does_not_answer_is_no_broken_clause() -> None:
    result = check("--url", "http://127.0.0.1:9")

    assert result.exit_code == 2
    assert "http://127.0.0.1:9 gives no answer" in result.output


def test_a_pattern_that_matches_nothing_is_refused() -> None:
    result = check("--clauses", "P-NOT-*")

    assert result.exit_code == 2
    assert "no clause matches 'P-NOT-*'" in result.output


def test_a_card_file_is_used_and_never_shown(wrong_url: str, folder: Path) -> None:
    card = '- {card_number: "1234-5678-9012-3452", expiry: "2049-12", birth: "900101"}\n'
    (folder / "cards.yaml").write_text(card, "utf-8")

    options = ["--card-file", "cards.yaml", "--url", wrong_url, "--no-control"]
    result = check(*options, "--clauses", "P-KEY-01", "--clauses", "P-ONE-02")

    assert result.exit_code == 1
    assert "FAIL   P-KEY-01" in result.output
    assert "NOTRUN P-ONE-02" in result.output
    assert "1234-5678-9012-3452" not in result.output


@pytest.mark.parametrize("written", ["[]", "- {card_number: 9540}", "nonsense", "- {"])
def test_a_wrong_card_file_is_refused_without_what_stands_in_it(written: str, folder: Path) -> None:
    (folder / "cards.yaml").write_text(written, "utf-8")

    result = check("--card-file", "cards.yaml")

    assert result.exit_code == 2
    assert "9540" not in result.output


def test_the_clauses_are_listed() -> None:
    assert (
        "P-KEY-04   critical  docs      The replaced card's key is deleted" in run("clauses").output
    )
