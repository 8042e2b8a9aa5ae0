"""The report as one page that needs nothing else, and that a manager can read."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from contract_tests.reports.terminal import summary
from contract_tests.story import LOGIN_COMMAND
from contract_tests.verdicts import Result, Verdict

__all__ = ["encode"]

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
.headline { font-size: 1.3rem; padding: .8rem 1rem; border-left: .4rem solid #2a7d3f; }
.headline.broken { border-color: #b3261e; } .headline.uncertain { border-color: #9a6700; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .6rem;
vertical-align: top; border-bottom: 1px solid #8884; } .FAIL, .ERROR { color: #b3261e; }
.PASS { color: #2a7d3f; } .WARN, .NOTRUN { color: #9a6700; } .SKIP { opacity: .7; }
@media (prefers-color-scheme: dark) { .FAIL, .ERROR { color: #ff8a80; } .PASS { color: #7bd48f; }
.WARN, .NOTRUN { color: #ffd166; } }
pre { overflow-x: auto; background: #8882; padding: .6rem; } b[class] { white-space: nowrap; }
"""
_WORDS = {
    Verdict.PASS: "kept",
    Verdict.FAIL: "broken",
    Verdict.WARN: "other than we guess",
    Verdict.SKIP: "not tried",
    Verdict.NOTRUN: "could not be tried",
    Verdict.ERROR: "the kit failed",
}
_UNCERTAIN = (Verdict.NOTRUN, Verdict.ERROR)


def encode(results: Sequence[Result], topics: Mapping[str, str], about: Mapping[str, Any]) -> str:
    """The run as an HTML text; ``topics`` are the titles of the clauses' topics."""
    title = f"i'mport contract: {about['side']} at {about['server']}"
    body = [
        f"<h1>{escape(title)}</h1>",
        _headline(results),
        f"<p>{escape(summary(results, about['seconds']))}</p>",
        *(line for topic, name in topics.items() for line in _topic(name, _of(results, topic))),
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _of(results: Sequence[Result], topic: str) -> list[Result]:
    return [result for result in results if result.clause.topic == topic]


def _headline(results: Sequence[Result]) -> str:
    broken = [result for result in results if result.counts_as_broken]
    unsure = [result for result in results if result.verdict in _UNCERTAIN]
    if broken:
        worst = sum(result.clause.severity == "critical" for result in broken)
        return (
            f'<p class="headline broken">Broken promises: {len(broken)}, of which {worst} move money or '
            "card data.</p>"
        )
    if unsure:
        return f'<p class="headline uncertain">Promises that could not be tried: {len(unsure)}.</p>'
    return '<p class="headline">Every promise that was tried is kept.</p>'


def _topic(name: str, results: Sequence[Result]) -> Iterable[str]:
    if not results:
        return
    kept = sum(result.verdict is Verdict.PASS for result in results)
    yield f"<h2>{escape(name)}: {kept} of {len(results)} kept</h2><table>"
    for result in results:
        clause = result.clause
        yield (
            f'<tr><td><b class="{result.verdict}">{_WORDS[result.verdict]}</b></td>'
            f"<td>{escape(clause.title)}{_details(result)}</td><td>{clause.id}</td></tr>"
        )
    yield "</table>"


def _details(result: Result) -> str:
    if result.verdict is Verdict.PASS:
        return f"<br><small>{escape(result.seen)}</small>" if result.seen else ""
    if result.verdict is Verdict.SKIP:
        return f"<br><small>{escape(result.reason)}</small>"
    clause = result.clause
    expected = f"<br>Known: {escape(result.expected)}" if result.expected else ""
    told = [f"{each.sent}\n  {each.answered}\n  {each.curl}" for each in result.story]
    # A shopper's requests to a merchant need no token.
    steps = "\n".join([LOGIN_COMMAND, *told] if clause.id.startswith("P-") else told)
    story = f"<details><summary>How to see it</summary><pre>{escape(steps)}</pre></details>"
    return (
        f"<p>{escape(clause.holds)}<br><b>What happened:</b> {escape(result.reason)}{expected}<br>"
        f"<b>Why it matters:</b> {escape(clause.costs)}<br>"
        f"<b>How we know:</b> {clause.evidence}, {escape(clause.reference)}</p>"
        f"{story if result.story else ''}{_sides(result)}"
        f"<code>iamport-contract replay {escape(result.replay)}</code>"
    )


def _sides(result: Result) -> str:
    """What the merchant said, beside what i'mport recorded; nothing for a server."""
    if not result.timeline:
        return ""
    rows = "".join(
        f"<tr><td><pre>{escape(moment.merchant)}</pre></td>"
        f"<td><pre>{escape(chr(10).join(moment.iamport))}</pre></td></tr>"
        for moment in result.timeline
    )
    head = "<tr><th>The merchant</th><th>i'mport</th></tr>"
    return f"<details><summary>Both sides</summary><table>{head}{rows}</table></details>"
