import pytest
from hypothesis import settings

# Time is measured in benchmarks, not here: a busy machine must not fail a test.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
