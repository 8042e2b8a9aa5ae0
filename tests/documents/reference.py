"""Writes ``docs/reference.md``: the control API and every setting, from their declarations.

``python -m tests.documents.reference`` prints the page; ``make docs`` keeps it.
"""

import typing
from collections.abc import Iterator
from typing import get_args

import msgspec
from msgspec import Meta

from fake_iamport.control.declaration import ControlRoute, control_routes
from fake_iamport.settings import MerchantSettings, Settings

__all__ = ["page"]


def page() -> str:
    """The whole page."""
    routes = sorted(control_routes(), key=lambda route: (_subject(route), route.path, route.method))
    return "\n".join(
        [
            "# Reference",
            "",
            "`make docs` writes this page from the declarations.",
            "",
            "## The control API",
            "",
            "`/_fake/openapi.json` has all of it, with types. Bodies and answers are JSON. What can't",
            'be is answered with `{"error": {"field", "message"}}` and changes nothing; a scenario\'s',
            "mistake has its `line` and `column`, too.",
            "",
            "| route | what it does |",
            "|---|---|",
            *(
                f"| `{route.method} /_fake{route.path}` | {_first_line(route)} |"
                for route in routes
            ),
            "",
            "## Settings of a merchant",
            "",
            "As options of `fake-iamport serve`, as environment variables, in `POST /_fake/merchants`,",
            "and while it runs in `PATCH /_fake/merchants/{imp_key}/settings`.",
            "",
            *_settings_table(MerchantSettings),
            "",
            "## Settings of the server",
            "",
            *_settings_table(Settings),
            "",
        ]
    )


def _subject(route: ControlRoute) -> str:
    parts = [part for part in route.path.split("/") if part and not part.startswith("{")]
    return "merchants" if parts[0] == "merchants" else ""


def _first_line(route: ControlRoute) -> str:
    return " ".join(route.description.partition("\n\n")[0].split())


def _settings_table(struct: type[msgspec.Struct]) -> Iterator[str]:
    yield "| setting | option and variable | default | meaning |"
    yield "|---|---|---|---|"
    hints = typing.get_type_hints(struct, include_extras=True)
    for field in msgspec.structs.fields(struct):
        metas = [item for item in get_args(hints[field.name]) if isinstance(item, Meta)]
        meaning = " ".join(meta.description for meta in metas if meta.description)
        if meaning:
            name = field.name
            flag, variable = f"--{name.replace('_', '-')}", f"FAKE_IAMPORT_{name.upper()}"
            default = msgspec.json.encode(_default(field)).decode()
            yield f"| `{name}` | `{flag}`, `{variable}` | `{default}` | {meaning} |"


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return field.default_factory() if field.default_factory is not msgspec.NODEFAULT else None


if __name__ == "__main__":
    print(page(), end="")
