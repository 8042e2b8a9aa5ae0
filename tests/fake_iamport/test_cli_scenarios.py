import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fake_iamport import cli
from fake_iamport.operations import operations
from fake_iamport.scenario.library import scenario_library
from fake_iamport.scenario.schema import schema_text

LIBRARY = scenario_library()
DECLINED = """\
title: {en: Declined twice, ko: 두 번 거절}
description: |
  The first charge is declined.

  The second one, too.
lesson: {en: An order is lost., ko: 주문을 잃습니다.}
expected: Ask for another card.
evidence: docs
rules:
  - when: {operation: onetime}
    then: {fail: limit_exceeded}
    times: 2
"""
MISTAKEN = """\
titel: x
rules:
  - when: {operation: onetyme}
    then: {fail: lost_card}
  # this one is fine
  - when: {operation: onetime}
    then: {fail: lost_card}
  - when:
      operation: again
    then: {fail: lost_crad}
  - then:
      delay: soon
  - then: {fail: lost_card, answer: {status: 500}}
match: al
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(cli.main, ["scenario", *arguments], env=environment)


def test_the_ready_made_ones_are_listed_in_either_language() -> None:
    english, korean = run("list"), run("list", "--lang", "ko")

    for listed in (english, korean):
        first, *lines = listed.output.splitlines()
        assert first.split()[0] == "scenario"
        assert [line.split()[0] for line in lines] == sorted(LIBRARY)
    assert english.output != korean.output


def test_the_language_is_also_read_from_the_environment() -> None:
    assert run("list", FAKE_IAMPORT_LANG="ko").output == run("list", "--lang", "ko").output


def test_a_scenario_is_shown_with_what_it_is_good_for_and_its_rules(folder: Path) -> None:
    (folder / "declined.yaml").write_text(DECLINED, "utf-8")

    assert run("show", "declined.yaml").output == (
        "declined: Declined twice\n"
        "\n"
        "The first charge is declined.\n"
        "\n"
        "The second one, too.\n"
        "\n"
        "What it costs to handle this badly:\n"
        "  An order is lost.\n"
        "\n"
        "What a good merchant does:\n"
        "  Ask for another card.\n"
        "\n"
        "Evidence:\n"
        "  docs\n"
        "\n"
        "rules:\n"
        "  - when: {operation: onetime}\n"
        "    then: {fail: limit_exceeded}\n"
        "    times: 2\n"
    )
    korean = run("show", "declined.yaml", "--lang", "ko").output
    assert korean.startswith("declined: 두 번 거절\n")
    assert "잘못 처리하면 잃는 것:\n  주문을 잃습니다.\n" in korean


def test_a_file_is_shown_as_it_stands(folder: Path) -> None:
    (folder / "declined.yaml").write_text(DECLINED, "utf-8")

    assert run("show", "declined.yaml", "--yaml").output == DECLINED


def test_every_ready_made_one_is_shown_and_checked() -> None:
    for name, path in LIBRARY.items():
        shown = run("show", name).output
        assert shown.startswith(f"{name}: ")
        assert shown.endswith(
            f"`fake-iamport scenario try {name}` walks through it, step by step.\n"
        )
        assert run("show", name, "--yaml").output == path.read_text("utf-8")
    assert run("check", *LIBRARY).exit_code == 0


def test_a_file_of_its_own_is_shown_whatever_it_leaves_out(folder: Path) -> None:
    (folder / "bare.yaml").write_text("rules: [{then: {pass: true}}]")

    assert run("show", "bare.yaml").output == (
        "bare: (no title)\n\nrules:\n  - then: {pass: true}\n"
    )


def test_checked_files_tell_their_rules_and_operations(folder: Path) -> None:
    (folder / "declined.yaml").write_text(DECLINED, "utf-8")
    (folder / "all.yaml").write_text("rules: [{then: {pass: true}}, {then: {pass: true}}]")

    checked = run("check", "declined.yaml", "all.yaml")

    assert (checked.exit_code, checked.output) == (
        0,
        "declined.yaml: 1 rule about onetime\n"
        f"all.yaml: 2 rules about {len(operations()) + 1} operations\n",
    )


def test_every_mistake_of_every_file_is_told_on_a_line(folder: Path) -> None:
    (folder / "bad.yaml").write_text(MISTAKEN)
    (folder / "declined.yaml").write_text(DECLINED, "utf-8")
    (folder / "latin.yaml").write_bytes(b"title: \xe9")
    (folder / "empty.yaml").write_text("")

    checked = run(
        "check", "bad.yaml", "declined.yaml", "latin.yaml", "empty.yaml", "gone.yaml", "nothing"
    )

    assert checked.exit_code == 1
    assert checked.stdout.splitlines() == [
        "bad.yaml:1:1: unknown key 'titel'; did you mean 'title'?",
        "bad.yaml:3:23: rules[0].when.operation: there is no operation or tag 'onetyme'; "
        "did you mean 'onetime'?",
        "bad.yaml:10:18: rules[2].then.fail: there is no failure 'lost_crad'; "
        "did you mean 'lost_card'?",
        "bad.yaml:12:14: rules[3].then.delay: expected a number or keys and values "
        "like {before_commit: …}, got text",
        "bad.yaml:13:37: rules[4].then.answer: can't stand beside 'fail': "
        "only one of them can happen",
        "bad.yaml:14:8: match: 'al' is not one of all, first; did you mean 'all'?",
        "declined.yaml: 1 rule about onetime",
        "latin.yaml:1:1: is not UTF-8",
        "empty.yaml:1:1: the document is empty",
        "gone.yaml:1:1: can't be read: No such file or directory",
        "there is no scenario 'nothing' and no file of that name",
    ]
    assert checked.stderr == "fake-iamport: 5 of 6 can't be loaded\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("rules: [", ["x.yaml:2:1"]),
        ("- a list", ["x.yaml:1:1"]),
        ("title: only\n", ["x.yaml:1:1"]),
        (
            "rules:\n  - then: {fail: x, fail: y}\n  - then: {fial: z}\n",
            ["x.yaml:2:21", "x.yaml:3:12"],
        ),
        ("states: {bank: []}\nrules:\n  - then: {set: {bank: up}}\n", ["x.yaml:1:16"]),
        (
            '{"rules": [{"then": {"fail": "no_such_failure"}}, {"then": {"fial": "lost_card"}}]}',
            ["x.yaml:1:30", "x.yaml:1:61"],
        ),
        ('{"rules": [{"then": {"fail": "x"}}, {}], "titel": 1}', ["x.yaml:1:37"]),
    ],
)
def test_the_place_of_each_mistake_is_the_files(folder: Path, text: str, lines: list[str]) -> None:
    (folder / "x.yaml").write_text(text)

    told = run("check", "x.yaml").stdout.splitlines()

    assert [":".join(line.split(":")[:3]) for line in told] == lines


def test_the_schema_is_printed() -> None:
    printed = run("schema").output

    assert printed == schema_text()
    assert json.loads(printed)["$ref"] == "#/$defs/ScenarioForm"


UNREADABLE = {
    "no_such": (None, "there is no scenario 'no_such' and no file of that name"),
    "gone.yaml": (None, "gone.yaml:1:1: can't be read: No such file or directory"),
    "latin.yaml": (b"\xe9", "latin.yaml:1:1: is not UTF-8"),
    "empty.yaml": (b"", "empty.yaml:1:1: the document is empty"),
    "key.yaml": (
        b"rules: [{thne: {}}]",
        "key.yaml:1:10: rules[0]: unknown key 'thne'; did you mean 'then'?",
    ),
    "type.yaml": (b"rules: 3", "type.yaml:1:8: rules: expected a list, got a whole number"),
    "failure.yaml": (
        b"rules: [{then: {fail: lost_crad}}]",
        "failure.yaml:1:23: rules[0].then.fail: there is no failure 'lost_crad'; "
        "did you mean 'lost_card'?",
    ),
    "operation.yaml": (
        b"rules: [{when: {operation: onetyme}, then: {pass: true}}]",
        "operation.yaml:1:28: rules[0].when.operation: there is no operation or tag 'onetyme'; "
        "did you mean 'onetime'?",
    ),
    "both.yaml": (
        b"rules: [{then: {fail: lost_card, garbage: {}}}]",
        "both.yaml:1:43: rules[0].then.garbage: can't stand beside 'fail': "
        "only one of them can happen",
    ),
}


@pytest.mark.parametrize("named", UNREADABLE)
def test_what_can_not_be_loaded_is_told_in_the_same_words_everywhere(
    folder: Path, named: str
) -> None:
    content, message = UNREADABLE[named]
    if content is not None:
        (folder / named).write_bytes(content)

    shown = run("show", named)
    checked = run("check", named)
    served = CliRunner().invoke(cli.main, ["serve", "--scenario", named])

    assert (shown.exit_code, shown.output) == (2, f"fake-iamport: {message}\n")
    assert (checked.exit_code, checked.stdout) == (1, f"{message}\n")
    assert (served.exit_code, served.output) == (2, f"fake-iamport: --scenario: {message}\n")


def test_a_misspelt_name_is_guessed() -> None:
    for name in list(LIBRARY)[:1]:
        told = run("show", name[:-1]).output
        assert told.endswith(f"and no file of that name; did you mean '{name}'?\n")


def test_starting_without_scenarios_imports_nothing_of_their_language() -> None:
    program = (
        "import sys, fake_iamport.cli, fake_iamport.openapi, fake_iamport.server\n"
        "from fake_iamport.app import create_app\n"
        "create_app()\n"
        "print([name for name in sys.modules if name.startswith('fake_iamport.scenario.')])"
    )

    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert ran.stdout == "[]\n"


def test_a_name_beside_its_file_is_guessed(folder: Path) -> None:
    (folder / "declined.yaml").write_text(DECLINED, "utf-8")

    served = CliRunner().invoke(cli.main, ["serve", "--scenario", "declined"])

    assert (served.exit_code, served.output) == (
        2,
        "fake-iamport: --scenario: there is no scenario 'declined' and no file of that name; "
        "did you mean the file 'declined.yaml'?\n",
    )


def test_what_the_shell_gives_instead_of_a_file_is_checked(folder: Path) -> None:
    (folder / "empty").mkdir()
    command = [sys.executable, "-m", "fake_iamport", "scenario", "check", "/dev/stdin", "empty"]

    ran = subprocess.run(command, input=DECLINED, capture_output=True, text=True, check=False)

    assert ran.stdout.splitlines() == [
        "/dev/stdin: 1 rule about onetime",
        "there is no scenario 'empty' and no file of that name",
    ]


def test_of_very_many_mistakes_the_first_are_told(folder: Path) -> None:
    (folder / "many.yaml").write_text("rules:\n" + "  - then: {fial: lost_card, x: {}}\n" * 400)

    *told, last = run("check", "many.yaml").stdout.splitlines()

    assert [line.split(":")[1] for line in told] == [str(number) for number in range(2, 22)]
    assert last == "many.yaml: 20 mistakes, and perhaps more"
