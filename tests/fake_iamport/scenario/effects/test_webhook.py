from types import SimpleNamespace
from typing import Any

import pytest

from fake_iamport.domain.webhook import WebhookState
from fake_iamport.scenario.effects import delay
from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule
from tests.fake_iamport.webhooks.conftest import Shop
from tests.fake_iamport.webhooks.receiver import Receiver

pytestmark = pytest.mark.anyio

ONETIME = "{operation: onetime}"


def told(receiver: Receiver) -> list[tuple[str, str]]:
    return [(message["merchant_uid"], message["status"]) for message in receiver.messages]


async def states(shop: Shop) -> list[WebhookState]:
    return [webhook.state for webhook in await shop.webhooks()]


async def test_none_is_sent(stage: Stage, shop: Shop, receiver: Receiver) -> None:
    stage.rule("{operation: onetime, call: 1}", "{webhook: {drop: true}}")

    await stage.pay("o1")
    await stage.pay("o2")
    await receiver.arrived(1)

    assert told(receiver) == [("o2", "paid")]
    assert len(await shop.webhooks()) == 1


async def test_each_is_sent_so_often(stage: Stage, shop: Shop, receiver: Receiver) -> None:
    stage.rule(ONETIME, "{webhook: {times: 3}}")

    await stage.pay()
    await shop.wait(3)

    assert told(receiver) == [("o1", "paid")] * 3


async def test_another_status_is_told(stage: Stage, shop: Shop, receiver: Receiver) -> None:
    stage.rule(ONETIME, "{webhook: {status: failed}}")

    await stage.pay()
    await receiver.arrived(1)

    assert told(receiver) == [("o1", "failed")]
    assert await stage.statuses() == {"o1": "paid"}


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8"],
)
async def test_another_content_type_is_a_form_where_it_says_so(
    stage: Stage, shop: Shop, receiver: Receiver, content_type: str
) -> None:
    stage.rule(ONETIME, f"{{webhook: {{content_type: '{content_type}'}}}}")

    await stage.pay()
    await receiver.arrived(1)

    assert receiver.received[0].headers["content-type"] == content_type
    assert b"merchant_uid=o1" in receiver.received[0].body


async def test_another_content_type_is_json_else(
    stage: Stage, shop: Shop, receiver: Receiver
) -> None:
    stage.rule(ONETIME, "{webhook: {content_type: text/plain}}")

    await stage.pay()
    await receiver.arrived(1)

    assert receiver.received[0].headers["content-type"] == "text/plain"
    assert b'"merchant_uid":"o1"' in receiver.received[0].body


@pytest.mark.parametrize(
    ("forge", "forged"),
    [
        ("{status: cancelled}", ("o1", "cancelled")),
        ("{merchant_uid: o9, status: paid}", ("o9", "paid")),
        ("{imp_uid: imp_000000000000}", ("o1", "paid")),
    ],
)
async def test_a_forged_one_comes_after_the_true_one(
    stage: Stage, shop: Shop, receiver: Receiver, forge: str, forged: tuple[str, str]
) -> None:
    stage.rule(ONETIME, f"{{webhook: {{forge: {forge}}}}}")

    answer = await stage.pay()
    await shop.wait(2)

    assert sorted(told(receiver)) == sorted([("o1", "paid"), forged])
    true = [each["imp_uid"] == answer["response"]["imp_uid"] for each in receiver.messages]
    assert sorted(true) == ([False, True] if "imp_uid: " in forge else [True, True])


async def test_it_is_late_on_the_merchants_clock(
    stage: Stage, shop: Shop, receiver: Receiver
) -> None:
    stage.rule(ONETIME, "{webhook: {delay: 60}}")

    await stage.pay()
    assert await states(shop) == [WebhookState.WAITING]
    for seconds, arrived in ((59, 0), (1, 1)):
        advance = "/_fake/merchants/imp_apikey/clock/advance"
        await stage.call.http.post(advance, json={"seconds": seconds})
        assert len(receiver.received) == arrived


async def test_each_copy_is_late_by_its_own_delay(
    stage: Stage, shop: Shop, receiver: Receiver
) -> None:
    stage.rule(ONETIME, "{webhook: {times: 2, delay: [0, 300], forge: {status: failed}}}")

    await stage.pay()
    await receiver.arrived(2)
    assert sorted(told(receiver)) == [("o1", "failed"), ("o1", "paid")]
    for seconds, arrived in ((299, 2), (1, 4)):
        advance = "/_fake/merchants/imp_apikey/clock/advance"
        await stage.call.http.post(advance, json={"seconds": seconds})
        assert len(receiver.received) == arrived


async def test_it_is_late_on_a_clock_that_runs(
    stage: Stage, shop: Shop, receiver: Receiver
) -> None:
    stage.merchant.clock.run()
    stage.rule(ONETIME, "{webhook: {delay: 1}}")

    await stage.pay()
    await receiver.arrived(1)

    assert told(receiver) == [("o1", "paid")]


