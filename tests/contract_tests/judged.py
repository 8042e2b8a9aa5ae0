"""What the kit says of a wrong server."""

from collections.abc import Iterator, Sequence

from contract_tests.cli import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET
from contract_tests.provider.server import Credentials, Server
from contract_tests.provider.suite import check_server
from contract_tests.runner import Plan
from contract_tests.transport import AsgiTransport
from contract_tests.verdicts import Result, Verdict
from tests.contract_tests.mutation import Mutant, wrong_server

__all__ = ["broken_clauses", "judged"]


def judged(mutant: Mutant, plan: Plan, patterns: Sequence[str] = ()) -> Iterator[Result]:
    """The results of the clauses that match ``patterns``."""
    with AsgiTransport(wrong_server(mutant)) as transport:
        server = Server(transport, Credentials(PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET))
        try:
            yield from check_server(server, plan, patterns)
        finally:
            server.close()


def broken_clauses(mutant: Mutant, plan: Plan, patterns: Sequence[str] = ()) -> list[str]:
    """The ids of the clauses that are reported as broken, and what the kit itself got wrong."""
    return [
        result.clause.id if result.verdict is Verdict.FAIL else f"{result.clause.id} ERROR"
        for result in judged(mutant, plan, patterns)
        if result.verdict in (Verdict.FAIL, Verdict.ERROR)
    ]
