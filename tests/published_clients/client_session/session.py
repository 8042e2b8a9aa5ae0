"""The session of one client: its steps, each noted under a name, and the merchant's clock."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from .clients import CLIENTS, Answer, Card, public_methods


class Session:
    """The steps of one client, each noted under a name."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._client_type = CLIENTS[order["client"]]
        self._address = (order["url"], order["imp_key"])
        self.client = self._client_type(*self._address, order["imp_secret"])
        self.cards: dict[str, Card] = order["cards"]
        self.steps: dict[str, Answer] = {}

    def step(self, name: str, call: Callable[..., Any], /, *arguments: Any, **named: Any) -> None:
        assert name not in self.steps, name
        try:
            outcome = {"returned": call(*arguments, **named)}
        except self._client_type.errors() as error:
            details = vars(error) or {"message": str(error)}
            outcome = {"raised": type(error).__name__, **details}
        self.steps[name] = outcome

    def imp_uid(self, step: str) -> str:
        """The number of the payment that a step returned."""
        return str(self.steps[step].get("returned", {}).get("imp_uid", ""))

    def use_wrong_credentials(self) -> Answer:
        stranger = self._client_type(*self._address, "not-the-secret")
        try:
            return stranger.view("anyone")
        finally:
            stranger.close()

    def now(self) -> int:
        return int(self._clock("")["now"])

    def advance_clock_to(self, moment: int) -> None:
        self._clock("/advance", {"to": moment})

    def report(self) -> dict[str, Any]:
        methods = public_methods(self._client_type.parts())
        called = self.client.called & methods
        return {"steps": self.steps, "methods": sorted(methods), "called": sorted(called)}

    def _clock(self, route: str, body: Answer | None = None) -> Answer:
        url, imp_key = self._address
        request = urllib.request.Request(
            f"{url}/_fake/merchants/{imp_key}/clock{route}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            view: Answer = json.load(answer)
        return view
