"""Where the examples happen: an emulator, and a merchant that speaks to it."""

import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from contract_tests.merchant.description import DOCUMENTED, Description
from contract_tests.merchant.driver import Driver, HttpDriver, ObjectDriver, Outcome, Reply, Values
from contract_tests.merchant.emulator import Emulator
from contract_tests.merchant.hosting import (
    HostingError,
    Output,
    free_port,
    hosted_app,
    hosted_command,
    variables,
    with_scheme,
)
from contract_tests.story import Exchange, Secrets
from contract_tests.verdicts import Moment

__all__ = ["House", "MakeApp", "app_house", "command_house", "object_house", "url_house"]

MakeApp = Callable[[str, str, str], Any]
"""Makes a merchant's ASGI or WSGI application, or a context manager that gives one, from i'mport's
base URL, ``imp_key`` and ``imp_secret``."""

Opened = tuple[Driver, Output | None]
_TROUBLE = 500
_LAST_LINES = 8
_CARD = re.compile(r"\d{4}(?:[\s.+-]?\d{4}){3}")
_PIN = re.compile(r"((?:pwd|pin|cvc)\w*\W{1,6})\d{2,4}(?!\d)", re.IGNORECASE)


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
        self._timeline: list[Moment] = []
        self.is_ours = is_ours
        self.is_worn = False
        self._open_merchant = open_merchant
        self._log = log
        self._log_start = log.stat().st_size if log is not None and log.exists() else 0
        self._numbers = 0
        self._run = secrets.token_hex(3)
        self._earlier = ""
        self._is_gone: HostingError | None = None
        self._is_troubled = False
        self._asked: list[Exchange] = []
        self._written_before = 0
        self._running = ExitStack()
        self._driver, self._output = self._running.enter_context(open_merchant())
        if log is not None and not log.is_file():
            self._running.close()
            raise HostingError(f"the log {log} isn't there, also now that the merchant runs")

    @property
    def driver(self) -> Driver:
        """Asks the merchant.

        Raises:
            HostingError: it could not be started anew.
        """
        if self._is_gone is not None:
            raise self._is_gone
        return _Listening(self._driver, self._note)

    @property
    def timeline(self) -> list[Moment]:
        """The last check's, and what the merchant wrote meanwhile where it got into trouble."""
        words = self._last_words() if self._is_troubled else ""
        return [*self._timeline, Moment(words, [])] if words else self._timeline

    @timeline.setter
    def timeline(self, moments: list[Moment]) -> None:
        if not moments:
            self._is_troubled = False
            self._asked.clear()
            self._written_before = len(self.log or "")
        self._timeline = moments

    def _note(self, reply: Reply, exchange: Exchange) -> None:
        self._asked.append(exchange)
        self._is_troubled |= reply.outcome is Outcome.NO_ANSWER or reply.status >= _TROUBLE

    def _last_words(self) -> str:
        """The last lines of the merchant's output, without card data."""
        status = self._output.ended() if self._output else None
        written = (self.log or "")[self._written_before :].splitlines()
        hide = Secrets.of(self._asked).hide
        # Two digits are too short to be found wherever they stand.
        shown = [
            _PIN.sub(r"\1**", _CARD.sub("****", hide(line))) for line in written[-_LAST_LINES:]
        ]
        ended = [] if status is None else [f"the merchant died with status {status}"]
        told = ["the merchant wrote:", *(f"  {line}" for line in shown)] if shown else []
        return "\n".join([*told, *ended])

    @property
    def is_log_silent(self) -> bool:
        """Whether a log was named, and nothing came into it since the start."""
        return self._log is not None and not self._named_log()

    def _named_log(self) -> str:
        if self._log is None or not self._log.exists():
            return ""
        with self._log.open("rb") as file:
            file.seek(self._log_start)
            return file.read().decode("utf-8", "replace")

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
        return self._earlier + (self._output.text if self._output else "") + self._named_log()

    def restart(self) -> None:
        """Start the merchant anew, where it is the kit's to start; without it nothing can be asked."""
        self.is_worn = False
        if not self.is_ours or self._is_gone is not None:
            return
        self._earlier += self._output.text if self._output else ""
        self._running.close()
        self._running = ExitStack()
        try:
            self._driver, self._output = self._running.enter_context(self._open_merchant())
        except HostingError as error:
            self._output = None
            self._is_gone = HostingError(f"the merchant can't be started anew: {error}")

    def close(self) -> None:
        """Stop the merchant, and let all go well at the emulator again."""
        self._running.close()
        self.emulator.forget_rules()


class _Listening:
    """A driver whose answers somebody else hears as well."""

    def __init__(self, driver: Driver, heard: Callable[[Reply, Exchange], None]) -> None:
        self.url = driver.url
        self.offers = driver.offers
        self._driver = driver
        self._heard = heard

    def ask(self, offer: str, values: Values) -> tuple[Reply, Exchange]:
        reply, exchange = self._driver.ask(offer, values)
        self._heard(reply, exchange)
        return reply, exchange

    def close(self) -> None:
        self._driver.close()


@contextmanager
def url_house(
    url: str, emulator: Emulator, description: Description = DOCUMENTED, log: Path | None = None
) -> Iterator[House]:
    """A merchant that runs already, with the emulator's URL and credentials.

    Raises:
        HostingError: the emulator's credentials were made just now, so that it can't have them; or
            the URL is none.
    """
    if not emulator.is_known:
        raise HostingError(
            "a merchant that runs already has a key of its own: name it with --imp-key, and its"
            " secret with --imp-secret or IAMPORT_IMP_SECRET; a merchant with them is made at the"
            " emulator when there is none"
        )

    @contextmanager
    def open_merchant() -> Iterator[Opened]:
        driver: Driver = HttpDriver(with_scheme(url), description)
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
            try:
                made = make(emulator.url, emulator.imp_key, emulator.imp_secret)
            except HostingError:
                raise
            except Exception as error:
                said = f"{type(error).__name__}: {error}"
                raise HostingError(f"{make!r} made no application: {said}") from error
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
