"""The report as one page that needs nothing else, and that a manager can read."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from contract_tests.reports.terminal import known, summary, word
from contract_tests.story import commands
from contract_tests.verdicts import Result, Verdict

__all__ = ["encode"]

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
.headline { font-size: 1.3rem; padding: .8rem 1rem; border-left: .4rem solid #2a7d3f; }
.headline.broken { border-color: #b3261e; } .headline.uncertain { border-color: #9a6700; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
td, th { text-align: left; padding: .3rem .6rem; vertical-align: top; border-bottom: 1px solid #8884;
overflow-wrap: anywhere; } .verdict { width: 6rem; }
.id { width: 6.5rem; } td.id { white-space: nowrap; }
.sides td, .sides th { width: 50%; padding: .2rem; }
.FAIL, .ERROR { color: #b3261e; } .PASS { color: #2a7d3f; } .WARN, .XFAIL { color: #9a6700; }
.SKIP, .NOTRUN { opacity: .7; }
@media (prefers-color-scheme: dark) { .FAIL, .ERROR { color: #ff8a80; } .PASS { color: #7bd48f; }
.WARN, .XFAIL { color: #ffd166; } }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #8882; padding: .6rem; margin: 0; }
b[class] { white-space: nowrap; }
"""
_COLUMNS = '<colgroup><col class="verdict"><col><col class="id"></colgroup>'
_FIRST = ("FAIL", "ERROR", "XFAIL", "WARN", "NOTRUN", "PASS", "SKIP")
"""What the reader has to do something about stands first."""

_UNCERTAIN = (Verdict.NOTRUN, Verdict.ERROR)
_BRIEF = (Verdict.PASS, Verdict.SKIP, Verdict.NOTRUN)


def encode(results: Sequence[Result], topics: Mapping[str, str], about: Mapping[str, Any]) -> str:
    """The run as an HTML text; ``topics`` are the titles of the clauses' topics."""
    title = f"i'mport contract: {about['side']} at {about['server']}"
    run = f"{about['date']}, fake-iamport {about['version']}, seed {about['seed']}"
    told = [(name, sorted(_of(results, topic), key=_rank)) for topic, name in topics.items()]
    told = sorted([each for each in told if each[1]], key=lambda each: _rank(each[1][0]))
    body = [
        f"<h1>{escape(title)}</h1>",
        _headline(results),
        f"<p>{escape(summary(results, about['seconds']))}<br><small>{escape(run)}</small></p>",
        *(line for name, of_topic in told for line in _topic(name, of_topic)),
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _of(results: Sequence[Result], topic: str) -> list[Result]:
    return [result for result in results if result.clause.topic == topic]


def _rank(result: Result) -> int:
    return _FIRST.index(word(result))


def _headline(results: Sequence[Result]) -> str:
    broken = [result for result in results if result.counts_as_broken]
    unsure = [result for result in results if result.verdict in _UNCERTAIN and not result.expected]
    expected = [result for result in results if result.expected]
    if broken:
        worst = sum(result.clause.severity == "critical" for result in broken)
        kind, said = (
            "broken",
            (f"Broken promises: {len(broken)}, of which {worst} move money or card data."),
        )
    elif unsure:
        kind, said = "uncertain", f"Promises that could not be tried: {len(unsure)}."
    elif expected:
        ends = min((each.expected_until for each in expected if each.expected_until), default=None)
        next_end = f", the next ends on {ends}" if ends else ""
        kind, said = "uncertain", f"Known failures: {len(expected)}{next_end}."
    else:
        kind, said = "kept", "Every promise that was tried is kept."
    return f'<p class="headline {kind}">{said}</p>'


def _topic(name: str, results: Sequence[Result]) -> Iterable[str]:
    kept = sum(result.verdict is Verdict.PASS for result in results)
    yield f"<h2>{escape(name)}: {kept} of {len(results)} kept</h2><table>{_COLUMNS}"
    for result in results:
        clause = result.clause
        yield (
            f'<tr><td><b class="{word(result)}">{word(result)}</b></td>'
            f"<td>{escape(clause.title)}{_details(result)}</td>"
            f'<td class="id">{clause.id}<br><small>{clause.severity}</small></td></tr>'
        )
    yield "</table>"


def _details(result: Result) -> str:
    if result.verdict in _BRIEF:
        said = [result.seen or result.reason]
        if result.verdict is Verdict.NOTRUN and result.reason:
            said = [f"Waits for {result.blocked_by or 'what goes before it'}: {result.reason}"]
        said += [f"Known: {known(result)}"] if result.expected else []
        return "".join(f"<br><small>{escape(each)}</small>" for each in said if each)
    clause = result.clause
    expected = f"<br><b>Known:</b> {escape(known(result))}" if result.expected else ""
    told = [f"{each.sent}\n  {each.answered}" for each in result.story]
    again = commands(result.story, of_a_server=clause.id.startswith("P-"))
    steps = "\n".join([*told, "", *again])
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
    return (
        "<details open><summary>Both sides</summary>"
        f'<table class="sides">{head}{rows}</table></details>'
    )
