"""Runs a merchant for the time of the tests: a command, or an application in this process."""

import asyncio
import inspect
import os
import re
import shlex
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import uvicorn

from contract_tests.verdicts import KitError

__all__ = [
    "NAMES",
    "HostingError",
    "Output",
    "free_port",
    "hosted_app",
    "hosted_command",
    "variables",
    "with_scheme",
]

_START_SECONDS = 60
_STOP_SECONDS = 10
_PAUSE = 0.02
_LAST_MOMENT = 0.2
_URL = re.compile(r"http://(?:127\.0\.0\.1|localhost|0\.0\.0\.0|\[::\]):(\d+)")
_MOST_KEPT = 4_000_000

NAMES: Mapping[str, str] = {
    "IAMPORT_BASE_URL": "{url}",
    "IAMPORT_URL": "{url}",
    "IAMPORT_API_URL": "{url}",
    "IAMPORT_IMP_KEY": "{imp_key}",
    "IAMPORT_IMP_SECRET": "{imp_secret}",
    "IMP_KEY": "{imp_key}",
    "IMP_SECRET": "{imp_secret}",
    "IAMPORT_API_KEY": "{imp_key}",
    "IAMPORT_API_SECRET": "{imp_secret}",
    "PORT": "{port}",
}
"""The environment of a merchant that the kit starts; ``[environment]`` in its file adds to it."""


class HostingError(KitError):
    """The merchant can't be started, or can't be looked at; the text says why."""


class Output:
    """What a merchant writes while it runs, for as long as the kit looks at it."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._size = 0
        self.port: int | None = None
        self.ended: Callable[[], int | None] = lambda: None
        """The status with which the merchant ended, None while it runs."""

    @property
    def text(self) -> str:
        """All of it, up to a few megabytes."""
        return "".join(self._lines)

    def read(self, stream: Iterable[str]) -> None:
        """Take in lines until they end."""
        for line in stream:
            if self.port is None and (named := _URL.search(line)):
                self.port = int(named[1])
            if self._size < _MOST_KEPT:
                self._lines.append(line)
                self._size += len(line)


def variables(
    url: str, imp_key: str, imp_secret: str, port: int, more: Mapping[str, str]
) -> Mapping[str, str]:
    """The environment for a merchant.

    Raises:
        HostingError: a text has a placeholder that there isn't.
    """
    known = {"url": url, "imp_key": imp_key, "imp_secret": imp_secret, "port": port}
    return {name: _filled(name, text, known) for name, text in {**NAMES, **more}.items()}


def _filled(name: str, text: str, known: Mapping[str, object]) -> str:
    try:
        return text.format_map(known)
    except (LookupError, ValueError, AttributeError, TypeError):
        names = ", ".join(f"{{{each}}}" for each in known)
        raise HostingError(
            f"[environment] {name}: {text!r}: known are {names}; a brace of its own is written twice"
        ) from None


def with_scheme(url: str) -> str:
    """A URL as it was given.

    Raises:
        HostingError: it has no scheme.
    """
    if not url.startswith(("http://", "https://")):
        raise HostingError(f"{url!r} is no URL; put http:// in front")
    return url


@contextmanager
def hosted_command(
    command: str, environment: Mapping[str, str], port: int
) -> Iterator[tuple[str, Output]]:
    """Run a command until the block ends; gives the merchant's URL and what it writes.

    It listens where ``PORT`` says, or writes the URL where it does.

    Raises:
        HostingError: it can't be run, ends early, or answers nowhere within a minute.
    """
    # A proxy must not come between the merchant and this machine's loopback.
    inherited = {name: value for name, value in os.environ.items() if "_proxy" not in name.lower()}
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise HostingError(f"{command!r} can't be run: {error}") from None
    if not words:
        raise HostingError("the command that is to start the merchant is empty")
    try:
        process = subprocess.Popen(  # noqa: S603 - the command is the caller's
            words,
            env={**inherited, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            # A shell or npm that starts the merchant ends alone; the group ends together.
            start_new_session=True,
        )
    except OSError as error:
        raise HostingError(f"{command!r} can't be run: {error.strerror}") from None
    output = Output()
    output.ended = lambda: _status(process)
    assert process.stdout is not None
    reader = threading.Thread(target=output.read, args=[process.stdout], daemon=True)
    reader.start()
    try:
        found = _wait_for_port(process, output, port)
        yield f"http://127.0.0.1:{found}", output
    finally:
        _stop(process, reader)


def _status(process: "subprocess.Popen[str]") -> int | None:
    """The status of one that ended, or is just about to."""
    with suppress(subprocess.TimeoutExpired):
        return process.wait(_LAST_MOMENT)
    return None


def _stop(process: "subprocess.Popen[str]", reader: threading.Thread) -> None:
    """End the command and all that it started; whoever of them lives holds the pipe open."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        until = time.monotonic() + _STOP_SECONDS
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
        reader.join(max(0.0, until - time.monotonic()))
        if process.returncode is not None and not reader.is_alive():
            break
    # Closing it under a reader that waits would wait as well.
    if process.stdout is not None and not reader.is_alive():
        process.stdout.close()


def _wait_for_port(process: "subprocess.Popen[str]", output: Output, port: int) -> int:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        for each in filter(None, (output.port, port)):
            if _answers(each):
                return each
        if process.poll() is not None:
            raise HostingError(
                f"the merchant ended with status {process.returncode}: {_last_words(output.text)}"
            )
        time.sleep(_PAUSE)
    raise HostingError(
        f"the merchant doesn't answer on PORT={port} after {_START_SECONDS} seconds, nor did it write"
        " a URL like http://127.0.0.1:3000"
    )


def _last_words(text: str) -> str:
    """The line that most likely says why a program ended."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"error|exception", line, re.IGNORECASE)]
    return next(iter([*telling, *lines[-1:]]), "it wrote nothing")


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@contextmanager
def hosted_app(application: Callable[..., Any]) -> Iterator[str]:
    """Serve an ASGI or a WSGI application on a free port; gives its URL."""
    serve = _serve_asgi if _is_asgi(application) else _serve_wsgi
    with serve(application) as url:
        yield url


def _is_asgi(application: Callable[..., Any]) -> bool:
    called = application if inspect.isroutine(application) else type(application).__call__
    return inspect.iscoroutinefunction(called)


@contextmanager
def _serve_asgi(application: Callable[..., Any]) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    # Taken over by the connections: without it each answer of two packets waits for 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(application, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(_STOP_SECONDS)
        listener.close()


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def _serve_wsgi(application: Callable[..., Any]) -> Iterator[str]:
    with make_server("127.0.0.1", 0, application, _Threads, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found: Sequence[Any] = listener.getsockname()
        return int(found[1])
