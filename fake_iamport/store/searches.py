"""What can be searched for, and which page of it is wanted. Moments are unix seconds."""

import msgspec

from fake_iamport.domain.payment import PaymentStatus
from fake_iamport.domain.schedule import ScheduleStatus

__all__ = ["PaymentSearch", "ScheduleSearch"]


class PaymentSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Payments that came to stand as ``status``, or at all, from ``since`` to ``until``, both included.

    ``sorting`` is ``started``, ``paid`` or ``updated``.
    """

    status: PaymentStatus | None
    since: int
    until: int
    sorting: str
    newest_first: bool
    offset: int
    limit: int


class ScheduleSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Schedules that stand as ``status``, or all, set for ``since`` up to, but not, ``until``."""

    status: ScheduleStatus | None
    since: int
    until: int
    newest_first: bool
    offset: int
    limit: int
