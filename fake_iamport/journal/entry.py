"""A call as people read it."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fake_iamport.journal.curl import curl
from fake_iamport.journal.line import FiredRule, Line

__all__ = ["Entry", "entry_of"]


class Headers(msgspec.Struct, kw_only=True):
    """The request headers that matter."""

    content_type: str | None
    user_agent: str | None


class Entry(msgspec.Struct, kw_only=True):
    """One call. ``at`` is the merchant's unix second, ``duration_ms`` the machine's milliseconds."""

    number: int
    at: int
    merchant: str | None
    operation: str | None
    method: str
    path: str
    headers: Headers
    token: Annotated[
        str | None, Meta(description="How the access token was presented; never what it is.")
    ]
    request: Annotated[
        dict[str, Any] | None, Meta(description="The parameters, without card data and secrets.")
    ]
    status: int
    code: int | None
    message: str | None
    response: msgspec.Raw
    failure: Annotated[str | None, Meta(description="The failure that was applied.")]
    rules: Annotated[
        tuple[FiredRule, ...], Meta(description="The rules of scenarios that were applied.")
    ]
    fault: Annotated[
        str | None, Meta(description="What a scenario did to the answer or the connection.")
    ]
    duration_ms: float
    curl: Annotated[
        str, Meta(description="The call as a command; variables stand for what isn't kept.")
    ]

    def answer(self) -> Any:
        """The envelope that was answered, decoded; a text where it was no JSON."""
        return msgspec.json.decode(self.response)


def entry_of(line: Line) -> Entry:
    """Show a call."""
    return Entry(
        number=line.number,
        at=line.at,
        merchant=line.merchant,
        operation=line.operation,
        method=line.method,
        path=line.path,
        headers=Headers(content_type=line.content_type, user_agent=line.user_agent),
        token=line.token,
        request=line.request(),
        status=line.status,
        code=line.code,
        message=line.message,
        response=line.response,
        failure=line.failure,
        rules=line.rules,
        fault=line.fault,
        duration_ms=round(line.seconds * 1000, 3),
        curl=curl(line),
    )
