"""Records that wait for their moment, in its order."""

from bisect import bisect_left, insort
from collections.abc import Iterator

__all__ = ["Agenda"]

_Place = tuple[int, int]

_LEAST_TO_CLEAR = 64


class Agenda:
    """Numbers of records by unix second; of those of one second the lower number comes first.

    It is worked off from the front and added to at the end, and both cost the same however many wait:
    places in front that were left stay where they are until they are as many as the others.
    """

    __slots__ = ("_begin", "_places")

    def __init__(self) -> None:
        self._places: list[_Place] = []
        self._begin = 0

    def add(self, moment: int, number: int) -> None:
        """Let a record wait until ``moment``."""
        place = (moment, number)
        places, begin = self._places, self._begin
        if begin == len(places) or places[-1] < place:
            places.append(place)
        elif begin and place < places[begin]:
            self._begin = begin - 1
            places[self._begin] = place
        else:
            insort(places, place, lo=begin)

    def remove(self, moment: int, number: int) -> None:
        """Let it wait no more."""
        places, begin = self._places, self._begin
        at = bisect_left(places, (moment, number), lo=begin)
        if at > begin:
            del places[at]
            return
        self._begin = begin + 1
        if self._begin >= _LEAST_TO_CLEAR and self._begin * 2 >= len(places):
            del places[: self._begin]
            self._begin = 0

    def first(self) -> int | None:
        """The number of the record whose moment comes first."""
        return self._places[self._begin][1] if self._begin < len(self._places) else None

    def until(self, moment: int) -> Iterator[int]:
        """The numbers of records up to ``moment``, that included; nothing may come or go meanwhile."""
        for at in range(self._begin, len(self._places)):
            due, number = self._places[at]
            if due > moment:
                return
            yield number

    def between(self, since: int, until: int) -> list[int]:
        """The numbers of records from ``since`` up to, but not, ``until``."""
        low, high = (
            bisect_left(self._places, (moment,), lo=self._begin) for moment in (since, until)
        )
        return [number for _, number in self._places[low:high]]
