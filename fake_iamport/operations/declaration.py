"""How an operation is declared: once, with everything that the rest needs to know of it.

Routes, validation, the OpenAPI document, failure orders and journal entries all come from here.
"""

import enum
import inspect
import typing
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from fake_iamport.errors import ApiError
from fake_iamport.gateway.gateway import Gateway
from fake_iamport.merchants import Merchant
from fake_iamport.store import Transaction
from fake_iamport.webhooks.drafts import Change
from fake_iamport.wire.parameters import Parameters, prepare, secret_fields

__all__ = ["Access", "Call", "Operation", "PartlyFound", "operation"]

_Result = TypeVar("_Result")
_Function = TypeVar("_Function", bound=Callable[..., Awaitable[object]])


class Access(enum.Enum):
    """What a caller must show."""

    TOKEN = "token"  # noqa: S105
    CREDENTIALS = "credentials"


class Call:
    """One call in progress: whose it is, when it is, and what it may use.

    ``webhook_changes`` are what a scenario makes of the webhooks that the call causes, ``webhooks``
    the numbers of those that were written down.
    """

    __slots__ = (
        "gateway",
        "merchant",
        "now",
        "transaction",
        "user_agent",
        "webhook_changes",
        "webhooks",
    )

    def __init__(
        self,
        merchant: Merchant,
        transaction: Transaction,
        operation_id: str,
        user_agent: str | None,
    ) -> None:
        self.merchant = merchant
        self.transaction = transaction
        self.now = merchant.clock.now()
        self.gateway = Gateway(merchant, transaction, operation_id, self.now)
        self.user_agent = user_agent
        self.webhook_changes: Sequence[Change] = ()
        self.webhooks: list[int] = []


class PartlyFound(msgspec.Struct, Generic[_Result]):
    """The part of several records that exists; goes out with HTTP 207 (spec)."""

    found: list[_Result]


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One method and path of the V1 reference."""

    operation_id: str
    method: str
    paths: tuple[str, ...]
    tag: str
    summary: str
    description: str
    function: Callable[[Call, Any], Awaitable[object]]
    parameters: type[Parameters]
    result: Any
    access: Access
    secret_results: frozenset[str]
    asks_gateway: bool
    charges: bool
    raises: tuple[type[ApiError], ...]

    @property
    def path(self) -> str:
        """The path in the official description."""
        return self.paths[0]


declared: dict[str, Operation] = {}


def operation(
    operation_id: str,
    method: str,
    *paths: str,
    tag: str | None = None,
    access: Access = Access.TOKEN,
    asks_gateway: bool = False,
    charges: bool = False,
    raises: tuple[type[ApiError], ...] = (),
) -> Callable[[_Function], _Function]:
    """Declare the decorated function to be the operation ``operation_id``.

    The tag comes from the module's name unless it is given, the texts from the docstring, and the
    types of parameters and result from the annotations. The first path is the official one; others
    lead to it too. One that ``charges`` can be declined, which leaves a failed payment.
    """

    def declare(function: _Function) -> _Function:
        hints = typing.get_type_hints(function, include_extras=True)
        prepare(hints["parameters"])
        description = inspect.getdoc(function) or ""
        declared[operation_id] = Operation(
            operation_id=operation_id,
            method=method,
            paths=paths,
            tag=tag or function.__module__.rpartition(".")[2].replace("_", "."),
            summary=description.partition("\n")[0].rstrip("."),
            description=description,
            function=function,
            parameters=hints["parameters"],
            result=hints["return"],
            access=access,
            secret_results=secret_fields(hints["return"]),
            asks_gateway=asks_gateway or charges,
            charges=charges,
            raises=raises,
        )
        return function

    return declare
