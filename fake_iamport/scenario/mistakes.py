"""Every mistake of a scenario file at once, for people who mend one.

Reading stops at the first mistake. Here the part that has it, a rule or a key of the file, is then
blanked without moving the others, and the rest is read again.
"""

import re
from collections.abc import Iterator

import yaml

from fake_iamport.documents import DocumentError, compose
from fake_iamport.scenario.reading import read_scenario

__all__ = ["MOST_MISTAKES", "mistakes_in"]

MOST_MISTAKES = 20
"""How many mistakes of a file are told; whoever makes more makes the same one again and again."""

_NO_MISTAKE = "{then: {pass: true}}"


def mistakes_in(text: str, source: str, name: str) -> list[DocumentError]:
    """The mistakes of a scenario, one for each rule and key that has any; none, if it can be read.

    With :data:`MOST_MISTAKES`, the search ends.
    """
    found: list[DocumentError] = []
    told: set[str] = set()
    remaining: str | None = text
    while remaining is not None and len(found) < MOST_MISTAKES:
        mistake = _first_mistake(remaining, source, name)
        if mistake is None or str(mistake) in told:
            break
        found.append(mistake)
        told.add(str(mistake))
        remaining = _without(remaining, mistake)
    return sorted(found, key=lambda each: (each.line, each.column))


def _first_mistake(text: str, source: str, name: str) -> DocumentError | None:
    try:
        read_scenario(text, source, name)
    except DocumentError as error:
        return error
    return None


def _without(text: str, mistake: DocumentError) -> str | None:
    """The text with the part blanked that has the mistake; nothing, if what is left tells no more."""
    place = (mistake.line - 1, mistake.column - 1)
    for key, start, end, instead in _parts(_composed(text)):
        if not _position(start) <= place < _position(end):
            continue
        if key == "states":
            # Every rule that names one of them would seem to be wrong.
            return None
        blanked = _blanked(text, start.index, end.index, instead)
        return None if blanked is None or _composed(blanked) is None else blanked
    return None


def _parts(root: yaml.Node | None) -> Iterator[tuple[str, yaml.Mark, yaml.Mark, str]]:
    """The rules and the other keys of a file: each with its start, its end, and what may replace it."""
    if not isinstance(root, yaml.MappingNode):
        return
    for key, value in root.value:
        if key.value == "rules" and isinstance(value, yaml.SequenceNode):
            for rule in value.value:
                yield "rules", rule.start_mark, rule.end_mark, _NO_MISTAKE
        else:
            yield key.value, key.start_mark, value.end_mark, ""


def _position(mark: yaml.Mark) -> tuple[int, int]:
    return mark.line, mark.column


def _blanked(text: str, start: int, end: int, instead: str) -> str | None:
    first, line_end, others = text[start:end].partition("\n")
    if not line_end and len(first) < len(instead):
        # What follows on the line would move.
        return None
    spaces = re.sub(r"[^\n]", " ", others)
    return text[:start] + instead.ljust(len(first)) + line_end + spaces + text[end:]


def _composed(text: str) -> yaml.Node | None:
    try:
        return compose(text, "")
    except DocumentError:
        return None
