"""The options of the suites under pytest; see :mod:`contract_tests.provider`.

A plugin and not a conftest, because pytest reads its options before it finds packages by name.
"""

import pytest

__all__ = ["pytest_addoption"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options that say which server is meant, and how much is tried."""
    group = parser.getgroup("iamport", "contract of the i'mport V1 API")
    group.addoption("--iamport-url", help="The server; an emulator in this process without it.")
    group.addoption("--iamport-key", help="The merchant's API key.")
    group.addoption("--iamport-secret", help="Its API secret.")
    group.addoption("--iamport-examples", type=int, help="How many examples of each check.")
    group.addoption("--iamport-seed", type=int, default=0, help="What the examples are drawn from.")
    group.addoption(
        "--iamport-no-control",
        action="store_true",
        help="Don't use the control API, if there is one.",
    )
