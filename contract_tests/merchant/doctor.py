"""``iamport-contract doctor``: finds out why a merchant can't be reached, or doesn't reach i'mport.

Each question is asked only when the one before it was answered well.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import click

from contract_tests.checks import OutOfReach, Precondition
from contract_tests.merchant.driver import Outcome, Reply
from contract_tests.merchant.emulator import KIT
from contract_tests.merchant.house import House
from contract_tests.merchant.world import CHARGES, KEY_ISSUE, World

__all__ = ["SETTINGS", "Finding", "doctor", "findings"]

SETTINGS: Mapping[str, str] = {
    "Node": "axios, fetch: process.env.IAMPORT_BASE_URL in front of each path",
    "Java": 'System.getenv("IAMPORT_BASE_URL") where the client is made: the baseUrl of Retrofit or'
    " WebClient, the rootUri of RestTemplate",
    "PHP": "getenv('IAMPORT_BASE_URL') as Guzzle's base_uri, or in front of each path with curl",
    "Ruby": "ENV['IAMPORT_BASE_URL'] as the base URL of HTTParty or Faraday",
    "Python": "imp_url=os.environ['IAMPORT_BASE_URL'] for iamport-rest-client, iamporter and"
    " async-iamport; reference_client reads the variable itself",
}
"""What makes a merchant speak to the emulator, by language."""

_NOT_FOUND = 404
_SHOWN = 200
_REFUSALS = {"issue_key": ([KEY_ISSUE], "wrong_pin"), "pay_by_card": (CHARGES, "limit_exceeded")}
"""What is refused to whom asks for an offer, and for what reason."""
_HINTS = {
    401: "it wants a log-in; give the request a header: [{offer}.headers]",
    403: "it refuses: a CSRF token or a log-in is missing; switch that off for tests, or give the"
    " request a header: [{offer}.headers]",
    404: "nothing is at that path; mend [{offer}] path, or what stands in front of the merchant",
    405: "the path is there, but not with that method; mend [{offer}] method",
    413: "it takes no body of that size",
    415: "it takes no such body; mend [{offer}] body: form or json",
    422: "it wants other fields; mend [{offer}] fields",
}


class Finding(NamedTuple):
    """One thing that is well, or isn't, and then what to do."""

    is_well: bool
    text: str
    advice: Sequence[str] = ()


@click.command()
@click.option("--config", type=click.Path(dir_okay=False), help="The merchant's description.")
@click.option("--url", help="The merchant's base URL, where it runs already.")
@click.option("--run", "command", help="A command that starts it.")
@click.option("--app", help="An ASGI or WSGI application: module:function.")
@click.option("--iamport-url", help="An emulator that runs; without it one is started.")
@click.option("--imp-key", help="The key that the merchant has, where it runs already.")
@click.option("--imp-secret", envvar="IAMPORT_IMP_SECRET", show_envvar=True, help="And its secret.")
def doctor(**options: Any) -> None:
    """Find out why a merchant can't be reached, or doesn't reach the emulator."""
    from contract_tests.cli_merchant import described, merchant_run, opened

    run = merchant_run({**options, "log": None})
    is_started = run.command or run.app
    if run.iamport_url is None and not is_started and (run.url or described(run.config).url):
        raise click.UsageError(
            "a merchant that runs already needs an emulator that runs: name it with --iamport-url"
        )
    with opened(run, options["imp_secret"], asks=True) as house:
        found = True
        for finding in findings(house):
            click.echo(f"{'well ' if finding.is_well else 'WRONG'}  {finding.text}")
            for line in finding.advice:
                click.echo(f"         {line}")
            found &= finding.is_well
    raise SystemExit(0 if found else 1)


def findings(house: House) -> Iterator[Finding]:
    """What is found, one after another, up to the first thing that is wrong."""
    offers = ", ".join(house.driver.offers)
    yield Finding(True, f"the description names: {offers}")
    yield Finding(True, f"the emulator answers at {house.emulator.url}")
    if "pay_by_key" in house.driver.offers and not _can_begin(house):
        advice = ["the kit registers a card before it pays with it: describe [issue_key]"]
        yield Finding(False, "pay_by_key also needs [issue_key]", advice)
        return
    world = World(house)
    world.begin()
    yield from _asked(world)


def _is_ours(call: Mapping[str, Any]) -> bool:
    return bool(call["headers"]["user_agent"] == KIT)


def _can_begin(house: House) -> bool:
    return bool({"issue_key", "pay_by_card"} & set(house.driver.offers))


def _asked(world: World) -> Iterator[Finding]:
    earlier = world.iamport.all_calls()
    before = earlier[-1]["number"] if earlier else 0
    try:
        reply = world.write()
    except (OutOfReach, Precondition) as error:
        yield Finding(False, f"nothing can be asked of the merchant: {error}", _places(world))
        return
    offer = "issue_key" if world.offers("issue_key") else "pay_by_card"
    if reply.outcome is Outcome.NO_ANSWER:
        yield Finding(False, f"the merchant gives no answer: {reply.text}", _places(world))
        return
    hint = _HINTS.get(reply.status)
    every, known = world.iamport.all_calls(before), world.iamport.imp_key
    strangers = [each for each in every if each["merchant"] != known and not _is_ours(each)]
    if hint and not world.made() and not strangers:
        text = f"the merchant answers [{offer}] with HTTP {reply.status}"
        yield Finding(False, text, [hint.format(offer=offer)])
        return
    yield Finding(True, f"the merchant answers [{offer}] with HTTP {reply.status}")
    yield from _reached(world, reply, strangers, offer)


