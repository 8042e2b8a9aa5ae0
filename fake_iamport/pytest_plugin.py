"""Fixtures for tests of a merchant: one emulator a session, and a fresh merchant for each test.

Under pytest-xdist every worker has an emulator of its own, so that nothing is shared. With the ini
option ``fake_iamport_seed_file`` each merchant starts with the world of the file's first one.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fake_iamport.server import FakeIamport, FakeMerchant

__all__ = ["fake_iamport", "fake_iamport_server", "pytest_addoption"]

_SEED_FILE = "fake_iamport_seed_file"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini option."""
    parser.addini(
        _SEED_FILE, "what fake_iamport's merchants start with; relative to this file", default=""
    )


@pytest.fixture(scope="session")
def fake_iamport_server(pytestconfig: pytest.Config) -> "Iterator[FakeIamport]":
    """The session's emulator, on a free port of this machine."""
    from fake_iamport.documents import DocumentError
    from fake_iamport.server import FakeIamport

    try:
        server = FakeIamport(seed_file=_seed_file(pytestconfig))
    except DocumentError as error:
        pytest.fail(str(error), pytrace=False)
    with server:
        yield server


@pytest.fixture
def fake_iamport(fake_iamport_server: "FakeIamport") -> "Iterator[FakeMerchant]":
    """A fresh merchant: ``url``, ``imp_key`` and ``imp_secret`` to configure the code under test,
    and its own world to look into.
    """
    from fake_iamport.control.declaration import ControlError

    first = fake_iamport_server.imp_key if fake_iamport_server.seed_file else None
    merchant = fake_iamport_server.create_merchant(seed_of=first)
    yield merchant
    # A test may have let it go already.
    with suppress(ControlError):
        merchant.remove()


def _seed_file(config: pytest.Config) -> Path | None:
    named = config.getini(_SEED_FILE)
    folder = config.inipath.parent if config.inipath else config.rootpath
    return folder / named if named else None
