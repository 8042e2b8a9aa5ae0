"""Lists that come in pages; every operation with a long list answers like this."""

from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta

from fake_iamport.errors import PageOutOfRange

__all__ = ["PER_PAGE", "Limit", "Page", "PagedAnswer", "offset_of", "paged"]

PER_PAGE = 20
"""Records on a page unless the caller says otherwise (spec)."""

_NONE = 0

Page = Annotated[int, Meta(ge=1, description="Which page; the first is 1.")]
Limit = Annotated[int, Meta(ge=1, le=1000, description="How many records make a page.")]

Shown = TypeVar("Shown")


class PagedAnswer(msgspec.Struct, Generic[Shown], kw_only=True, gc=False):
    """One page; ``total`` counts the records of all pages (spec).

    ``previous`` and ``next`` are the numbers of the pages around it, 0 where there is none (spec).
    """

    total: int
    previous: int
    next: int
    found: list[Shown] = msgspec.field(name="list")


def offset_of(page: int, limit: int = PER_PAGE) -> int:
    """How many records come before a page."""
    return (page - 1) * limit


def paged(shown: list[Shown], total: int, page: int, limit: int = PER_PAGE) -> PagedAnswer[Shown]:
    """The answer that carries ``shown``, which are the records of the page ``page``.

    Raises:
        PageOutOfRange: the page begins behind the last record; the first page never does.
    """
    if page > 1 and offset_of(page, limit) >= total:
        raise PageOutOfRange(page=page)
    return PagedAnswer(
        total=total,
        previous=page - 1,
        next=page + 1 if page * limit < total else _NONE,
        found=shown,
    )
