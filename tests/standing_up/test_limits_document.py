from pathlib import Path

import pytest

from fake_iamport.limits import Limits
from fake_iamport.wire.bodies import LARGEST_BODY

DOCUMENT = Path(__file__).parents[2] / "docs" / "limits.md"
LIMITS = Limits()


@pytest.mark.parametrize(
    "told",
    [
        f"{LIMITS.head_size // 1024} KiB, {LIMITS.head_lines} lines",
        f"| {LIMITS.request_time:g} s |",
        f"| {LIMITS.idle_time} s |",
        f"at most {LIMITS.connections:,} |",
        f"| {LARGEST_BODY // 2**20} MiB;",
    ],
)
def test_the_document_tells_the_limits_that_there_are(told: str) -> None:
    assert told in DOCUMENT.read_text("utf-8")
