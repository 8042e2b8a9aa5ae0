import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from reference_client import AsyncIamport, Iamport, NotSent, Unauthorized
from tests.reference_client.client_driver import FLAVOURS, Driver
from tests.reference_client.iamport_stub import (
    BASE_URL,
    KEY,
    SECRET,
    IamportStub,
    answer,
    envelope,
    instead,
    never_arrives,
    operation_of,
    refused,
)

CROWD = 50


class Clock:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 5000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def stub() -> IamportStub:
    return IamportStub()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("reference_client._auth.monotonic", clock)
    return clock


@pytest.fixture(params=FLAVOURS)
def driver(request: pytest.FixtureRequest, stub: IamportStub) -> Iterator[Driver]:
    with Driver(request.param, stub) as driver:
        yield driver


def test_fifty_threads_fetch_one_token(stub: IamportStub) -> None:
    entered = threading.Semaphore(0)
    start = threading.Barrier(CROWD)

    def handle(request: httpx.Request) -> httpx.Response:
        if operation_of(request)[0] == "token":
            # The first fetch ends only when everybody else is on the way to one too.
            for _ in range(CROWD):
                assert entered.acquire(timeout=10)
        return stub(request)

    def pay(number: int) -> str:
        start.wait(timeout=10)
        entered.release()
        return client.find_payment(f"order-{number}").status

    stub.payments = [
        {"imp_uid": "imps_1", "merchant_uid": f"order-{n}", "status": "paid", "amount": 1}
        for n in range(CROWD)
    ]
    transport = httpx.MockTransport(handle)
    with (
        Iamport(KEY, SECRET, base_url=BASE_URL, transport=transport) as client,
        ThreadPoolExecutor(CROWD) as crowd,
    ):
        assert list(crowd.map(pay, range(CROWD))) == ["paid"] * CROWD
    assert len(stub.asked("token")) == 1


@pytest.mark.anyio
async def test_fifty_tasks_fetch_one_token(stub: IamportStub) -> None:
    gate = asyncio.Event()
    stub.keys = {"shopper-1": {"customer_uid": "shopper-1"}}
    transport = stub.slow_transport("token", gate)
    async with AsyncIamport(KEY, SECRET, base_url=BASE_URL, transport=transport) as client:
        crowd = [asyncio.create_task(client.billing_key("shopper-1")) for _ in range(CROWD)]
        for _ in range(20):
            await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*crowd)
    assert len(stub.asked("token")) == 1


@pytest.mark.anyio
async def test_fifty_tasks_with_a_dead_token_renew_it_once(stub: IamportStub) -> None:
    stub.keys = {"shopper-1": {"customer_uid": "shopper-1"}}
    gate = asyncio.Event()
    transport = stub.slow_transport("view", gate)
    async with AsyncIamport(KEY, SECRET, base_url=BASE_URL, transport=transport) as client:
        crowd = [asyncio.create_task(client.billing_key("shopper-1")) for _ in range(CROWD)]
        for _ in range(20):
            await asyncio.sleep(0)
        stub.tokens[0] = "revoked meanwhile"
        gate.set()
        await asyncio.gather(*crowd)
    assert len(stub.asked("token")) == 2


@pytest.mark.anyio
async def test_a_task_that_is_cancelled_does_not_keep_the_others_waiting(
    stub: IamportStub,
) -> None:
    gate = asyncio.Event()
    stub.keys = {"shopper-1": {"customer_uid": "shopper-1"}}
    transport = stub.slow_transport("token", gate)
    async with AsyncIamport(KEY, SECRET, base_url=BASE_URL, transport=transport) as client:
        first = asyncio.create_task(client.billing_key("shopper-1"))
        second = asyncio.create_task(client.billing_key("shopper-1"))
        for _ in range(20):
            await asyncio.sleep(0)
        first.cancel()
        gate.set()
        assert (await second).customer_uid == "shopper-1"


@pytest.mark.parametrize("wall_clock", [0.0, 4e9])
def test_a_wrong_wall_clock_changes_nothing(
    driver: Driver,
    stub: IamportStub,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    wall_clock: float,
) -> None:
    monkeypatch.setattr(time, "time", lambda: wall_clock)
    driver.issue()
    clock.seconds += 1769
    driver.issue()
    assert len(stub.tokens) == 1
    clock.seconds += 2
    driver.issue()
    assert len(stub.tokens) == 2


def test_an_old_token_that_is_handed_out_again_is_used_for_what_is_left_of_it(
    driver: Driver, stub: IamportStub, clock: Clock
) -> None:
    stub.token_lifetime = 100
    driver.issue()
    clock.seconds += 69
    driver.issue()
    assert len(stub.tokens) == 1
    clock.seconds += 2
    driver.issue()
    assert len(stub.tokens) == 2


def test_a_short_lived_token_is_not_fetched_for_every_call(
    driver: Driver, stub: IamportStub, clock: Clock
) -> None:
    stub.token_lifetime = 10
    driver.issue()
    driver.issue()
    assert len(stub.tokens) == 1
    clock.seconds += 9
    driver.issue()
    assert len(stub.tokens) == 2


