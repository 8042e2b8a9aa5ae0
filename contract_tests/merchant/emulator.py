"""The kit's hold on the emulator, over its control API only."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import httpx

from contract_tests.checks import Precondition
from contract_tests.story import Exchange
from contract_tests.transport import Raw, Request

__all__ = ["KIT", "Emulator", "EmulatorError", "open_emulator"]

Record = Mapping[str, Any]
_SECONDS = 30
_SCENARIO = "the-kit"

KIT = "iamport-contract"
"""How the kit's own calls name themselves."""


class EmulatorError(Exception):
    """The emulator can't be used; the text says why."""


class Emulator:
    """One merchant's world at the emulator: its credentials, and what steers and shows it.

    ``is_known`` says that the credentials were there before, so that others may have them.
    """

    def __init__(
        self, url: str, http: httpx.Client, imp_key: str, imp_secret: str, *, is_known: bool
    ) -> None:
        self.url = url
        self.imp_key = imp_key
        self.imp_secret = imp_secret
        self.is_known = is_known
        self._http = http
        self._merchant = f"/_fake/merchants/{imp_key}"

    def __repr__(self) -> str:
        return f"Emulator({self.url!r}, {self.imp_key!r})"

    def reset(self) -> None:
        """Empty the world: no rules, no calls, no records, the machine's time."""
        self._steer("POST", f"{self._merchant}/reset")

    def rules(self, *rules: Mapping[str, Any]) -> Exchange:
        """Let these rules hold from now on, in place of those before; none lets all go well.

        Gives the request, for whoever wants to do it again.
        """
        place = f"{self._merchant}/scenarios"
        request = Request("DELETE", place, {}, b"")
        if rules:
            document = _json({"rules": list(rules)})
            headers = {"content-type": "application/json"}
            request = Request("PUT", f"{place}/{_SCENARIO}", headers, document)
        self._steer(request.method, request.target, request.body)
        return Exchange(request, Raw(httpx.codes.OK, {}, b""))

    def forget_rules(self) -> None:
        """Take the kit's rules away, where there are any; an emulator that is gone has none."""
        with suppress(Precondition):
            self._steer("DELETE", f"{self._merchant}/scenarios/{_SCENARIO}")

    def change(self, **settings: object) -> None:
        """Change the merchant's settings."""
        self._steer("PATCH", f"{self._merchant}/settings", _json({"settings": settings}))

    def calls(self, after: int = 0) -> Sequence[Record]:
        """The merchant's calls with a higher number, oldest first, as the journal has them."""
        query = f"merchant={self.imp_key}&after={after}&limit=10000"
        entries: Sequence[Record] = self._steer("GET", f"/_fake/journal?{query}")["entries"]
        return entries

    def all_calls(self, after: int = 0) -> Sequence[Record]:
        """Everybody's calls with a higher number, also those that name no merchant, oldest first."""
        query = f"after={after}&limit=1000"
        entries: Sequence[Record] = self._steer("GET", f"/_fake/journal?{query}")["entries"]
        return entries

    def payments(self) -> Sequence[Record]:
        """All payments in the books, oldest first."""
        payments: Sequence[Record] = self._steer("GET", f"{self._merchant}/snapshot")["records"][
            "payments"
        ]
        return payments

    def gateway_keys(self) -> Sequence[Record]:
        """All keys that the gateway issued, oldest first."""
        keys: Sequence[Record] = self._steer("GET", f"{self._merchant}/ledger")["keys"]
        return keys

    def cards(self) -> Sequence[Record]:
        """The test cards."""
        cards: Sequence[Record] = self._steer("GET", "/_fake/cards")["cards"]
        return cards

    def call(self, path: str, body: Mapping[str, Any]) -> Record:
        """Make a call of the API as somebody else at the shop would, such as its console."""
        answer = self._http.post(path, json=body, headers={"Authorization": self.token()})
        envelope: Record = answer.json()
        if envelope["code"] != 0:
            raise Precondition(f"{path}: {envelope['message']}")
        response: Record = envelope["response"]
        return response

    def token(self) -> str:
        """The merchant's token, which is the same for everybody who asks while it lives."""
        keys = {"imp_key": self.imp_key, "imp_secret": self.imp_secret}
        return str(self._http.post("/users/getToken", json=keys).json()["response"]["access_token"])

    def _steer(self, method: str, path: str, body: bytes = b"") -> Any:
        try:
            answer = self._http.request(method, path, content=body)
        except httpx.HTTPError as error:
            raise Precondition(f"the emulator gave no answer: {type(error).__name__}") from None
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            said = answer.text[:500]
            raise Precondition(
                f"the control API: {method} {path}: HTTP {answer.status_code} {said}"
            )
        return answer.json()


@contextmanager
def open_emulator(
    url: str | None = None, imp_key: str | None = None, imp_secret: str | None = None
) -> Iterator[Emulator]:
    """A merchant's world at a running emulator, or at one that is started for the time of the block.

    With ``imp_key`` and ``imp_secret`` it is theirs, for a merchant that can't be given others; a
    merchant with that key is made when there is none. Without them it is a new one.

    Raises:
        EmulatorError: nothing answers there, or nothing with a control API; or the secret is missing
            or wrong; or the URL is none.
    """
    if imp_key and not imp_secret:
        raise EmulatorError(
            f"--imp-key {imp_key} needs its secret: --imp-secret or IAMPORT_IMP_SECRET"
        )
    if url is None:
        from fake_iamport import FakeIamport

        with FakeIamport() as server, _client(server.url) as http:
            yield _at(server.url, http, imp_key, imp_secret)
        return
    if not url.startswith(("http://", "https://")):
        raise EmulatorError(f"{url!r} is no URL; put http:// in front")
    with _client(url) as http:
        yield _at(url.rstrip("/"), http, imp_key, imp_secret)


def _client(url: str) -> httpx.Client:
    headers = {"user-agent": KIT}
    return httpx.Client(base_url=url, headers=headers, timeout=_SECONDS, trust_env=False)


def _at(url: str, http: httpx.Client, imp_key: str | None, imp_secret: str | None) -> Emulator:
    wanted = {"imp_key": imp_key, "imp_secret": imp_secret}
    given = {name: value for name, value in wanted.items() if value is not None}
    try:
        if imp_key and http.get(f"/_fake/merchants/{imp_key}").is_success:
            return _with_keys(url, http, imp_key, imp_secret or "")
        answer = http.post("/_fake/merchants", json=given)
        answer.raise_for_status()
        made = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        said = type(error).__name__
        raise EmulatorError(f"no emulator with a control API answers at {url} ({said})") from None
    keys = (made["imp_key"], made["imp_secret"])
    return Emulator(url, http, *keys, is_known=imp_key is not None)


def _with_keys(url: str, http: httpx.Client, imp_key: str, imp_secret: str) -> Emulator:
    answer = http.post("/users/getToken", json={"imp_key": imp_key, "imp_secret": imp_secret})
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise EmulatorError(f"{imp_key} is a merchant at {url}, and its secret is another one")
    return Emulator(url, http, imp_key, imp_secret, is_known=True)


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
