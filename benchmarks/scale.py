"""How much is measured: everything, less in a shorter run, and next to nothing in tests."""

import msgspec

__all__ = ["FULL", "QUICK", "Scale"]


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes that the subjects share; ``seconds`` is how long one server is under load at a time.

    ``operations`` are names of :func:`benchmarks.merchant.usual_requests`.
    """

    operations: tuple[str, ...] = ("getToken", "GET payment", "customer_save", "onetime", "again")
    rounds: int
    seconds: float
    connections: int
    calls: int
    few_payments: int
    many_payments: int
    stored_payments: int
    repeated_calls: int
    schedules: int


FULL = Scale(
    rounds=7,
    seconds=2,
    connections=32,
    calls=200,
    few_payments=1_000,
    many_payments=1_000_000,
    stored_payments=1_000_000,
    repeated_calls=1_000_000,
    schedules=100_000,
)

QUICK = Scale(
    rounds=3,
    seconds=1,
    connections=32,
    calls=100,
    few_payments=1_000,
    many_payments=100_000,
    stored_payments=100_000,
    repeated_calls=100_000,
    schedules=20_000,
)
