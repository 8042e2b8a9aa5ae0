"""The options that a run has on either side: what is tried, and where it is reported."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

__all__ = ["run_options"]

_Command = Callable[..., Any]
_REPORTS = ("json", "junit", "html", "markdown")


def run_options(*, such_as: str) -> Callable[[_Command], _Command]:
    """Give a command the options of a run; ``such_as`` is a pattern of clauses to name in the help."""
    file = click.Path(dir_okay=False, path_type=Path)
    options = [
        click.option(
            "--clauses",
            multiple=True,
            help=f"Only these, such as {such_as}; may come several times.",
        ),
        click.option("--examples", type=click.IntRange(1), help="How many examples of each check."),
        click.option("--seed", type=click.IntRange(0), help="Draw the examples of an earlier run."),
        click.option("--quick", is_flag=True, help="Few examples."),
        click.option(
            "--expected",
            type=file,
            help="Known failures; expected-failures.toml is read when it is there.",
        ),
        *(click.option(f"--{kind}", f"{kind}_file", type=file) for kind in _REPORTS),
    ]

    def give(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return give
