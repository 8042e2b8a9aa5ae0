"""The command ``iamport-contract``."""

import datetime
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec
import yaml

from contract_tests import cli_merchant
from contract_tests.clauses import SIDES, Contract, contract
from contract_tests.cli_options import run_options
from contract_tests.expected_failures import (
    Expectation,
    ExpectationError,
    apply,
    read_expected_failures,
)
from contract_tests.last_run import LastMerchant, LastRun, absolute, options_of, recall, remember
from contract_tests.progress import Progress
from contract_tests.reports import as_json, html, junit, markdown, terminal
from contract_tests.reports.about import about_run
from contract_tests.verdicts import Result, exit_code

if TYPE_CHECKING:
    from contract_tests.provider.server import Card

__all__ = ["main"]

PUBLIC_SANDBOX_KEY = "imp_apikey"
PUBLIC_SANDBOX_SECRET = (
    "ekKoeW8RyKuT0zgaZsUtXXTLQ4AhPFW3ZGseDA6bkA5lamv9OqDMnxyeB9wqOsuO9W3Mx9YSJ4dTqJ3f"  # noqa: S105
)
"""The keys of i'mport's public sandbox merchant, as its documentation prints them."""

_Command = Callable[..., None]
_REPLAY = re.compile(r"(?P<clause>[PM]-[A-Z]+-\d\d)@(?P<seed>\d+)x(?P<examples>0*[1-9]\d*)")
_MOST_SEED = 2**32


