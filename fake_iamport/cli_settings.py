"""Command-line options for settings, made from their declarations."""

import types
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

import click
import msgspec
from msgspec import Meta

from fake_iamport.settings import MerchantSettings, Settings, SettingsError, changed_settings

__all__ = ["option", "settings_from_options", "settings_options"]

_Command = Callable[..., Any]
_PAIRS = ("channels", "fail", "fail_next")


class _Pair(click.ParamType[tuple[str, str]]):
    """``NAME=VALUE``; in the environment several are separated by semicolons."""

    name = "pair"
    envvar_list_splitter = ";"

    def __init__(self, metavar: str, example: str) -> None:
        self._metavar = metavar
        self._example = example

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        name, equals, what = str(value).partition("=")
        if not equals or not name.strip() or not what.strip():
            self.fail(f"{value!r} is not {self._metavar}, as in {self._example}", param, ctx)
        return name.strip(), what.strip()


class _Text(click.types.StringParamType):
    """One of several texts; in the environment they are separated by semicolons."""

    envvar_list_splitter = ";"


def option(flag: str, **attributes: Any) -> Callable[[_Command], _Command]:
    """A click option that is also read from ``FAKE_IAMPORT_`` and its name."""
    name = flag.partition("/")[0].lstrip("-").replace("-", "_").upper()
    return click.option(flag, envvar=f"FAKE_IAMPORT_{name}", **attributes)


def settings_options(command: _Command) -> _Command:
    """Give a command one option for each setting of the server and of its first merchant."""
    for flag, attributes in reversed(list(_declared_options())):
        command = option(flag, **attributes)(command)
    return command


def settings_from_options(options: Mapping[str, Any]) -> Settings:
    """The settings that were given on the command line.

    Raises:
        click.ClickException: one of them can't be; the text names its flag.
    """
    given = {name: value for name, value in options.items() if value is not None and value != ()}
    pairs = {name: _mapping(name, given[name]) for name in _PAIRS if name in given}
    own = {name: given[name] for name in Settings.__struct_fields__ if name in given}
    names = MerchantSettings.__struct_fields__
    changes = {name: given[name] for name in names if name in given} | pairs
    try:
        merchant = changed_settings(MerchantSettings(), changes, strict=False)
    except SettingsError as error:
        flag = error.field.partition(".")[0].replace("_", "-")
        raise click.UsageError(f"--{flag}: {error}") from None
    return Settings(**own, merchant=merchant)


def _mapping(name: str, pairs: tuple[tuple[str, str], ...]) -> Mapping[str, Any]:
    if name != "fail_next":
        return dict(pairs)
    following: dict[str, list[str]] = {}
    for operation, failure in pairs:
        following.setdefault(operation, []).append(failure)
    return following


def _declared_options() -> Iterator[tuple[str, dict[str, Any]]]:
    for struct in (Settings, MerchantSettings):
        hints = typing.get_type_hints(struct, include_extras=True)
        for field in msgspec.structs.fields(struct):
            if field.name != "merchant":
                yield _declared_option(field, hints[field.name])


def _declared_option(field: msgspec.structs.FieldInfo, hint: Any) -> tuple[str, dict[str, Any]]:
    metas = [item for item in get_args(hint) if isinstance(item, Meta)]
    help_text = " ".join(meta.description for meta in metas if meta.description)
    base = _base(hint)
    flag = f"--{field.name.replace('_', '-')}"
    if base is bool:
        both = f"{flag}/--no-{flag[2:]}" if field.default else flag
        return both, {"help": help_text, "default": None, "is_flag": True}
    if get_origin(base) is dict:
        extra = next(meta.extra for meta in metas if meta.extra)
        kind = _Pair(extra["metavar"], extra["example"])
        return flag, {
            "help": help_text,
            "multiple": True,
            "type": kind,
            "metavar": extra["metavar"],
        }
    if get_origin(base) is tuple:
        return flag, {"help": help_text, "multiple": True, "type": _Text()}
    shown = "" if field.default is None else f"  [default: {field.default}]"
    return flag, {"help": help_text + shown, "type": _click_type(base, metas)}


def _click_type(base: Any, metas: list[Meta]) -> click.ParamType[Any]:
    if get_origin(base) is Literal:
        return click.Choice([str(choice) for choice in get_args(base)])
    if base is not int:
        return click.STRING
    for meta in metas:
        if meta.ge is not None and meta.le is not None:
            return click.IntRange(int(meta.ge), int(meta.le))
    return click.INT


def _base(hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        return _base(get_args(hint)[0])
    if get_origin(hint) in (typing.Union, types.UnionType):
        return next(member for member in get_args(hint) if member is not type(None))
    return hint
