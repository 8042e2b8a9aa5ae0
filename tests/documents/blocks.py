"""The blocks of this project's documents: commands, programs and files, as a reader finds them."""

import re
from pathlib import Path

from tests.documents.shell import ROOT

__all__ = ["DOCUMENTS", "blocks", "commands", "file_name", "is_scenario", "kinds", "scenarios"]

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("scenarios/*.md")])
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def kinds(document: Path) -> set[str]:
    """Of which kinds a document has blocks."""
    return {name for name, _ in _FENCE.findall(document.read_text("utf-8"))}


def blocks(document: Path, kind: str) -> list[str]:
    """The texts of a document's blocks of one kind."""
    return [text for name, text in _FENCE.findall(document.read_text("utf-8")) if name == kind]


def commands(document: Path) -> list[tuple[str, str]]:
    """Each command of a document and what it is said to print."""
    found: list[tuple[str, str]] = []
    for block in blocks(document, "console"):
        parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
        assert parts[0] == "", f"{document.name}: a console block starts with a command"
        found += [(part.partition("\n")[0], part.partition("\n")[2]) for part in parts[1:]]
    return found


def is_scenario(text: str) -> bool:
    """Whether a YAML block is a scenario; the others are seed files."""
    return re.search(r"^rules:", text, re.MULTILINE) is not None


def file_name(text: str) -> str:
    """Under which name a reader keeps a YAML block: its first comment says it."""
    named = re.match(r"# (\S+\.yaml)\n", text)
    return named[1] if named else "seed.yaml"


def scenarios() -> list[tuple[str, str]]:
    """Every scenario that a document shows, with a name for it."""
    return [
        (f"{document.name}-{number}", text)
        for document in DOCUMENTS
        for number, text in enumerate(blocks(document, "yaml"))
        if is_scenario(text)
    ]
