from collections.abc import Iterator

import pytest

from fake_iamport import FakeIamport, Settings


@pytest.fixture(scope="session")
def emulator() -> Iterator[FakeIamport]:
    with FakeIamport(Settings(seed=1)) as running:
        yield running