@pytest.mark.parametrize("hold", [False, True])
async def test_it_is_delivered_before_the_answer(
    stage: Stage, shop: Shop, receiver: Receiver, hold: bool
) -> None:
    shop.set(hold_webhooks=hold)
    stage.rule(ONETIME, "{webhook: {before_answer: true, times: 2}}")

    await stage.pay()

    assert told(receiver) == [("o1", "paid")] * 2
    assert await states(shop) == [WebhookState.DELIVERED] * 2


async def test_a_merchant_that_asks_in_its_webhook_handler_is_answered_before_the_answer(
    stage: Stage, shop: Shop, receiver: Receiver
) -> None:
    stage.rule(ONETIME, "{webhook: {before_answer: true}}")
    seen: list[Any] = []

    async def ask(_: object) -> None:
        seen.append(await stage.look())

    receiver.work = ask
    answer = await stage.pay()

    assert seen == [answer]


async def test_one_that_fails_before_the_answer_does_not_fail_the_call(
    stage: Stage, shop: Shop, receiver: Receiver
) -> None:
    stage.rule(ONETIME, "{webhook: {before_answer: true}}")
    receiver.statuses = [500]

    assert (await stage.pay())["code"] == 0
    assert len(receiver.received) == 1


async def test_it_waits_until_the_next_one_has_overtaken_it(
    stage: Stage, shop: Shop, receiver: Receiver
) -> None:
    stage.rule("{operation: onetime, call: 1}", "{webhook: {out_of_order: true}}")

    await stage.pay("o1")
    assert await states(shop) == [WebhookState.HELD]
    await stage.envelope("GET", "/banks")
    assert await states(shop) == [WebhookState.HELD]
    await stage.pay("o2")
    await receiver.arrived(2)
    await stage.pay("o3")
    await receiver.arrived(3)

    assert told(receiver) == [("o2", "paid"), ("o1", "paid"), ("o3", "paid")]


async def test_it_waits_also_where_the_next_call_is_under_no_rule_and_cancels(
    stage: Stage, shop: Shop, receiver: Receiver
) -> None:
    stage.rule(ONETIME, "{webhook: {out_of_order: true}}")

    await stage.pay("o1")
    await stage.cancel("o1", enable_webhook=True)
    await receiver.arrived(2)

    assert told(receiver) == [("o1", "cancelled"), ("o1", "paid")]


async def test_every_second_one_overtakes_where_the_rule_is_always_applied(
    stage: Stage, shop: Shop, receiver: Receiver
) -> None:
    stage.rule(ONETIME, "{webhook: {out_of_order: true}}")

    for number, order in enumerate(("o1", "o2", "o3", "o4"), 1):
        await stage.pay(order)
        await receiver.arrived(number - number % 2)

    assert [order for order, _ in told(receiver)] == ["o2", "o1", "o4", "o3"]


async def test_unloading_sends_what_was_held_back(
    stage: Stage, shop: Shop, receiver: Receiver
) -> None:
    loaded = stage.rule(ONETIME, "{webhook: {out_of_order: true}}")
    await stage.pay("o1")

    stage.app.emulator.unload_scenario(stage.merchant, loaded)
    await receiver.arrived(1)

    assert told(receiver) == [("o1", "paid")]


async def test_unloading_sends_what_was_held_back_while_another_scenario_stays(
    stage: Stage, shop: Shop, receiver: Receiver
) -> None:
    stage.load("rules: [{when: {operation: allBankCodes}, then: {pass: true}}]", "other")
    loaded = stage.rule(ONETIME, "{webhook: {out_of_order: true}}")
    await stage.pay("o1")

    stage.app.emulator.unload_scenario(stage.merchant, loaded)
    await receiver.arrived(1)
    await stage.pay("o2")
    await receiver.arrived(2)

    assert told(receiver) == [("o1", "paid"), ("o2", "paid")]


async def test_replacing_a_scenario_sends_what_it_held_back(
    stage: Stage, shop: Shop, receiver: Receiver
) -> None:
    stage.rule(ONETIME, "{webhook: {out_of_order: true}}")
    await stage.pay("o1")

    stage.rule(ONETIME)
    await receiver.arrived(1)

    assert told(receiver) == [("o1", "paid")]


async def test_unloading_keeps_waiting_what_another_scenario_may_hold_back(
    stage: Stage, shop: Shop, receiver: Receiver
) -> None:
    out_of_order = f"rules: [{{when: {ONETIME}, then: {{webhook: {{out_of_order: true}}}}}}]"
    first, _ = stage.load(out_of_order, "first"), stage.load(out_of_order, "second")
    await stage.pay("o1")

    stage.app.emulator.unload_scenario(stage.merchant, first)
    assert await states(shop) == [WebhookState.HELD]
    await stage.pay("o2")
    await receiver.arrived(2)

    assert told(receiver) == [("o2", "paid"), ("o1", "paid")]


