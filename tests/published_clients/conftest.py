import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from fake_iamport import FakeIamport
from tests.installed_once import installed_once
from tests.published_clients.walk import CLIENTS, Walk, walk_through

REQUIREMENTS = Path(__file__).parent / "requirements"
BUILD_REQUIREMENTS = REQUIREMENTS / "build.txt"
ENVIRONMENTS = Path(__file__).parents[2] / ".venv" / "published_clients"
INSTALL_SECONDS = 300

# pip's last words are the same for a version that doesn't exist and for an index that it can't
# reach; what it says before tells them apart.
UNREACHABLE = re.compile(
    r"connection broken by|Could not fetch URL|Failed to establish a new connection|Max retries"
    r"|Connection(Error|ResetError|RefusedError)|(Connect|Read)Timeout|ProxyError|name resolution"
)


class Environment(NamedTuple):
    """Where one client is installed, or why its packages could not be fetched."""

    interpreter: Path
    unreachable: str | None


@cache
def client_environment(client: str) -> Environment:
    directory = ENVIRONMENTS / f"{client}-{recipe_hash(client)}"
    requirements = REQUIREMENTS / f"{client}.txt"
    unreachable = installed_once(directory, lambda path: make_environment(path, requirements))
    return Environment(directory / "bin" / "python", unreachable)


def recipe_hash(client: str) -> str:
    recipe = [sys.implementation.cache_tag]
    recipe += [path.read_text() for path in (REQUIREMENTS / f"{client}.txt", BUILD_REQUIREMENTS)]
    return hashlib.sha256("\n".join(recipe).encode()).hexdigest()[:12]


def make_environment(directory: Path, requirements: Path) -> str | None:
    creation = [sys.executable, "-m", "venv", "--clear", "--without-pip", str(directory)]
    subprocess.run(creation, check=True, timeout=INSTALL_SECONDS)
    pip = [sys.executable, "-m", "pip", "--python", str(directory / "bin" / "python")]
    options = ["--quiet", "--disable-pip-version-check", "--retries", "2"]
    # For building a source distribution, older and newer versions of pip listen to one each.
    pins = dict.fromkeys(("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT"), str(BUILD_REQUIREMENTS))
    try:
        done = subprocess.run(
            [*pip, "install", *options, "--requirement", str(requirements)],
            env=os.environ | pins,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"pip had not finished after {INSTALL_SECONDS} seconds"
    if done.returncode and not UNREACHABLE.search(done.stderr):
        raise RuntimeError(f"pip could not install {requirements.name}:\n{done.stderr}")
    return done.stderr.strip().splitlines()[-1] if done.returncode else None


@pytest.fixture(scope="session")
def interpreter_of() -> Callable[[str], Path]:
    """The interpreter that has a published client; it is installed when first asked for."""

    def find(client: str) -> Path:
        environment = client_environment(client)
        if environment.unreachable is None:
            return environment.interpreter
        reason = f"{client} could not be fetched: {environment.unreachable}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)

    return find


@pytest.fixture(scope="session")
def walk_of(
    fake_iamport_server: FakeIamport, interpreter_of: Callable[[str], Path]
) -> Callable[[str], Walk]:
    """Gives the walk of a client, which goes it once, when first asked for."""

    @cache
    def walk(client: str) -> Walk:
        return walk_through(fake_iamport_server, client, interpreter_of(client))

    return walk


@pytest.fixture(params=CLIENTS)
def walk(request: pytest.FixtureRequest, walk_of: Callable[[str], Walk]) -> Walk:
    return walk_of(request.param)
