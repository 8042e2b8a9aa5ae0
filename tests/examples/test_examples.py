"""The commands of the examples for CI, run as far as a machine without containers can."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests.merchant.hosting import hosted_command
from fake_iamport import FakeIamport

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
KIT = ("iamport-contract ", "cat ")
MERCHANT = f"{sys.executable} -m reference_client.merchant --port 0"
SECONDS = 120


def document(name: str) -> Any:
    return yaml.safe_load((EXAMPLES / name).read_text("utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A merchant's project."""
    shutil.copy(EXAMPLES / "reference.toml", tmp_path / "merchant.toml")
    return tmp_path


def run(command: str, folder: Path, more: Mapping[str, str]) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-euc", command],
        cwd=folder,
        env={**os.environ, "PATH": path, "HOME": str(folder), "CLAUSES": "M-KEY-02", **more},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def steps_of(name: str) -> Iterator[str]:
    """What the jobs of an example run, without what is fetched from elsewhere."""
    if name == "gitlab-ci.yml":
        commands = document(name)["payments"]["script"]
    else:
        steps = document(name)["jobs"]["merchant"]["steps"]
        commands = [step["run"] for step in steps if "run" in step]
    return (command for command in commands if command.startswith(KIT))


@pytest.mark.parametrize("name", ["github-actions.yml", "gitlab-ci.yml"])
def test_the_jobs_check_a_merchant(name: str, folder: Path) -> None:
    more = {"START_MERCHANT": MERCHANT, "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    printed = [run(command, folder, more) for command in steps_of(name)]

    assert "well   its first call reached the emulator" in printed[0]
    assert "PASS   M-KEY-02" in printed[1]
    assert (folder / "contract.xml").stat().st_size
    assert (folder / "contract.html").stat().st_size
    if name == "github-actions.yml":
        assert "1 clauses: 1 PASS" in (folder / "summary.md").read_text("utf-8")


def last_line(service: Mapping[str, Any]) -> str:
    """The command that a service of the compose file ends with, as its shell sees it."""
    lines: list[str] = service["command"][2].strip().splitlines()
    return lines[-1].replace("$$", "$")


def test_the_composed_services_find_each_other(folder: Path) -> None:
    services = document("compose.yaml")["services"]
    assert last_line(services["iamport"]) == "fake-iamport serve --host 0.0.0.0 --port 8900"
    with FakeIamport() as emulator:
        run(
            services["iamport"]["healthcheck"]["test"].replace(
                "http://127.0.0.1:8900", emulator.url
            ),
            folder,
            {},
        )
        shop = {
            name: value.replace("http://iamport:8900", emulator.url)
            for name, value in services["shop"]["environment"].items()
        }
        with hosted_command(MERCHANT, shop, 0) as (url, _):
            command = last_line(services["contract"])
            command = command.replace("http://iamport:8900", emulator.url)
            command = command.replace("http://shop:8901", url)
            secret = services["contract"]["environment"]["IAMPORT_IMP_SECRET"]
            printed = run(command, folder, {"IAMPORT_IMP_SECRET": secret})

    assert "PASS   M-KEY-02" in printed


def test_the_examples_install_the_version_that_is_here() -> None:
    text = (ROOT / "fake_iamport" / "__init__.py").read_text("utf-8")
    version = tomllib.loads(
        next(line for line in text.splitlines() if line.startswith("__version__"))
    )["__version__"]
    for name in ("github-actions.yml", "gitlab-ci.yml", "compose.yaml"):
        assert f"fake_iamport-{version}-py3" in (EXAMPLES / name).read_text("utf-8")
