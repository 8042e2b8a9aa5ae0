"""One wrong server for each clause of the provider's contract."""

from contract_tests.clauses import contract
from tests.contract_tests.wrong_servers import (
    answers,
    books,
    cancels,
    cards,
    charges,
    keys,
    lookups,
    lost,
    schedules,
    tokens,
    webhooks,
)
from tests.contract_tests.wrong_servers.twists import MUTANTS as DECLARED

__all__ = ["MODULES", "MUTANTS"]

MODULES = (
    answers,
    books,
    cancels,
    cards,
    charges,
    keys,
    lookups,
    lost,
    schedules,
    tokens,
    webhooks,
)
"""Where they are declared; to import them is to declare them."""

MUTANTS = {clause.id: DECLARED[clause.id] for clause in contract("provider").clauses}
"""The wrong servers by the clause that they break, in the contract's order."""
