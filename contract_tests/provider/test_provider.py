"""Each clause of the provider's contract as a test of pytest."""

import warnings

import pytest

from contract_tests.clauses import Clause, contract
from contract_tests.provider.server import Server
from contract_tests.provider.suite import check_server, examples_for
from contract_tests.reports.terminal import details
from contract_tests.runner import Plan
from contract_tests.verdicts import Verdict

__all__ = ["ContractWarning", "test_the_server_keeps"]


class ContractWarning(UserWarning):
    """The server does otherwise than this project guesses."""


@pytest.mark.parametrize("clause", contract("provider").clauses, ids=lambda clause: clause.id)
def test_the_server_keeps(
    clause: Clause, iamport_server: Server, pytestconfig: pytest.Config
) -> None:
    """Run the clause's check; a check that can't be tried is an error, not a success."""
    examples = pytestconfig.getoption("--iamport-examples")
    most = examples or examples_for(iamport_server, quick=False)
    plan = Plan(most, pytestconfig.getoption("--iamport-seed"))
    results = list(check_server(iamport_server, plan, [clause.id]))
    told = "\n".join(line for result in results for line in details(result))
    verdicts = {result.verdict for result in results}
    if Verdict.FAIL in verdicts:
        pytest.fail(told, pytrace=False)
    if verdicts & {Verdict.NOTRUN, Verdict.ERROR}:
        pytest.fail(f"{clause.id} could not be tried: {results[0].reason}\n{told}", pytrace=False)
    if Verdict.SKIP in verdicts:
        pytest.skip(results[0].reason)
    if Verdict.WARN in verdicts:
        warnings.warn(told, ContractWarning, stacklevel=1)
