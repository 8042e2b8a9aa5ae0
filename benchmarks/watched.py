"""A ``fake-iamport serve`` that is treated badly: it must live, answer and write no traceback."""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from benchmarks.servers import ROOT
from fake_iamport.settings import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET

__all__ = ["Emulator", "Wrong", "emulator"]

_PATIENCE = 20


class Wrong(AssertionError):
    """The emulator did what it must never do; the text says what."""


class Emulator:
    """A running emulator, seen through its control API."""

    def __init__(self, url: str, http: httpx.Client, process_id: int) -> None:
        self.url = url
        self.process_id = process_id
        self._http = http
        host, _, port = url.rpartition("/")[2].rpartition(":")
        self.address = (host, int(port))

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """What the control API answers."""
        answer = self._http.request(method, f"{self.url}/_fake{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def token(self) -> str:
        """The merchant's token."""
        keys = {"imp_key": PUBLIC_SANDBOX_KEY, "imp_secret": PUBLIC_SANDBOX_SECRET}
        answer = self._http.post(f"{self.url}/users/getToken", json=keys).json()
        token: str = answer["response"]["access_token"]
        return token

    def resident(self) -> int:
        """Bytes of memory that its process has; 0 where that can't be told."""
        statistics = Path(f"/proc/{self.process_id}/statm")
        if not statistics.exists():
            return 0
        return int(statistics.read_text("ascii").split()[1]) * resource.getpagesize()

    def payments(self) -> dict[str, Any]:
        """The payments in the books, by their ``imp_uid``."""
        world = self.control("GET", f"/merchants/{PUBLIC_SANDBOX_KEY}/snapshot")
        return {payment["imp_uid"]: payment for payment in world["records"]["payments"]}


@contextmanager
def emulator(*options: str) -> Iterator[Emulator]:
    """Run one until the end of the block, and stop it as a shell does.

    Raises:
        Wrong: it doesn't start, doesn't end with 0, or wrote a traceback.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "fake_iamport", "serve", "--port", "0", *options],
            cwd=ROOT,
            env={name: each for name, each in os.environ.items() if "FAKE_IAMPORT" not in name},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip().rpartition(" ")[2]
            with httpx.Client(trust_env=False, timeout=_PATIENCE) as http:
                yield Emulator(url, http, process.pid)
            process.terminate()
            process.wait(_PATIENCE)
        finally:
            process.kill()
            process.communicate()
        errors.seek(0)
        told = errors.read()
    if process.returncode != 0 or "Traceback" in told or "Exception" in told:
        raise Wrong(f"the emulator ended with {process.returncode} and wrote:\n{told[-5000:]}")
