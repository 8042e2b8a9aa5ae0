import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = {
    "fake_iamport/py.typed",
    "fake_iamport/gateway/data/failures.yaml",
    "fake_iamport/gateway/data/bins.csv",
    "fake_iamport/scenarios/README.md",
    "fake_iamport/scenarios/schema.json",
    "fake_iamport/scenarios/bad_day.yaml",
    "reference_client/py.typed",
    "reference_client/merchant/templates/register.html",
    "reference_client/merchant/static/shop.css",
    "contract_tests/py.typed",
    "contract_tests/data/provider.yaml",
    "contract_tests/data/merchant.yaml",
}
IN_SOURCES = {
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "constraints.txt",
    "docs/README.ko.md",
    "scenarios/README.md",
    "tests/packaging/test_distribution.py",
}
PROGRAM = """
import json, sys
import contract_tests, reference_client
from pathlib import Path
from fake_iamport import FakeIamport
from fake_iamport.scenario_files import scenario_folder
from reference_client import CardDetails, Iamport

with FakeIamport() as server, Iamport(server.imp_key, server.imp_secret, base_url=server.url) as iamport:
    card = CardDetails("9540-4900-1234-5675", "2049-12", birth="900101", pwd_2digit="12")
    key = iamport.issue_billing_key("me", card)
print(json.dumps({
    "card": key.card_number,
    "home": str(Path(sys.modules["fake_iamport"].__file__).parent),
    "scenarios": str(scenario_folder()),
    "test tools": sorted({"pytest", "hypothesis"} & sys.modules.keys()),
}))
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel and the sdist; the wheel is built from the sdist, as installers do."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


def test_the_wheel_holds_the_packages_and_their_data_and_nothing_else(
    built: tuple[Path, Path],
) -> None:
    with zipfile.ZipFile(built[0]) as wheel:
        names = set(wheel.namelist())

    assert names >= SHIPPED
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"fake_iamport", "reference_client", "contract_tests"}


def test_the_sdist_holds_everything_that_is_kept_under_version_control(
    built: tuple[Path, Path],
) -> None:
    with tarfile.open(built[1]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}

    assert names >= IN_SOURCES
    assert not any(name.startswith((".venv", "dist")) for name in names)


def test_the_wheel_runs_in_an_empty_environment(built: tuple[Path, Path], tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = environment / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    constraints = ["--constraint", str(ROOT / "constraints.txt")]
    subprocess.run([*pip, *constraints, str(built[0])], check=True, cwd=tmp_path)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "__init__.py").write_text("raise ImportError('a user's own folder')")
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    ran = subprocess.run(
        [str(python), "-c", PROGRAM], capture_output=True, text=True, cwd=tmp_path, env=clean
    )
    demo = subprocess.run(
        [str(python), "-m", "reference_client.demo"], capture_output=True, text=True, cwd=tmp_path
    )
    command = subprocess.run(
        [str(environment / "bin" / "fake-iamport"), "cards"], capture_output=True, text=True
    )

    assert ran.returncode == 0, ran.stderr
    assert '"card": "95404900****5675"' in ran.stdout
    assert '"test tools": []' in ran.stdout
    assert f'"home": "{environment}' in ran.stdout
    assert f'"scenarios": "{environment}' in ran.stdout
    assert "7 of 7 steps" in demo.stdout, demo.stderr
    assert "limit_exceeded" in command.stdout
