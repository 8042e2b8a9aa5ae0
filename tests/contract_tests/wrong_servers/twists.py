"""How wrong servers are made of the right one."""

import copy
from collections.abc import Callable
from typing import Any

from contract_tests.provider.server import PUBLIC_CARDS
from tests.contract_tests.mutation import Call, Forward, Mutant, Reply, Twist

__all__ = [
    "DUPLICATE",
    "GOOD",
    "MUTANTS",
    "after",
    "answers",
    "as_if_whole",
    "asks",
    "blind",
    "code_when",
    "counts_twice",
    "first_card",
    "like",
    "no_checksum",
    "none_found",
    "one_less",
    "payment_of",
    "records",
    "records_of",
    "status_when",
    "turned",
    "wrong",
]

MUTANTS: dict[str, Mutant] = {}


GOOD = dict(PUBLIC_CARDS[0])


DUPLICATE = "이미 주문이"


def wrong(clause: str, says: str) -> Callable[[Callable[[], Twist]], Callable[[], Twist]]:
    """Declare what makes the wrong server that breaks ``clause``."""

    def declare(make: Callable[[], Twist]) -> Callable[[], Twist]:
        assert clause not in MUTANTS, clause
        MUTANTS[clause] = Mutant(clause, says, make)
        return make

    return declare


def answers(
    clause: str, says: str, operations: str, change: Callable[[Call, Reply], object]
) -> None:
    """The server changes its reply to some operations, ``*`` for all of them."""

    async def twist(call: Call, forward: Forward) -> Reply:
        reply = await forward(call)
        if call.operation in operations.split() or (
            operations == "*" and call.operation != "control"
        ):
            change(call, reply)
        return reply

    wrong(clause, says)(lambda: twist)


def records(clause: str, says: str, change: Callable[[dict[str, Any]], object]) -> None:
    """The server shows every payment in another way."""

    def change_all(_: Call, reply: Reply) -> None:
        for record in records_of(reply.response):
            if "pay_method" in record:
                change(record)

    answers(clause, says, "*", change_all)


def asks(clause: str, says: str, operations: str, change: Callable[[Call], object]) -> None:
    """The server understands some operations in another way."""

    async def twist(call: Call, forward: Forward) -> Reply:
        if call.operation in operations.split() or (
            operations == "*" and call.operation != "control"
        ):
            change(call)
        return await forward(call)

    wrong(clause, says)(lambda: twist)


def after(
    clause: str,
    says: str,
    operations: str,
    change: Callable[[Call, Reply, Forward], Any],
) -> None:
    """The server goes on after some operations; ``change`` may make calls, and is awaited."""

    async def twist(call: Call, forward: Forward) -> Reply:
        sent = copy.deepcopy(call)
        reply = await forward(call)
        if call.operation in operations.split():
            await change(sent, reply, forward)
        return reply

    wrong(clause, says)(lambda: twist)


def records_of(response: Any) -> list[dict[str, Any]]:
    if isinstance(response, list):
        return [each for each in response if isinstance(each, dict)]
    if isinstance(response, dict) and "list" in response:
        return records_of(response["list"])
    return [response] if isinstance(response, dict) else []


def like(call: Call, method: str, path: str, body: dict[str, Any] | None = None) -> Call:
    """Another call of the same merchant."""
    headers = {name: value for name, value in call.headers.items() if name == "authorization"}
    return Call(method, path, [], headers, body or {})


def status_when(status: int, begins: str = "") -> Callable[[Call, Reply], object]:
    def change(_: Call, reply: Reply) -> None:
        if reply.code != 0 and reply.message.startswith(begins):
            reply.status = status

    return change


def code_when(code: int, begins: str = "") -> Callable[[Call, Reply], object]:
    def change(_: Call, reply: Reply) -> None:
        if reply.code != 0 and reply.message.startswith(begins):
            reply.envelope["code"] = code

    return change


def turned(record: dict[str, Any]) -> dict[str, Any]:
    return dict(reversed(record.items()))


def first_card(clause: str, says: str, shown: str) -> None:
    @wrong(clause, says)
    def _() -> Twist:
        first: dict[str, str] = {}

        async def twist(call: Call, forward: Forward) -> Reply:
            reply = await forward(call)
            if call.operation == "customer_save" and reply.code == 0:
                first.setdefault(call.names[0], reply.response["card_number"])
            if call.operation == shown and reply.code == 0:
                uid = reply.response["customer_uid"]
                if reply.response.get("customer_uid_usage") in (
                    None,
                    "payment",
                    "payment.scheduled",
                ):
                    reply.set(card_number=first.get(uid, reply.response["card_number"]))
            return reply

        return twist


def one_less(status: int) -> Callable[[Call, Reply], object]:
    def change(_: Call, reply: Reply) -> None:
        if reply.status == status:
            reply.envelope["response"] = reply.response[:-1]

    return change


def as_if_whole(_: Call, reply: Reply) -> None:
    if reply.status == 207:
        reply.status = 200


def none_found(_: Call, reply: Reply) -> None:
    if reply.status == 404:
        reply.do([])


def counts_twice(clause: str, operation: str) -> None:
    @wrong(clause, f"books a refused duplicate of {operation}")
    def _() -> Twist:
        twice: list[str] = []

        async def twist(call: Call, forward: Forward) -> Reply:
            reply = await forward(call)
            if call.operation == operation and reply.message.startswith(DUPLICATE):
                twice.append(call.body["merchant_uid"])
            if (
                call.operation == "getAllPaymentsByMerchantUid"
                and call.names
                and call.names[0] in twice
            ):
                reply.set(list=reply.response["list"] * 2, total=2)
            return reply

        return twist


async def payment_of(call: Call, forward: Forward) -> Reply:
    return await forward(like(call, "GET", f"/payments/{call.body.get('imp_uid')}"))


def blind(
    clause: str,
    says: str,
    is_meant: Callable[[Call, dict[str, Any]], bool],
    change: Callable[[Call, dict[str, Any]], object],
) -> None:
    """The server understands a cancel in another way, which depends on the payment."""

    @wrong(clause, says)
    def _() -> Twist:
        async def twist(call: Call, forward: Forward) -> Reply:
            if call.operation == "cancelPayment":
                found = await payment_of(call, forward)
                if found.code == 0 and is_meant(call, found.response):
                    change(call, found.response)
            return await forward(call)

        return twist


def no_checksum(call: Call, _: dict[str, Any]) -> None:
    call.body.pop("checksum", None)
