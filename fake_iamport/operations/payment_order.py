"""The order in which payments are listed."""

from collections.abc import Callable, Iterable
from typing import Literal

from fake_iamport.domain.payment import Payment

__all__ = ["Sorting", "in_order"]

Sorting = Literal["-started", "started", "-paid", "paid", "-updated", "updated"]
"""A moment of a payment; with a minus the newest comes first (spec)."""

_MOMENTS: dict[str, Callable[[Payment], int]] = {
    "started": lambda payment: payment.started_at,
    "paid": lambda payment: payment.paid_at,
    "updated": lambda payment: payment.updated_at,
}


def in_order(payments: Iterable[Payment], sorting: Sorting) -> list[Payment]:
    """Sort payments; of those of one second the one that was made later is newer."""
    moment = _MOMENTS[sorting.lstrip("-")]
    return sorted(
        payments,
        key=lambda payment: (moment(payment), payment.number),
        reverse=sorting.startswith("-"),
    )
