"""Wrong servers: the books."""

from tests.contract_tests.mutation import Call, Forward, Reply, Twist
from tests.contract_tests.wrong_servers.twists import like, wrong

__all__: list[str] = []


@wrong("P-BOOK-01", "announces an order twice")
def _() -> Twist:
    async def twist(call: Call, forward: Forward) -> Reply:
        reply = await forward(call)
        if call.operation == "preparePayment" and reply.code != 0:
            return await forward(like(call, "PUT", call.path, call.body))
        return reply

    return twist
