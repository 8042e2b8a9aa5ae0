"""The commands of ``iamport-contract`` about merchants."""

import os
import secrets
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from contract_tests.clauses import contract
from contract_tests.reports import as_json, html, junit, markdown, terminal
from contract_tests.verdicts import Moment, Result, Verdict, exit_code

if TYPE_CHECKING:
    from contract_tests.merchant.description import Description
    from contract_tests.merchant.house import House

__all__ = [
    "add_to",
    "described",
    "details",
    "merchant_run",
    "opened",
    "replay_merchant",
    "side_by_side",
]

_Command = Callable[..., None]
_USUAL_FILE = Path("merchant.toml")
_EXAMPLES = 20
_MOST_SEED = 2**32
_LONGEST_SIDE, _MOST_LINES = 56, 3


class _Run(msgspec.Struct, frozen=True):
    """Which merchant was checked, so that ``replay`` needs no options; never a secret."""

    config: str | None
    url: str | None
    command: str | None
    app: str | None
    iamport_url: str | None
    imp_key: str | None
    log: str | None


def add_to(group: click.Group) -> None:
    """Add the commands to ``iamport-contract``."""
    from contract_tests.merchant.doctor import doctor
    from contract_tests.merchant.setup_file import init

    for command in (merchant, doctor, init):
        group.add_command(command)


