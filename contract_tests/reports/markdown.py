"""The report for a pull request."""

from collections.abc import Sequence
from typing import Any

from contract_tests.reports.both_sides import side_by_side
from contract_tests.reports.terminal import known, summary, word
from contract_tests.story import commands
from contract_tests.verdicts import Result, Verdict

__all__ = ["encode"]


def encode(results: Sequence[Result], about: dict[str, Any]) -> str:
    """The run as Markdown: what is broken first, with the shortest story folded away."""
    told = [result for result in results if result.verdict not in (Verdict.PASS, Verdict.SKIP)]
    skipped = sum(result.verdict is Verdict.SKIP for result in results)
    lines = [
        f"### i'mport contract: {about['side']} at {about['server']}",
        "",
        summary(results, about["seconds"]),
        "",
        f"{about['date']}, fake-iamport {about['version']}, seed {about['seed']}",
        "",
    ]
    if told:
        lines += ["| verdict | clause | what happened | severity |", "|---|---|---|---|"]
        lines += [_row(result) for result in told]
        lines.append("")
    for result in told:
        lines += _story(result)
    if skipped:
        lines += [f"{skipped} clauses were not tried; the JSON report says why.", ""]
    return "\n".join(lines)


def _row(result: Result) -> str:
    verdict = f"{word(result)} (known: {known(result)})" if result.expected else word(result)
    clause = result.clause
    cells = [verdict, f"{clause.id} {clause.title}", result.reason, clause.severity]
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    escaped = (
        text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "\\`")
    )
    return " ".join(escaped.split())


def _story(result: Result) -> list[str]:
    if not result.story:
        return []
    clause = result.clause
    steps = [f"{told.sent}\n    -> {told.answered}" for told in result.story]
    again = commands(result.story, of_a_server=clause.id.startswith("P-"))
    sides = [*side_by_side(result.timeline), ""] if result.timeline else []
    return [
        f"<details><summary>{clause.id}: how to see it</summary>",
        "",
        f"{_cell(clause.costs)} How we know: {clause.evidence}, {_cell(clause.reference)}",
        "",
        *_fenced([*steps, "", *sides, *again, "", f"iamport-contract replay {result.replay}"]),
        "",
        "</details>",
        "",
    ]


def _fenced(lines: Sequence[str]) -> list[str]:
    text = "\n".join(lines)
    fence = "```"
    while fence in text:
        fence += "`"
    return [fence, text, fence]
