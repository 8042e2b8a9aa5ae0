"""How a merchant gets to know the outcome of a call without ever doing it twice."""

from collections.abc import Callable

from reference_client._errors import (
    DuplicateOrder,
    IamportError,
    NotFound,
    OutcomeUnknown,
    Unavailable,
)

__all__ = ["Persistence"]

_MOST_ATTEMPTS = 12


class Persistence:
    """A call, repeated until its outcome is known; a charge is asked for before it is repeated.

    ``reconcile`` asks for a charge, ``wait`` waits so many seconds, longer each time.
    """

    def __init__(
        self,
        call: Callable[[], object],
        reconcile: Callable[[OutcomeUnknown], object],
        wait: Callable[[int], object],
    ) -> None:
        self._call = call
        self._reconcile = reconcile
        self._wait = wait
        self._lost: OutcomeUnknown | None = None
        self._asking = False

    def __call__(self) -> object:
        """Return or raise what the call came to."""
        for attempt in range(_MOST_ATTEMPTS):
            try:
                return self._attempt()
            except (OutcomeUnknown, Unavailable, NotFound, DuplicateOrder) as error:
                self._learn(error)
            self._wait(2**attempt)
        return self._attempt()

    def _attempt(self) -> object:
        if self._asking and self._lost is not None:
            return self._reconcile(self._lost)
        return self._call()

    def _learn(self, error: IamportError) -> None:
        """Decide what to do next; raise what is an outcome."""
        if isinstance(error, Unavailable):
            return
        if isinstance(error, OutcomeUnknown):
            # Everything but a charge does no harm when it is done again.
            if error.about == "charge":
                self._lost, self._asking = error, True
        elif isinstance(error, NotFound) and self._asking:
            self._asking = False
        elif isinstance(error, DuplicateOrder) and self._lost is not None:
            self._asking = True
        else:
            raise error
