"""The suite under pytest: ``pytest --pyargs contract_tests.provider --iamport-url URL``."""

from collections.abc import Iterator

import pytest

from contract_tests.cli import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET
from contract_tests.provider.server import Credentials, Server
from contract_tests.provider.suite import serving

__all__ = ["iamport_server"]


@pytest.fixture(scope="session")
def iamport_server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """The server under test."""
    keys = Credentials(
        pytestconfig.getoption("--iamport-key") or PUBLIC_SANDBOX_KEY,
        pytestconfig.getoption("--iamport-secret") or PUBLIC_SANDBOX_SECRET,
    )
    url = pytestconfig.getoption("--iamport-url")
    no_control = pytestconfig.getoption("--iamport-no-control")
    with serving(url, keys, use_control=not no_control) as server:
        yield server
