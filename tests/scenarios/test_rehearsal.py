"""The rehearsal as a command, on its own and behind ``fake-iamport scenario try``."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fake_iamport import FakeIamport
from reference_client.rehearsal.__main__ import main

DECLINED: Mapping[str, Any] = {
    "title": {"en": "Declined", "ko": "거절"},
    "lesson": "Goods for nothing.",
    "rules": [{"when": {"operation": "onetime"}, "then": {"fail": "limit_exceeded"}}],
    "walk": [
        {
            "pay_by_card": {"order": "order-1", "amount": 1000},
            "sees": "payment_declined",
            "says": "한도",
        },
        {"books": {"failed": 1}},
    ],
}


PAID = {"pay_by_card": {"order": "order-1", "amount": 1000}, "sees": "paid"}


def _rehearse(
    emulator: FakeIamport, folder: Path, document: Mapping[str, Any], *options: str
) -> int:
    path = folder / "scenario.json"
    path.write_text(json.dumps(document), "utf-8")
    return main(
        ["--url", emulator.url, "--scenario", "declined", "--document", str(path), *options]
    )


def test_each_step_is_shown_from_both_sides(
    emulator: FakeIamport, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = _rehearse(emulator, tmp_path, DECLINED)

    told = capsys.readouterr().out
    assert code == 0
    assert "1. Pay by card: order order-1, amount 1000" in told
    assert "payment_declined" in told
    assert "POST /subscribe/payments/onetime" in told
    assert "rule: rule 1" in told
    assert "failed 1" in told
    assert "What a bad merchant loses: Goods for nothing." in told
    assert "2 / 2 steps were seen as the file says." in told


def test_it_speaks_korean(
    emulator: FakeIamport, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _rehearse(emulator, tmp_path, DECLINED, "--lang", "ko") == 0
    told = capsys.readouterr().out
    assert told.startswith("거절\n")
    assert "1. 카드로 결제" in told


@pytest.mark.parametrize(
    ("walk", "told"),
    [
        ([{**DECLINED["walk"][0], "sees": "paid"}, {"books": {"failed": 1}}], "paid  한도"),
        (
            [{**DECLINED["walk"][0], "says": "잔액"}, {"books": {"failed": 1}}],
            "payment_declined  잔액",
        ),
        ([DECLINED["walk"][0], {"books": {"paid": 1}}], "paid 1"),
    ],
)
def test_what_goes_otherwise_is_told_and_fails(
    walk: list[dict[str, Any]],
    told: str,
    emulator: FakeIamport,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _rehearse(emulator, tmp_path, {**DECLINED, "walk": walk}) == 1

    said = capsys.readouterr().out
    assert f"!! but the file says: {told}" in said
    assert "1 / 2 steps" in said


@pytest.mark.parametrize(
    ("webhooks", "told"),
    [
        ({"say": ["failed"]}, "webhook: failed; asked: failed"),
        ({"say": ["paid"], "truth": ["not_found"]}, "webhook: paid; asked: not_found"),
    ],
)
def test_other_webhooks_than_the_file_says_are_told(
    webhooks: dict[str, Any],
    told: str,
    emulator: FakeIamport,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    walk = [PAID, {"wait_for_webhooks": webhooks}, {"books": {"paid": 1}}]
    rules = [{"then": {"pass": True}}]

    assert _rehearse(emulator, tmp_path, {"rules": rules, "walk": walk}) == 1
    assert f"!! but the file says: {told}" in capsys.readouterr().out


def test_a_rule_that_was_never_applied_is_told(
    emulator: FakeIamport, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _rehearse(emulator, tmp_path, {**DECLINED, "walk": [{"books": {}}]}) == 0
    assert "never applied: rule 1" in capsys.readouterr().out


def test_the_emulator_is_asked_for_a_ready_made_scenario(
    emulator: FakeIamport, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--url", emulator.url, "--scenario", "card_wrong_number"]) == 0
    assert "4 / 4" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"rules": DECLINED["rules"]}, "the scenario declined has no walk"),
        ({**DECLINED, "rules": []}, "rules"),
    ],
)
def test_what_cannot_be_rehearsed_is_said_in_a_line(
    document: Mapping[str, Any],
    told: str,
    emulator: FakeIamport,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _rehearse(emulator, tmp_path, document) == 2
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1


def test_an_unknown_scenario_is_said_in_a_line(
    emulator: FakeIamport, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--url", emulator.url, "--scenario", "card_wrong_numbr"]) == 2
    assert "did you mean 'card_wrong_number'?" in capsys.readouterr().err


def test_its_merchant_is_gone_afterwards(emulator: FakeIamport, tmp_path: Path) -> None:
    before = list(emulator._running.app.emulator.merchants)
    _rehearse(emulator, tmp_path, DECLINED)

    assert list(emulator._running.app.emulator.merchants) == before


def _try(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fake_iamport", "scenario", "try", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_scenario_try_needs_nothing_but_a_name() -> None:
    tried = _try("code_0_but_failed", "--lang", "ko")

    assert (tried.returncode, tried.stderr) == (0, "")
    assert "3 / 3 단계가 파일과 같음." in tried.stdout


def test_scenario_try_fails_when_a_file_promises_something_else(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(json.dumps({**DECLINED, "walk": [{"books": {"paid": 1}}]}), "utf-8")

    assert _try(str(path)).returncode == 1


def test_scenario_try_needs_a_walk(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(json.dumps({"rules": DECLINED["rules"]}), "utf-8")

    tried = _try(str(path))

    assert (tried.returncode, tried.stdout) == (2, "")
    assert "mine.yaml has no 'walk', the steps that a merchant takes" in tried.stderr
