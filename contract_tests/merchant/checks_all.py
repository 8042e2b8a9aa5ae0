"""The check of the clause on everything together."""

from contract_tests.checks import check
from contract_tests.merchant.machine import explore
from contract_tests.merchant.world import World
from contract_tests.runner import Plan

__all__: list[str] = []

_CLAUSE = "M-ALL-01"


@check(_CLAUSE, explores=True)
def the_books_agree(world: World, plan: Plan) -> None:
    explore(world, plan, _CLAUSE)