def test_the_time_of_the_fetch_itself_counts(
    driver: Driver, stub: IamportStub, clock: Clock
) -> None:
    def slowly(request: httpx.Request, run: object) -> httpx.Response:
        clock.seconds += 1000
        return run()  # type: ignore[operator, no-any-return]

    stub.once("token", slowly)
    driver.issue()
    clock.seconds += 800
    driver.issue()
    assert len(stub.tokens) == 2


def test_a_dead_token_is_renewed_once_and_the_charge_goes_through(
    driver: Driver, stub: IamportStub
) -> None:
    driver.issue()
    stub.tokens[0] = "revoked meanwhile"
    assert driver.pay().status == "paid"
    assert [operation_of(call)[0] for call in stub.calls] == [
        "token",
        "issue",
        "onetime",
        "token",
        "onetime",
    ]
    first, second = stub.asked("onetime")
    assert first.content == second.content
    assert len(stub.paid()) == 1


def test_a_second_401_is_the_end(driver: Driver, stub: IamportStub) -> None:
    stub.once("onetime", *[instead(refused("Unauthorized", status=401)) for _ in range(5)])
    with pytest.raises(Unauthorized, match="Unauthorized"):
        driver.pay()
    assert (len(stub.asked("onetime")), len(stub.asked("token"))) == (2, 2)


def test_a_401_without_a_readable_body_is_a_401_too(driver: Driver, stub: IamportStub) -> None:
    stub.once("onetime", answer(401, b"<html>"), answer(401, b""))
    with pytest.raises(Unauthorized):
        driver.pay()


@pytest.mark.parametrize("status", [400, 401])
def test_wrong_credentials_are_said_and_nothing_is_sent(
    driver: Driver, stub: IamportStub, status: int
) -> None:
    stub.once("token", instead(refused("인증에 실패하였습니다.", status=status)))
    with pytest.raises(Unauthorized, match="인증에 실패하였습니다"):
        driver.pay()
    assert stub.asked("onetime") == []


@pytest.mark.parametrize(
    "effect",
    [
        answer(200, b"<html>maintenance</html>"),
        answer(200, b'{"code":0,"message":null,"respon'),
        answer(503, b'{"code":-1,"message":"busy","response":null}'),
        instead(envelope({"access_token": "", "now": 1, "expired_at": 2})),
        instead(envelope({"access_token": "two words\r\n", "now": 1, "expired_at": 2})),
        instead(envelope({"access_token": "abc"})),
        instead(envelope(None)),
        never_arrives(httpx.ReadTimeout),
        never_arrives(httpx.ConnectError),
    ],
)
def test_no_token_means_that_the_charge_was_not_sent(
    driver: Driver, stub: IamportStub, effect: object
) -> None:
    stub.once("token", effect)  # type: ignore[arg-type]
    with pytest.raises(NotSent):
        driver.pay()
    assert stub.asked("onetime") == []
    assert driver.pay().status == "paid"


def test_no_token_after_a_401_means_not_executed(driver: Driver, stub: IamportStub) -> None:
    driver.issue()
    stub.tokens[0] = "revoked meanwhile"
    stub.once("token", never_arrives(httpx.ReadTimeout))
    with pytest.raises(NotSent):
        driver.pay()
    assert stub.payments == []


@pytest.mark.anyio
async def test_a_crowd_behind_a_hanging_token_fetch_gives_up_together(
    stub: IamportStub, clock: Clock
) -> None:
    fetches = 0
    gate = asyncio.Event()

    async def handle(request: httpx.Request) -> httpx.Response:
        nonlocal fetches
        fetches += 1
        await gate.wait()
        clock.seconds += 30
        raise httpx.ReadTimeout("nothing came", request=request)

    transport = httpx.MockTransport(handle)
    async with AsyncIamport(KEY, SECRET, base_url=BASE_URL, transport=transport) as client:
        crowd = [asyncio.create_task(client.billing_key("shopper-1")) for _ in range(CROWD)]
        for _ in range(20):
            await asyncio.sleep(0)
        gate.set()
        results = await asyncio.gather(*crowd, return_exceptions=True)
    assert {type(result) for result in results} == {NotSent}
    assert fetches == 1


def test_the_credentials_go_to_one_place_and_no_redirect_is_followed(
    driver: Driver, stub: IamportStub
) -> None:
    stub.once("token", answer(307, b"", location="https://elsewhere.test/users/getToken"))
    with pytest.raises(NotSent):
        driver.issue()
    stub.once("view", answer(302, b"", location="https://elsewhere.test/"))
    with pytest.raises(Exception, match="302"):
        driver.call("billing_key", "shopper-1")
    assert {call.url.host for call in stub.calls} == {"iamport.test"}
    assert [operation_of(call)[0] for call in stub.calls if SECRET.encode() in call.content] == [
        "token",
        "token",
    ]
