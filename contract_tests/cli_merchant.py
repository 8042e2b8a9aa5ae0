"""The commands of ``iamport-contract`` about merchants."""

import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
import msgspec

from contract_tests.clauses import contract
from contract_tests.cli_options import run_options
from contract_tests.last_run import (
    LastMerchant,
    absolute,
    go_to_its_folder,
    recall,
    remember,
)
from contract_tests.progress import Progress
from contract_tests.reports import as_json, html, junit, markdown, terminal
from contract_tests.reports.about import about_run
from contract_tests.verdicts import Result, exit_code

if TYPE_CHECKING:
    from contract_tests.merchant.description import Description
    from contract_tests.merchant.house import House

__all__ = [
    "add_to",
    "described",
    "merchant_only_options",
    "merchant_run",
    "opened",
    "replay_merchant",
]

_Command = Callable[..., None]
_USUAL_FILE = Path("merchant.toml")
_EXAMPLES = 20
_MOST_SEED = 2**32
_NAMING = ("url", "command", "app")
_MORE = ("config", "iamport_url", "imp_key", "log")


def add_to(group: click.Group) -> None:
    """Add the commands to ``iamport-contract``."""
    from contract_tests.merchant.doctor import doctor
    from contract_tests.merchant.setup_file import init

    for command in (merchant, doctor, init):
        group.add_command(command)


