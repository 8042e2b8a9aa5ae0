"""Wrong servers: look-ups."""

from tests.contract_tests.mutation import Call, Forward, Reply, Twist
from tests.contract_tests.wrong_servers.twists import (
    answers,
    as_if_whole,
    asks,
    like,
    none_found,
    one_less,
    status_when,
    wrong,
)

__all__: list[str] = []

answers(
    "P-LOOK-01",
    "shows another name than it answered",
    "getPaymentByImpUid",
    lambda call, reply: reply.set(name="another"),
)


answers(
    "P-LOOK-02", "answers an unknown payment with HTTP 200", "getPaymentByImpUid", status_when(200)
)


@wrong("P-LOOK-03", "shows an order's oldest attempt")
def _() -> Twist:
    async def twist(call: Call, forward: Forward) -> Reply:
        if call.operation == "getPaymentByMerchantUid" and call.path.count("/") == 3:
            call.query = [("sorting", "started")]
        return await forward(call)

    return twist


def _no_status(call: Call) -> None:
    call.path = call.path.removesuffix("/failed")


asks("P-LOOK-04", "doesn't look at the status", "getPaymentByMerchantUid", _no_status)


answers(
    "P-LOOK-05",
    "answers an unknown order with HTTP 200",
    "getPaymentByMerchantUid",
    status_when(200),
)


answers(
    "P-LOOK-06",
    "lists the newest attempt only",
    "getAllPaymentsByMerchantUid",
    lambda call, reply: reply.code == 0 and reply.set(list=reply.response["list"][:1]),
)


answers(
    "P-LOOK-07",
    "takes any word for a status",
    "getPaymentsByStatus",
    lambda call, reply: (
        reply.message.startswith("지원되지")
        and reply.do({"total": 0, "previous": 0, "next": 0, "list": []})
    ),
)


answers("P-LOOK-08", "leaves one of several payments out", "getPaymentListByImpUid", one_less(200))


answers("P-LOOK-09", "answers some payments with HTTP 200", "getPaymentListByImpUid", as_if_whole)


answers("P-LOOK-10", "answers no payments with an empty list", "getPaymentListByImpUid", none_found)


answers(
    "P-LOOK-11",
    "counts one too many in all",
    "getPaymentsByStatus",
    lambda call, reply: (
        reply.code == 0 and call.names == ["all"] and reply.set(total=reply.response["total"] + 1)
    ),
)


answers(
    "P-LOOK-12",
    "never comes to the last page",
    "getPaymentsByStatus",
    lambda call, reply: reply.code == 0 and reply.set(next=reply.response["previous"] + 2),
)


def _any_span(call: Call) -> None:
    call.query = [pair for pair in call.query if pair[0] not in ("from", "to")]


asks("P-LOOK-13", "cuts a long search short", "getPaymentsByStatus", _any_span)


@wrong("P-LOOK-14", "doesn't change an announced amount")
def _() -> Twist:
    async def twist(call: Call, forward: Forward) -> Reply:
        if call.operation != "editPreparePayment":
            return await forward(call)
        return await forward(like(call, "GET", f"/payments/prepare/{call.body['merchant_uid']}"))

    return twist


answers(
    "P-LOOK-15",
    "answers an order that wasn't announced with HTTP 200",
    "getPaymentPrepareByMerchantUid",
    status_when(200),
)


answers(
    "P-LOOK-16", "answers an unknown code with HTTP 200", "cardCodes bankCodes", status_when(200)
)
