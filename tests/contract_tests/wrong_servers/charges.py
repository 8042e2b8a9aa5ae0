"""Wrong servers: charges and duplicates."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from tests.contract_tests.mutation import Call, Forward, Reply, Twist
from tests.contract_tests.wrong_servers.twists import (
    DUPLICATE,
    GOOD,
    after,
    answers,
    asks,
    counts_twice,
    like,
    records,
    records_of,
    status_when,
    wrong,
)

__all__: list[str] = []

records(
    "P-ONE-01",
    "doesn't say when a card was paid by its data",
    lambda record: record["customer_uid_usage"] is None and record.update(paid_at=0, started_at=0),
)


@wrong("P-ONE-02", "numbers payments as the payment window does")
def _() -> Twist:
    async def twist(call: Call, forward: Forward) -> Reply:
        if call.operation == "control":
            return await forward(call)
        call.path = call.path.replace("/imp_", "/imps_")
        call.query = [(name, value.replace("imp_", "imps_")) for name, value in call.query]
        if "imp_uid" in call.body:
            call.body["imp_uid"] = call.body["imp_uid"].replace("imp_", "imps_")
        reply = await forward(call)
        for record in records_of(reply.response):
            if str(record.get("imp_uid")).startswith("imps_"):
                record["imp_uid"] = record["imp_uid"].replace("imps_", "imp_")
        return reply

    return twist


@wrong("P-ONE-03", "says that it keeps the card, and doesn't")
def _() -> Twist:
    async def twist(call: Call, forward: Forward) -> Reply:
        uid = call.body.pop("customer_uid", None) if call.operation == "onetime" else None
        reply = await forward(call)
        if uid:
            reply.set(customer_uid=uid, customer_uid_usage="issue")
        return reply

    return twist


records(
    "P-ONE-04",
    "names a customer where there is none",
    lambda record: record["customer_uid"] is None and record.update(customer_uid="somebody"),
)


records(
    "P-ONE-05",
    "doesn't tell that a card was kept",
    lambda record: (
        record["customer_uid_usage"] == "issue" and record.update(customer_uid_usage="payment")
    ),
)


answers(
    "P-ONE-06",
    "answers wrong card data with HTTP 402",
    "onetime",
    status_when(402, "카드정보 인증에"),
)


@wrong("P-ONE-07", "books a refused card as a failed payment")
def _() -> Twist:
    refused: list[str] = []

    async def twist(call: Call, forward: Forward) -> Reply:
        reply = await forward(call)
        if call.operation == "onetime" and reply.code != 0:
            refused.append(call.body["merchant_uid"])
        if (
            call.operation == "getPaymentByMerchantUid"
            and reply.code != 0
            and call.names[0] in refused
        ):
            reply.do({"status": "failed", "merchant_uid": call.names[0]})
        return reply

    return twist


def _as_refusal(_: Call, reply: Reply) -> None:
    if reply.code == 0 and reply.response["status"] == "failed":
        reply.fail(200, -1, "거절")


answers("P-ONE-08", "answers a declined card with code -1", "onetime", _as_refusal)


async def _keep_declined(call: Call, reply: Reply, forward: Forward) -> None:
    if reply.code == 0 and reply.response["status"] == "failed" and "customer_uid" in call.body:
        path = f"/subscribe/customers/{call.body['customer_uid']}"
        await forward(like(call, "POST", path, GOOD))


after("P-ONE-09", "keeps a card that was declined", "onetime", _keep_declined)


def _nameless(call: Call) -> None:
    for name in [
        name for name in call.body if name.startswith("buyer_") and "customer_uid" in call.body
    ]:
        del call.body[name]


asks("P-ONE-10", "doesn't note the buyer of a kept card", "onetime", _nameless)


answers(
    "P-ONE-11",
    "loses custom_data",
    "onetime",
    lambda call, reply: "custom_data" in call.body and reply.set(custom_data=None),
)


asks(
    "P-ONE-12",
    "charges some card when none is sent",
    "onetime",
    lambda call: call.body.setdefault("card_number", GOOD["card_number"]),
)


records(
    "P-ONE-13",
    "starts a payment before it is paid",
    lambda record: record.update(started_at=record["started_at"] - 10),
)


records(
    "P-AGN-01",
    "takes a charge for an issue",
    lambda record: (
        record["customer_uid_usage"] == "payment" and record.update(customer_uid_usage="issue")
    ),
)


def _cheaper(call: Call) -> None:
    amount = call.body["amount"]
    if amount not in (1, 1000, "1000"):
        call.body["amount"] = amount - 1


asks("P-AGN-02", "charges a won too little", "again", _cheaper)


answers(
    "P-AGN-03",
    "answers a customer without key with HTTP 404",
    "again",
    status_when(404, "등록되지"),
)


answers("P-AGN-04", "answers a declined key with code -1", "again", _as_refusal)


answers(
    "P-AGN-05",
    "insists on a name",
    "again",
    lambda call, reply: "name" not in call.body and reply.fail(400, -1),
)


def _when_known(
    known: bool, change: Callable[[Reply], object]
) -> Callable[[Call, Reply, Forward], Any]:
    async def changed(call: Call, reply: Reply, forward: Forward) -> None:
        path = f"/subscribe/customers/{quote(call.body['customer_uid'])}"
        if reply.message.startswith(DUPLICATE):
            found = await forward(like(call, "GET", path))
            if (found.code == 0) is known:
                change(reply)

    return changed


after(
    "P-AGN-06",
    "tells of the unknown customer first",
    "again",
    _when_known(False, lambda reply: reply.fail(200, 1, "등록되지 않은 구매자입니다.")),
)


def _of_order(status: str) -> Callable[[Call, Reply, Forward], Any]:
    async def changed(call: Call, reply: Reply, forward: Forward) -> None:
        if reply.message.startswith(DUPLICATE):
            found = await forward(like(call, "GET", f"/payments/find/{call.body['merchant_uid']}"))
            if found.response["status"] == status:
                reply.status = 409

    return changed


after("P-DUP-01", "answers a paid order with HTTP 409", "onetime", _of_order("paid"))


after(
    "P-DUP-02",
    "answers a paid order with code 1",
    "again",
    _when_known(True, lambda reply: reply.envelope.update(code=1)),
)


after("P-DUP-03", "answers a cancelled order with HTTP 409", "onetime", _of_order("cancelled"))


@wrong("P-DUP-04", "lets nobody try a declined order again")
def _() -> Twist:
    async def twist(call: Call, forward: Forward) -> Reply:
        if call.operation == "onetime":
            found = await forward(like(call, "GET", f"/payments/find/{call.body['merchant_uid']}"))
            if found.code == 0 and found.response["status"] == "failed":
                found.fail(200, -1, DUPLICATE)
                return found
        return await forward(call)

    return twist


counts_twice("P-DUP-05", "onetime")


answers(
    "P-DUP-06",
    "answers a second schedule with HTTP 409",
    "schedule",
    status_when(409, "이미 예약된"),
)
