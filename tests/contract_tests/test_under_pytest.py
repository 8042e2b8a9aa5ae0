import subprocess
import sys
from pathlib import Path

from fake_iamport import FakeIamport

ARGUMENTS = [
    "-q",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:randomly",
    "--pyargs",
    "contract_tests.provider",
]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", *ARGUMENTS, *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_suite_runs_under_pytest_against_a_server(tmp_path: Path) -> None:
    with FakeIamport() as server:
        server.change_settings(unknown_customer_status=404)
        ran = run(tmp_path, "--iamport-url", server.url, "--iamport-no-control", "-k", "P-KEY")

    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "3 failed, 14 passed, 2 skipped" in ran.stdout
    assert "FAIL P-KEY-10: Looking up a customer_uid" in ran.stdout
    assert "Traceback" not in ran.stdout


def test_a_server_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    ran = run(tmp_path, "--iamport-url", "http://127.0.0.1:9")

    assert ran.returncode == 2
    assert "Exit: http://127.0.0.1:9 gives no answer" in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stdout
