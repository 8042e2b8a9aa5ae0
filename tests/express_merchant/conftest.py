import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.installed_once import installed_once

HERE = Path(__file__).parent
PACKAGES = HERE / "package.json"
CACHE = Path(__file__).parents[2] / ".venv"
OLDEST_NODE = 18
VERSION_SECONDS = 30
INSTALL_SECONDS = 300
STOP_SECONDS = 10

StartScript = Callable[..., AbstractContextManager[subprocess.Popen[str]]]

# npm's error codes that blame the network and not the packages.
UNREACHABLE = re.compile(
    r"^npm (error|ERR!) code"
    r" (ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|E(HOST|NET)UNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED)$",
    re.MULTILINE,
)


def missing_tool() -> str | None:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return "node and npm are not installed"
    asked = [node, "--version"]
    done = subprocess.run(
        asked, capture_output=True, text=True, check=True, timeout=VERSION_SECONDS
    )
    version = done.stdout.strip()
    major = int(version.removeprefix("v").partition(".")[0])
    return f"node is {version}, older than v{OLDEST_NODE}" if major < OLDEST_NODE else None


def install(directory: Path) -> str | None:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    shutil.copy(PACKAGES, directory)
    silence = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
    patience = ["--fetch-retries=2", "--fetch-retry-mintimeout=500", "--fetch-retry-factor=2"]
    try:
        done = subprocess.run(
            ["npm", "install", *silence, *patience, "--loglevel=error"],
            cwd=directory,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"npm had not finished after {INSTALL_SECONDS} seconds"
    if done.returncode == 0:
        return None
    if blamed := UNREACHABLE.search(done.stderr):
        return blamed.group()
    raise RuntimeError(f"npm could not install the merchant's packages:\n{done.stderr}")


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Express and axios, which are fetched when first asked for."""
    if missing := missing_tool():
        pytest.skip(missing)
    key = hashlib.sha256(PACKAGES.read_bytes()).hexdigest()[:12]
    directory = CACHE / f"express_merchant-{key}"
    if unreachable := installed_once(directory, install):
        reason = f"Express and axios could not be fetched: {unreachable}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return directory / "node_modules"


@pytest.fixture(scope="session")
def start_script(node_modules: Path) -> StartScript:
    """Runs one of the scripts here with Node: its name, its arguments, and named variables."""
    # A proxy must not come between a script and this machine's loopback.
    inherited = {name: value for name, value in os.environ.items() if "_proxy" not in name.lower()}

    @contextmanager
    def start(script: str, *arguments: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
        with subprocess.Popen(
            ["node", str(HERE / script), *arguments],
            env={**inherited, "NODE_PATH": str(node_modules), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        ) as process:
            try:
                yield process
            finally:
                stop(process)

    return start


def stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
