"""The emulator's control API, as far as a rehearsal needs it."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from reference_client._card import CardDetails

__all__ = ["Control", "ControlRefusedError"]

_SECONDS = 20


class ControlRefusedError(Exception):
    """The emulator can't do what the rehearsal needs; the text is its own."""


class Control:
    """One merchant at the emulator, which it is made for and removed after."""

    def __init__(self, url: str, notice_url: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/_fake", timeout=_SECONDS, trust_env=False)
        created = self._ask("POST", "/merchants", {"settings": {"notice_url": [notice_url]}})
        self.imp_key: str = created["imp_key"]
        self.imp_secret: str = created["imp_secret"]
        self._seen = 0

    def close(self) -> None:
        """Let the merchant go."""
        self._ask("DELETE", f"/merchants/{self.imp_key}")
        self._http.close()

    def load(self, name: str, document: Mapping[str, Any] | None) -> None:
        """Load a scenario: this document, or the ready-made one of that name."""
        self._merchants("PUT", f"scenarios/{quote(name, safe='')}", document)

    def unused_rules(self) -> list[str]:
        """The rules that were never applied."""
        loaded = self._merchants("GET", "scenarios")["scenarios"]
        return [rule for scenario in loaded for rule in scenario["unused_rules"]]

    def stop_clock(self, at: int) -> None:
        """Let the clock stand still at a unix second."""
        self._merchants("PUT", "clock", {"mode": "frozen", "at": at})

    def now(self) -> int:
        """The merchant's unix second."""
        now: int = self._merchants("GET", "clock")["now"]
        return now

    def advance(self, seconds: int) -> list[Mapping[str, Any]]:
        """Move the clock, and tell what happened on the way."""
        happened: list[Mapping[str, Any]] = self._merchants(
            "POST", "clock/advance", {"seconds": seconds}
        )["happened"]
        return happened

    def new_calls(self) -> list[Mapping[str, Any]]:
        """The calls since the last time, as i'mport recorded them."""
        query = f"/journal?merchant={self.imp_key}&after={self._seen}"
        calls: list[Mapping[str, Any]] = self._ask("GET", query)["entries"]
        if calls:
            self._seen = calls[-1]["number"]
        return calls

    def webhooks_under_way(self) -> int:
        """How many webhooks are to be sent by now."""
        waiting = self._merchants("GET", "webhooks?state=waiting")["webhooks"]
        now = self.now()
        return sum(webhook["due_at"] <= now for webhook in waiting)

    def records(self) -> Mapping[str, Any]:
        """Everything that i'mport holds of the merchant."""
        records: Mapping[str, Any] = self._merchants("GET", "snapshot")["records"]
        return records

    def card(self, name: str | None) -> CardDetails:
        """A test card: a good one, ``another``, or that of a failure."""
        cards: Sequence[Mapping[str, str]] = self._ask("GET", "/cards")["cards"]
        failure = None if name == "another" else name
        card = [card for card in cards if card["failure"] == failure][name == "another"]
        return CardDetails(
            card["number"], card["expiry"], birth=card["birth"], pwd_2digit=card["pwd_2digit"]
        )

    def _merchants(self, method: str, path: str, body: object = None) -> Any:
        return self._ask(method, f"/merchants/{self.imp_key}/{path}", body)

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self._http.request(method, path, json=body)
        if answer.is_success:
            return answer.json()
        try:
            message = answer.json()["error"]["message"]
        except (ValueError, KeyError, TypeError):
            message = f"HTTP {answer.status_code} from {answer.url}"
        raise ControlRefusedError(message)
