"""Wrong servers: unknown outcomes."""

from tests.contract_tests.wrong_servers.twists import answers, blind, counts_twice, no_checksum

__all__: list[str] = []

answers(
    "P-LOST-01",
    "finds an order with another amount",
    "getPaymentByMerchantUid",
    lambda call, reply: (
        reply.code == 0 and reply.response["customer_uid_usage"] is None and reply.set(amount=0)
    ),
)


counts_twice("P-LOST-02", "again")


blind(
    "P-LOST-03",
    "doesn't look at a later cancel's checksum",
    lambda call, payment: payment["cancel_amount"] > 0,
    no_checksum,
)


answers(
    "P-LOST-04",
    "finds a schedule with another amount",
    "getScheduleByMid",
    lambda call, reply: reply.set(amount=0),
)
