import re
import subprocess
import sys
from pathlib import Path

import pytest

from fake_iamport import FakeIamport
from tests.documents.blocks import (
    DOCUMENTS,
    blocks,
    commands,
    file_name,
    is_scenario,
    kinds,
    scenarios,
)
from tests.documents.shell import ROOT, Shell, matches
from tests.needed_tools import needs_curl

ENGLISH, KOREAN = ROOT / "README.md", ROOT / "docs" / "README.ko.md"


PYTHON = [
    pytest.param(text, id=f"{document.name}-{number}")
    for document in DOCUMENTS
    for number, text in enumerate(blocks(document, "python"))
]


@pytest.mark.parametrize(
    "document", [pytest.param(path, id=path.name) for path in DOCUMENTS if commands(path)]
)
@needs_curl
def test_every_command_prints_what_the_document_shows(document: Path, tmp_path: Path) -> None:
    for block in blocks(document, "yaml"):
        (tmp_path / file_name(block)).write_text(block, "utf-8")
    with Shell(tmp_path) as shell:
        for command, expected in commands(document):
            printed = shell.run(command)
            if command != "make test":
                assert matches(expected, printed), f"$ {command}\n{printed}"


@pytest.mark.parametrize("program", PYTHON)
def test_every_python_block_runs(program: str, tmp_path: Path) -> None:
    path = tmp_path / "test_block.py"
    path.write_text(program, "utf-8")
    is_test = "\ndef test_" in program
    options = ["-m", "pytest", "-q", "-p", "no:cacheprovider"] if is_test else ["-W", "error"]

    ran = subprocess.run(
        [sys.executable, *options, str(path)], capture_output=True, text=True, cwd=tmp_path
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("document", [pytest.param(path, id=path.name) for path in DOCUMENTS])
def test_every_block_is_of_a_kind_that_is_run(document: Path) -> None:
    assert kinds(document) <= {"console", "python", "yaml"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=f"{document.name}-{number}")
        for document in DOCUMENTS
        for number, text in enumerate(blocks(document, "yaml"))
        if not is_scenario(text)
    ],
)
def test_every_other_yaml_block_is_a_seed_file(text: str, tmp_path: Path) -> None:
    path = tmp_path / "seed.yaml"
    path.write_text(text, "utf-8")

    with FakeIamport(seed_file=path) as server:
        assert server.snapshot()["records"]["payments"]


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in scenarios()])
def test_every_scenario_can_be_loaded(text: str) -> None:
    from fake_iamport.scenario.reading import read_scenario

    assert read_scenario(text, "documented.yaml", "documented").rules


def test_the_tables_of_the_scenario_language_are_up_to_date() -> None:
    from tests.documents import scenario_language

    written = (ROOT / "docs" / "scenarios.md").read_text("utf-8")

    assert written == scenario_language.page(), "run `make docs`"


@pytest.mark.parametrize("document", [pytest.param(path, id=path.name) for path in DOCUMENTS])
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text("utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_korean_edition_has_the_same_commands_and_code() -> None:
    assert commands(KOREAN) == commands(ENGLISH)
    assert blocks(KOREAN, "yaml") == blocks(ENGLISH, "yaml")
    assert [_code(text) for text in blocks(KOREAN, "python")] == [
        _code(text) for text in blocks(ENGLISH, "python")
    ]


def _code(program: str) -> str:
    return re.sub(r"  # .*", "", program)


def test_the_reference_is_up_to_date() -> None:
    from tests.documents import reference

    written = (ROOT / "docs" / "reference.md").read_text("utf-8")

    assert written == reference.page(), "run `make docs`"


def test_the_readme_speaks_of_routes_and_settings_that_there_are() -> None:
    from fake_iamport.control.declaration import control_routes

    routes = {(route.method, f"/_fake{route.path}") for route in control_routes()}
    for document in (ENGLISH, KOREAN):
        told = re.findall(
            r"`(GET|POST|PUT|PATCH|DELETE) (/_fake/\S+?)`", document.read_text("utf-8")
        )
        assert set(told) - routes == set()
