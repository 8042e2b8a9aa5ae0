"""The merchant's suite: every clause that is wanted, against one merchant."""

from collections.abc import Iterator, Sequence
from functools import partial

import msgspec

from contract_tests.clauses import contract
from contract_tests.merchant.house import House
from contract_tests.merchant.world import open_world
from contract_tests.runner import Plan, choose, run
from contract_tests.story import Told
from contract_tests.verdicts import Result, Verdict

__all__ = ["QUICK_EXAMPLES", "check_merchant"]

QUICK_EXAMPLES = 2
"""Examples of each check where time is short."""

_CONTROL = "/_fake/"
_SERVER, _MERCHANT = "${IAMPORT_URL}", "${MERCHANT_URL}"
_HARMLESS = (Verdict.PASS, Verdict.SKIP)


def check_merchant(house: House, plan: Plan, patterns: Sequence[str] = ()) -> Iterator[Result]:
    """Check a merchant; gives each clause's result as soon as it is there.

    After a check that went wrong the merchant is started anew, where it is the kit's to start, so
    that one failure doesn't cause another.

    Raises:
        contract_tests.runner.UnknownClause: a pattern matches no clause.
    """
    merchant = contract("merchant")
    plan = Plan(plan.examples, plan.seed, lenient=True)
    for clause in choose(merchant, patterns):
        if house.is_worn:
            house.restart()
        for result in run(merchant, [clause], partial(open_world, house), plan):
            if result.verdict not in _HARMLESS:
                result.timeline = house.timeline
                result.story = [_to_the_merchant(told) for told in result.story]
                house.is_worn = True
            yield result


def _to_the_merchant(told: Told) -> Told:
    """The command against the merchant, unless it tells the emulator what to do."""
    if _CONTROL in told.curl:
        return told
    return msgspec.structs.replace(told, curl=told.curl.replace(_SERVER, _MERCHANT))
