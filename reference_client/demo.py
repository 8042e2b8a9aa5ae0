"""Walk through a card's life with an emulator and a merchant, each a process of its own.

``python -m reference_client.demo`` starts ``fake-iamport`` and the reference merchant on free ports,
does what a shopper does, and shows for each step what the merchant said and what i'mport recorded.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from reference_client._side_by_side import call_lines, say, say_headings, say_side_by_side

__all__ = ["main"]

_SECONDS = 20
_CARD_FIELDS = ("expiry", "birth", "pwd_2digit")


@dataclass(frozen=True)
class _Stage:
    """Both processes, as somebody reaches them who only speaks HTTP."""

    merchant: httpx.Client
    emulator: httpx.Client

    def step(self, title: str) -> None:
        self.emulator.delete("/_fake/journal")
        say(f"\n{title}")

    def show(self, answer: httpx.Response) -> dict[str, Any]:
        told: dict[str, Any] = answer.json()
        saw = [f"HTTP {answer.status_code}  status: {told['status']}", told.get("message") or ""]
        calls = self.emulator.get("/_fake/journal").json()["entries"]
        recorded = [line for call in calls for line in call_lines(call)]
        say_side_by_side(saw, recorded)
        return told

    def show_ledger(self) -> None:
        path = f"/_fake/merchants/{_merchant_key(self.emulator)}/ledger"
        for key in self.emulator.get(path).json()["keys"]:
            state = "deleted" if key["deleted_at"] else "in use"
            say(f"  key for {key['card_number']} of {key['customer_uid']}: {state}")

    def card(self, failure: str | None, *, after: int = 0) -> dict[str, str]:
        cards = self.emulator.get("/_fake/cards").json()["cards"]
        card = [card for card in cards if card["failure"] == failure][after]
        return {"card_number": card["number"], **{name: card[name] for name in _CARD_FIELDS}}

    def register(self, card: Mapping[str, str]) -> dict[str, Any]:
        form = {**card, "customer_uid": "shopper-1"}
        return self.show(self.merchant.post("/subscriptions/issue-billing", data=form))

    def pay(self, how: str, fields: Mapping[str, str]) -> dict[str, Any]:
        order = self.merchant.post("/orders", data={"name": "당근 10kg", "amount": "12000"}).json()
        path = f"/orders/{order['order_id']}/{how}"
        return self.show(self.merchant.post(path, data=dict(fields)))


def main() -> int:
    """Run the walk; 0 when every step went as it should."""
    with _running() as stage:
        say_headings("what the merchant said", "what i'mport recorded")
        went = list(_walk(stage))
    say(f"\n{sum(went)} of {len(went)} steps went as they should.")
    return 0 if all(went) else 1


def _walk(stage: _Stage) -> Iterator[bool]:
    stage.step("1. A shopper registers a card through the merchant's form; this fetches a token")
    yield stage.register(stage.card(None))["status"] == "success"

    stage.step("2. The same customer_uid with another card: the old card's key is gone")
    yield stage.register(stage.card(None, after=1))["status"] == "success"
    stage.show_ledger()

    stage.step("3. A payment by card data that also keeps the card")
    kept = {**stage.card(None, after=2), "customer_uid": "shopper-2"}
    yield stage.pay("pay-by-card", kept)["status"] == "success"

    stage.step("4. A charge on that key")
    by_key = {"customer_uid": "shopper-2"}
    yield stage.pay("pay-by-key", by_key)["status"] == "success"

    stage.step("5. A card that the issuer doesn't know: HTTP 200, code -1")
    yield stage.register(stage.card("wrong_card_number"))["status"] == "failed"

    stage.step("6. A card over its limit: HTTP 200, code 0, and yet not paid")
    yield stage.pay("pay-by-card", stage.card("limit_exceeded"))["status"] == "failed"

    stage.step("7. The token dies: renewed once, and the shopper doesn't notice")
    stage.emulator.delete(f"/_fake/merchants/{_merchant_key(stage.emulator)}/token")
    yield stage.pay("pay-by-key", by_key)["status"] == "success"


@contextlib.contextmanager
def _running() -> Iterator[_Stage]:
    with (
        _process("fake_iamport", "serve", "--port", "0") as emulator_url,
        httpx.Client(base_url=emulator_url, timeout=_SECONDS, trust_env=False) as emulator,
        _process(
            "reference_client.merchant", "--port", "0", **_access(emulator, emulator_url)
        ) as merchant_url,
        httpx.Client(base_url=merchant_url, timeout=_SECONDS, trust_env=False) as merchant,
    ):
        say(f"emulator {emulator_url}, merchant {merchant_url}\n")
        yield _Stage(merchant, emulator)


def _access(emulator: httpx.Client, url: str) -> dict[str, str]:
    created = emulator.post("/_fake/merchants").json()
    return {
        "IAMPORT_BASE_URL": url,
        "IAMPORT_IMP_KEY": created["imp_key"],
        "IAMPORT_IMP_SECRET": created["imp_secret"],
    }


def _merchant_key(emulator: httpx.Client) -> str:
    merchants = emulator.get("/_fake/merchants").json()["merchants"]
    key: str = merchants[-1]["imp_key"]
    return key


@contextlib.contextmanager
def _process(module: str, *arguments: str, **environment: str) -> Iterator[str]:
    """Run a module that prints its URL at the end of its first line, and give the URL."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_PROXY": "127.0.0.1", **environment},
    )
    with process:
        assert process.stdout is not None
        try:
            first_line = process.stdout.readline()
            if not first_line:
                raise RuntimeError(f"{module} did not start")
            yield first_line.split()[-1]
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main())
