from collections.abc import Iterator

import pytest

from contract_tests.merchant.emulator import Emulator, open_emulator
from fake_iamport import FakeIamport
from tests.express_merchant.conftest import node_modules  # noqa: F401 - a fixture for tests here


@pytest.fixture(scope="session")
def emulator_url() -> Iterator[str]:
    with FakeIamport() as server:
        yield server.url


@pytest.fixture
def emulator(emulator_url: str) -> Iterator[Emulator]:
    with open_emulator(emulator_url) as emulator:
        yield emulator
