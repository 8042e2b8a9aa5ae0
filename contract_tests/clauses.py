"""The contract: clauses, each with its evidence, and each with a check.

They stand in ``data/provider.yaml`` (``P-...``, what a server owes) and ``data/merchant.yaml``
(``M-...``, what a merchant's integration owes); the checks in :mod:`contract_tests.provider` and
``contract_tests.merchant``. A clause without evidence or without a check does not load, nor does a
check without a clause.
"""

import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta

from contract_tests.checks import Check, declared_checks

__all__ = [
    "SIDES",
    "Clause",
    "ClauseError",
    "Contract",
    "Evidence",
    "Severity",
    "Side",
    "contract",
    "is_written",
    "link",
    "load_clauses",
]

Line = Annotated[str, Meta(min_length=1, pattern=r"\S")]


class Evidence(StrEnum):
    """How we know what a clause says."""

    SPEC = "spec"
    """The official description says so."""

    DOCS = "docs"
    """Official documentation, or a gateway's, says so."""

    OBSERVED = "observed"
    """It was recorded from the real server."""

    GUESS = "guess"
    """Nobody knows; it is what a merchant is safest to face."""


class Severity(StrEnum):
    """What a broken clause does."""

    CRITICAL = "critical"
    """Money moves that shouldn't, or doesn't move that should, or card data gets out."""

    MAJOR = "major"
    """A merchant decides wrongly on what it is told."""

    MINOR = "minor"
    """Something else breaks: a client, a report, a look-up."""

    NOTE = "note"
    """Worth knowing; the evidence is a guess."""


class Clause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One sentence of the contract.

    ``holds`` is that sentence, ``costs`` why it costs money or trust when it doesn't hold,
    ``reference`` where the evidence is found.
    """

    id: Annotated[str, Meta(pattern=r"^[PM]-[A-Z]+-\d\d$")]
    title: Line
    holds: Line
    costs: Line
    evidence: Evidence
    reference: Line
    severity: Severity

    @property
    def topic(self) -> str:
        """The short name of what it is about, as in ``topics`` of its file."""
        return self.id.split("-")[1]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    topics: dict[str, Line]
    clauses: list[Clause]


class Side(msgspec.Struct, frozen=True):
    """One side of the contract: where its clauses and its checks stand."""

    name: str
    prefix: str

    @property
    def source(self) -> str:
        """The data file."""
        return f"{self.name}.yaml"

    @property
    def package(self) -> str:
        """The package whose modules declare the checks."""
        return f"contract_tests.{self.name}"


SIDES: Mapping[str, Side] = MappingProxyType(
    {"provider": Side("provider", "P"), "merchant": Side("merchant", "M")}
)
"""The two sides, by name."""


class Contract(msgspec.Struct, frozen=True):
    """One side's clauses in the file's order, the titles of their topics, and their checks by id."""

    topics: Mapping[str, str]
    clauses: Sequence[Clause]
    checks: Mapping[str, Check]

    def clause(self, clause_id: str) -> Clause:
        """The clause with this id.

        Raises:
            KeyError: there is none.
        """
        for clause in self.clauses:
            if clause.id == clause_id:
                return clause
        raise KeyError(clause_id)


class ClauseError(ValueError):
    """The contract can't be loaded; the text says where, and what was expected."""


@cache
def contract(side: str) -> Contract:
    """The clauses of ``side``, ``provider`` or ``merchant``, with their checks.

    Raises:
        ClauseError: a clause is wrong, or clauses and checks don't match.
    """
    chosen = SIDES[side]
    text = files("contract_tests").joinpath("data", chosen.source).read_text("utf-8")
    topics, clauses = load_clauses(text, chosen.source, chosen.prefix)
    package = importlib.import_module(chosen.package)
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("checks_"):
            importlib.import_module(f"{chosen.package}.{module.name}")
    return link(topics, clauses, declared_checks(chosen.prefix))


def is_written(side: str) -> bool:
    """Whether there are clauses of this side."""
    return files("contract_tests").joinpath("data", SIDES[side].source).is_file()


def link(
    topics: Mapping[str, str], clauses: Sequence[Clause], checks: Mapping[str, Check]
) -> Contract:
    """Put clauses and checks together.

    Raises:
        ClauseError: a clause has no check, or a check no clause.
    """
    known = {clause.id for clause in clauses}
    unchecked = sorted(known - checks.keys())
    if unchecked:
        raise ClauseError(
            f"clauses without a check: {', '.join(unchecked)}; declare one with @check"
        )
    unfounded = sorted(checks.keys() - known)
    if unfounded:
        raise ClauseError(
            f"checks without a clause: {', '.join(unfounded)}; write the clause first"
        )
    return Contract(MappingProxyType(dict(topics)), tuple(clauses), MappingProxyType(dict(checks)))


def load_clauses(text: str, source: str, prefix: str) -> tuple[Mapping[str, str], Sequence[Clause]]:
    """Read clauses and the titles of their topics; ``source`` names the text in errors.

    Raises:
        ClauseError: the first mistake, with its line and column.
    """
    root: yaml.Node | None = None
    try:
        root = yaml.compose(text, yaml.SafeLoader)
        read = msgspec.convert(yaml.safe_load(text), _File)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ClauseError(f"{source}{place}: {error.problem}") from None
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at `$")
        raise _error(root, source, path.rstrip("`"), said) from None
    seen: set[str] = set()
    for number, clause in enumerate(read.clauses):
        complaint = _complaint(clause, read.topics, prefix, seen)
        if complaint:
            raise _error(root, source, f".clauses[{number}].id", f"{clause.id}: {complaint}")
        seen.add(clause.id)
    return read.topics, read.clauses


def _complaint(
    clause: Clause, topics: Mapping[str, str], prefix: str, seen: set[str]
) -> str | None:
    if clause.id in seen:
        return "the id stands twice"
    if not clause.id.startswith(f"{prefix}-"):
        return f"expected an id that begins with {prefix}-"
    if clause.topic not in topics:
        return f"there is no topic {clause.topic}; known are {', '.join(topics)}"
    if (clause.evidence is Evidence.GUESS) != (clause.severity is Severity.NOTE):
        return "a guess is a note, and nothing else is"
    return None


def _error(root: yaml.Node | None, source: str, path: str, complaint: str) -> ClauseError:
    node = root
    for name, number in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", path):
        node = _below(node, name, number) or node
    mark = node.start_mark if node else None
    place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
    return ClauseError(f"{source}{place}: {path.removeprefix('.')}: {complaint}")


def _below(node: yaml.Node | None, name: str, number: str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and number:
        item: yaml.Node = node.value[int(number)]
        return item
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)
