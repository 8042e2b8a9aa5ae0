"""How a control route is declared: once; routing, validation and the document follow from it."""

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import msgspec

import fake_iamport.control
from fake_iamport.emulator import Emulator
from fake_iamport.merchants import Merchant
from fake_iamport.plain_words import complaint_and_place, in_plain_words
from fake_iamport.settings import SettingsError
from fake_iamport.suggestions import did_you_mean

__all__ = [
    "ControlError",
    "ControlRoute",
    "Download",
    "Inputs",
    "control",
    "control_routes",
    "convert",
    "merchant_of",
    "names_of_lists",
]

_Function = TypeVar("_Function", bound=Callable[..., Awaitable[object]])
_Inputs = TypeVar("_Inputs", bound="Inputs")


class ControlError(ValueError):
    """A control call that can't be done: ``field`` is the place, the text what was expected.

    ``line`` and ``column`` count from 1, where it is a document that has the mistake.
    """

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        status: int = 400,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.field = field
        self.status = status
        self.line = line
        self.column = column


class Inputs(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a control route takes, from path, query string and JSON body together."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file, for a route that answers with one instead of a JSON value."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True, eq=False)
class ControlRoute:
    """One method and path below ``/_fake``.

    ``document`` is the input that the body is as it stands, where the body is no JSON object of inputs.
    """

    name: str
    method: str
    path: str
    status: int
    description: str
    function: Callable[[Emulator, Any], Awaitable[object]]
    inputs: type[Inputs]
    result: Any
    document: str | None


_declared: list[ControlRoute] = []


def control(
    method: str, path: str, *, status: int = 200, document: str | None = None
) -> Callable[[_Function], _Function]:
    """Declare the decorated function to answer ``method`` ``/_fake`` + ``path``.

    With ``document``, the input of that name (bytes) is the whole body as it was sent.
    """

    def declare(function: _Function) -> _Function:
        hints = typing.get_type_hints(function, include_extras=True)
        _declared.append(
            ControlRoute(
                name=function.__name__,
                method=method,
                path=path,
                status=status,
                description=inspect.getdoc(function) or "",
                function=function,
                inputs=hints["inputs"],
                result=hints["return"],
                document=document,
            )
        )
        return function

    return declare


@cache
def control_routes() -> Sequence[ControlRoute]:
    """Every control route."""
    for module in pkgutil.iter_modules(fake_iamport.control.__path__):
        importlib.import_module(f"fake_iamport.control.{module.name}")
    return tuple(_declared)


def convert(inputs: type[_Inputs], values: Mapping[str, object]) -> _Inputs:
    """Check what was sent against ``inputs``.

    Raises:
        ControlError: an unknown name, a missing one, or a value of the wrong type.
    """
    known = [field.encode_name for field in msgspec.structs.fields(inputs)]
    for name in values:
        if name not in known:
            raise ControlError(
                f"there is no {name!r} here; "
                + (f"known are {', '.join(known)}" if known else "nothing is expected")
                + did_you_mean(name, known),
                field=name,
            )
    try:
        return msgspec.convert(values, inputs, strict=False)
    except msgspec.ValidationError as error:
        complaint, place = complaint_and_place(error)
        if isinstance(error.__cause__, SettingsError):
            place = f"{place}.{error.__cause__.field}"
        raise ControlError(in_plain_words(complaint), field=place or None) from None


def names_of_lists(inputs: type[Inputs]) -> frozenset[str]:
    """The inputs that may come several times in a query string."""
    hints = typing.get_type_hints(inputs)
    return frozenset(name for name, hint in hints.items() if typing.get_origin(hint) is list)


def merchant_of(emulator: Emulator, imp_key: str) -> Merchant:
    """The merchant that a route means.

    Raises:
        ControlError: there is none with this key.
    """
    merchant = emulator.merchants.get(imp_key)
    if merchant is None:
        known = [merchant.imp_key for merchant in emulator.merchants]
        raise ControlError(
            f"there is no merchant with the imp_key {imp_key!r}{did_you_mean(imp_key, known)}",
            field="imp_key",
            status=404,
        )
    return merchant
