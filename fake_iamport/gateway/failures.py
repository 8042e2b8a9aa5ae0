"""The catalogue of failures: every named way for the gateway to say no.

What a failure is called, says and means stands in ``data/failures.yaml``; adding one touches
nothing else.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from fake_iamport.domain.card import passes_luhn
from fake_iamport.gateway.datafiles import read_data
from fake_iamport.gateway.evidence import Evidence
from fake_iamport.suggestions import did_you_mean

if TYPE_CHECKING:
    from fake_iamport.documents import Document

__all__ = [
    "DEFAULT_TABLE",
    "Failure",
    "PgCode",
    "Stage",
    "UnknownFailure",
    "failures",
    "find_failure",
    "free_failure",
    "load_failures",
    "parse_failure",
]

DEFAULT_TABLE = "nice"
"""The code table in which every failure has a code."""

FREE_FAILURE = "free"
"""The name of a failure that was made from a code and a text of somebody's own."""


class Stage(StrEnum):
    """Where the gateway says no."""

    CARD_DATA = "card_data"
    """The card is refused: no key is issued, a payment by card data never gets to the issuer."""

    CHARGE = "charge"
    """The card is fine and the charge is declined: a payment with status ``failed``."""

    CANCEL = "cancel"
    """The charge goes through, and a later cancel of it is refused."""

    PLATFORM = "platform"
    """The merchant's contract or the gateway itself is at fault: nothing gets to the issuer."""


class PgCode(msgspec.Struct, frozen=True, kw_only=True):
    """What one gateway says: its code and its text, both as on the wire, and how we know."""

    code: str
    text: str
    evidence: Evidence
    reference: str


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One way to say no.

    ``meaning`` tells a merchant what happened and what to tell the customer. ``card`` is the number
    (in groups of four) of the test card that always causes it, None for a free failure.
    """

    name: str
    stage: Stage
    codes: Mapping[str, PgCode]
    meaning: str
    card: str | None = None

    def code_for(self, table: str) -> PgCode:
        """Return the code and text of ``table``, or nice's where that table has none."""
        return self.codes.get(table) or self.codes[DEFAULT_TABLE]

    @property
    def evidence(self) -> Evidence:
        """How sure we are of what the default gateway says."""
        return self.codes[DEFAULT_TABLE].evidence

    @property
    def reference(self) -> str:
        """Where what the default gateway says comes from."""
        return self.codes[DEFAULT_TABLE].reference

    def __repr__(self) -> str:
        return f"Failure({self.name!r})"


class UnknownFailure(LookupError):
    """There is no failure called ``name``."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no failure '{name}'{did_you_mean(name, failures())}")


@cache
def failures() -> Mapping[str, Failure]:
    """Return the catalogue, by name, in the file's order."""
    return load_failures(read_data("failures.yaml"), "failures.yaml")


def find_failure(name: str) -> Failure:
    """Return the failure called ``name``.

    Raises:
        UnknownFailure: there is none; its text names the nearest.
    """
    try:
        return failures()[name]
    except KeyError:
        raise UnknownFailure(name) from None


def free_failure(code: str, text: str) -> Failure:
    """Make a failure with a code and text of one's own, the same for every gateway.

    Its stage is that of the catalogue's first failure with this code, else ``charge``.
    """
    said = PgCode(code=code, text=text, evidence=Evidence.GUESS, reference="given by the user")
    return Failure(
        name=FREE_FAILURE,
        stage=_stages().get(code, Stage.CHARGE),
        codes={DEFAULT_TABLE: said},
        meaning="A failure of your own making.",
    )


def parse_failure(text: str) -> Failure:
    """Return the failure that ``text`` means: a name of the catalogue, or ``CODE:text``.

    Raises:
        UnknownFailure: it has no colon and names none.
        ValueError: the code or the text around the colon is empty.
    """
    code, colon, said = (part.strip() for part in text.partition(":"))
    if not colon:
        return find_failure(text)
    if not code or not said:
        raise ValueError("expected the name of a failure, or CODE:text")
    return free_failure(code, said)


def load_failures(text: str, source: str) -> Mapping[str, Failure]:
    """Read a catalogue; ``source`` names it in errors.

    Raises:
        DocumentError: the first mistake, with its line.
    """
    from fake_iamport.documents import Document

    document = Document(text, source)
    catalogue = document.read(_Catalogue)
    _check(catalogue, document)
    return MappingProxyType(
        {
            name: _failure(name, entry, catalogue.tables)
            for name, entry in catalogue.failures.items()
        }
    )


_Text = Annotated[str, Meta(min_length=1)]
_Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*$")]
_CardNumber = Annotated[str, Meta(pattern="^[0-9]{4}(-[0-9]{4}){3}$")]


class _Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: _Text
    text: _Text
    evidence: Evidence | None = None
    reference: _Text | None = None


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    stage: Stage
    card: _CardNumber
    meaning: _Text
    codes: dict[str, _Code]
    evidence: Evidence = Evidence.DOCS
    reference: _Text | None = None
    card_passes_luhn: bool = True


class _Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tables: dict[str, str]
    failures: dict[_Name, _Entry]


def _check(catalogue: _Catalogue, document: "Document") -> None:
    owners: dict[str, str] = {}
    for name, entry in catalogue.failures.items():
        at = ("failures", name)
        if DEFAULT_TABLE not in entry.codes:
            raise document.error(f"the code of {DEFAULT_TABLE} is missing", *at, "codes")
        for table in entry.codes:
            if table not in catalogue.tables:
                message = f"there is no table '{table}'{did_you_mean(table, catalogue.tables)}"
                raise document.error(message, *at, "codes", table, at_key=True)
        if passes_luhn(entry.card.replace("-", "")) is not entry.card_passes_luhn:
            expected = "pass" if entry.card_passes_luhn else "fail"
            raise document.error(f"this number should {expected} the Luhn check", *at, "card")
        if entry.card in owners:
            raise document.error(f"{owners[entry.card]} has the same card", *at, "card")
        owners[entry.card] = name


def _failure(name: str, entry: _Entry, tables: Mapping[str, str]) -> Failure:
    return Failure(
        name=name,
        stage=entry.stage,
        codes=MappingProxyType(
            {table: _pg_code(table, code, entry, tables) for table, code in entry.codes.items()}
        ),
        meaning=entry.meaning,
        card=entry.card,
    )


def _pg_code(table: str, code: _Code, entry: _Entry, tables: Mapping[str, str]) -> PgCode:
    # A failure's own evidence is about the default gateway; the other rows are published ones.
    is_default = table == DEFAULT_TABLE
    return PgCode(
        code=code.code,
        text=code.text,
        evidence=code.evidence or (entry.evidence if is_default else Evidence.DOCS),
        reference=code.reference or (entry.reference if is_default else None) or tables[table],
    )


@cache
def _stages() -> Mapping[str, Stage]:
    """Return the stage of every code, the default gateway's meaning of a code winning."""
    stages: dict[str, Stage] = {}
    for failure in failures().values():
        stages.setdefault(failure.codes[DEFAULT_TABLE].code, failure.stage)
    for failure in failures().values():
        for said in failure.codes.values():
            stages.setdefault(said.code, failure.stage)
    return stages
