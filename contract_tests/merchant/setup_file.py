"""``iamport-contract init``: writes a merchant.toml by asking."""

import json
from collections.abc import Mapping
from pathlib import Path

import click

from contract_tests.merchant.description import OFFERS, STATES, usual_fields

__all__ = ["init", "written"]

_PATHS = {
    "issue_key": "/subscriptions/issue-billing",
    "place_order": "/orders",
    "pay_by_card": "/orders/{order}/pay-by-card",
    "pay_by_key": "/orders/{order}/pay-by-key",
    "cancel": "/orders/{order}/cancel",
    "show_order": "/orders/{order}",
    "webhook": "/iamport/webhook",
}
_HEAD = """\
# What this merchant can do, for `iamport-contract merchant`. What it doesn't offer is left out, and
# the clauses about it are skipped.
#
# In braces stand the values that the kit fills in: {card_number}, {expiry}, {birth}, {pwd_2digit},
# {customer_uid}; {order}, {amount}, {name}; {imp_uid}, {merchant_uid}, {status}. A field that is
# nothing but a placeholder is left out when there is no value for it. A field is a text, a number,
# true or false; fields within fields can't be described.
#
# How an answer is read: a place in its JSON (a.b.0.c) and the value there, or a list of values. `http`
# is the status, `text` a part of the body, `location` a part of that header. All of it has to be so:
#   success = { http = 200, "result.code" = [0, "0"] }

"""
_URL = """\
# Where the merchant runs. Leave it out, and start the merchant with --run or --app instead.
"""
_TIMES = """\
# Seconds in which a pending order has to come right once i'mport answers again.
settles_within = 10

# Seconds after which the kit gives up waiting for one answer of the merchant.
answers_within = 60
"""


@click.command()
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("merchant.toml"),
    help="The file to write.",
)
@click.option("--yes", is_flag=True, help="Ask nothing, and describe the documentation's merchant.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init(output: Path, yes: bool, force: bool) -> None:
    """Write a merchant.toml that describes a merchant, by asking what it can do."""
    if output.exists() and not force:
        raise click.UsageError(f"{output} is there already; --force writes over it")
    text = written(None, {"issue_key": _PATHS["issue_key"]}, {}) if yes else _asked()
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        raise click.UsageError(f"{output}: {error.strerror}") from None
    click.echo(f"{output} is written; try it with: iamport-contract doctor --config {output}")


def _asked() -> str:
    click.echo("Where the merchant runs; leave it empty if the kit is to start it.")
    url = click.prompt("base URL", default="", show_default=False).strip()
    paths: dict[str, str] = {}
    bodies: dict[str, str] = {}
    for name, meaning in OFFERS.items():
        if not click.confirm(f"Is there a request that {meaning}?", default=name == "issue_key"):
            continue
        default = _PATHS[name]
        if "place_order" not in paths and name.startswith("pay_"):
            default = "/payments"
        paths[name] = click.prompt("  its path", default=default)
        if name != "show_order":
            kinds = click.Choice(["form", "json"])
            usual = "json" if name == "webhook" else "form"
            bodies[name] = click.prompt("  its body", type=kinds, default=usual)
    return written(url or None, paths, bodies)


def written(url: str | None, paths: Mapping[str, str], bodies: Mapping[str, str]) -> str:
    """The text of a description with these offers, explained."""
    lines = [
        _HEAD,
        _URL,
        f"url = {json.dumps(url)}\n" if url else '# url = "http://127.0.0.1:3000"\n',
    ]
    lines += ["\n", _TIMES]
    for name, path in paths.items():
        lines += ["\n", _offer(name, path, bodies.get(name, "form"), "place_order" in paths)]
    return "".join(lines)


def _offer(name: str, path: str, body: str, is_ordered_before: bool) -> str:
    method = "GET" if name == "show_order" else "POST"
    lines = [f"# A request that {OFFERS[name]}.", f"[{name}]", f'method = "{method}"']
    lines.append(f"path = {json.dumps(path)}")
    if name != "show_order":
        lines.append(f'body = "{body}"')
    fields = dict(usual_fields(name, is_ordered_before))
    if name == "cancel":
        fields["amount"] = "{amount}"
    lines.append(f"fields = {_inline(fields)}")
    if name == "place_order":
        lines.append(
            "# Where the answer has the order's number, and its number at i'mport if it tells."
        )
        lines.append('values = { order = "order_id", merchant_uid = "merchant_uid" }')
    elif name == "show_order":
        lines.append("# How an order is shown that is:")
        lines += [f'states.{state} = {{ status = "{state}" }}' for state in STATES]
    elif name != "webhook":
        lines.append('success = { status = "success" }')
        lines += ['refused = { status = "failed" }', 'pending = { status = "pending" }']
    return "\n".join(lines) + "\n"


def _inline(fields: Mapping[str, object]) -> str:
    return "{ " + ", ".join(f"{name} = {json.dumps(text)}" for name, text in fields.items()) + " }"
