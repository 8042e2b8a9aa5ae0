"""Marks tests that need a tool: without it they are reported as not run, in CI they fail."""

import os
import shutil

import pytest

__all__ = ["needs_curl"]

needs_curl = pytest.mark.skipif(
    not shutil.which("curl") and not os.environ.get("CI"), reason="curl is not installed"
)
