"""Payments in order of time, so that a page of a million costs what a page of a thousand costs."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter

from fake_iamport.domain.payment import Payment, PaymentStatus
from fake_iamport.store.searches import PaymentSearch

__all__ = ["SORTINGS", "PaymentIndex", "moment_of"]

_Place = tuple[int, int, str]

SORTINGS: Mapping[str, Callable[[Payment], int]] = {
    "started": attrgetter("started_at"),
    "paid": attrgetter("paid_at"),
    "updated": attrgetter("updated_at"),
}
"""What a list can be sorted by (spec)."""


_MOMENTS: Mapping[PaymentStatus, Callable[[Payment], int]] = {
    PaymentStatus.READY: attrgetter("started_at"),
    PaymentStatus.PAID: attrgetter("paid_at"),
    PaymentStatus.CANCELLED: attrgetter("cancelled_at"),
    PaymentStatus.FAILED: attrgetter("failed_at"),
}


def moment_of(payment: Payment) -> int:
    """The moment by which a payment is searched: when it came to stand as it does (spec)."""
    return _MOMENTS[payment.status](payment)


class _Ordered:
    """Payments by their moment; knows how many of them another sorting would put elsewhere."""

    __slots__ = ("_astray", "_places")

    def __init__(self) -> None:
        self._places: list[_Place] = []
        self._astray = dict.fromkeys(SORTINGS, 0)

    def add(self, place: _Place, astray: Sequence[str]) -> None:
        if not self._places or self._places[-1] < place:
            self._places.append(place)
        else:
            insort(self._places, place)
        for sorting in astray:
            self._astray[sorting] += 1

    def remove(self, place: _Place, astray: Sequence[str]) -> None:
        del self._places[bisect_left(self._places, place)]
        for sorting in astray:
            self._astray[sorting] -= 1

    def within(self, since: int, until: int) -> range:
        low = bisect_left(self._places, (since,))
        return range(low, bisect_left(self._places, (until + 1,)))

    def imp_uids(self, places: range) -> Iterator[str]:
        return (self._places[place][2] for place in places)

    def is_sorted_by(self, sorting: str) -> bool:
        return self._astray[sorting] == 0


def _place(payment: Payment) -> _Place:
    return moment_of(payment), payment.number, payment.imp_uid


def _astray(payment: Payment) -> Sequence[str]:
    """The sortings in which the payment may stand elsewhere."""
    moment = moment_of(payment)
    return [sorting for sorting, key in SORTINGS.items() if key(payment) != moment]


class PaymentIndex:
    """Finds payments by status and time."""

    def __init__(self, payments: Mapping[str, Payment]) -> None:
        self._payments = payments
        self._all = _Ordered()
        self._by_status = {status: _Ordered() for status in PaymentStatus}

    def add(self, payment: Payment) -> None:
        """Take a payment in."""
        place, astray = _place(payment), _astray(payment)
        self._all.add(place, astray)
        self._by_status[payment.status].add(place, astray)

    def remove(self, payment: Payment) -> None:
        """Take a payment out."""
        place, astray = _place(payment), _astray(payment)
        self._all.remove(place, astray)
        self._by_status[payment.status].remove(place, astray)

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
