"""Writes ``docs/mutants.md``: each wrong server, and what the kit says of it with three seeds.

``python -m tests.documents.mutants`` tries them all and prints the page, which takes minutes; with
``--write`` it writes the page. It exits with 1 when a verdict isn't exact.
"""

import sys
from collections.abc import Mapping, Sequence

from contract_tests.runner import Plan
from tests.contract_tests.judged import broken_clauses
from tests.contract_tests.mutants import MUTANTS
from tests.documents.shell import ROOT

__all__ = ["SEEDS", "page", "verdicts"]

SEEDS = (0, 1, 2)
EXAMPLES = 10


def verdicts() -> Mapping[str, Sequence[Sequence[str]]]:
    """The clauses that the kit finds broken, by mutant and then by seed."""
    return {
        clause: [broken_clauses(mutant, Plan(EXAMPLES, seed)) for seed in SEEDS]
        for clause, mutant in MUTANTS.items()
    }


def page(found: Mapping[str, Sequence[Sequence[str]]]) -> str:
    """The whole page, for what was found."""
    exact = sum(_is_exact(clause, each) for clause, each in found.items())
    rows = [
        f"| `{clause}` | {MUTANTS[clause].says} | {_verdict(clause, each)} |"
        for clause, each in found.items()
    ]
    return "\n".join(
        [
            "# Wrong servers",
            "",
            f"Does the kit see what is wrong? {len(found)} servers, each the emulator with one",
            f"behaviour changed, were checked with {len(SEEDS)} seeds. Of {exact} of them",
            "exactly the clause that is broken was reported, every time.",
            "`python -m tests.documents.mutants --write` tries all of them again.",
            "",
            "| breaks | the server | reported as broken |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _is_exact(clause: str, found: Sequence[Sequence[str]]) -> bool:
    return all(list(broken) == [clause] for broken in found)


def _verdict(clause: str, found: Sequence[Sequence[str]]) -> str:
    if _is_exact(clause, found):
        return f"`{clause}` alone, {len(found)} of {len(found)} times"
    return "; ".join(", ".join(broken) or "nothing" for broken in found)


def main(arguments: Sequence[str]) -> int:
    """Try all of them."""
    found = verdicts()
    if "--write" in arguments:
        (ROOT / "docs" / "mutants.md").write_text(page(found), "utf-8")
    else:
        print(page(found), end="")
    return 0 if all(_is_exact(clause, each) for clause, each in found.items()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
