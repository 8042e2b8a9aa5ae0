"""One merchant of the soak: customers who do all that can be done, until the books are audited."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from benchmarks.merchant import CARD
from benchmarks.soak.books import mistakes
from benchmarks.soak.line import Line, Lost, Reply
from benchmarks.soak.told import Told
from benchmarks.watched import Wrong

__all__ = ["Shop"]

_CUSTOMERS = 3
_ROUNDS = 60
"""What a customer does before the audit."""

_CONTROL_PATIENCE = 60


class Shop:
    """A merchant who opens with clean books and closes with an audit, again and again."""

    def __init__(
        self, address: tuple[str, int], notice_url: str, scenarios: list[str], chance: random.Random
    ) -> None:
        self.audits = 0
        self.told = Told()
        self._address = address
        self._notice_url = notice_url
        self._scenarios = scenarios
        self._chance = chance
        self._control = Line(address)
        self._keys: dict[str, str] = {}
        self._order = 0

    async def keep_open(self, is_open: Callable[[], bool]) -> None:
        """Open and close as long as ``is_open``.

        Raises:
            Wrong: an audit found a mistake, or there was an error that no rule asked for.
        """
        while is_open():
            await self._open()
            customers = [self._customer(f"customer-{number}") for number in range(_CUSTOMERS)]
            steering = asyncio.create_task(self._steer())
            try:
                await asyncio.gather(*customers)
            finally:
                steering.cancel()
                await asyncio.wait([steering])
            if not steering.cancelled():
                steering.result()
            await self._audit()
            await self._ask("DELETE", self._path)

    @property
    def _path(self) -> str:
        return f"/merchants/{self._keys['imp_key']}"

    async def _open(self) -> None:
        self.told = Told(calls=self.told.calls)
        settings = {"notice_url": [self._notice_url], "resend_webhooks": True}
        self._keys = await self._ask("POST", "/merchants", {"settings": settings})
        if self._chance.random() < 0.5:
            await self._ask("PUT", f"{self._path}/clock", {"mode": "frozen"})

    async def _steer(self) -> None:
        """Switch scenarios and move the clock while customers are busy."""
        while True:
            await asyncio.sleep(self._chance.uniform(0.01, 0.1))
            whim = self._chance.random()
            if whim < 0.6:
                name = self._chance.choice(self._scenarios)
                await self._ask("POST", f"{self._path}/scenarios/{name}")
            elif whim < 0.8:
                await self._ask("DELETE", f"{self._path}/scenarios")
            elif whim < 0.85:
                await self._ask("DELETE", f"{self._path}/token")
            elif whim < 0.95:
                hours = {"hours": self._chance.choice([0, 1, 30])}
                await self._ask("POST", f"{self._path}/clock/advance", hours)
            else:
                await self._ask("GET", f"{self._path}/snapshot")

    async def _customer(self, name: str) -> None:
        line = Line(self._address)
        wishes: list[Callable[[Line, str], Awaitable[None]]] = [
            self._pay_by_card,
            self._pay_by_card,
            self._pay_by_key,
            self._pay_by_key,
            self._click_twice,
            self._register,
            self._delete_key,
            self._cancel,
            self._schedule,
            self._unschedule,
            self._look_up,
            self._look_up,
            self._list,
            self._blunder,
        ]
        await self._register(line, name)
        for _ in range(_ROUNDS):
            await self._chance.choice(wishes)(line, name)
        line.hang_up()

    async def _call(self, line: Line, method: str, path: str, body: Any = None) -> Reply | None:
        """What is answered, with one new token where the old one is refused; ``None`` when lost."""
        try:
            reply = await line.call(method, path, body)
            if reply.status == 401:
                self.told.calls["401"] += 1
                got = await line.call("POST", "/users/getToken", self._keys)
                line.token = ((got.value or {}).get("response") or {}).get("access_token", "")
                reply = await line.call(method, path, body)
        except (Lost, AttributeError):
            self.told.calls["lost"] += 1
            return None
        self.told.calls[str(reply.status)] += 1
        if reply.status >= 500:
            await self._see_that_a_rule_asked_for(reply.status)
        return reply

    async def _see_that_a_rule_asked_for(self, status: int) -> None:
        page = await self._ask("GET", f"/journal?merchant={self._keys['imp_key']}&status={status}")
        for entry in page["entries"]:
            if not entry["rules"]:
                raise Wrong(f"no rule asked for {entry}")

    def _new_order(self) -> dict[str, Any]:
        self._order += 1
        return {"merchant_uid": f"order-{self._order}", "amount": self._chance.randint(1, 50) * 100}

    async def _pay_by_card(self, line: Line, _: str) -> None:
        order = {**self._new_order(), **CARD}
        self._note(await self._call(line, "POST", "/subscribe/payments/onetime", order))

    async def _pay_by_key(self, line: Line, name: str) -> None:
        order = {**self._new_order(), "customer_uid": name}
        self._note(await self._call(line, "POST", "/subscribe/payments/again", order))

    async def _click_twice(self, line: Line, _: str) -> None:
        order = {**self._new_order(), **CARD}
        other = Line(self._address)
        other.token = line.token
        both = [
            self._call(each, "POST", "/subscribe/payments/onetime", order) for each in (line, other)
        ]
        for reply in await asyncio.gather(*both):
            self._note(reply)
        other.hang_up()

    async def _register(self, line: Line, name: str) -> None:
        reply = await self._call(line, "POST", f"/subscribe/customers/{name}", CARD)
        self._note_key(name, reply, has_key=True)

    async def _delete_key(self, line: Line, name: str) -> None:
        reply = await self._call(line, "DELETE", f"/subscribe/customers/{name}")
        self._note_key(name, reply, has_key=False)

    async def _cancel(self, line: Line, _: str) -> None:
        if not self.told.paid:
            return
        imp_uid = self._chance.choice(list(self.told.paid))
        part = {"amount": 100} if self._chance.random() < 0.5 else {}
        body = {"imp_uid": imp_uid, "reason": "soak", **part}
        self._note(await self._call(line, "POST", "/payments/cancel", body))

    async def _schedule(self, line: Line, name: str) -> None:
        now = (await self._ask("GET", self._path))["now"]
        items = [{**self._new_order(), "schedule_at": now + 1800 * place} for place in (1, 2, 50)]
        body = {"customer_uid": name, "schedules": items}
        await self._call(line, "POST", "/subscribe/payments/schedule", body)

    async def _unschedule(self, line: Line, name: str) -> None:
        await self._call(line, "POST", "/subscribe/payments/unschedule", {"customer_uid": name})

    async def _look_up(self, line: Line, _: str) -> None:
        imp_uid = self._chance.choice([*self.told.paid, "imp_000000000000"])
        await self._call(line, "GET", f"/payments/{imp_uid}")

    async def _list(self, line: Line, name: str) -> None:
        paths = [
            "/payments/status/all?limit=20",
            f"/subscribe/customers/{name}/payments",
            f"/payments/findAll/order-{self._chance.randint(1, self._order + 1)}",
            f"/subscribe/payments/schedule/customers/{name}?from=0&to=9999999999",
            "/banks",
        ]
        await self._call(line, "GET", self._chance.choice(paths))

    async def _blunder(self, line: Line, name: str) -> None:
        body = self._chance.choice([[1], {}, {"customer_uid": name, "amount": "x"}, {"amount": -1}])
        path = self._chance.choice(["again", "onetime", "schedule", "nothing"])
        await self._call(line, "POST", f"/subscribe/payments/{path}", body)

    def _note(self, reply: Reply | None) -> None:
        if reply is not None and reply.status == 200 and isinstance(reply.value, dict):
            self.told.note_payment(reply.value.get("response"))

    def _note_key(self, name: str, reply: Reply | None, *, has_key: bool) -> None:
        code = reply.value.get("code") if reply and isinstance(reply.value, dict) else None
        if reply is not None and reply.status == 200 and code == 0:
            self.told.registered[name] = has_key
        elif reply is None or reply.status >= 500:
            self.told.registered[name] = None

    async def _audit(self) -> None:
        await self._ask("DELETE", f"{self._path}/scenarios")
        await self._ask("PATCH", f"{self._path}/settings", {"settings": {"hold_webhooks": True}})
        await self._ask("PUT", f"{self._path}/clock", {"mode": "frozen"})
        world = await self._ask("GET", f"{self._path}/snapshot")
        ledger = (await self._ask("GET", f"{self._path}/ledger"))["keys"]
        found = list(mistakes(self.told, world["records"], ledger))
        await self._ask("PUT", f"{self._path}/snapshot", world)
        again = await self._ask("GET", f"{self._path}/snapshot")
        found += [
            f"{kind} differ after they were restored"
            for kind in _different(world["records"], again["records"])
        ]
        if found:
            raise Wrong("\n".join(found[:20]))
        self.audits += 1

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the control API answers.

        Raises:
            Wrong: it didn't do it.
        """
        line = Line(self._address)
        try:
            reply = await line.call(method, f"/_fake{path}", body, patience=_CONTROL_PATIENCE)
        except Lost as error:
            raise Wrong(f"the control API doesn't answer: {error}") from None
        finally:
            line.hang_up()
        if reply.status not in (200, 201):
            raise Wrong(f"the control API answers {method} {path} with {reply}")
        return reply.value


def _different(one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    return (kind for kind in one if kind != "webhooks" and one[kind] != other[kind])
