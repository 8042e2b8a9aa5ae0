import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from contract_tests.cli import main

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
        "with curl       set MERCHANT_URL, IAMPORT_URL and the card's variables first",
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


def test_a_known_failure_may_be_expected(tmp_path: Path) -> None:
    Path("expected-failures.toml").write_text(
        '[[expected]]\nclause = "M-PAY-02"\nreason = "ticket 7"\nexpires = 9998-01-01\n', "utf-8"
    )
    config = ["--config", str(EXAMPLES / "reference.toml")]
    wrong = ["--app", f"{HERE}.wrong_app:declined_is_fine", "--clauses", "M-PAY-02"]
    result = check(*config, *wrong)

    assert result.exit_code == 0, result.output
    assert "XFAIL  M-PAY-02" in result.output


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
