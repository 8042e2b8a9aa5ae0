"""The provider's suite: every clause that is wanted, against one server."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from contract_tests.clauses import contract
from contract_tests.provider.server import PUBLIC_CARDS, Card, Credentials, Server, ServerError
from contract_tests.provider.shop import open_shop
from contract_tests.runner import Plan, choose, run
from contract_tests.transport import AsgiTransport, HttpTransport, Transport
from contract_tests.verdicts import Result

__all__ = ["check_server", "examples_for", "own_emulator", "serving"]

_EXAMPLES, _QUICK, _SANDBOX = 10, 2, 1


def examples_for(server: Server, *, quick: bool) -> int:
    """How many examples of each check are tried when nobody says; one where calls are dear."""
    if not server.has_control:
        return _SANDBOX
    return _QUICK if quick else _EXAMPLES


def check_server(server: Server, plan: Plan, patterns: Sequence[str] = ()) -> Iterator[Result]:
    """Check a server; gives each clause's result as soon as it is there.

    Raises:
        contract_tests.runner.UnknownClause: a pattern matches no clause.
        contract_tests.transport.Unreachable: nothing answers.
    """
    provider = contract("provider")
    chosen = choose(provider, patterns)
    plan = Plan(plan.examples, plan.seed, lenient=not server.is_ours)
    yield from run(provider, chosen, partial(open_shop, server), plan)


def own_emulator() -> Transport:
    """The emulator of this project in this process, fresh."""
    from fake_iamport import create_app

    return AsgiTransport(create_app())


@contextmanager
def serving(
    url: str | None,
    credentials: Credentials,
    *,
    cards: Sequence[Card] = PUBLIC_CARDS,
    most_calls: int = 600,
    use_control: bool = True,
) -> Iterator[Server]:
    """The server at ``url``, or an emulator in this process without one.

    Raises:
        ServerError: the URL is none, or what is there isn't i'mport or refuses the credentials.
        contract_tests.transport.Unreachable: nothing answers there.
    """
    if url is not None and not url.startswith(("http://", "https://")):
        raise ServerError(f"{url!r} is no URL; put http:// in front")
    transport: Transport = own_emulator() if url is None else HttpTransport(url)
    with transport:
        server = Server(
            transport, credentials, cards=cards, most_calls=most_calls, use_control=use_control
        )
        if url is not None:
            server.check_credentials()
        try:
            yield server
        finally:
            server.close()