async def test_unloading_one_of_two_while_a_client_waits_holds_nothing_back(
    stage: Stage, shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.load("rules: [{when: {operation: allBankCodes}, then: {pass: true}}]", "other")
    loaded = stage.rule(ONETIME, "{webhook: {out_of_order: true}, delay: {after_commit: 1}}")

    async def sleep(_: float) -> None:
        stage.app.emulator.unload_scenario(stage.merchant, loaded)

    monkeypatch.setattr(delay, "asyncio", SimpleNamespace(sleep=sleep))
    await stage.pay("o1")
    await receiver.arrived(1)

    assert told(receiver) == [("o1", "paid")]


async def test_unloading_while_a_client_waits_holds_nothing_back(
    stage: Stage, shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.rule(ONETIME, "{webhook: {out_of_order: true}, delay: {after_commit: 1}}")

    async def sleep(_: float) -> None:
        stage.app.emulator.unload_scenarios(stage.merchant)

    monkeypatch.setattr(delay, "asyncio", SimpleNamespace(sleep=sleep))
    await stage.pay("o1")
    await receiver.arrived(1)

    assert told(receiver) == [("o1", "paid")]


@pytest.mark.parametrize(
    ("webhook", "expected"),
    [
        ("{drop: true}", []),
        ("{times: 2}", ["s1", "s1", "s2", "s2"]),
        ("{out_of_order: true}", ["s2", "s1"]),
    ],
)
async def test_the_webhooks_of_scheduled_charges_go_wrong_too(
    stage: Stage, shop: Shop, receiver: Receiver, webhook: str, expected: list[str]
) -> None:
    await stage.register()
    now = stage.merchant.clock.now()
    await stage.schedule(("s1", now + 60), ("s2", now + 120))
    stage.rule("{operation: scheduled_charge}", f"{{webhook: {webhook}}}")

    await stage.call.http.post("/_fake/merchants/imp_apikey/clock/advance", json={"seconds": 120})
    await receiver.arrived(len(expected))

    assert [order for order, _ in told(receiver)] == expected
    assert await stage.statuses() == {"s1": "paid", "s2": "paid"}


@pytest.mark.parametrize(
    ("when", "webhook", "mistake"),
    [
        (
            "{}",
            "{}",
            "3:21: rules[0].then.webhook: expected one of drop, times, delay, before_answer, "
            "out_of_order, forge, content_type, status",
        ),
        (
            "{}",
            "{drop: true, times: 2}",
            "3:28: rules[0].then.webhook.drop: what isn't sent can't be anything else",
        ),
        (
            "{}",
            "{before_answer: true, delay: 1}",
            "3:37: rules[0].then.webhook.before_answer: can't be both before the answer and late",
        ),
        (
            "{}",
            "{times: 2, before_answer: true, delay: [0, 1]}",
            "3:47: rules[0].then.webhook.before_answer: can't be both before the answer and late",
        ),
        (
            "{}",
            "{times: 2, delay: [0]}",
            "3:39: rules[0].then.webhook.delay: expected as many as 'times' says, which is 2",
        ),
        (
            "{}",
            "{before_answer: true, out_of_order: true}",
            "3:37: rules[0].then.webhook.before_answer: can't be both before the answer and late",
        ),
        (
            "{}",
            "{forge: {}}",
            "3:29: rules[0].then.webhook.forge: expected one of imp_uid, merchant_uid, status",
        ),
        (
            "{}",
            "{forge: {stats: paid}}",
            "3:30: rules[0].then.webhook.forge: unknown key 'stats'; did you mean 'status'?",
        ),
        ("{}", "{times: 21}", "3:29: rules[0].then.webhook.times: expected a whole number <= 20"),
        (
            "{}",
            "{tims: 2}",
            "3:22: rules[0].then.webhook: unknown key 'tims'; did you mean 'times'?",
        ),
        (
            "{operation: getPaymentByImpUid}",
            "{drop: true}",
            "3:21: rules[0].then.webhook: can't be done to getPaymentByImpUid: "
            "it causes no webhook",
        ),
        (
            "{operation: scheduled_charge}",
            "{before_answer: true}",
            "3:21: rules[0].then.webhook: can't be done to scheduled_charge: "
            "it has no answer to come before",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(when: str, webhook: str, mistake: str) -> None:
    assert mistake_in_rule(when, f"{{webhook: {webhook}}}") == f"test.yaml:{mistake}"


def test_a_content_type_that_is_none_is_refused() -> None:
    mistake = mistake_in_rule(then="{webhook: {content_type: x}}")

    assert mistake.startswith("test.yaml:3:36: rules[0].then.webhook.content_type: expected text")
