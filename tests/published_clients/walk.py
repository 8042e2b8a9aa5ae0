"""One client's walk through its session, and how that client tells of what is refused."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from fake_iamport import FakeIamport, FakeMerchant
from fake_iamport.domain.billing_key import GatewayKey

REST_CLIENTS = ["iamport-rest-client", "iamport-rest-client2", "async-iamport"]
CLIENTS = [*REST_CLIENTS, "iamporter"]
SESSION_SECONDS = 60

Report = dict[str, Any]

DUPLICATE_ORDER = (
    "이미 주문이 이루어진 건입니다. (동일한 merchant_uid로 결제 또는 취소된 기록이 있습니다)"
)
UNKNOWN_PAYMENT = "존재하지 않는 결제정보입니다."
HTTP_NOT_FOUND = {"raised": "HttpError", "code": 404, "reason": "Not Found"}
HTTP_BAD_REQUEST = {"raised": "HttpError", "code": 400, "reason": "Bad Request"}


class Walk(NamedTuple):
    """What one client went through: the outcome of each step, and the records after it."""

    client: str
    report: Report
    cards: dict[str, dict[str, str]]
    ledger: list[GatewayKey]
    journal: list[dict[str, Any]]

    @property
    def steps(self) -> dict[str, dict[str, Any]]:
        steps: dict[str, dict[str, Any]] = self.report["steps"]
        return steps

    def returned(self, step: str) -> Any:
        assert list(self.steps[step]) == ["returned"], self.steps[step]
        return self.steps[step]["returned"]

    def masked(self, card: str) -> str:
        digits = self.cards[card]["card_number"].replace("-", "")
        return f"{digits[:8]}****{digits[12:]}"

    def gateway_keys(self, customer_uid: str) -> list[tuple[str, bool]]:
        """The card of each key that the gateway issued, and whether the key is still good."""
        keys = [key for key in self.ledger if key.customer_uid == customer_uid]
        return [(key.card_number, key.deleted_at is None) for key in keys]

    def refusal(self, code: int, message: str) -> dict[str, Any]:
        """How this client tells of an answer with HTTP 200 and another code than 0."""
        if self.client != "iamporter":
            return {"raised": "ResponseError", "code": code, "message": message}
        response = {"status": 200, "code": code, "message": message, "data": None}
        return {"raised": "ImpApiError", "response": response}

    def missing(self, message: str) -> dict[str, Any]:
        """How this client tells of HTTP 404; only iamporter reads the body."""
        if self.client != "iamporter":
            return HTTP_NOT_FOUND
        response = {"status": 404, "code": -1, "message": message, "data": None}
        return {"raised": "ImpApiError", "response": response}

    def missing_payment(self) -> dict[str, Any]:
        return self.missing(UNKNOWN_PAYMENT)

    def missing_key(self, customer_uid: str) -> dict[str, Any]:
        text = f"요청하신 customer_uid({customer_uid})로 등록된 정보를 찾을 수 없습니다."
        return self.refusal(1, text)


def chosen_cards(url: str) -> dict[str, dict[str, str]]:
    answer = httpx.get(f"{url}/_fake/cards", trust_env=False)
    offered = answer.raise_for_status().json()["cards"]
    good = [as_parameters(card) for card in offered if card["failure"] is None]
    bad = {card["failure"]: as_parameters(card) for card in offered}
    return {
        "first": good[0],
        "second": good[1],
        "declined": bad["limit_exceeded"],
        "wrong_number": bad["wrong_card_number"],
        "unknown_number": {**good[0], "card_number": "1234-1234-1234-1234"},
    }


def as_parameters(card: dict[str, str]) -> dict[str, str]:
    return {
        "card_number": card["number"],
        "expiry": card["expiry"],
        "birth": card["birth"],
        "pwd_2digit": card["pwd_2digit"],
    }


def without_proxies() -> dict[str, str]:
    """The environment of a client that is to reach this machine's loopback directly."""
    return {name: value for name, value in os.environ.items() if "_proxy" not in name.lower()}


def run_session(interpreter: Path, order: dict[str, Any]) -> Report:
    done = subprocess.run(
        [str(interpreter), "-E", "-s", "-m", "client_session"],
        cwd=Path(__file__).parent,
        input=json.dumps(order),
        env=without_proxies(),
        capture_output=True,
        text=True,
        timeout=SESSION_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    report: Report = json.loads(done.stdout)
    return report


def calls_of(merchant: FakeMerchant) -> list[dict[str, Any]]:
    """The calls of a merchant, and those that reached no operation and so belong to nobody."""
    answer = httpx.get(f"{merchant.url}/_fake/journal?limit=1000", trust_env=False)
    calls = answer.raise_for_status().json()["entries"]
    return [call for call in calls if call["merchant"] in (None, merchant.imp_key)]


def walk_through(server: FakeIamport, client: str, interpreter: Path) -> Walk:
    """Let a client walk through all steps as a merchant of its own."""
    merchant = server.create_merchant()
    cards = chosen_cards(merchant.url)
    credentials = {"imp_key": merchant.imp_key, "imp_secret": merchant.imp_secret}
    order = {"client": client, "url": merchant.url, **credentials, "cards": cards}
    report = run_session(interpreter, order)
    return Walk(client, report, cards, merchant.ledger(), calls_of(merchant))
