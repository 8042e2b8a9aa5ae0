"""The world that a merchant starts with, and gets again with each reset."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from fake_iamport.clock import Clock
from fake_iamport.domain.contact import Contact
from fake_iamport.domain.payment import Payment
from fake_iamport.domain.refund import Refund
from fake_iamport.errors import ApiError
from fake_iamport.gateway.gateway import VerifiedCard
from fake_iamport.gateway.profiles import Profile
from fake_iamport.identifiers import Identifiers
from fake_iamport.merchants import Merchant
from fake_iamport.moments import NOW, Moment
from fake_iamport.operations import operations
from fake_iamport.operations.cancelling import cancel_charge
from fake_iamport.operations.charging import Charge, charge_card
from fake_iamport.operations.declaration import Call
from fake_iamport.operations.key_issue import issue_billing_key
from fake_iamport.settings import MerchantSettings
from fake_iamport.store import Records, Transaction
from fake_iamport.store.memory import MemoryStore
from fake_iamport.wire.parameters import parse

__all__ = ["ClockStart", "SeededKey", "SeededPayment", "SeededSchedule", "World", "WorldError"]

_Result = TypeVar("_Result")


class WorldError(ValueError):
    """A step that the emulator itself refuses: ``kind`` and ``place`` say which record's.

    A file is tried when it is read. Later, moments that count from now and moments that don't may
    have come into another order, so that a reset can meet it, too.
    """

    status = 409

    def __init__(self, kind: str, place: int, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.place = place
        self.field = f"{kind}[{place}]"


@dataclass(frozen=True, slots=True)
class ClockStart:
    """How a merchant's clock starts."""

    mode: Literal["real", "frozen", "running"]
    at: Moment = NOW

    def set(self, clock: Clock) -> None:
        """Let ``clock`` start so; relative moments count from the machine's time."""
        clock.follow()
        if self.mode == "frozen":
            clock.freeze(self.at.at(clock.now()))
        elif self.mode == "running":
            clock.run(self.at.at(clock.now()))


@dataclass(frozen=True, slots=True)
class SeededKey:
    """A billing key; without ``at`` it was issued just before its first payment."""

    customer_uid: str
    profile: Profile
    verified: VerifiedCard
    customer: Contact
    customer_id: str | None
    at: Moment | None


@dataclass(frozen=True, slots=True)
class SeededPayment:
    """A payment, failed if ``verified`` says so, and what was cancelled of it."""

    charge: Charge
    profile: Profile
    verified: VerifiedCard
    at: Moment
    refund: Refund | None = None
    cancelled_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class SeededSchedule:
    """A charge to come; ``fields`` are those of the API's schedules."""

    customer_uid: str
    schedule_at: Moment
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """What a merchant starts with. It has no card data beyond what answers show.

    ``name`` decides the made-up identifiers: the same world has the same ones each time.
    """

    name: str
    settings: MerchantSettings
    clock: ClockStart | None = None
    keys: tuple[SeededKey, ...] = ()
    payments: tuple[SeededPayment, ...] = ()
    schedules: tuple[SeededSchedule, ...] = ()

    def records(self, now: int) -> Records:
        """Everything that is there when the world is made at ``now`` (unix seconds).

        Raises:
            WorldError: a step is refused.
        """
        return _finished(_Making(self, now).records())


@dataclass(slots=True)
class _Making:
    """Makes the records of a world as the calls of its past would have, on a store of its own."""

    world: World
    now: int
    store: MemoryStore = field(default_factory=MemoryStore)
    payments: dict[int, Payment] = field(default_factory=dict)

    async def records(self) -> Records:
        stage = Merchant(
            self.world.name,
            "",
            settings=MerchantSettings(past_schedule="execute"),
            clock=Clock(self.now),
            identifiers=Identifiers(f"seed file:{self.world.name}"),
        )
        async with self.store.transaction(stage.imp_key) as transaction:
            for step in sorted(self._steps(), key=lambda step: (step.at, step.rank)):
                await step.take(stage, transaction)
            return await transaction.snapshot()

    def _steps(self) -> "list[_Step]":
        steps = [
            _Step(self._issued_at(key), 0, "customers", place, self._issue(key))
            for place, key in enumerate(self.world.keys)
        ]
        for place, payment in enumerate(self.world.payments):
            at = payment.at.at(self.now)
            steps.append(_Step(at, 1, "payments", place, self._charge(place, payment)))
            if payment.refund is not None:
                later = payment.cancelled_at.at(self.now) if payment.cancelled_at else at
                cancel = self._cancel(place, payment.refund)
                steps.append(_Step(later, 2, "payments", place, cancel))
        return steps + [
            _Step(self.now, 3, "schedules", place, self._schedule(schedule))
            for place, schedule in enumerate(self.world.schedules)
        ]

    def _issued_at(self, key: SeededKey) -> int:
        if key.at is not None:
            return key.at.at(self.now)
        uses = (
            each for each in self.world.payments if each.charge.customer_uid == key.customer_uid
        )
        return min((payment.at.at(self.now) for payment in uses), default=self.now)

    def _issue(self, key: SeededKey) -> "_Action":
        return lambda call: issue_billing_key(
            call, key.profile, key.verified, key.customer_uid, key.customer, key.customer_id
        )

    def _charge(self, place: int, payment: SeededPayment) -> "_Action":
        async def charge(call: Call) -> None:
            self.payments[place] = await charge_card(
                call, payment.charge, payment.profile, payment.verified
            )

        return charge

    def _cancel(self, place: int, refund: Refund) -> "_Action":
        return lambda call: cancel_charge(call, self.payments[place], refund)

    def _schedule(self, schedule: SeededSchedule) -> "_Action":
        operation = operations()["schedule"]
        item = {**schedule.fields, "schedule_at": schedule.schedule_at.at(self.now)}
        sent = {"customer_uid": schedule.customer_uid, "schedules": [item]}
        return lambda call: operation.function(call, parse(operation.parameters, sent))


_Action = Callable[[Call], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing that happened at the unix second ``at``; of one second the lower rank comes first."""

    at: int
    rank: int
    kind: str
    place: int
    action: _Action

    async def take(self, stage: Merchant, transaction: Transaction) -> None:
        stage.clock.freeze(self.at)
        try:
            await self.action(Call(stage, transaction, "seed", None))
        except ApiError as refusal:
            raise WorldError(self.kind, self.place, refusal.message) from None


def _finished(work: Coroutine[Any, Any, _Result]) -> _Result:
    """The result of work on a store in memory that nobody shares: it never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        result: _Result = done.value
        return result
    work.close()
    raise RuntimeError("making a world must not wait for anything")
