import asyncio
from types import SimpleNamespace

import pytest

from fake_iamport.scenario.effects import delay
from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule
from tests.fake_iamport.scenario.served import Served, order

ONETIME = "{operation: onetime}"
PLACES = ("before_commit", "after_commit")


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long clients were let wait; they don't."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(delay, "asyncio", SimpleNamespace(sleep=sleep))
    return waits


@pytest.mark.anyio
@pytest.mark.parametrize("place", PLACES)
async def test_a_client_waits_so_long(stage: Stage, slept: list[float], place: str) -> None:
    stage.rule(ONETIME, f"{{delay: {{{place}: 30}}}}")

    assert (await stage.pay())["code"] == 0
    assert slept == [30]
    assert stage.line.fault == "delayed by 30 seconds"


@pytest.mark.anyio
async def test_it_waits_before_and_after(stage: Stage, slept: list[float]) -> None:
    stage.rule(ONETIME, "{delay: {before_commit: 1.5, after_commit: 2}}")

    await stage.pay()

    assert slept == [1.5, 2]
    assert stage.line.fault == "delayed by 1.5 seconds; delayed by 2 seconds"


@pytest.mark.anyio
async def test_a_number_alone_means_after_the_commit(stage: Stage, slept: list[float]) -> None:
    stage.rule(ONETIME, "{delay: 0.5}")

    assert (await stage.pay())["code"] == 0
    assert slept == [0.5]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("wait", "least", "most"),
    [
        ("{uniform: [1, 2]}", 1, 2),
        ("{log_normal: {median: 1}}", 0.01, 100),
        ("{log_normal: {median: 600, sigma: 5}}", 0, 600),
    ],
)
async def test_a_wait_by_chance_is_the_same_for_the_same_seed(
    stage: Stage, slept: list[float], wait: str, least: float, most: float
) -> None:
    rule = ("{operation: allBankCodes}", f"{{delay: {{before_commit: {wait}}}}}")
    for seed in (1, 1, 2):
        stage.rule(*rule, more=f"seed: {seed}")
        for _ in range(5):
            await stage.call("GET", "/banks")

    first, second, other = slept[:5], slept[5:10], slept[10:]
    assert first == second != other
    assert len(set(first)) > 1
    assert all(least <= seconds <= most for seconds in slept)


@pytest.mark.parametrize("place", PLACES)
def test_a_client_that_gives_up_does_not_change_what_happens(server: Served, place: str) -> None:
    loaded = server.rule(ONETIME, f"{{delay: {{{place}: until_client_gives_up}}}}")

    with server.talk() as talk:
        talk.ask("POST", "/subscribe/payments/onetime", server.token, order())
        server.await_rule(loaded)
        assert server.statuses() == ({} if place == "before_commit" else {"o1": "paid"})

    line = server.line
    assert server.statuses() == {"o1": "paid"}
    assert (line.status, line.fault) == (200, "no answer until the client gave up")


def test_a_client_that_gives_up_before_the_end_of_a_wait_is_not_waited_for(
    server: Served,
) -> None:
    server.rule(ONETIME, "{delay: {before_commit: 0.05}}")

    with server.talk() as talk:
        talk.ask("POST", "/subscribe/payments/onetime", server.token, order())

    server.fake.wait_for_calls(operation="onetime")
    assert server.statuses() == {"o1": "paid"}


@pytest.mark.anyio
@pytest.mark.parametrize("place", PLACES)
async def test_without_a_socket_nobody_can_give_up_and_the_caller_meets_a_timeout(
    stage: Stage, place: str
) -> None:
    stage.rule(ONETIME, f"{{delay: {{{place}: until_client_gives_up}}}}")

    with pytest.raises(TimeoutError, match="lets the client wait"):
        await stage.pay()
    assert await stage.statuses() == {"o1": "paid"}


@pytest.mark.anyio
async def test_a_caller_without_a_socket_can_be_cancelled(stage: Stage) -> None:
    await stage.call.token()
    stage.rule(ONETIME, "{delay: {before_commit: 60}}")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await stage.pay()


@pytest.mark.anyio
@pytest.mark.parametrize("change", ["reset", "unload", "remove"])
async def test_the_world_may_change_while_a_client_waits(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    emulator, merchant = stage.app.emulator, stage.merchant
    loaded = stage.rule(ONETIME, "{delay: {before_commit: 1, after_commit: 1}}")

    async def sleep(_: float) -> None:
        if change == "reset":
            await emulator.reset(merchant)
        elif change == "unload":
            emulator.unload_scenarios(merchant)
        elif emulator.merchants.get(merchant.imp_key):
            await emulator.remove_merchant(merchant)

    monkeypatch.setattr(delay, "asyncio", SimpleNamespace(sleep=sleep))
    answer = await stage.pay()

    assert loaded.view().rules[0].fired == 1
    assert (answer["code"] == 0) is (change != "remove")
    if change == "unload":
        assert await stage.statuses() == {"o1": "paid"}
        assert merchant.scenarios is None
    else:
        assert await stage.statuses() == {}


@pytest.mark.parametrize(
    ("waits", "mistake"),
    [
        (
            "{}",
            "3:19: rules[0].then.delay: expected a number of seconds, before_commit or after_commit",
        ),
        (
            "soon",
            "3:19: rules[0].then.delay: "
            "expected a number or keys and values like {before_commit: …}, got text",
        ),
        (
            "{before_commit: 601}",
            "3:35: rules[0].then.delay.before_commit: expected a number <= 600.0",
        ),
        (
            "{before_commit: -1}",
            "3:35: rules[0].then.delay.before_commit: expected a number >= 0.0",
        ),
        (
            "{after_commit: {}}",
            "3:34: rules[0].then.delay.after_commit: expected either uniform or log_normal",
        ),
        (
            "{before_commit: {uniform: [1, 2], log_normal: {median: 1}}}",
            "3:35: rules[0].then.delay.before_commit: expected either uniform or log_normal",
        ),
        (
            "{before_commit: {uniform: [2, 1]}}",
            "3:45: rules[0].then.delay.before_commit.uniform: expected the smaller number first",
        ),
        (
            "{before_commit: {log_normal: {median: 1, sigma: 0}}}",
            "3:67: rules[0].then.delay.before_commit.log_normal.sigma: expected a number > 0.0",
        ),
        (
            "{before_commit: until_clent_gives_up}",
            "3:35: rules[0].then.delay.before_commit: 'until_clent_gives_up' is not one of "
            "until_client_gives_up; did you mean 'until_client_gives_up'?",
        ),
        (
            "{befor_commit: 1}",
            "3:20: rules[0].then.delay: unknown key 'befor_commit'; did you mean 'before_commit'?",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(waits: str, mistake: str) -> None:
    assert mistake_in_rule(then=f"{{delay: {waits}}}") == f"test.yaml:{mistake}"


def test_nobody_waits_for_a_scheduled_charge() -> None:
    assert mistake_in_rule("{operation: scheduled_charge}", "{delay: {after_commit: 1}}") == (
        "test.yaml:3:19: rules[0].then.delay: can't be done to scheduled_charge: "
        "nobody waits for it"
    )
