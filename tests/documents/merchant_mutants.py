"""Writes ``docs/merchant-mutants.md``: each wrong merchant, and what the kit says of it.

``python -m tests.documents.merchant_mutants`` tries them all with three seeds and prints the page,
which takes a quarter of an hour; with ``--write`` it writes the page. It exits with 1 when a verdict
isn't exact.
"""

import sys
from collections.abc import Mapping, Sequence

from contract_tests.runner import Plan
from tests.contract_tests.merchant.judged import EVERYTHING, broken, single_clauses
from tests.contract_tests.merchant.mutants import MUTANTS
from tests.documents.shell import ROOT

__all__ = ["PAGE", "SEEDS", "page", "verdicts"]

SEEDS = (0, 1, 2)
PAGE = ROOT / "docs" / "merchant-mutants.md"
_EXAMPLES, _EXAMPLES_OF_STORIES = 3, 15


def verdicts() -> Mapping[str, Sequence[Sequence[str]]]:
    """The clauses that the kit finds broken, by mutant and then by seed."""
    return {clause: [_broken(clause, seed) for seed in SEEDS] for clause in MUTANTS}


def _broken(clause: str, seed: int) -> Sequence[str]:
    plan, tried = Plan(_EXAMPLES, seed), single_clauses()
    found = broken(MUTANTS[clause], plan, tried)
    if clause == EVERYTHING:
        found += broken(MUTANTS[clause], Plan(_EXAMPLES_OF_STORIES, seed), [EVERYTHING])
    return [result.clause.id for result in found]


def page(found: Mapping[str, Sequence[Sequence[str]]]) -> str:
    """The whole page, for what was found."""
    exact = sum(_is_exact(clause, each) for clause, each in found.items())
    rows = [
        f"| `{clause}` | {MUTANTS[clause].wrong} | {_verdict(clause, each)} |"
        for clause, each in found.items()
    ]
    return "\n".join(
        [
            "# Wrong merchants",
            "",
            f"Does the kit see what is wrong? {len(found)} merchants, each the reference merchant with",
            f"one thing changed, were checked with {len(SEEDS)} seeds. Of {exact} of them exactly the",
            "clause that is broken was reported, every time, of all that were tried;",
            f"`{EVERYTHING}` alone was left to its own mutant, because whoever takes or shows money",
            "wrongly breaks it too.",
            "`python -m tests.documents.merchant_mutants --write` tries all of them again.",
            "",
            "| breaks | the merchant | reported as broken |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _is_exact(clause: str, found: Sequence[Sequence[str]]) -> bool:
    return all(list(each) == [clause] for each in found)


def _verdict(clause: str, found: Sequence[Sequence[str]]) -> str:
    if _is_exact(clause, found):
        return f"`{clause}` alone, {len(found)} of {len(found)} times"
    return "; ".join(", ".join(each) or "nothing" for each in found)


def main(arguments: Sequence[str]) -> int:
    """Try all of them."""
    found = verdicts()
    if "--write" in arguments:
        PAGE.write_text(page(found), "utf-8")
    else:
        print(page(found), end="")
    return 0 if all(_is_exact(clause, each) for clause, each in found.items()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
