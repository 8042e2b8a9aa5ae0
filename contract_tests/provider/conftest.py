"""The suite under pytest: ``pytest --pyargs contract_tests.provider --iamport-url URL``."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from contract_tests.cli import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET
from contract_tests.provider.server import Credentials, Server, ServerError
from contract_tests.provider.suite import serving
from contract_tests.transport import Unreachable
from contract_tests.verdicts import ExitCode

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
    with ExitStack() as stack:
        try:
            server = stack.enter_context(serving(url, keys, use_control=not no_control))
        except ServerError as error:
            pytest.exit(f"{url}: {error.message}", ExitCode.USAGE)
        except Unreachable as error:
            pytest.exit(f"{url} gives no answer: {error}", ExitCode.USAGE)
        yield server
