"""Where the examples happen: an emulator, and a merchant that speaks to it."""

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from contract_tests.merchant.description import DOCUMENTED, Description
from contract_tests.merchant.driver import Driver, HttpDriver, ObjectDriver
from contract_tests.merchant.emulator import Emulator
from contract_tests.merchant.hosting import (
    HostingError,
    Output,
    free_port,
    hosted_app,
    hosted_command,
    variables,
)
from contract_tests.verdicts import Moment

__all__ = ["House", "MakeApp", "app_house", "command_house", "object_house", "url_house"]

MakeApp = Callable[[str, str, str], Any]
"""Makes a merchant's ASGI or WSGI application, or a context manager that gives one, from i'mport's
base URL, ``imp_key`` and ``imp_secret``."""

Opened = tuple[Driver, Output | None]


class House:
    """An emulator and a merchant. ``open_merchant`` starts the merchant; it may be asked to again.

    ``is_worn`` says that a check did something to the merchant that others needn't suffer from.
    """

    def __init__(
        self,
        emulator: Emulator,
        description: Description,
        open_merchant: Callable[[], AbstractContextManager[Opened]],
        log: Path | None = None,
        *,
        is_ours: bool = True,
    ) -> None:
        self.emulator = emulator
        self.description = description
        self.timeline: list[Moment] = []
        self.is_ours = is_ours
        self.is_worn = False
        self._open_merchant = open_merchant
        self._log = log
        self._log_start = log.stat().st_size if log is not None and log.exists() else 0
        self._numbers = 0
        self._run = secrets.token_hex(3)
        self._earlier = ""
        self._running = ExitStack()
        self.driver, self._output = self._running.enter_context(open_merchant())

    @cached_property
    def cards(self) -> Sequence[Mapping[str, Any]]:
        """The test cards."""
        return self.emulator.cards()

    def number(self) -> str:
        """A number that neither this run has used nor one before: a merchant may remember them."""
        self._numbers += 1
        return f"{self._run}-{self._numbers}"

    @property
    def log(self) -> str | None:
        """What the merchant wrote since the start: its output, and the log file that was named."""
        if self._output is None and self._log is None:
            return None
        written = self._earlier + (self._output.text if self._output else "")
        if self._log is not None and self._log.exists():
            with self._log.open("rb") as file:
                file.seek(self._log_start)
                written += file.read().decode("utf-8", "replace")
        return written

    def restart(self) -> None:
        """Start the merchant anew, where it is the kit's to start."""
        self.is_worn = False
        if not self.is_ours:
            return
        self._earlier += self._output.text if self._output else ""
        self._running.close()
        self._running = ExitStack()
        self.driver, self._output = self._running.enter_context(self._open_merchant())

    def close(self) -> None:
        """Stop the merchant."""
        self._running.close()


@contextmanager
def url_house(
    url: str, emulator: Emulator, description: Description = DOCUMENTED, log: Path | None = None
) -> Iterator[House]:
    """A merchant that runs already, with the emulator's URL and credentials."""

    @contextmanager
    def open_merchant() -> Iterator[Opened]:
        driver: Driver = HttpDriver(url, description)
        try:
            yield driver, None
        finally:
            driver.close()

    yield from _lived_in(House(emulator, description, open_merchant, log, is_ours=False))


@contextmanager
def command_house(
    command: str,
    emulator: Emulator,
    description: Description = DOCUMENTED,
    log: Path | None = None,
) -> Iterator[House]:
    """A merchant that a command starts; see :data:`~contract_tests.merchant.hosting.NAMES`.

    Raises:
        HostingError: it doesn't start.
    """

    @contextmanager
    def open_merchant() -> Iterator[Opened]:
        port = free_port()
        keys = (emulator.url, emulator.imp_key, emulator.imp_secret)
        environment = variables(*keys, port, description.environment)
        with hosted_command(command, environment, port) as (url, output):
            driver: Driver = HttpDriver(url, description)
            try:
                yield driver, output
            finally:
                driver.close()

    yield from _lived_in(House(emulator, description, open_merchant, log))


@contextmanager
def app_house(
    make: MakeApp,
    emulator: Emulator,
    description: Description = DOCUMENTED,
    log: Path | None = None,
) -> Iterator[House]:
    """A merchant that is an application of this process; what it logs is looked at."""

    @contextmanager
    def open_merchant() -> Iterator[Opened]:
        with ExitStack() as stack:
            output = stack.enter_context(_logged())
            made = make(emulator.url, emulator.imp_key, emulator.imp_secret)
            application = stack.enter_context(made) if hasattr(made, "__enter__") else made
            if not callable(application):
                raise HostingError(f"{make!r} made no application")
            driver: Driver = HttpDriver(stack.enter_context(hosted_app(application)), description)
            stack.callback(driver.close)
            yield driver, output

    yield from _lived_in(House(emulator, description, open_merchant, log))


@contextmanager
def object_house(
    make: MakeApp, emulator: Emulator, description: Description = DOCUMENTED
) -> Iterator[House]:
    """A merchant that is an object of this process, with methods named after its offers."""

    @contextmanager
    def open_merchant() -> Iterator[Opened]:
        with _logged() as output:
            driver: Driver = ObjectDriver(make(emulator.url, emulator.imp_key, emulator.imp_secret))
            try:
                yield driver, output
            finally:
                driver.close()

    yield from _lived_in(House(emulator, description, open_merchant))


def _lived_in(house: House) -> Iterator[House]:
    try:
        yield house
    finally:
        house.close()


class _Handler(logging.Handler):
    def __init__(self, output: Output) -> None:
        super().__init__(logging.DEBUG)
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        self._output.read([self.format(record) + "\n"])


@contextmanager
def _logged() -> Iterator[Output]:
    output = Output()
    handler = _Handler(output)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield output
    finally:
        root.removeHandler(handler)
