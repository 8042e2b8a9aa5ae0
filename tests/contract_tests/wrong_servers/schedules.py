"""Wrong servers: schedules."""

from collections.abc import Callable
from typing import Any

from contract_tests.provider.control import NOON
from tests.contract_tests.mutation import Call, Forward, Reply, Twist
from tests.contract_tests.wrong_servers.twists import (
    after,
    answers,
    asks,
    code_when,
    first_card,
    like,
    records,
    records_of,
    status_when,
    wrong,
)

__all__: list[str] = []

ITS_MOMENT = NOON + 60


def _backwards(_: Call, reply: Reply) -> None:
    if reply.code == 0:
        reply.envelope["response"] = reply.response[::-1]


answers("P-SCH-01", "answers schedules backwards", "schedule", _backwards)


answers(
    "P-SCH-02", "answers a missing key with code -1", "schedule", code_when(-1, "등록된 고객정보")
)


answers("P-SCH-03", "answers a bad card with code -1", "schedule", code_when(-1, "카드정보 확인에"))


async def _drop_scheduled_key(call: Call, reply: Reply, forward: Forward) -> None:
    if reply.code == 0 and "card_number" in call.body:
        await forward(like(call, "DELETE", f"/subscribe/customers/{call.body['customer_uid']}"))


after("P-SCH-04", "drops the card that came with a schedule", "schedule", _drop_scheduled_key)


records(
    "P-SCH-05",
    "takes a scheduled charge for another",
    lambda record: (
        record["customer_uid_usage"] == "payment.scheduled"
        and record.update(customer_uid_usage="payment")
    ),
)


def _early(call: Call) -> None:
    for item in call.body.get("schedules", []):
        if item["schedule_at"] == ITS_MOMENT:
            item["schedule_at"] -= 1


asks("P-SCH-06", "charges a second too early", "schedule", _early)


first_card("P-SCH-07", "charges the card of the day of scheduling", "getPaymentByMerchantUid")


def _waits_again(
    meant: Callable[[Call, list[dict[str, Any]]], list[dict[str, Any]]],
) -> Callable[[Call, Reply, Forward], Any]:
    async def changed(call: Call, reply: Reply, forward: Forward) -> None:
        for record in meant(call, reply.response) if reply.code == 0 else []:
            path = f"/subscribe/payments/schedule/{record['merchant_uid']}/reschedule"
            await forward(like(call, "POST", path, {"schedule_at": record["schedule_at"]}))

    return changed


after(
    "P-SCH-08",
    "leaves one of a customer's schedules",
    "unschedule",
    _waits_again(lambda call, revoked: [] if "merchant_uid" in call.body else revoked[-1:]),
)


answers(
    "P-SCH-09",
    "doesn't know an order that comes as one text",
    "unschedule",
    lambda call, reply: isinstance(call.body.get("merchant_uid"), str) and reply.fail(),
)


answers(
    "P-SCH-10",
    "revokes nothing and says that it did",
    "unschedule",
    lambda call, reply: reply.code != 0 and reply.do([]),
)


after(
    "P-SCH-11",
    "charges what was revoked",
    "unschedule",
    _waits_again(
        lambda call, revoked: [each for each in revoked if each["schedule_at"] == ITS_MOMENT]
    ),
)


answers(
    "P-SCH-12", "answers an unknown schedule with HTTP 200", "getScheduleByMid", status_when(200)
)


answers(
    "P-SCH-13",
    "refuses milliseconds",
    "schedule",
    lambda call, reply: (
        any(item["schedule_at"] > 10**11 for item in call.body.get("schedules", []))
        and reply.fail(400, -1)
    ),
)


@wrong("P-SCH-14", "takes moments that have passed")
def _() -> Twist:
    async def twist(call: Call, forward: Forward) -> Reply:
        reply = await forward(call)
        if call.operation == "schedule" and reply.message.startswith("예약시각"):
            for item in call.body["schedules"]:
                item["schedule_at"] = 10**10
            return await forward(call)
        return reply

    return twist


def _until_after(call: Call) -> None:
    call.query = [
        (name, str(int(value) + 1) if name in ("to", "schedule_to") else value)
        for name, value in call.query
    ]


asks(
    "P-SCH-15",
    "covers the last moment too",
    "findSchedulesByRange customer_schedules",
    _until_after,
)


@wrong("P-SCH-16", "says that it moves a schedule, and doesn't")
def _() -> Twist:
    async def twist(call: Call, forward: Forward) -> Reply:
        if call.operation != "updateScheduleByMid":
            return await forward(call)
        before = await forward(like(call, "GET", call.path))
        reply = await forward(call)
        if reply.code == 0:
            await forward(
                like(call, "PUT", call.path, {"schedule_at": before.response["schedule_at"]})
            )
        return reply

    return twist


answers(
    "P-SCH-17",
    "answers a past moment with HTTP 200",
    "updateScheduleByMid",
    status_when(200, "예약시각"),
)


answers(
    "P-SCH-18",
    "answers a revoked schedule with HTTP 200",
    "updateScheduleByMid",
    status_when(200, "예약결제"),
)


answers(
    "P-SCH-19",
    "sets no schedule again",
    "rescheduleByMid",
    lambda call, reply: reply.code == 0 and reply.fail(400, -1),
)


answers("P-SCH-20", "answers a waiting schedule with HTTP 200", "rescheduleByMid", status_when(200))


@wrong("P-SCH-21", "shows the failed charge in place of a retry")
def _() -> Twist:
    async def twist(call: Call, forward: Forward) -> Reply:
        if call.operation != "retryScheduleByMid":
            return await forward(call)
        return await forward(like(call, "GET", f"/payments/find/{call.names[0]}"))

    return twist


answers(
    "P-SCH-22",
    "takes a declined schedule for paid",
    "getScheduleByMid",
    lambda call, reply: (
        reply.code == 0
        and reply.response["payment_status"] == "failed"
        and reply.set(payment_status="paid")
    ),
)


@wrong("P-SCH-23", "keeps the checking amount")
def _() -> Twist:
    async def twist(call: Call, forward: Forward) -> Reply:
        checked = call.body.pop("checking_amount", None) if call.operation == "schedule" else None
        if checked:
            body = {
                "customer_uid": call.body["customer_uid"],
                "merchant_uid": "check",
                "amount": checked,
            }
            await forward(like(call, "POST", "/subscribe/payments/again", body))
        return await forward(call)

    return twist


async def _one_by_one(call: Call, reply: Reply, forward: Forward) -> None:
    items = call.body.get("schedules", [])
    for item in items if reply.code != 0 and len(items) > 1 else []:
        await forward(like(call, "POST", call.path, {**call.body, "schedules": [item]}))


after("P-SCH-24", "takes the good ones of several schedules", "schedule", _one_by_one)


answers(
    "P-SCH-25",
    "doesn't read schedules in forms",
    "schedule",
    lambda call, reply: call.is_form and reply.fail(415, -1),
)


answers(
    "P-SCH-26",
    "doesn't look for the buyer at the key",
    "schedule",
    lambda call, reply: [record.update(buyer_tel=None) for record in records_of(reply.response)],
)
