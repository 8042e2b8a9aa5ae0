"""Wrong servers: cancels."""

from tests.contract_tests.mutation import Call, Forward, Reply, Twist
from tests.contract_tests.wrong_servers.twists import (
    after,
    answers,
    asks,
    blind,
    code_when,
    no_checksum,
    payment_of,
    status_when,
    turned,
    wrong,
)

__all__: list[str] = []

NOTHING = "취소할 결제건이"


GATEWAY = "결제취소에"


answers(
    "P-CAN-01",
    "doesn't say when it cancelled",
    "cancelPayment",
    lambda call, reply: reply.set(cancelled_at=0),
)


answers(
    "P-CAN-02",
    "leaves a payment paid after a part",
    "cancelPayment",
    lambda call, reply: (
        reply.code == 0
        and reply.response["cancel_amount"] < reply.response["amount"]
        and reply.set(status="paid")
    ),
)


answers(
    "P-CAN-03",
    "shows the last part only",
    "cancelPayment",
    lambda call, reply: (
        reply.code == 0 and reply.set(cancel_amount=reply.response["cancel_history"][-1]["amount"])
    ),
)


answers(
    "P-CAN-04",
    "answers a second cancel with code -1",
    "cancelPayment",
    code_when(-1, "이미 전액취소된"),
)


async def _unknown_404(call: Call, reply: Reply, forward: Forward) -> None:
    if reply.message.startswith(NOTHING) and (await payment_of(call, forward)).code != 0:
        reply.status = 404


after("P-CAN-05", "answers an unknown payment with HTTP 404", "cancelPayment", _unknown_404)


blind(
    "P-CAN-06",
    "doesn't look at the first cancel's checksum",
    lambda call, payment: payment["cancel_amount"] == 0,
    no_checksum,
)


blind(
    "P-CAN-07",
    "compares the checksum with the whole amount",
    lambda call, payment: (
        call.body.get("checksum") == payment["amount"] - payment["cancel_amount"]
        and payment["cancel_amount"] > 0
    ),
    lambda call, payment: call.body.update(checksum=1),
)


blind(
    "P-CAN-08",
    "gives back all of it when asked for more",
    lambda call, payment: call.body.get("amount", 0) > payment["amount"],
    lambda call, payment: call.body.pop("amount"),
)


answers(
    "P-CAN-09",
    "refuses an amount of 0",
    "cancelPayment",
    lambda call, reply: call.body.get("amount") == 0 and reply.fail(),
)


asks(
    "P-CAN-10",
    "makes up for a wrong imp_uid",
    "cancelPayment",
    lambda call: "merchant_uid" in call.body and call.body.pop("imp_uid", None),
)


answers(
    "P-CAN-11",
    "makes up another reason",
    "cancelPayment",
    lambda call, reply: "reason" not in call.body and reply.set(cancel_reason="cancel"),
)


answers(
    "P-CAN-12",
    "looks for an unnamed payment",
    "cancelPayment",
    lambda call, reply: (
        reply.message.startswith("취소하실")
        and reply.fail(200, 1, "취소할 결제건이 존재하지 않습니다.")
    ),
)


answers(
    "P-CAN-13",
    "answers a gateway's refusal with HTTP 402",
    "cancelPayment",
    status_when(402, GATEWAY),
)


@wrong("P-CAN-14", "books a cancel that the gateway refused")
def _() -> Twist:
    refused: list[str] = []

    async def twist(call: Call, forward: Forward) -> Reply:
        reply = await forward(call)
        if call.operation == "cancelPayment" and reply.message.startswith(GATEWAY):
            refused.append(call.body["imp_uid"])
        if call.operation == "getPaymentByImpUid" and call.names[0] in refused:
            reply.set(status="cancelled")
        return reply

    return twist


answers(
    "P-CAN-15",
    "cancels by imp_uid only",
    "cancelPayment",
    lambda call, reply: (
        "merchant_uid" in call.body
        and "imp_uid" not in call.body
        and reply.fail(200, 1, reply.message or "취소할 결제건이 존재하지 않습니다.")
    ),
)


async def _cancel_failed(call: Call, reply: Reply, forward: Forward) -> None:
    found = await payment_of(call, forward)
    if reply.code != 0 and found.code == 0 and found.response["status"] == "failed":
        reply.do({**found.response, "status": "cancelled"})


after("P-CAN-16", "cancels a failed payment", "cancelPayment", _cancel_failed)


answers(
    "P-CAN-17",
    "writes a cancel's line in another order",
    "cancelPayment",
    lambda call, reply: (
        reply.code == 0
        and reply.set(cancel_history=[turned(line) for line in reply.response["cancel_history"]])
    ),
)


answers(
    "P-CAN-18",
    "moves paid_at with a cancel",
    "cancelPayment",
    lambda call, reply: reply.code == 0 and reply.set(paid_at=reply.response["paid_at"] + 1),
)
