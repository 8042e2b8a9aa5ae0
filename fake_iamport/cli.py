"""The command line: ``fake-iamport serve``, ``ready``, ``cards``, ``failures``, ``scenario``.

Every option can also be given as an environment variable: ``FAKE_IAMPORT_`` and its name.
"""

import signal
import sys
from typing import TYPE_CHECKING, Any

import click

from fake_iamport import __version__
from fake_iamport.cli_scenarios import scenario
from fake_iamport.cli_settings import option, settings_from_options, settings_options
from fake_iamport.cli_tables import echo_table
from fake_iamport.suggestions import did_you_mean

if TYPE_CHECKING:
    import socket

    from fake_iamport.app import App

__all__ = ["main"]

_DEFAULT_PORT = 8900


class _Commands(click.Group):
    """Says what was wrong in one line, and leaves with 2 where the caller is at fault."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **{**kwargs, "standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
            sys.exit(error.exit_code)
        except click.ClickException as error:
            click.echo(f"fake-iamport: {error.format_message()}", err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(130)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fake-iamport")
def main() -> None:
    """A stand-in for the i'mport (PortOne V1) payment REST API."""


main.add_command(scenario)


@main.command()
@option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where to listen; 0.0.0.0 lets other machines in.",
)
@option(
    "--port",
    default=_DEFAULT_PORT,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="0 takes a free port.",
)
@option(
    "--imp-key",
    help="The first merchant's API key.  [default: the seed file's first, or the public sandbox's]",
)
@option("--imp-secret", help="Its API secret.")
@settings_options
def serve(host: str, port: int, imp_key: str, imp_secret: str, **options: Any) -> None:
    """Run the emulator until Ctrl-C or SIGTERM."""
    from fake_iamport.app import create_app
    from fake_iamport.document_error import DocumentError
    from fake_iamport.serving import AddressError, listen

    if bool(imp_key) != bool(imp_secret):
        raise click.UsageError("--imp-key and --imp-secret go together; give both or neither")
    settings = settings_from_options(options)
    try:
        app = create_app(settings, imp_key=imp_key or None, imp_secret=imp_secret or None)
    except (DocumentError, ValueError) as error:
        raise click.UsageError(str(error)) from None
    try:
        listener = listen(host, port)
    except AddressError as error:
        raise click.UsageError(str(error)) from None
    _serve(app, listener)


@main.command()
@option("--url", help=f"The emulator to ask.  [default: http://127.0.0.1:{_DEFAULT_PORT}]")
@option(
    "--port",
    default=_DEFAULT_PORT,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Its port on this machine, where no URL is given.",
)
@option("--wait", is_flag=True, help="Keep asking until it answers.")
@option(
    "--timeout",
    default=10.0,
    show_default=True,
    type=click.FloatRange(min=0),
    help="How many seconds to keep asking.",
)
def ready(url: str | None, port: int, *, wait: bool, timeout: float) -> None:
    """Say whether an emulator answers; the exit code is 0 if so and 1 if not."""
    from fake_iamport.readiness import emulator_at

    if url is None and port == 0:
        raise click.UsageError("--port: 0 is any free port; say with --url which it became")
    url = url or f"http://127.0.0.1:{port}"
    if not url.startswith(("http://", "https://")):
        raise click.UsageError(f"--url: {url!r} is no URL; expected one like http://127.0.0.1:8900")
    version = emulator_at(url, seconds=timeout if wait else 0)
    if version is None:
        raise click.ClickException(f"no fake-iamport answers at {url}")
    click.echo(f"fake-iamport {version} answers at {url}")


@main.command()
def cards() -> None:
    """List the test cards: what happens with each, and what to type beside its number."""
    from fake_iamport.gateway.cards import test_cards

    echo_table(
        ("card number", "expiry", "birth", "PIN", "issuer", "what happens"),
        (
            (
                card.number,
                card.expiry,
                card.birth,
                card.pwd_2digit,
                card.issuer_name or "",
                card.failure or "succeeds",
            )
            for card in test_cards()
        ),
    )


@main.command()
@option("--pg", default="nice", show_default=True, help="Whose codes and texts to show.")
def failures(pg: str) -> None:
    """List the named failures: what --fail takes, and what a merchant then reads."""
    from fake_iamport.gateway.failures import failures as failure_catalogue
    from fake_iamport.gateway.profiles import profiles

    if pg not in profiles():
        raise click.BadParameter(
            f"there is no gateway {pg!r}; known are {', '.join(profiles())}"
            f"{did_you_mean(pg, profiles())}",
            param_hint="--pg",
        )
    table = profiles()[pg].code_table
    said = ((failure, failure.code_for(table)) for failure in failure_catalogue().values())
    echo_table(
        ("failure", "stage", "code", "text, and what it means"),
        (
            (failure.name, failure.stage, code.code, f"{code.text}\n    {failure.meaning}")
            for failure, code in said
        ),
    )


def _serve(app: "App", listener: "socket.socket") -> None:
    from fake_iamport.serving import Server, url_of

    server = Server(app, lambda: click.echo(f"fake-iamport answers at {url_of(listener)}"))

    def stop(*_: object) -> None:
        server.force_exit = server.should_exit
        server.should_exit = True

    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, stop)
    server.run_on(listener)
