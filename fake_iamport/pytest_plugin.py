"""Fixtures for tests of a merchant: one emulator a session, and a fresh merchant for each test.

Under pytest-xdist every worker has an emulator of its own, so that nothing is shared.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fake_iamport.server import FakeIamport, FakeMerchant

__all__ = ["fake_iamport", "fake_iamport_server"]


@pytest.fixture(scope="session")
def fake_iamport_server() -> "Iterator[FakeIamport]":
    """The session's emulator, on a free port of this machine."""
    from fake_iamport.server import FakeIamport

    with FakeIamport() as server:
        yield server


@pytest.fixture
def fake_iamport(fake_iamport_server: "FakeIamport") -> "Iterator[FakeMerchant]":
    """A fresh merchant: ``url``, ``imp_key`` and ``imp_secret`` to configure the code under test,
    and its own world to look into.
    """
    merchant = fake_iamport_server.create_merchant()
    yield merchant
    merchant.remove()
