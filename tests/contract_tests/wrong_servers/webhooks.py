"""Wrong servers: webhooks."""

import copy
from collections.abc import Callable
from typing import Any

from tests.contract_tests.mutation import Call, Forward, Reply, Twist
from tests.contract_tests.wrong_servers.twists import asks, wrong

__all__: list[str] = []


class _Webhooks:
    """What a wrong server does with webhooks, by the control API of the right one."""

    def __init__(self) -> None:
        self.merchant = ""

    def note(self, call: Call) -> None:
        found = call.path.split("/")
        if call.operation == "control" and len(found) > 3 and found[2] == "merchants":
            self.merchant = found[3]

    async def hold(self, forward: Forward, wanted: bool) -> None:
        body = {"settings": {"hold_webhooks": wanted}}
        await forward(Call("PATCH", f"/_fake/merchants/{self.merchant}/settings", [], {}, body))

    async def send(self, forward: Forward, **fields: Any) -> None:
        await forward(Call("POST", f"/_fake/merchants/{self.merchant}/webhooks", [], {}, fields))


def _webhooks(
    clause: str,
    says: str,
    is_meant: Callable[[Call], bool],
    send: Callable[[Call, Reply], dict[str, Any] | None],
    *,
    hold: bool = True,
) -> None:
    """The server holds the webhooks of the calls that are meant, and sends others in their place."""

    @wrong(clause, says)
    def _() -> Twist:
        hooks = _Webhooks()

        async def twist(call: Call, forward: Forward) -> Reply:
            hooks.note(call)
            if not is_meant(call):
                return await forward(call)
            sent = copy.deepcopy(call)
            if hold:
                await hooks.hold(forward, True)
            reply = await forward(call)
            if hold:
                await hooks.hold(forward, False)
            fields = send(sent, reply)
            if fields is not None:
                await hooks.send(forward, **fields)
            return reply

        return twist


def _is_charge(call: Call) -> bool:
    return call.operation in ("onetime", "again") and "notice_url" not in call.body


def _about(reply: Reply, **more: Any) -> dict[str, Any]:
    names = ("imp_uid", "merchant_uid", "status")
    return {**{name: reply.response[name] for name in names}, **more}


def _when_failed(_: Call, reply: Reply) -> dict[str, Any] | None:
    return _about(reply) if reply.code == 0 and reply.response["status"] == "failed" else None


_webhooks("P-HOOK-01", "tells nobody of a payment", _is_charge, lambda call, reply: None)


_webhooks("P-HOOK-02", "tells of a declined charge", _is_charge, _when_failed, hold=False)


_webhooks(
    "P-HOOK-03",
    "tells nobody of scheduled charges",
    lambda call: call.path.endswith("/advance"),
    lambda call, reply: None,
)


asks(
    "P-HOOK-04",
    "tells of every cancel",
    "cancelPayment",
    lambda call: call.body.update(enable_webhook=True),
)


_webhooks(
    "P-HOOK-05",
    "doesn't name the cancel",
    lambda call: call.body.get("enable_webhook") is True,
    lambda call, reply: _about(reply),
)


asks(
    "P-HOOK-06",
    "doesn't look at notice_url",
    "onetime",
    lambda call: call.body.pop("notice_url", None),
)


def _without(name: str) -> Callable[[Call], object]:
    return lambda call: call.body.get("settings", {}).pop(name, None)


asks("P-HOOK-07", "sends no webhook again", "control", _without("resend_webhooks"))


asks("P-HOOK-08", "sends JSON always", "control", _without("webhook_content_type"))


_webhooks(
    "P-HOOK-09",
    "tells of a key",
    lambda call: call.operation == "customer_save",
    lambda call, reply: {"status": "paid"},
    hold=False,
)


_webhooks(
    "P-HOOK-10",
    "names a payment that isn't there",
    _is_charge,
    lambda call, reply: (
        _about(reply, imp_uid="imps_999999999999")
        if reply.code == 0 and reply.response["status"] == "paid"
        else None
    ),
)
