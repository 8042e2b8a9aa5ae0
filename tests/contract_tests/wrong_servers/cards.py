"""Wrong servers: card data."""

from collections.abc import Callable
from typing import Any

from tests.contract_tests.mutation import Call, Forward, Reply, Twist
from tests.contract_tests.wrong_servers.twists import answers, asks, records, records_of, wrong

__all__: list[str] = []

answers(
    "P-CHK-01",
    "uses one code for all wrong cards",
    "customer_save",
    lambda call, reply: reply.envelope.update(
        message=reply.message.replace("F112", "F113") or None
    ),
)


asks(
    "P-CHK-02",
    "doesn't look at the expiry",
    "customer_save",
    lambda call: call.body.get("expiry", "") < "2026" and call.body.update(expiry="2049-12"),
)


def _unlooked(length: int) -> Callable[[Call], object]:
    def change(call: Call) -> None:
        if len(call.body.get("birth", "")) == length and "pwd_2digit" in call.body:
            call.body["birth"] = "900101"

    return change


asks("P-CHK-03", "doesn't look at birth dates", "customer_save", _unlooked(6))


asks("P-CHK-04", "doesn't look at business numbers", "customer_save", _unlooked(10))


answers(
    "P-CHK-05",
    "asks companies for a PIN",
    "customer_save",
    lambda call, reply: (
        "pwd_2digit" not in call.body and reply.fail(200, -1, "카드비밀번호 미입력")
    ),
)


answers(
    "P-CHK-06",
    "knows some issuers only",
    "customer_save",
    lambda call, reply: (
        call.body["card_number"].startswith("4000") and reply.fail(200, -1, "미등록카드")
    ),
)


@wrong("P-CARD-01", "shows the card number in a payment")
def _() -> Twist:
    seen: list[str] = []

    async def twist(call: Call, forward: Forward) -> Reply:
        seen.extend([call.body["card_number"]] if "card_number" in call.body else [])
        reply = await forward(call)
        for record in records_of(reply.response):
            if "pay_method" in record:
                record["bank_name"] = seen[-1] if seen else None
        return reply

    return twist


records(
    "P-CARD-02", "shows the expiry in a payment", lambda record: record.update(expiry="2049-12")
)


def _every_card(change: Callable[[dict[str, Any]], object]) -> Callable[[Call, Reply], object]:
    return lambda call, reply: [
        change(each) for each in records_of(reply.response) if each.get("card_number")
    ]


answers(
    "P-CARD-03",
    "shows a card with dashes",
    "*",
    _every_card(
        lambda record: record.update(
            card_number="-".join(record["card_number"][at : at + 4] for at in range(0, 16, 4))
        )
    ),
)


answers(
    "P-CARD-04",
    "gives all cards one code",
    "*",
    _every_card(lambda record: record.update(card_code="0000")),
)
