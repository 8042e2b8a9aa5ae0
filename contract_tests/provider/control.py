"""The control API, as far as checks need it: time, failures, webhooks and the gateway's ledger."""

from collections.abc import Callable, Sequence
from typing import Any

from contract_tests.checks import Precondition
from contract_tests.provider.receiver import Webhook
from contract_tests.provider.server import Card, Server

__all__ = ["NOON", "Control"]

NOON = 1_800_000_000
"""A unix second for clocks to stand at."""


class Control:
    """Steers one merchant's world."""

    def __init__(self, server: Server, imp_key: str, time_moved: Callable[[], None]) -> None:
        self._server = server
        self._merchant = f"/merchants/{imp_key}"
        self._time_moved = time_moved

    def reset(self) -> None:
        """Empty the merchant's world, and let its clock follow the machine's."""
        self._server.steer("POST", f"{self._merchant}/reset")

    def card(self, failure: str) -> Card:
        """The card that always causes ``failure``."""
        cards = self._server.test_cards
        if failure not in cards:
            raise Precondition(f"the control API lists no card that causes {failure}")
        return cards[failure]

    def freeze(self, at: int = NOON) -> int:
        """Let the clock stand, at a unix second."""
        self._server.steer("PUT", f"{self._merchant}/clock", {"mode": "frozen", "at": at})
        self._time_moved()
        return at

    def advance(self, seconds: int) -> Sequence[dict[str, Any]]:
        """Move the clock, doing what falls due on the way; gives what happened."""
        told = self._server.steer("POST", f"{self._merchant}/clock/advance", {"seconds": seconds})
        self._time_moved()
        happened: Sequence[dict[str, Any]] = told["happened"]
        return happened

    def change(self, **settings: object) -> None:
        """Change the merchant's settings."""
        self._server.steer("PATCH", f"{self._merchant}/settings", {"settings": settings})

    def gateway_keys(self, customer_uid: str) -> list[dict[str, Any]]:
        """The keys that the gateway issued for a customer, oldest first."""
        keys = self._server.steer("GET", f"{self._merchant}/ledger")["keys"]
        return [key for key in keys if key["customer_uid"] == customer_uid]

    def listen(self, **settings: object) -> str:
        """Have webhooks sent to this kit from now on; gives their URL."""
        receiver = self._server.receiver
        receiver.clear()
        self.change(notice_url=[receiver.url], **settings)
        return receiver.url

    def answer_webhooks_with(self, status: int) -> None:
        """Let the kit's endpoint answer so."""
        self._server.receiver.status = status

    def webhooks(self) -> list[Webhook]:
        """What came since :meth:`listen`, once nothing waits to be sent any more."""
        self.advance(0)
        return list(self._server.receiver.received)
