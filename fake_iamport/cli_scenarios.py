"""The command line's ``scenario``: ``list``, ``show``, ``check``, ``schema``."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fake_iamport.cli_scenario_try import try_scenario
from fake_iamport.cli_settings import option
from fake_iamport.cli_tables import echo_table

if TYPE_CHECKING:
    from fake_iamport.scenario.scenario import Scenario

__all__ = ["scenario"]

_LANGUAGES = ("en", "ko")
_HEADINGS = {
    "lesson": {"en": "What it costs to handle this badly", "ko": "잘못 처리하면 잃는 것"},
    "expected": {"en": "What a good merchant does", "ko": "올바른 처리"},
    "evidence": {"en": "Evidence", "ko": "근거"},
    "reference": {"en": "Reference", "ko": "출처"},
}
_MOST_NAMED = 8

_language = option(
    "--lang",
    type=click.Choice(_LANGUAGES),
    default="en",
    show_default=True,
    help="In which language texts are shown, where a file has both.",
)


@click.group()
def scenario() -> None:
    """Rules of what goes wrong: the ready-made ones, and files of your own."""


scenario.add_command(try_scenario)


@scenario.command("list")
@_language
def list_scenarios(lang: str) -> None:
    """List the ready-made scenarios; `serve --scenario NAME` loads one."""
    from fake_iamport.scenario.library import scenario_library

    forms = ((name, _opened(name).form) for name in scenario_library())
    echo_table(
        ("scenario", "evidence", "what happens"),
        ((name, form.evidence or "", _text(form.title, lang)) for name, form in forms),
    )


@scenario.command()
@click.argument("named", metavar="NAME|FILE")
@_language
@option("--yaml", is_flag=True, help="Print the file as it stands, to make it your own.")
def show(named: str, lang: str, *, yaml: bool) -> None:
    """Show what a scenario is good for, and its rules."""
    shown = _opened(named)
    if yaml:
        click.echo(_text_of(named), nl=False)
        return
    form = shown.form
    click.echo(f"{shown.name}: {_text(form.title, lang) or '(no title)'}")
    if form.description is not None:
        click.echo(f"\n{_wrapped(_text(form.description, lang), '')}")
    for name, heading in _HEADINGS.items():
        if (value := getattr(form, name)) is not None:
            click.echo(f"\n{heading[lang]}:\n{_wrapped(_text(value, lang), '  ')}")
    click.echo(f"\n{_rules(shown)}", nl=False)
    if form.walk:
        click.echo(f"\n`fake-iamport scenario try {named}` walks through it, step by step.")


@scenario.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
def check(files: tuple[str, ...]) -> None:
    """Tell the mistakes of files, or what each file has."""
    mistaken = sum([_check(named) for named in files])
    if mistaken:
        raise click.ClickException(f"{mistaken} of {len(files)} can't be loaded")


@scenario.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for your editor."""
    from fake_iamport.scenario.schema import schema_text

    click.echo(schema_text(), nl=False)


def _opened(named: str) -> "Scenario":
    from fake_iamport.documents import DocumentError
    from fake_iamport.scenario.library import UnknownScenario
    from fake_iamport.scenario.reading import open_scenario

    try:
        return open_scenario(named)
    except (UnknownScenario, DocumentError) as error:
        raise click.UsageError(str(error)) from None


def _text_of(named: str) -> str:
    from fake_iamport.documents import text_of_file
    from fake_iamport.scenario.library import find_scenario_file

    return text_of_file(find_scenario_file(named))


def _text(written: Any, lang: str) -> str:
    """A text of a file, in the language that is asked for if it has both."""
    if written is None or isinstance(written, str):
        return written or ""
    text: str = getattr(written, lang)
    return text


def _wrapped(text: str, indent: str) -> str:
    paragraphs = (part for part in text.strip().split("\n\n"))
    return "\n\n".join(
        click.wrap_text(part, width=96, initial_indent=indent, subsequent_indent=indent)
        for part in paragraphs
    )


def _rules(shown: "Scenario") -> str:
    """The rules as a file has them."""
    from fake_iamport.documents import dump_document
    from fake_iamport.scenario.printing import document_of

    document = document_of(shown)
    kept = ("seed", "match", "states", "rules")
    return dump_document({name: document[name] for name in kept if name in document})


def _check(named: str) -> bool:
    """Tell of one file; whether it can't be loaded."""
    from fake_iamport.documents import DocumentError, text_of_file
    from fake_iamport.scenario.library import UnknownScenario, find_scenario_file
    from fake_iamport.scenario.mistakes import MOST_MISTAKES, mistakes_in
    from fake_iamport.scenario.reading import read_scenario

    try:
        path = find_scenario_file(named)
        text = text_of_file(path)
    except (UnknownScenario, DocumentError) as error:
        click.echo(str(error))
        return True
    mistakes = mistakes_in(text, str(path), path.stem)
    for mistake in mistakes:
        click.echo(str(mistake))
    if len(mistakes) == MOST_MISTAKES:
        click.echo(f"{path}: {MOST_MISTAKES} mistakes, and perhaps more")
    if not mistakes:
        click.echo(_summary(path, read_scenario(text, str(path), path.stem)))
    return bool(mistakes)


def _summary(path: Path, checked: "Scenario") -> str:
    """What a file has: how many rules, and which operations they are about."""
    named = sorted({name for rule in checked.rules for name in rule.operations if name})
    operations = f"{len(named)} operations" if len(named) > _MOST_NAMED else ", ".join(named)
    rules = "1 rule" if len(checked.rules) == 1 else f"{len(checked.rules)} rules"
    return f"{path}: {rules} about {operations}"
