"""The subject of the provider's checks: a merchant who calls the server and keeps its story."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from contract_tests.answers import Answer
from contract_tests.checks import Check, OutOfReach, Precondition
from contract_tests.expectations import given
from contract_tests.provider.control import Control
from contract_tests.provider.operations import OPERATIONS
from contract_tests.provider.server import Card, Server
from contract_tests.story import Exchange
from contract_tests.transport import Request, Unreachable

__all__ = ["Shop", "open_shop"]

Parameters = Mapping[str, Any]
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


class Shop:
    """A merchant at the server under test.

    :meth:`ask` makes a call and gives its answer to be judged. The methods named after what they
    bring about are for what must go before; they give the record, and raise ``Precondition`` when
    the server doesn't play along.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.credentials = server.merchant
        self.story: list[Exchange] = []
        self.card, self.other_card = server.cards[0], server.cards[-1]
        self._control = Control(server, self.credentials.imp_key, self._move)
        self._names = 0
        self._made: list[tuple[str, dict[str, Any]]] = []

    def begin(self) -> None:
        """Start an example: with an empty story, and an empty world where that can be had."""
        if self.server.is_used and self.server.has_control:
            self._control.reset()
        if self.server.is_moved:
            # A token from another time dies with the reset.
            self.forget_token()
        self.server.is_used = self.server.is_moved = False
        self.story.clear()
        self._names = 0

    @property
    def operations(self) -> int:
        """How many calls of the API were made to the server so far."""
        return self.server.operations

    def customer(self, text: str = "customer") -> str:
        """A ``customer_uid`` of this run."""
        return self._own(text, 80)

    def order(self, text: str = "order") -> str:
        """A ``merchant_uid`` of this run."""
        return self._own(text, 40)

    def _own(self, text: str, longest: int) -> str:
        if not self.server.has_control:
            return f"{self.server.own_prefix()}-{text}"[:longest]
        self._names += 1
        return f"{text}-{self._names}"[-longest:]

    @property
    def control(self) -> Control:
        """The control API.

        Raises:
            OutOfReach: there is none.
        """
        if not self.server.has_control:
            raise OutOfReach("the server offers no control API")
        self.server.is_used = True
        return self._control

    def ask(
        self,
        operation: str,
        parameters: Parameters | None = None,
        *,
        suffix: str = "",
        form: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call an operation with the merchant's token, or with other ``headers`` in its place.

        ``suffix`` goes behind the path. Whatever the path doesn't take is sent as JSON, as a
        ``form``, or in a GET or DELETE as the query.
        """
        declared = OPERATIONS[operation]
        path, rest = declared.fill(parameters or {})
        if headers is None:
            headers = {} if operation == "getToken" else {"authorization": self.access_token}
        target, body, content_type = path + suffix, b"", ""
        if declared.method in ("GET", "DELETE"):
            separator = "&" if "?" in target else "?"
            target += f"{separator}{_query(rest)}" if rest else ""
        else:
            content_type = _FORM if form else _JSON
            body = (urlencode(rest) if form else json.dumps(rest)).encode()
        if content_type:
            headers = {**headers, "content-type": content_type}
        answer = self.send(Request(declared.method, target, headers, body))
        self._remember(operation, parameters or {}, answer)
        return answer

    def send(self, request: Request) -> Answer:
        """Send a request as it is, and write it into the story.

        Raises:
            Precondition: no answer came.
        """
        self.server.spend()
        self.server.is_used = True
        try:
            raw = self.server.transport.send(request)
        except Unreachable as error:
            self.story.append(Exchange(request, None))
            raise Precondition(f"no answer: {error}") from None
        self.story.append(Exchange(request, raw))
        return Answer(raw)

    @property
    def access_token(self) -> str:
        """The token, which is fetched once."""
        if self.server.access_token is None:
            answer = self.ask("getToken", self.keys)
            self.server.access_token = str(given(answer, "a token")["access_token"])
        return self.server.access_token

    @property
    def keys(self) -> dict[str, str]:
        """The parameters of getToken."""
        return {"imp_key": self.credentials.imp_key, "imp_secret": self.credentials.imp_secret}

    def _move(self) -> None:
        self.server.is_moved = True
        self.forget_token()

    def forget_token(self) -> None:
        """Fetch a token with the next call that needs one."""
        self.server.access_token = None

    def issue_key(self, customer_uid: str, card: Card | None = None, **more: object) -> Any:
        """A billing key for the card, or for the usual one."""
        body = {"customer_uid": customer_uid, **(card or self.card), **more}
        return given(self.ask("customer_save", body), "a billing key")

    def pay(
        self, merchant_uid: str, amount: int = 1000, card: Card | None = None, **more: Any
    ) -> Any:
        """A payment by card data, paid."""
        body = {"merchant_uid": merchant_uid, "amount": amount, **(card or self.card), **more}
        return _with_status("paid", given(self.ask("onetime", body), "a payment"))

    def pay_again(
        self, customer_uid: str, merchant_uid: str, amount: int = 1000, **more: Any
    ) -> Any:
        """A payment with a billing key, paid."""
        body = {"customer_uid": customer_uid, "merchant_uid": merchant_uid, "amount": amount}
        answer = self.ask("again", {**body, "name": "goods", **more})
        return _with_status("paid", given(answer, "a payment"))

    def decline(self, merchant_uid: str, failure: str = "limit_exceeded", **more: Any) -> Any:
        """A payment by card data that the issuer declined."""
        body = {"merchant_uid": merchant_uid, "amount": 1000, **self.control.card(failure), **more}
        return _with_status("failed", given(self.ask("onetime", body), "a declined payment"))

    def cancel(self, imp_uid: str, **more: Any) -> Any:
        """A payment cancelled, whole unless ``amount`` says how much."""
        return given(self.ask("cancelPayment", {"imp_uid": imp_uid, **more}), "a cancel")

    def schedule(self, customer_uid: str, *items: Parameters, **more: Any) -> Any:
        """Schedules on a billing key; see :meth:`item`."""
        body = {"customer_uid": customer_uid, "schedules": list(items), **more}
        return given(self.ask("schedule", body), "schedules")

    def item(
        self, merchant_uid: str, schedule_at: int, amount: int = 1000, **more: Any
    ) -> Parameters:
        """One charge to be made later."""
        return {
            "merchant_uid": merchant_uid, "schedule_at": schedule_at, "amount": amount,
            "name": "goods", **more,
        }  # fmt: skip

    def payment(self, imp_uid: str) -> Any:
        """How a payment stands."""
        return given(self.ask("getPaymentByImpUid", {"imp_uid": imp_uid}), "a payment's look-up")

    def scheduled(self, merchant_uid: str) -> Any:
        """How a schedule stands."""
        answer = self.ask("getScheduleByMid", {"merchant_uid": merchant_uid})
        return given(answer, "a schedule's look-up")

    def later(self, seconds: int = 86_400) -> int:
        """A moment so many seconds from the server's present, as its token tells it."""
        answer = self.ask("getToken", self.keys)
        return int(given(answer, "the server's time")["now"]) + seconds

    def clean_up(self) -> None:
        """Revoke, cancel and delete what was made; what can't be is left."""
        self.server.most_calls += len(self._made)
        for operation, parameters in reversed(self._made):
            try:
                self.ask(operation, parameters)
            except (Precondition, OutOfReach):
                return

    def _remember(self, operation: str, sent: Parameters, answer: Answer) -> None:
        if self.server.has_control or answer.code != 0:
            return
        uid = {"customer_uid": sent.get("customer_uid")}
        if operation == "customer_save" or (
            operation in ("onetime", "schedule") and all(uid.values())
        ):
            self._made.append(("customer_delete", uid))
        if operation in ("onetime", "again") and isinstance(answer.response, dict):
            self._made.append(("cancelPayment", {"imp_uid": answer.response.get("imp_uid")}))
        if operation == "schedule":
            self._made.append(("unschedule", uid))


def _query(parameters: Mapping[str, Any]) -> str:
    pairs = [
        (f"{name}[]", item) if isinstance(value, list) else (name, item)
        for name, value in parameters.items()
        for item in (value if isinstance(value, list) else [value])
    ]
    return "&".join(f"{quote(name, safe='')}={quote(str(value), safe='')}" for name, value in pairs)


def _with_status(status: str, payment: Any) -> Any:
    found = payment.get("status") if isinstance(payment, dict) else None
    if found != status:
        raise Precondition(f"a payment that is {status}: it is {found}")
    return payment


@contextmanager
def open_shop(server: Server, check: Check) -> Iterator[Shop]:
    """A shop for one check, which cleans up where nobody can reset the world.

    Raises:
        OutOfReach: the check needs the control API, and there is none.
    """
    if check.control and not server.has_control:
        raise OutOfReach("it needs the control API, which the server doesn't offer")
    shop = Shop(server)
    try:
        yield shop
    finally:
        shop.clean_up()