def _merchant_options(command: _Command) -> _Command:
    """The options that say which merchant is meant."""
    path = click.Path(dir_okay=False, path_type=Path)
    options = [
        click.option(
            "--config",
            type=path,
            help="What the merchant can do; merchant.toml is read when it is there.",
        ),
        click.option("--url", help="The merchant's base URL, where it runs already."),
        click.option(
            "--run", "command", help="A command that starts it, as in 'node merchant.js'."
        ),
        click.option(
            "--app",
            help="An ASGI or WSGI application: module:function, called with i'mport's URL,"
            " imp_key and imp_secret.",
        ),
        click.option("--iamport-url", help="An emulator that runs; without it one is started."),
        click.option("--imp-key", help="The key that the merchant has, where it runs already."),
        click.option(
            "--imp-secret", envvar="IAMPORT_IMP_SECRET", show_envvar=True, help="And its secret."
        ),
        click.option("--log", type=path, help="A log of the merchant, to be searched for cards."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@_merchant_options
@click.option(
    "--clauses", multiple=True, help="Only these, such as M-PAY-*; may come several times."
)
@click.option("--examples", type=click.IntRange(1), help="How many examples of each check.")
@click.option("--seed", type=click.IntRange(0), help="Draw the examples of an earlier run.")
@click.option("--quick", is_flag=True, help="Few examples.")
@click.option(
    "--expected",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Known failures; expected-failures.toml is read when it is there.",
)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--junit", "junit_file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--html", "html_file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--markdown", "markdown_file", type=click.Path(dir_okay=False, path_type=Path))
def merchant(**options: Any) -> None:
    """Check a merchant's integration under everything that i'mport may answer.

    Exits with 0 when every clause is kept that could be tried, 1 when one is broken, 2 when the
    command is wrong or nothing answers, 3 when something could not be tried that should have been.
    """
    from contract_tests.merchant.suite import QUICK_EXAMPLES

    run = merchant_run(options)
    seed = secrets.randbelow(_MOST_SEED) if options["seed"] is None else options["seed"]
    examples = options["examples"] or (QUICK_EXAMPLES if options["quick"] else _EXAMPLES)
    started = time.perf_counter()
    results = _checked(
        run, options["imp_secret"], seed, examples, options["clauses"], options["expected"]
    )
    seconds = round(time.perf_counter() - started, 3)
    _remember(run)
    about = {"side": "merchant", "server": _name(run), "seed": seed, "seconds": seconds}
    click.echo(f"\n{terminal.summary(results, seconds)}; seed {seed}")
    known = contract("merchant")
    _write(options["json_file"], lambda: as_json.encode(results, about))
    _write(options["junit_file"], lambda: junit.encode(results))
    _write(options["html_file"], lambda: html.encode(results, known.topics, about))
    _write(options["markdown_file"], lambda: markdown.encode(results, about))
    raise SystemExit(exit_code(results))


def replay_merchant(clause_id: str, seed: int, examples: int) -> None:
    """Run the check of a clause again, with the merchant of the last run; ends the program."""
    run = _recall()
    if run is None:
        raise click.UsageError("there was no run yet; start with `iamport-contract merchant`")
    if clause_id not in contract("merchant").checks:
        raise click.BadParameter(f"there is no clause {clause_id}", param_hint="ID")
    imp_secret = os.environ.get("IAMPORT_IMP_SECRET")
    raise SystemExit(exit_code(_checked(run, imp_secret, seed, examples, [clause_id], None)))


def merchant_run(options: Mapping[str, Any]) -> _Run:
    """Which merchant the options mean."""
    config = options["config"] or (_USUAL_FILE if _USUAL_FILE.exists() else None)
    named = [name for name in ("url", "command", "app") if options[name]]
    if len(named) > 1:
        raise click.UsageError("give one of --url, --run and --app")
    return _Run(
        *(None if each is None else str(each) for each in (
            config, options["url"], options["command"], options["app"], options["iamport_url"],
            options["imp_key"], options["log"],
        ))
    )  # fmt: skip


def _name(run: _Run) -> str:
    return run.url or run.command or run.app or run.config or "a merchant"


def _checked(
    run: _Run,
    imp_secret: str | None,
    seed: int,
    examples: int,
    patterns: Sequence[str],
    expected_file: Path | None,
) -> list[Result]:
    """Check, and show each result as it comes."""
    import datetime

    from contract_tests.expected_failures import apply
    from contract_tests.merchant.suite import check_merchant
    from contract_tests.runner import Plan, UnknownClause

    expected = _expected(expected_file)
    today = datetime.datetime.now(datetime.UTC).date()
    results = []
    with opened(run, imp_secret) as house:
        try:
            for result in check_merchant(house, Plan(examples, seed), patterns):
                remark = apply(result, expected, today)
                _show(result, remark)
                results.append(result)
        except UnknownClause as error:
            raise click.BadParameter(str(error), param_hint="--clauses") from None
    return results


@contextmanager
def opened(run: _Run, imp_secret: str | None, *, asks: bool = False) -> "Iterator[House]":
    """The merchant that is meant, with an emulator. One who ``asks`` what is wrong takes it as it is.

    Raises:
        click.UsageError: it can't be reached, started or understood.
    """
    from contract_tests.merchant.emulator import EmulatorError, open_emulator
    from contract_tests.merchant.hosting import HostingError, named_app
    from contract_tests.merchant.house import app_house, command_house, url_house

    description = described(run.config)
    log = Path(run.log) if run.log else None
    url = run.url or (None if run.command or run.app else description.url)
    if not (url or run.command or run.app):
        raise click.UsageError(
            "say where the merchant is: --url, --run or --app, or url in merchant.toml;"
            " `iamport-contract init` writes one"
        )
    if url and not asks:
        _check_reachable(url, run.iamport_url)
    with ExitStack() as stack:
        try:
            emulator = stack.enter_context(open_emulator(run.iamport_url, run.imp_key, imp_secret))
            if run.command:
                house = command_house(run.command, emulator, description, log)
            elif run.app:
                house = app_house(named_app(run.app), emulator, description, log)
            else:
                house = url_house(url or "", emulator, description, log)
            found = stack.enter_context(house)
        except (EmulatorError, HostingError) as error:
            raise click.UsageError(str(error)) from None
        yield found


def _check_reachable(url: str, iamport_url: str | None) -> None:
    from contract_tests.transport import HttpTransport, Request, Unreachable

    if iamport_url is None:
        raise click.UsageError(
            "a merchant that runs already needs an emulator that runs: name it with --iamport-url"
        )
    try:
        with HttpTransport(url) as transport:
            transport.send(Request("GET", "/", {}, b""))
    except Unreachable as error:
        raise click.UsageError(
            f"{url} gives no answer: {error}; `iamport-contract doctor` says more"
        ) from None


def described(config: str | None) -> "Description":
    """The description in a file, or the documentation's merchant without one.

    Raises:
        click.BadParameter: there is a mistake in it.
    """
    from contract_tests.merchant.description import (
        DOCUMENTED,
        DescriptionError,
        read_description,
    )

    if config is None:
        return DOCUMENTED
    try:
        return read_description(Path(config))
    except DescriptionError as error:
        raise click.BadParameter(str(error), param_hint="--config") from None


def _expected(path: Path | None) -> Mapping[str, Any]:
    from contract_tests import cli

    return cli._expected(path, contract("merchant"))  # noqa: SLF001 - one command, two modules


def _show(result: Result, remark: str) -> None:
    click.echo(terminal.line(result))
    for line in details(result):
        click.echo(line)
    if remark:
        click.echo(f"       {remark}")


def details(result: Result) -> Iterator[str]:
    """What somebody needs who is to mend it: nothing for what is well."""
    yield from terminal.details(result)
    if result.verdict in (Verdict.FAIL, Verdict.WARN) and result.timeline:
        yield "  both sides"
        yield from (f"     {line}" for line in side_by_side(result.timeline))


def _lines(said: str) -> list[str]:
    """A side's text in a few lines; the report has all of it above."""
    return textwrap.wrap(
        said, _LONGEST_SIDE, max_lines=_MOST_LINES, placeholder=" ...", subsequent_indent="  "
    )


def side_by_side(timeline: Sequence[Moment]) -> Iterator[str]:
    """The merchant's time line beside i'mport's."""
    yield f"{'the merchant':<{_LONGEST_SIDE}} | i'mport"
    for moment in timeline:
        left = [line for said in moment.merchant.splitlines() for line in _lines(said)]
        right = moment.iamport
        for number in range(max(len(left), len(right))):
            said = left[number] if number < len(left) else ""
            recorded = right[number] if number < len(right) else ""
            yield f"{said:<{_LONGEST_SIDE}} | {recorded}".rstrip()


def _write(path: Path | None, encode: Callable[[], str]) -> None:
    from contract_tests import cli

    cli._write(path, encode)  # noqa: SLF001 - one command, two modules


def _place() -> Path:
    return Path(click.get_app_dir("iamport-contract")) / "last-merchant.json"


def _remember(run: _Run) -> None:
    try:
        _place().parent.mkdir(parents=True, exist_ok=True)
        _place().write_bytes(msgspec.json.encode(run))
    except OSError:
        return


def _recall() -> _Run | None:
    try:
        return msgspec.json.decode(_place().read_bytes(), type=_Run)
    except (OSError, msgspec.MsgspecError):
        return None
