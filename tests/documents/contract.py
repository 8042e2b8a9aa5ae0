"""Writes ``docs/contract.md``: every clause, why it matters and how we know.

``python -m tests.documents.contract`` prints the page; ``make docs`` keeps it.
"""

from collections.abc import Iterable

from contract_tests.clauses import SIDES, Clause, Contract, contract, is_written

__all__ = ["page"]

TITLES = {
    "provider": "What a server owes its merchants",
    "merchant": "What a merchant's integration owes its customers",
}


def page() -> str:
    """The whole page."""
    sides = [(name, contract(name)) for name in SIDES if is_written(name)]
    counts = " and ".join(f"{len(side.clauses)} {name}" for name, side in sides)
    lines = [
        "# The contract",
        "",
        f"{counts} clauses of the i'mport V1 API, as `iamport-contract` checks them. What",
        "stands behind each is one of: `spec`, the official description; `docs`, official",
        "documentation or a gateway's; `observed`, recorded from the real server; `guess`.",
        "`make docs` writes this page from `contract_tests/data`.",
        "",
    ]
    for name, side in sides:
        lines += [f"## {TITLES[name]}", "", *_side(side)]
    return "\n".join(lines)


def _side(side: Contract) -> Iterable[str]:
    for topic, title in side.topics.items():
        clauses = [clause for clause in side.clauses if clause.topic == topic]
        yield from (f"### {title}", "", "| clause | what holds | otherwise | how we know |")
        yield "|---|---|---|---|"
        yield from map(_row, clauses)
        yield ""


def _row(clause: Clause) -> str:
    known = f"{clause.evidence}: {clause.reference}"
    name = f"`{clause.id}` {clause.title} ({clause.severity})"
    cells = [name, clause.holds, clause.costs, known]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    print(page(), end="")
