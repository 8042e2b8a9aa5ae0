"""The server under test: how it is reached, what it allows, and how often it may be called."""

import json
import secrets
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import click

from contract_tests.answers import Answer
from contract_tests.checks import OutOfReach, Precondition
from contract_tests.provider.receiver import Receiver
from contract_tests.transport import Request, Transport, Unreachable

__all__ = ["PUBLIC_CARDS", "Card", "Credentials", "Server", "ServerError"]

Card = Mapping[str, str]
"""``card_number``, ``expiry``, ``birth`` and ``pwd_2digit``, as the API takes them."""

PUBLIC_CARDS: Sequence[Card] = tuple(
    {"card_number": number, "expiry": "2049-12", "birth": "900101", "pwd_2digit": "12"}
    for number in ("9540-4900-1234-5675", "5272-8927-1234-5677")
)
"""Two cards that the emulator takes; a real server wants real ones."""

_OURS = "x-fake-iamport"


class ServerError(click.UsageError):
    """The server can't be checked; the text says why. It ends the command with 2."""


class Credentials:
    """A merchant's API keys; the secret isn't shown."""

    def __init__(self, imp_key: str, imp_secret: str) -> None:
        self.imp_key = imp_key
        self.imp_secret = imp_secret

    def __repr__(self) -> str:
        return f"Credentials({self.imp_key!r})"


class Server:
    """A server of the V1 API.

    ``most_calls`` bounds what is sent to one without the control API; its uids get a
    prefix that is this run's own. ``access_token`` is the merchant's, as far as it is known;
    ``is_used`` says that its world isn't the one of the start any more, ``is_moved``
    that its clock isn't.
    """

    def __init__(
        self,
        transport: Transport,
        credentials: Credentials,
        *,
        cards: Sequence[Card] = PUBLIC_CARDS,
        most_calls: int = 600,
        use_control: bool = True,
    ) -> None:
        self.transport = transport
        self.credentials = credentials
        self.cards = cards
        self._run = secrets.token_hex(3)
        self._names = 0
        self.operations = 0
        self.most_calls = most_calls
        self._use_control = use_control
        self.access_token: str | None = None
        self.is_used = False
        self.is_moved = False
        self._receiver: Receiver | None = None
        self._made: str | None = None

    def close(self) -> None:
        """Let the receiver of webhooks go, and the merchant that was made."""
        if self._receiver is not None:
            self._receiver.close()
        if self._made is not None:
            self.steer("DELETE", f"/merchants/{self._made}")

    @cached_property
    def merchant(self) -> Credentials:
        """Whose calls the checks make: a merchant made for it where the control API makes one."""
        if not self.has_control:
            return self.credentials
        made = self.steer("POST", "/merchants", {})
        self._made = made["imp_key"]
        return Credentials(made["imp_key"], made["imp_secret"])

    @cached_property
    def has_control(self) -> bool:
        """Whether the server offers the control API, and it may be used."""
        if not self._use_control:
            return False
        raw = self.transport.send(Request("GET", "/_fake/health", {}, b""))
        return raw.status == 200 and b'"ok"' in raw.body

    @cached_property
    def is_ours(self) -> bool:
        """Whether it is the emulator of this project, whose guesses are its own."""
        raw = self.transport.send(Request("GET", "/payments/imp_0", {}, b""))
        return _OURS in raw.headers

    @cached_property
    def receiver(self) -> Receiver:
        """An endpoint for webhooks on this machine."""
        self._receiver = Receiver()
        return self._receiver

    @cached_property
    def test_cards(self) -> Mapping[str | None, Card]:
        """The cards with a known fate, by the failure that they cause."""
        listed = self.steer("GET", "/cards")["cards"]
        return {
            each["failure"]: {
                "card_number": each["number"],
                "expiry": each["expiry"],
                "birth": each["birth"],
                "pwd_2digit": each["pwd_2digit"],
            }
            for each in reversed(listed)
        }

    def check_credentials(self) -> None:
        """Ask for a token once, before anything is judged.

        Raises:
            ServerError: what comes isn't i'mport's, or refuses the credentials.
            contract_tests.transport.Unreachable: nothing comes.
        """
        keys = {"imp_key": self.credentials.imp_key, "imp_secret": self.credentials.imp_secret}
        headers = {"content-type": "application/json"}
        body = json.dumps(keys).encode()
        raw = self.transport.send(Request("POST", "/users/getToken", headers, body))
        envelope = Answer(raw).envelope
        if not {"code", "message", "response"} <= envelope.keys():
            raise ServerError("getToken's answer is no i'mport envelope; is this i'mport?")
        if envelope["code"] != 0:
            raise ServerError(
                f"getToken refuses imp_key {self.credentials.imp_key} (HTTP {raw.status}, code"
                f" {envelope['code']}); name a merchant with --imp-key and --imp-secret"
            )

    def own_prefix(self) -> str:
        """How a uid begins that nobody else has."""
        self._names += 1
        return f"ct{self._run}-{self._names}"

    def spend(self) -> None:
        """Count a call of the API.

        Raises:
            OutOfReach: there were enough.
        """
        self.operations += 1
        if not self.has_control and self.operations > self.most_calls:
            raise OutOfReach(f"the {self.most_calls} calls of --max-calls are used up")

    def steer(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API and give what it answers.

        Raises:
            OutOfReach: there is none.
            Precondition: it refuses.
        """
        if not self.has_control:
            raise OutOfReach("the server offers no control API")
        sent = b"" if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"} if sent else {}
        try:
            raw = self.transport.send(Request(method, f"/_fake{path}", headers, sent))
        except Unreachable as error:
            raise Precondition(f"the control API gave no answer: {error}") from None
        if raw.status >= 400:
            said = Answer(raw).envelope.get("error", {}).get("message", "")
            raise Precondition(f"the control API: {method} {path}: HTTP {raw.status} {said}")
        return json.loads(raw.body)
