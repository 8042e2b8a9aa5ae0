"""What the kit says of a mutant."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from contract_tests.clauses import contract
from contract_tests.merchant.emulator import open_emulator
from contract_tests.merchant.house import House, MakeApp, app_house
from contract_tests.merchant.suite import check_merchant
from contract_tests.runner import Plan
from contract_tests.verdicts import Result, Verdict
from tests.contract_tests.merchant import reference
from tests.contract_tests.merchant.mutants import Mutant, make_app

__all__ = ["EVERYTHING", "broken", "house_of", "single_clauses"]

EVERYTHING = "M-ALL-01"
"""The clause that every merchant breaks which takes or shows money wrongly."""

QUICKLY = msgspec.structs.replace(reference.description(), settles_within=0.7)
_BROKEN = (Verdict.FAIL, Verdict.WARN, Verdict.ERROR)


def single_clauses() -> list[str]:
    """All clauses that a single story is about."""
    return [each.id for each in contract("merchant").clauses if each.id != EVERYTHING]


@contextmanager
def house_of(make: MakeApp, emulator_url: str | None = None) -> Iterator[House]:
    # What a wrong merchant writes about its crashes is expected.
    logging.getLogger("uvicorn.error").addFilter(_is_silent)
    try:
        with open_emulator(emulator_url) as emulator, app_house(make, emulator, QUICKLY) as house:
            yield house
    finally:
        logging.getLogger("uvicorn.error").removeFilter(_is_silent)


def _is_silent(_: logging.LogRecord) -> bool:
    return False


def broken(
    mutant: Mutant, plan: Plan, clauses: Sequence[str], emulator_url: str | None = None
) -> list[Result]:
    """The results that aren't well; what could not be tried isn't among them."""
    with house_of(make_app(mutant), emulator_url) as house:
        results = list(check_merchant(house, plan, clauses))
    return [result for result in results if result.verdict in _BROKEN]
