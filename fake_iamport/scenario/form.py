"""The form of a scenario file; what rules may say comes from the conditions and effects."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from fake_iamport.gateway.evidence import Evidence
from fake_iamport.scenario.declaration import Declared, conditions, effects
from fake_iamport.scenario.walk import Step

__all__ = ["BothLanguages", "RuleForm", "ScenarioForm"]

Text = Annotated[str, Meta(min_length=1)]
Name = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,60}$")]


def _struct(name: str, description: str, declared: Iterable[Declared]) -> Any:
    fields = [
        (
            _attribute(each.name),
            Annotated[each.argument, Meta(description=each.description)] | msgspec.UnsetType,
            msgspec.UNSET,
        )
        for each in declared
    ]
    struct = msgspec.defstruct(
        name,
        fields,
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        rename={_attribute(each.name): each.name for each in declared},
        module=__name__,
    )
    struct.__doc__ = description
    return struct


def _attribute(name: str) -> str:
    """The field's name in Python, where the file's may be a keyword."""
    return f"{name}_"


if TYPE_CHECKING:

    class When(msgspec.Struct):
        """What must hold."""

    class Then(msgspec.Struct):
        """What is done."""

else:
    When = _struct("When", "What must hold; all of it.", conditions().values())
    Then = _struct("Then", "What is done; all of it.", effects().values())


class BothLanguages(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text in English and in Korean."""

    en: Text
    ko: Text


class RuleForm(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """When a call looks like this, then that happens."""

    then: Then
    when: When = When()
    name: (
        Annotated[
            str, Meta(min_length=1, max_length=100, description="What the journal calls the rule.")
        ]
        | None
    ) = None
    times: (
        Annotated[
            int,
            Meta(ge=1, le=1_000_000, description="How often it is applied; without it, always."),
        ]
        | None
    ) = None


class ScenarioForm(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Rules of what goes wrong, and for people what they are good for."""

    title: str | BothLanguages | None = None
    description: str | BothLanguages | None = None
    lesson: Annotated[
        str | BothLanguages | None,
        Meta(description="What a merchant that handles this badly loses."),
    ] = None
    expected: Annotated[
        str | BothLanguages | None, Meta(description="What a good merchant does.")
    ] = None
    evidence: Annotated[
        Evidence | None, Meta(description="How sure it is that the real server does this.")
    ] = None
    reference: Annotated[
        str | None, Meta(description="Where that comes from, or the class of incidents behind it.")
    ] = None
    walk: Annotated[
        tuple[Step, ...],
        Meta(description="What a merchant does to see it, step by step, for `scenario try`."),
    ] = ()
    seed: Annotated[int, Meta(description="Where all chance comes from.")] = 0
    match: Annotated[
        Literal["first", "all"],
        Meta(
            description="Rules are tried from the top. `first`: the first that matches is applied. "
            "`all`: every one that matches, but for those whose effects can't happen beside the effects "
            "of one above, as a second answer or a second failure can't."
        ),
    ] = "first"
    states: Annotated[
        dict[Name, Annotated[tuple[Text, ...], Meta(min_length=1)]],
        Meta(description="The states of the scenario and their values; the first is the start."),
    ] = {}
    rules: Annotated[tuple[RuleForm, ...], Meta(min_length=1, max_length=1000)]
