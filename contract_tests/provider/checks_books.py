"""The check of the clause on the books as a whole."""

from contract_tests.checks import check
from contract_tests.provider.books import REFUSALS
from contract_tests.provider.machine import explore
from contract_tests.provider.operations import OPERATIONS
from contract_tests.provider.shop import Shop
from contract_tests.provider.walk import Walk, tour
from contract_tests.runner import Plan

__all__: list[str] = []


@check("P-BOOK-01", control=True, explores=True)
def books_and_answers_agree(shop: Shop, plan: Plan) -> str:
    first = Walk(shop)
    tour(first)
    walks = [first, *explore(shop, plan, "P-BOOK-01")]
    steps = sum(walk.steps for walk in walks)
    reached = set().union(*(walk.reached for walk in walks))
    operations, refusals = reached & OPERATIONS.keys(), reached & REFUSALS.keys()
    return (
        f"{steps} calls in {len(walks)} walks reached {len(operations)} of {len(OPERATIONS)} "
        f"operations and {len(refusals)} of {len(REFUSALS)} refusals"
    )
