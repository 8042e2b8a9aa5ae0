"""Payments in order of time, so that a page of a million costs what a page of a thousand costs."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping, Sequence

from fake_iamport.domain.payment import Payment, PaymentStatus
from fake_iamport.store.searches import PaymentSearch

__all__ = ["SORTINGS", "PaymentIndex", "moment_of"]

_Place = tuple[int, int, str]

SORTINGS: Mapping[str, Callable[[Payment], int]] = {
    "started": lambda payment: payment.started_at,
    "paid": lambda payment: payment.paid_at,
    "updated": lambda payment: payment.updated_at,
}
"""What a list can be sorted by (spec)."""


def moment_of(payment: Payment) -> int:
    """The moment by which a payment is searched: when it came to stand as it does (spec)."""
    return {
        PaymentStatus.READY: payment.started_at,
        PaymentStatus.PAID: payment.paid_at,
        PaymentStatus.CANCELLED: payment.cancelled_at,
        PaymentStatus.FAILED: payment.failed_at,
    }[payment.status]


class _Ordered:
    """Payments by their moment; knows how many of them another sorting would put elsewhere."""

    __slots__ = ("_astray", "_places")

    def __init__(self) -> None:
        self._places: list[_Place] = []
        self._astray = dict.fromkeys(SORTINGS, 0)

    def add(self, payment: Payment) -> None:
        insort(self._places, (moment_of(payment), payment.number, payment.imp_uid))
        self._count(payment, 1)

    def remove(self, payment: Payment) -> None:
        place = (moment_of(payment), payment.number, payment.imp_uid)
        del self._places[bisect_left(self._places, place)]
        self._count(payment, -1)

    def within(self, since: int, until: int) -> range:
        low = bisect_left(self._places, (since,))
        return range(low, bisect_left(self._places, (until + 1,)))

    def imp_uids(self, places: range) -> Iterator[str]:
        return (self._places[place][2] for place in places)

    def is_sorted_by(self, sorting: str) -> bool:
        return self._astray[sorting] == 0

    def _count(self, payment: Payment, change: int) -> None:
        moment = moment_of(payment)
        for sorting, key in SORTINGS.items():
            if key(payment) != moment:
                self._astray[sorting] += change


class PaymentIndex:
    """Finds payments by status and time."""

    def __init__(self, payments: Mapping[str, Payment]) -> None:
        self._payments = payments
        self._all = _Ordered()
        self._by_status = {status: _Ordered() for status in PaymentStatus}

    def add(self, payment: Payment) -> None:
        """Take a payment in."""
        self._all.add(payment)
        self._by_status[payment.status].add(payment)

    def remove(self, payment: Payment) -> None:
        """Take a payment out."""
        self._all.remove(payment)
        self._by_status[payment.status].remove(payment)

    def find(self, search: PaymentSearch) -> tuple[int, Sequence[Payment]]:
        """How many match, and a page of them.

        When all payments stand in the wanted order anyway, only the page is looked at.
        """
        ordered = self._all if search.status is None else self._by_status[search.status]
        places = ordered.within(search.since, search.until)
        page = slice(search.offset, search.offset + search.limit)
        if ordered.is_sorted_by(search.sorting):
            in_order = places[::-1] if search.newest_first else places
            return len(places), [self._payments[each] for each in ordered.imp_uids(in_order[page])]
        found = [self._payments[imp_uid] for imp_uid in ordered.imp_uids(places)]
        key = SORTINGS[search.sorting]
        found.sort(key=lambda payment: (key(payment), payment.number), reverse=search.newest_first)
        return len(found), found[page]
