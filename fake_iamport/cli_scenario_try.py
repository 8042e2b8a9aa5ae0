"""The command line's ``scenario try``: a merchant meets a scenario, and tells what it sees."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fake_iamport.cli_settings import option

if TYPE_CHECKING:
    from fake_iamport.scenario.scenario import Scenario

__all__ = ["try_scenario"]

# A package of its own, which speaks HTTP only; nothing of it is imported here.
_REHEARSAL = "reference_client.rehearsal"


@click.command("try")
@click.argument("named", metavar="NAME|FILE")
@option(
    "--lang",
    type=click.Choice(("en", "ko")),
    default="en",
    show_default=True,
    help="In which language texts are shown, where a file has both.",
)
def try_scenario(named: str, lang: str) -> None:
    """Let a merchant walk through a scenario, and show each step from both sides.

    An emulator of its own is started on a free port. The exit code is 0 if the merchant saw what the
    file says, and 1 if not.
    """
    from fake_iamport.documents import DocumentError
    from fake_iamport.scenario.library import UnknownScenario
    from fake_iamport.scenario.reading import open_scenario

    try:
        tried = open_scenario(named)
    except (UnknownScenario, DocumentError) as error:
        raise click.UsageError(str(error)) from None
    if not tried.form.walk:
        raise click.UsageError(
            f"{named} has no 'walk', the steps that a merchant takes; "
            "`serve --scenario` lets your own merchant meet it"
        )
    sys.exit(_rehearse(Path(named).stem, tried, lang))


def _rehearse(name: str, tried: "Scenario", lang: str) -> int:
    import subprocess

    import msgspec

    from fake_iamport.server import FakeIamport

    with FakeIamport() as fake:
        options = ["--url", fake.url, "--scenario", name, "--document", "-", "--lang", lang]
        return subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", _REHEARSAL, *options],
            input=msgspec.json.encode(tried.form),
            check=False,
        ).returncode
