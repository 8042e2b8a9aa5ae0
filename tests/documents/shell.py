"""Runs the commands of a document as a reader would type them, one after the other in one shell."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["Shell", "comparable", "matches"]

ROOT = Path(__file__).parents[2]
_DONE = "@@@ done"
_CHANGING = [
    (r"127\.0\.0\.1:\d+", "ADDRESS"),
    (r"\b[0-9a-f]{40}\b", "TOKEN"),
    (r"\b1[7-9]\d{8}\b", "SECONDS"),
    (r"\d+ passed in [\d.]+s( \(.*\))?", "PASSED"),
    (r" +", " "),
]


class Shell:
    """A shell in a folder of its own, with this environment's commands; ``serve`` takes a free port."""

    def __init__(self, folder: Path) -> None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        # A make around these tests must not change what a make in them prints.
        outer = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        self._environment = {**outer, "PATH": path, "FAKE_IAMPORT_PORT": "0"}
        self._folder = folder
        self._server: subprocess.Popen[str] | None = None
        self._url = "http://127.0.0.1:8900"
        (folder / ".venv").symlink_to(sys.prefix)
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            (folder / name).symlink_to(ROOT / name)

    def __enter__(self) -> Self:
        self._bash = self._start(["bash"])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop(self._bash)
        if self._server:
            self._stop(self._server)

    def run(self, command: str) -> str:
        """What the command prints; a server goes on until the document stops it."""
        if command.startswith("fake-iamport serve"):
            return self._serve(command)
        if command == "kill %1":
            return self._end_server()
        if command == "make test":
            command = "make --dry-run test"
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        actual = command.replace("http://127.0.0.1:8900", self._url)
        self._bash.stdin.write(f"{actual}\necho; echo '{_DONE}'\n")
        self._bash.stdin.flush()
        lines: list[str] = []
        for line in self._bash.stdout:
            if line.strip() == _DONE:
                break
            lines.append(line)
        return "".join(lines)

    def _serve(self, command: str) -> str:
        assert self._server is None, "the port is in use: the document has to stop the first server"
        self._server = self._start(["bash", "-c", f"exec {command.rstrip('& ')}"])
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        self._url = line.split()[-1]
        self.run(f"export FAKE_IAMPORT_URL={self._url}")
        return line

    def _end_server(self) -> str:
        assert self._server is not None
        self._stop(self._server)
        self._server = None
        return ""

    def _start(self, command: list[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self._folder,
            env=self._environment,
        )

    def _stop(self, process: subprocess.Popen[str]) -> None:
        process.terminate()
        process.communicate(timeout=30)


def comparable(text: str) -> list[str]:
    """Lines without what differs from run to run."""
    for pattern, placeholder in _CHANGING:
        text = re.sub(pattern, placeholder, text)
    return [line.strip() for line in text.splitlines() if line.strip()]


def matches(expected: str, printed: str) -> bool:
    """Whether ``printed`` is what the document shows; ``...`` stands for any lines."""
    pattern = "".join(
        "(?:.*\n)*" if line == "..." else re.escape(line) + ".*\n" for line in comparable(expected)
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in comparable(printed))) is not None