def merchant_only_options(command: _Command) -> _Command:
    """The options that say which merchant is meant and that a server has not."""
    path = click.Path(dir_okay=False, path_type=Path)
    options = [
        click.option(
            "--config",
            type=path,
            help="What the merchant can do; merchant.toml is read when it is there.",
        ),
        click.option(
            "--run", "command", help="A command that starts it, as in 'node merchant.js'."
        ),
        click.option(
            "--app",
            help="An ASGI or WSGI application: module:function, called with i'mport's URL,"
            " imp_key and imp_secret.",
        ),
        click.option("--iamport-url", help="An emulator that runs; without it one is started."),
        click.option("--log", type=path, help="A log of the merchant, to be searched for cards."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def _merchant_options(command: _Command) -> _Command:
    """The options that say which merchant is meant."""
    options = [
        click.option("--url", help="The merchant's base URL, where it runs already."),
        click.option("--imp-key", help="The key that the merchant has, where it runs already."),
        click.option(
            "--imp-secret", envvar="IAMPORT_IMP_SECRET", show_envvar=True, help="And its secret."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return merchant_only_options(command)


@click.command()
@_merchant_options
@run_options(such_as="M-PAY-*")
def merchant(**options: Any) -> None:
    """Check a merchant's integration under everything that i'mport may answer.

    Exits with 0 when every clause is kept that could be tried, 1 when one is broken, 2 when the
    command is wrong or nothing answers, 3 when something could not be tried that should have been.
    """
    from contract_tests.merchant.suite import QUICK_EXAMPLES

    _check_reports(options)
    run = merchant_run(options)
    remember(run)
    seed = secrets.randbelow(_MOST_SEED) if options["seed"] is None else options["seed"]
    examples = options["examples"] or (QUICK_EXAMPLES if options["quick"] else _EXAMPLES)
    started = time.perf_counter()
    results = _checked(
        run, options["imp_secret"], seed, examples, options["clauses"], options["expected"]
    )
    seconds = round(time.perf_counter() - started, 3)
    about = about_run("merchant", _name(run), seed, seconds)
    click.echo(f"\n{terminal.summary(results, seconds)}; seed {seed}")
    known = contract("merchant")
    _write(options["json_file"], lambda: as_json.encode(results, about))
    _write(options["junit_file"], lambda: junit.encode(results, about))
    _write(options["html_file"], lambda: html.encode(results, known.topics, about))
    _write(options["markdown_file"], lambda: markdown.encode(results, about))
    raise SystemExit(exit_code(results))


def replay_merchant(
    clause_id: str, seed: int, examples: int, options: Mapping[str, Any]
) -> NoReturn:
    """Run the check of a clause again, with the merchant of the last run or of the options."""
    if clause_id not in contract("merchant").checks:
        raise click.BadParameter(f"there is no clause {clause_id}", param_hint="ID")
    run = _replayed(options)
    imp_secret = options["imp_secret"]
    raise SystemExit(exit_code(_checked(run, imp_secret, seed, examples, [clause_id], None)))


def _replayed(options: Mapping[str, Any]) -> LastMerchant:
    if any(options[name] for name in _NAMING):
        return merchant_run(options)
    last = recall(LastMerchant)
    if last is None:
        raise click.UsageError("there was no run yet; start with `iamport-contract merchant`")
    given = merchant_run(options, use_usual_file=False)
    go_to_its_folder(last)
    more = {name: getattr(given, name) for name in _MORE if getattr(given, name) is not None}
    return msgspec.structs.replace(last, **more)


def merchant_run(options: Mapping[str, Any], *, use_usual_file: bool = True) -> LastMerchant:
    """Which merchant the options mean."""
    usual = _USUAL_FILE if use_usual_file and _USUAL_FILE.exists() else None
    if sum(bool(options[name]) for name in _NAMING) > 1:
        raise click.UsageError("give one of --url, --run and --app")
    return LastMerchant(
        config=absolute(options["config"] or usual),
        url=options["url"],
        command=options["command"],
        app=options["app"],
        iamport_url=options["iamport_url"],
        imp_key=options["imp_key"],
        log=absolute(options["log"]),
        folder=str(Path.cwd()),
    )


def _name(run: LastMerchant) -> str:
    return run.url or run.command or run.app or run.config or "a merchant"


def _checked(
    run: LastMerchant,
    imp_secret: str | None,
    seed: int,
    examples: int,
    patterns: Sequence[str],
    expected_file: Path | None,
) -> list[Result]:
    """Check, and show each result as it comes."""
    import datetime

    from contract_tests import cli
    from contract_tests.expected_failures import apply
    from contract_tests.merchant.suite import check_merchant
    from contract_tests.runner import Plan, UnknownClause, choose

    expected = _expected(expected_file)
    today = datetime.datetime.now(datetime.UTC).date()
    results = []
    with opened(run, imp_secret) as house:
        try:
            progress = Progress(len(choose(contract("merchant"), patterns)), sys.stderr)
            for result in check_merchant(house, Plan(examples, seed), patterns):
                remark = apply(result, expected, today)
                result.replay = cli.named_again(result.replay, run)
                cli.show(result, remark, progress)
                results.append(result)
            progress.clear()
        except UnknownClause as error:
            raise click.BadParameter(str(error), param_hint="--clauses") from None
    return results


@contextmanager
def opened(run: LastMerchant, imp_secret: str | None, *, asks: bool = False) -> "Iterator[House]":
    """The merchant that is meant, with an emulator. One who ``asks`` what is wrong takes it as it is.

    Raises:
        click.UsageError: it can't be reached, started or understood.
    """
    from contract_tests.merchant.application import maker
    from contract_tests.merchant.emulator import EmulatorError, open_emulator
    from contract_tests.merchant.hosting import HostingError
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
                house = app_house(maker(run.app), emulator, description, log)
            else:
                house = url_house(url or "", emulator, description, log)
            found = stack.enter_context(house)
        except (EmulatorError, HostingError) as error:
            raise click.UsageError(str(error)) from None
        yield found


def _check_reachable(url: str, iamport_url: str | None) -> None:
    from contract_tests.merchant.hosting import HostingError, with_scheme
    from contract_tests.transport import HttpTransport, Request, Unreachable

    if iamport_url is None:
        raise click.UsageError(
            "a merchant that runs already needs an emulator that runs: name it with --iamport-url"
        )
    try:
        with HttpTransport(with_scheme(url)) as transport:
            transport.send(Request("GET", "/", {}, b""))
    except HostingError as error:
        raise click.UsageError(str(error)) from None
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


def _check_reports(options: Mapping[str, Any]) -> None:
    from contract_tests import cli

    cli._check_reports(options)  # noqa: SLF001 - one command, two modules


def _write(path: Path | None, encode: Callable[[], str]) -> None:
    from contract_tests import cli

    cli._write(path, encode)  # noqa: SLF001 - one command, two modules
