"""Records that wait for their moment, in its order."""

from bisect import bisect_left, insort

__all__ = ["Agenda"]

_Place = tuple[int, int]


class Agenda:
    """Numbers of records by unix second; of those of one second the lower number comes first."""

    __slots__ = ("_places",)

    def __init__(self) -> None:
        self._places: list[_Place] = []

    def add(self, moment: int, number: int) -> None:
        """Let a record wait until ``moment``."""
        insort(self._places, (moment, number))

    def remove(self, moment: int, number: int) -> None:
        """Let it wait no more."""
        del self._places[bisect_left(self._places, (moment, number))]

    def first(self) -> int | None:
        """The number of the record whose moment comes first."""
        return self._places[0][1] if self._places else None

    def between(self, since: int, until: int) -> list[int]:
        """The numbers of records from ``since`` up to, but not, ``until``."""
        low, high = (bisect_left(self._places, (moment,)) for moment in (since, until))
        return [number for _, number in self._places[low:high]]
