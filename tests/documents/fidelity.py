"""Writes ``docs/fidelity.md``: how much of what the emulator does is known, and what is guessed.

``python -m tests.documents.fidelity`` prints the page; ``make docs`` keeps it.
"""

from collections import Counter
from collections.abc import Sequence

from contract_tests.clauses import Clause, Evidence, contract

__all__ = ["page"]

KNOWN = [Evidence.OBSERVED, Evidence.DOCS, Evidence.SPEC]


def page() -> str:
    """The whole page."""
    provider = contract("provider")
    guesses = [clause for clause in provider.clauses if clause.evidence is Evidence.GUESS]
    known = len(provider.clauses) - len(guesses)
    return "\n".join(
        [
            "# Fidelity",
            "",
            f"Of the {len(provider.clauses)} clauses that the emulator is held to, {known} rest on a",
            f"recording, on documentation or on the official description; {len(guesses)} are guesses. A",
            "server that does otherwise than we guess gets a warning from `iamport-contract`, not a",
            "failure. `make docs` writes this page from the clauses' evidence.",
            "",
            "| about | observed | docs | spec | guess |",
            "|---|---|---|---|---|",
            *(_counts(provider.clauses, topic, title) for topic, title in provider.topics.items()),
            "",
            "## What we guess",
            "",
            "A recording that settles one of these is the most welcome change of all.",
            "",
            *(f"- `{clause.id}` {clause.holds} Why: {clause.reference}." for clause in guesses),
            "",
            "## What was recorded",
            "",
            "Where the official description says otherwise, these win.",
            "",
            *_recorded(provider.clauses),
            "",
        ]
    )


def _counts(clauses: Sequence[Clause], topic: str, title: str) -> str:
    counts = Counter(clause.evidence for clause in clauses if clause.topic == topic)
    shown = [str(counts[each] or "") for each in (*KNOWN, Evidence.GUESS)]
    return f"| {title} | {' | '.join(shown)} |"


def _recorded(clauses: Sequence[Clause]) -> list[str]:
    return [
        f"- `{clause.id}` {clause.title}: {clause.reference}"
        for clause in clauses
        if clause.evidence is Evidence.OBSERVED
    ]


if __name__ == "__main__":
    print(page(), end="")