def _strayed(world: World, call: Mapping[str, Any]) -> Finding:
    key, other = world.iamport.imp_key, call["merchant"]
    came = f"the merchant's call {call['method']} {call['path']}"
    if other is None:
        advice = [f"let it use imp_key {key} and the secret that goes with it",
                  f"and base URL {world.iamport.url} without a further path"]  # fmt: skip
        return Finding(False, f"{came} came without a merchant that the emulator knows", advice)
    advice = [f"give --imp-key {other} and its secret, or let the merchant use {key}"]
    return Finding(False, f"{came} reached the emulator; it came with imp_key {other}", advice)


def _reached(
    world: World, reply: Reply, strangers: Sequence[Mapping[str, Any]], offer: str
) -> Iterator[Finding]:
    made, key = world.made(), world.iamport.imp_key
    if not made and strangers:
        yield _strayed(world, strangers[-1])
        return
    if not made:
        yield Finding(False, "the merchant made no call to the emulator", _settings(world))
        return
    first = made[0]
    yield Finding(True, f"its first call reached the emulator: {first['method']} {first['path']}")
    bad = [call for call in made if call["operation"] == "getToken" and call["code"] != 0]
    if bad:
        advice = [f"let the merchant use imp_key {key} and the secret that goes with it"]
        yield Finding(False, f"getToken was refused: {bad[0]['message']}", advice)
        return
    unknown = [call for call in made if call["operation"] is None]
    if unknown:
        yield Finding(False, f"{unknown[0]['method']} {unknown[0]['path']} is no operation of i'mport",
                      ["the base URL may end with a path, or with one slash too many"])  # fmt: skip
        return
    well = made[-1]["code"] == 0
    if well and reply.outcome is not Outcome.SUCCESS:
        yield Finding(False, f"i'mport did it, and the merchant's {_as_read(reply)}",
                      [f"mend [{offer}] success: where the answer says so"])  # fmt: skip
        return
    if world.offers("webhook"):
        yield from _heard(world)
    yield Finding(well, f"i'mport's last answer was code {made[-1]['code']}, and the merchant's"
                  f" {_as_read(reply)}")  # fmt: skip
    if well:
        yield from _refused(world, offer)


def _as_read(reply: Reply) -> str:
    if reply.outcome is not Outcome.ERROR:
        return f"is read as {reply.outcome.value}"
    shown = reply.text[:_SHOWN].replace("\n", " ")
    return f"answer fits none of success, refused, pending: {shown}"


def _refused(world: World, offer: str) -> Iterator[Finding]:
    """What is wrong with how a refused card is told, if anything is."""
    operations, reason = _REFUSALS[offer]
    world.fault(*operations, fail=reason)
    try:
        reply = world.write()
    except Precondition as error:
        yield Finding(False, f"a refused card can't be tried: {error}")
        return
    finally:
        world.heal()
    if reply.outcome is Outcome.REFUSED:
        return
    advice = [
        f"mend [{offer}] refused: where the answer says so",
        "or mend the merchant: `iamport-contract merchant` says what it does with refused cards",
    ]
    yield Finding(False, f"i'mport refused a card, and the merchant's {_as_read(reply)}", advice)


def _heard(world: World) -> Iterator[Finding]:
    status = world.webhook("imps_000000000000", "nobody's order", "paid").status
    hint = _HINTS.get(status)
    # That the payment isn't known may be a reason for 404; that the path isn't, shows elsewhere.
    if hint and status != _NOT_FOUND:
        text = f"the merchant answers [webhook] with HTTP {status}"
        yield Finding(False, text, [hint.format(offer="webhook")])
    else:
        yield Finding(True, f"the merchant answers [webhook] with HTTP {status}")


def _places(world: World) -> Sequence[str]:
    where = world.house.driver.url
    return [
        f"is the merchant started, and does it listen at {where}?",
        "in a container it has to listen on 0.0.0.0, and its port has to be published",
        "https needs a certificate that this machine trusts; use http in tests",
    ]


def _settings(world: World) -> Sequence[str]:
    there = world.iamport
    return [
        f"it speaks to another server, most likely the real one. Let it use {there.url}",
        "in place of https://api.iamport.kr:",
        *(f"  {language:<7} {text}" for language, text in SETTINGS.items()),
        f"and imp_key {there.imp_key} with its secret. In a container 127.0.0.1 is the container:",
        "  start the emulator with --host 0.0.0.0 and use the host's name or the service's",
        "a proxy (HTTP_PROXY, HTTPS_PROXY) may stand between; set NO_PROXY=127.0.0.1,localhost",
    ]