class _Group(click.Group):
    """Says what is missing where Hypothesis isn't installed."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            import hypothesis  # noqa: F401
        except ImportError:
            raise click.ClickException(
                "Hypothesis is missing; install the extra: pip install 'fake-iamport[contract]'"
            ) from None
        return super().invoke(ctx)


class _CardFile(msgspec.Struct, forbid_unknown_fields=True):
    card_number: str
    expiry: str
    birth: str
    pwd_2digit: str | None = None


@click.group(cls=_Group, context_settings={"max_content_width": 100, "show_default": True})
@click.version_option(package_name="fake-iamport")
def main() -> None:
    """Check a server, or a merchant's integration, against the contract of the i'mport V1 API."""


def _server_options(command: _Command) -> _Command:
    """The options that say which server is meant."""
    options = [
        click.option(
            "--url",
            help="The server's base URL; without it an emulator in this process is checked.",
        ),
        click.option(
            "--imp-key", help="The merchant's API key; the public sandbox's if not given."
        ),
        click.option(
            "--imp-secret", envvar="IAMPORT_IMP_SECRET", show_envvar=True, help="Its API secret."
        ),
        click.option(
            "--card-file",
            type=click.Path(dir_okay=False),
            help="A YAML list of one or two cards that the server takes.",
        ),
        click.option(
            "--no-control", is_flag=True, help="Don't use the control API, if there is one."
        ),
        click.option(
            "--max-calls",
            type=click.IntRange(1),
            default=600,
            help="Where there is no control API, make no more calls than this.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@main.command()
@_server_options
@run_options(such_as="P-KEY-*")
def provider(**options: Any) -> None:
    """Check a server: the emulator, another stand-in, or a sandbox.

    Exits with 0 when every clause is kept that could be tried, 1 when one is broken, 2 when the
    command is wrong or nothing answers, 3 when something could not be tried that should have been.
    """
    _check_reports(options)
    known = contract("provider")
    expected = _expected(options["expected"], known)
    run = LastRun(
        options["url"],
        options["imp_key"] or PUBLIC_SANDBOX_KEY,
        absolute(options["card_file"]),
        options["no_control"],
    )
    remember(run)
    seed = secrets.randbelow(_MOST_SEED) if options["seed"] is None else options["seed"]
    started = time.perf_counter()
    results = _checked(run, options, seed, options["examples"], options["clauses"], expected)
    seconds = round(time.perf_counter() - started, 3)
    about = about_run("provider", run.url or "an emulator in this process", seed, seconds)
    click.echo(f"\n{terminal.summary(results, seconds)}; seed {seed}")
    _write(options["json_file"], lambda: as_json.encode(results, about))
    _write(options["junit_file"], lambda: junit.encode(results, about))
    _write(options["html_file"], lambda: html.encode(results, known.topics, about))
    _write(options["markdown_file"], lambda: markdown.encode(results, about))
    raise SystemExit(exit_code(results))


@main.command()
@click.argument("replay_id", metavar="ID")
@_server_options
@cli_merchant.merchant_only_options
def replay(replay_id: str, **options: Any) -> None:
    """Run one check again as it ran before: ID is what the report of a failure shows.

    The server or the merchant is the one of the last run, unless options name another.
    """
    found = _REPLAY.fullmatch(replay_id)
    if found is not None and found["clause"].startswith("M-"):
        cli_merchant.replay_merchant(
            found["clause"], int(found["seed"]), int(found["examples"]), options
        )
    known = contract("provider")
    if found is None or found["clause"] not in known.checks:
        raise click.BadParameter(
            "expected the ID of a clause's run, as in P-KEY-02@7x10", param_hint="ID"
        )
    last = recall(LastRun) or LastRun(None, PUBLIC_SANDBOX_KEY, None, no_control=False)
    run = LastRun(
        options["url"] or last.url,
        options["imp_key"] or last.imp_key,
        options["card_file"] or last.card_file,
        options["no_control"] or last.no_control,
    )
    if run.card_file and not Path(run.card_file).exists():
        raise click.UsageError(f"{run.card_file} is gone; name another with --card-file")
    results = _checked(
        run, options, int(found["seed"]), int(found["examples"]), [found["clause"]], {}
    )
    raise SystemExit(exit_code(results))


@main.command("clauses")
@click.argument("side", type=click.Choice(list(SIDES)), default="provider")
def list_clauses(side: str) -> None:
    """List the clauses of one side."""
    for clause in contract(side).clauses:
        click.echo(f"{clause.id:<11}{clause.severity:<9} {clause.evidence:<9} {clause.title}")


def _checked(
    run: LastRun,
    options: Mapping[str, Any],
    seed: int,
    examples: int | None,
    patterns: Sequence[str],
    expected: Mapping[str, Expectation],
) -> list[Result]:
    """Check, and show each result as it comes."""
    from contract_tests.provider.server import PUBLIC_CARDS, Credentials
    from contract_tests.provider.suite import check_server, examples_for, serving
    from contract_tests.runner import Plan, UnknownClause, choose
    from contract_tests.transport import Unreachable

    results = []
    with ExitStack() as stack:
        try:
            server = stack.enter_context(
                serving(
                    run.url,
                    Credentials(run.imp_key, options["imp_secret"] or PUBLIC_SANDBOX_SECRET),
                    cards=_cards(run.card_file) or PUBLIC_CARDS,
                    most_calls=options["max_calls"],
                    use_control=not run.no_control,
                )
            )
            most = examples or examples_for(server, quick=options.get("quick", False))
            today = datetime.datetime.now(datetime.UTC).date()
            progress = Progress(len(choose(contract("provider"), patterns)), sys.stderr)
            for result in check_server(server, Plan(most, seed), patterns):
                remark = apply(result, expected, today)
                result.replay = named_again(result.replay, run)
                show(result, remark, progress)
                results.append(result)
            progress.clear()
        except UnknownClause as error:
            raise click.BadParameter(str(error), param_hint="--clauses") from None
        except Unreachable as error:
            raise click.UsageError(f"{run.url} gives no answer: {error}") from None
    return results


def named_again(replay: str, run: LastRun | LastMerchant) -> str:
    """What ``replay`` takes to do this again even after another run."""
    return f"{replay} {options_of(run)}".rstrip() if replay else ""


def show(result: Result, remark: str, progress: Progress) -> None:
    """Show a result as it comes, and how far the run is."""
    progress.clear()
    click.echo(terminal.line(result))
    for line in terminal.details(result):
        click.echo(line)
    if remark:
        click.echo(f"       {remark}")
    progress.after(result.clause.id)


def _check_reports(options: Mapping[str, Any]) -> None:
    """A report that can't be written is told before the run, not after it."""
    for name in ("json", "junit", "html", "markdown"):
        path: Path | None = options[f"{name}_file"]
        if path is None:
            continue
        folder = path.absolute().parent
        if not folder.is_dir():
            raise click.BadParameter(f"there is no folder {folder}", param_hint=f"--{name}")
        if not os.access(path if path.exists() else folder, os.W_OK):
            raise click.BadParameter(f"{path} can't be written", param_hint=f"--{name}")


def _expected(path: Path | None, known: Contract) -> Mapping[str, Expectation]:
    usual = Path("expected-failures.toml")
    if path is None and not usual.exists():
        return {}
    try:
        return read_expected_failures(path or usual, known.checks)
    except ExpectationError as error:
        raise click.BadParameter(str(error), param_hint="--expected") from None


def _cards(path: str | None) -> "list[Card]":
    """The cards of a file; an error never shows what stands in it."""
    if path is None:
        return []
    try:
        read = msgspec.convert(yaml.safe_load(Path(path).read_text("utf-8")), list[_CardFile])
    except OSError as error:
        raise click.BadParameter(f"{path}: {error.strerror}", param_hint="--card-file") from None
    except (yaml.YAMLError, UnicodeDecodeError, msgspec.ValidationError):
        raise click.BadParameter(
            f"{path}: expected a YAML list of cards, each with card_number, expiry, birth and "
            "pwd_2digit as texts in quotes",
            param_hint="--card-file",
        ) from None
    if not read:
        raise click.BadParameter(f"{path}: there is no card", param_hint="--card-file")
    return [
        {name: value for name, value in msgspec.structs.asdict(card).items() if value is not None}
        for card in read
    ]


def _write(path: Path | None, encode: Callable[[], str]) -> None:
    if path is None:
        return
    try:
        path.write_text(encode(), "utf-8")
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror}") from None


cli_merchant.add_to(main)
