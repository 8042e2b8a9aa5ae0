import asyncio

import pytest

from fake_iamport.domain.billing_key import BillingKey
from fake_iamport.domain.card import Card
from fake_iamport.domain.contact import Contact
from fake_iamport.domain.payment import Payment, PaymentStatus
from fake_iamport.domain.schedule import Schedule, ScheduleStatus
from fake_iamport.domain.token import Token
from fake_iamport.store import Store, Transaction
from fake_iamport.store.memory import MemoryStore
from fake_iamport.store.searches import ScheduleSearch

pytestmark = pytest.mark.anyio


def billing_key(customer_uid: str, key: str) -> BillingKey:
    return BillingKey(
        customer_uid=customer_uid,
        key=key,
        pg_provider="nice",
        pg_id="m",
        card=Card(number="1"),
        inserted=1,
        updated=1,
        customer_id="i",
        customer=Contact(),
    )


def payment(imp_uid: str, merchant_uid: str = "o") -> Payment:
    return Payment(
        imp_uid=imp_uid,
        merchant_uid=merchant_uid,
        status=PaymentStatus.PAID,
        amount=1,
        pg_provider="nice",
        pg_id="m",
        started_at=1,
    )


async def write_everything(transaction: Transaction, mark: str) -> None:
    await transaction.put_token(Token(f"token {mark}", 10))
    await transaction.put_billing_key(billing_key("kept", mark))
    await transaction.put_billing_key(billing_key(f"new {mark}", mark))
    await transaction.put_payment(payment(f"imps {mark}"))
    await transaction.delete_billing_key("kept")


async def test_a_transaction_that_fails_leaves_nothing_behind() -> None:
    store: Store = MemoryStore()
    async with store.transaction("m") as transaction:
        await transaction.put_token(Token("token a", 10))
        await transaction.put_billing_key(billing_key("kept", "a"))
        await transaction.put_payment(payment("imps a"))

    async def fail() -> None:
        async with store.transaction("m") as transaction:
            await write_everything(transaction, "b")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    async with store.transaction("m") as transaction:
        assert await transaction.token() == Token("token a", 10)
        assert await transaction.billing_key("kept") == billing_key("kept", "a")
        assert await transaction.billing_key("new b") is None
        assert await transaction.payments_of_order("o") == [payment("imps a")]
        assert await transaction.payment("imps b") is None
    assert await store.merchant_of_token("token b") is None
    assert await store.merchant_of_token("token a") == ("m", Token("token a", 10))


async def test_transactions_of_one_merchant_wait_for_each_other() -> None:
    store: Store = MemoryStore()
    steps: list[str] = []

    async def work(name: str) -> None:
        async with store.transaction("m"):
            steps.append(name)
            await asyncio.sleep(0)
            steps.append(name)

    await asyncio.gather(work("a"), work("b"))

    assert steps == ["a", "a", "b", "b"]


async def test_merchants_do_not_see_each_other() -> None:
    store: Store = MemoryStore()
    async with store.transaction("m") as transaction:
        await write_everything(transaction, "a")

    async with store.transaction("other") as transaction:
        assert await transaction.payment("imps a") is None
        assert await transaction.token() is None


async def test_reset_keeps_the_token_and_removal_does_not() -> None:
    store: Store = MemoryStore()
    async with store.transaction("m") as transaction:
        await write_everything(transaction, "a")

    await store.reset("m")
    assert await store.merchant_of_token("token a") is not None
    async with store.transaction("m") as transaction:
        assert await transaction.payments_of_order("o") == []
    await store.remove("m")
    assert await store.merchant_of_token("token a") is None


async def test_records_are_given_away_and_taken_back_as_a_whole_without_the_token() -> None:
    store: Store = MemoryStore()
    async with store.transaction("m") as transaction:
        await write_everything(transaction, "a")
        records = await transaction.snapshot()
    async with store.transaction("n") as transaction:
        await write_everything(transaction, "b")
        await transaction.restore(records)

    async with store.transaction("n") as transaction:
        assert await transaction.snapshot() == records
        assert await transaction.token() == Token("token b", 10)
        assert await transaction.payments_of_order("o") == [payment("imps a")]
        assert await transaction.billing_key("new b") is None


async def test_a_transaction_that_fails_takes_a_restore_back() -> None:
    store: Store = MemoryStore()
    async with store.transaction("m") as transaction:
        empty = await transaction.snapshot()
        await write_everything(transaction, "a")
        before = await transaction.snapshot()

    async def fail() -> None:
        async with store.transaction("m") as transaction:
            await transaction.put_payment(payment("imps b"))
            await transaction.restore(empty)
            await transaction.put_payment(payment("imps c"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    async with store.transaction("m") as transaction:
        assert await transaction.snapshot() == before
        assert await transaction.payments_of_order("o") == [payment("imps a")]
        await transaction.put_payment(payment("imps d"))
        assert len(await transaction.payments_of_order("o")) == 2


def schedule(number: int, at: int, status: ScheduleStatus = ScheduleStatus.SCHEDULED) -> Schedule:
    return Schedule(
        number=number,
        merchant_uid=f"month-{number}",
        customer_uid="c",
        schedule_at=at,
        amount=1,
        currency="KRW",
        name=None,
        buyer=Contact(),
        status=status,
    )


_ALL_SCHEDULES = ScheduleSearch(
    status=None, since=0, until=10, newest_first=False, offset=0, limit=10
)


@pytest.mark.parametrize(
    "change", [schedule(1, 9), schedule(1, 1, ScheduleStatus.EXECUTED), schedule(3, 0)]
)
async def test_a_transaction_that_fails_leaves_the_order_of_schedules_as_it_was(
    change: Schedule,
) -> None:
    store: Store = MemoryStore()
    kept = [schedule(1, 1), schedule(2, 5)]
    async with store.transaction("m") as transaction:
        for each in kept:
            await transaction.put_schedule(each)

    async def fail() -> None:
        async with store.transaction("m") as transaction:
            await transaction.put_schedule(change)
            _, found = await transaction.find_schedules(_ALL_SCHEDULES)
            assert change in found
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    async with store.transaction("m") as transaction:
        assert await transaction.next_schedule() == kept[0]
        assert await transaction.find_schedules(_ALL_SCHEDULES) == (2, kept)
