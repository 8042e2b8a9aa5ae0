import importlib
import json
import re
import sys
import textwrap
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from contract_tests.clauses import contract
from contract_tests.cli import main
from contract_tests.expected_failures import read_expected_failures

HERE = "tests.contract_tests.merchant"
EXAMPLES = Path(__file__).parents[3] / "examples"
SECRETS = ("9540-4900-1234-5675", "9540490012345675", "2048-11", "870921")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments])


def check(*arguments: str) -> Result:
    return run("merchant", "--seed", "7", "--quick", *arguments)


def test_an_application_is_checked() -> None:
    result = check("--app", f"{HERE}.reference:merchant", "--clauses", "M-KEY-0[12]")

    assert result.exit_code == 0, result.output
    assert "PASS   M-KEY-02   A code other than 0 is no registration" in result.output
    assert re.search(r"2 clauses: 2 PASS; \d+ calls in .* s; seed 7", result.output)


def test_a_command_is_checked_and_what_it_does_not_offer_is_skipped() -> None:
    merchant = f"{sys.executable} -m reference_client.merchant --port 0"
    result = check("--run", merchant, "--clauses", "M-CARD-04", "--clauses", "M-PAY-01")

    assert result.exit_code == 0, result.output
    assert "PASS   M-CARD-04" in result.output
    assert (
        "SKIP   M-PAY-01   Success means paid: the merchant's description has no" in result.output
    )


def test_a_broken_clause_is_told_with_all_that_one_needs(tmp_path: Path) -> None:
    config = ["--config", str(EXAMPLES / "reference.toml")]
    result = check(
        *config, "--app", f"{HERE}.wrong_app:declined_is_fine", "--clauses", "M-PAY-02",
        "--json", "run.json", "--junit", "run.xml", "--html", "run.html", "--markdown", "run.md",
    )  # fmt: skip

    assert result.exit_code == 1
    for told in (
        "FAIL M-PAY-02: A charge that the card company declined",
        "what happened   the card was declined (HTTP 200, code 0, status failed), and the shopper",
        "why it matters  Goods go out for declined cards",
        "how we know     docs, developers.portone.io",
        "once more       iamport-contract replay M-PAY-02@7x2",
        "with curl       at an emulator; start the merchant with its URL and keys, and set MERCHANT_URL",
        '"${MERCHANT_URL}"/orders/',
        "| i'mport",
        "| POST /subscribe/payments/onetime: HTTP 200, code 0, failed",
    ):
        assert told in result.output, told
    written = [
        Path(name).read_text("utf-8") for name in ("run.json", "run.xml", "run.html", "run.md")
    ]
    for secret in SECRETS:
        assert not [text for text in [result.output, *written] if secret in text]
    assert json.loads(written[0])["results"][0]["timeline"]
    assert "<summary>Both sides</summary>" in written[2]
    assert not [text for text in written if "ACCESS_TOKEN=" in text]
    assert ElementTree.fromstring(written[1]) is not None


def test_a_failure_is_replayed_with_the_merchant_of_the_last_run() -> None:
    nothing = run("replay", "M-PAY-02@7x2")
    check(
        "--config", str(EXAMPLES / "reference.toml"),
        "--app", f"{HERE}.wrong_app:declined_is_fine", "--clauses", "M-PAY-01",
    )  # fmt: skip
    replayed = run("replay", "M-PAY-02@7x2")
    unknown = run("replay", "M-NONE-02@7x2")

    assert "there was no run yet" in nothing.output
    assert replayed.exit_code == 1
    assert "FAIL   M-PAY-02" in replayed.output
    assert "there is no clause M-NONE-02" in unknown.output


def test_a_replay_works_from_another_folder_as_the_failure_prints_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my.toml").write_text((EXAMPLES / "reference.toml").read_text("utf-8"), "utf-8")
    app = f"{HERE}.wrong_app:declined_is_fine"
    failed = check("--config", "my.toml", "--app", app, "--clauses", "M-PAY-02")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    remembered = run("replay", "M-PAY-02@7x2")
    (printed,) = re.findall(r"iamport-contract (replay .*)", failed.output)
    monkeypatch.chdir(elsewhere)
    named = run(*printed.split())

    assert f"--config {tmp_path / 'my.toml'} --app {app}" in printed
    assert [remembered.exit_code, named.exit_code] == [1, 1]


def test_a_run_that_failed_early_is_remembered_too() -> None:
    check("--run", "no-such-program")

    assert "'no-such-program' can't be run" in run("replay", "M-PAY-02@7x2").output


def test_what_is_remembered_and_gone_is_told(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text((EXAMPLES / "reference.toml").read_text("utf-8"), "utf-8")
    check("--config", "my.toml", "--run", "no-such-program")
    (tmp_path / "my.toml").unlink()
    result = run("replay", "M-PAY-02@7x2")

    assert result.exit_code == 2
    assert f"the description of the last run is gone: {tmp_path / 'my.toml'}" in result.output


def test_a_replay_has_an_example() -> None:
    assert run("replay", "M-PAY-02@7x0").exit_code == 2


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def make(environ, start_response): pass", "is a ready application"),
        ("async def make(scope, receive, send): pass", "is a ready application"),
        ("def make(): pass", "can't be called: too many positional arguments"),
        ("def make(url, key, secret): return 3", "made no application but int"),
        ("def make(url, key, secret): raise KeyError(1)", "raised KeyError at "),
        ("make = 1 / 0", "shop raised ZeroDivisionError at "),
        ("make = 3", "is no function; expected module:function"),
        ("made = 3", "there is no make in shop; expected module:function"),
        ("import no_such_module", "No module named 'no_such_module'"),
    ],
)
def test_an_application_that_cant_be_had_is_one_line(
    source: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop.py").write_text(f"{source}\n", "utf-8")
    monkeypatch.delitem(sys.modules, "shop", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    importlib.invalidate_caches()
    result = check("--app", "shop:make", "--clauses", "M-KEY-01")
    monkeypatch.delitem(sys.modules, "shop", raising=False)

    assert result.exit_code == 2, result.output
    assert "'shop:make'" in result.output
    assert said in result.output


@pytest.mark.parametrize("name", ["json", "junit", "html", "markdown"])
def test_a_report_that_cant_be_written_is_told_before_the_run(name: str) -> None:
    result = check("--app", f"{HERE}.reference:merchant", f"--{name}", "no/such/folder/report")

    assert result.exit_code == 2
    assert "there is no folder" in result.output
    assert "PASS" not in result.output


def test_reports_say_when_and_with_what_and_show_both_sides() -> None:
    check(
        "--config", str(EXAMPLES / "reference.toml"),
        "--app", f"{HERE}.wrong_app:declined_is_fine", "--clauses", "M-PAY-02",
        "--json", "run.json", "--junit", "run.xml", "--html", "run.html", "--markdown", "run.md",
    )  # fmt: skip
    texts = {each: Path(f"run.{each}").read_text("utf-8") for each in ("json", "xml", "html", "md")}
    about = json.loads(texts["json"])["about"]
    suite = ElementTree.fromstring(texts["xml"])

    assert all(about[name] in text for name in ("date", "version") for text in texts.values())
    assert about["date"].startswith(suite.get("timestamp", "nothing"))
    for name in ("xml", "md"):
        assert "| POST /subscribe/payments/onetime: HTTP 200, code 0, failed" in texts[name]
    assert "<small>critical</small>" in texts["html"]


def test_the_documented_file_of_known_failures_can_be_read(tmp_path: Path) -> None:
    document = (EXAMPLES.parent / "docs" / "merchant-suite.md").read_text("utf-8")
    shown = "    [[expected]]" + document.partition("    [[expected]]")[2].partition("\n\n")[0]
    path = tmp_path / "expected-failures.toml"
    path.write_text(textwrap.dedent(shown), "utf-8")

    assert list(read_expected_failures(path, contract("merchant").checks)) == ["M-PAY-07"]


def test_a_known_failure_may_be_expected(tmp_path: Path) -> None:
    Path("expected-failures.toml").write_text(
        '[[expected]]\nclause = "M-PAY-02"\nreason = "ticket 7"\nexpires = 9998-01-01\n', "utf-8"
    )
    config = ["--config", str(EXAMPLES / "reference.toml")]
    wrong = ["--app", f"{HERE}.wrong_app:declined_is_fine", "--clauses", "M-PAY-02"]
    result = check(*config, *wrong, "--html", "run.html")
    page = Path("run.html").read_text("utf-8")

    assert result.exit_code == 0, result.output
    assert "XFAIL  M-PAY-02" in result.output
    assert "1 clauses: 1 XFAIL;" in result.output
    assert "expected        ticket 7; until 9998-01-01" in result.output
    assert "Known failures: 1, the next ends on 9998-01-01." in page
    assert "Every promise that was tried is kept." not in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say where the merchant is: --url, --run or --app, or url in merchant.toml"),
        (["--url", "http://x", "--app", "a:b"], "give one of --url, --run and --app"),
        (["--app", "no_such:thing"], "'no_such:thing': No module named 'no_such'"),
        (["--run", "no-such-program"], "'no-such-program' can't be run: No such file"),
        (["--app", "json:loads", "--iamport-url", "http://127.0.0.1:1"], "no emulator with a"),
        (["--url", "http://127.0.0.1:1"], "name it with --iamport-url"),
        (
            ["--url", "http://127.0.0.1:1", "--iamport-url", "http://127.0.0.1:1"],
            "http://127.0.0.1:1 gives no answer: ConnectError",
        ),
        (["--config", "none.toml", "--url", "http://x"], "none.toml: can't be read"),
        (["--app", f"{HERE}.reference:merchant", "--clauses", "X"], "no clause matches 'X'"),
    ],
)
def test_a_wrong_command_is_one_line_and_ends_with_2(arguments: list[str], said: str) -> None:
    result = check(*arguments)

    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output
