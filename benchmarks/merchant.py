"""A merchant's five commonest calls, with what has to be there before they can be made."""

import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
import msgspec

from benchmarks.load.request import SERIAL, Request, run_name
from fake_iamport.settings import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET

__all__ = ["CARD", "KEYS", "Refused", "answer_to", "send", "usual_requests"]

KEYS = {"imp_key": PUBLIC_SANDBOX_KEY, "imp_secret": PUBLIC_SANDBOX_SECRET}
CARD = {
    "card_number": "9540-4900-1234-5675",
    "expiry": "2049-12",
    "birth": "900101",
    "pwd_2digit": "12",
}
_ORDER = {"merchant_uid": f"order-{SERIAL}", "amount": 1000, "name": "coffee"}
_BUYER = {"buyer_name": "Hong", "buyer_email": "hong@shop.example", "buyer_tel": "010-1234-5678"}


class Refused(Exception):
    """A server doesn't do what it is to be measured at; the text says what it answered."""


def usual_requests(url: str) -> Mapping[str, Request]:
    """The requests, by their operation's name, ready to be sent to the server at ``url``.

    Raises:
        Refused: the server doesn't let this merchant in, or doesn't take its card.
    """
    run = run_name()
    get_token = _json("/users/getToken", KEYS)
    token = _text(url, get_token, "access_token")
    customer = f"regular-{run}"
    save = _json(f"/subscribe/customers/shopper-{SERIAL}", CARD, token)
    onetime = _json("/subscribe/payments/onetime", {**_ORDER, **_BUYER, **CARD}, token)
    again = {"customer_uid": customer, **_ORDER, **_BUYER}
    answer_to(url, _json(f"/subscribe/customers/{customer}", CARD, token))
    imp_uid = _text(url, onetime.with_serial(run), "imp_uid")
    headers = {"Authorization": token}
    return {
        "getToken": get_token,
        "GET payment": Request(method="GET", path=f"/payments/{imp_uid}", headers=headers),
        "customer_save": save,
        "onetime": onetime,
        "again": _json("/subscribe/payments/again", again, token),
    }


def answer_to(url: str, request: Request) -> dict[str, Any]:
    """The ``response`` of what the server at ``url`` answers.

    Raises:
        Refused: it isn't a success.
    """
    answer = send(url, request)
    try:
        envelope: dict[str, Any] = answer.json()
        response = envelope["response"]
        if answer.status_code == 200 and envelope["code"] == 0 and isinstance(response, dict):
            return response
    except (ValueError, LookupError, TypeError):
        pass
    raise Refused(
        f"{request.method} {url}{request.path}: HTTP {answer.status_code} {answer.text[:200]!r}; "
        "expected HTTP 200 with code 0"
    )


def _text(url: str, request: Request, name: str) -> str:
    answer = answer_to(url, request)
    if not isinstance(answer.get(name), str):
        raise Refused(f"{request.method} {url}{request.path}: {answer}; expected {name} in it")
    text: str = answer[name]
    return text


def send(url: str, request: Request) -> httpx.Response:
    """Send a request once."""
    return httpx.request(
        request.method,
        url + request.path,
        headers=request.headers,
        content=request.body.encode(),
        trust_env=False,
        verify=_trust(),
    )


@cache
def _trust() -> ssl.SSLContext:
    """Made once: it takes longer than a call."""
    return ssl.create_default_context()


def _json(path: str, body: Mapping[str, object], token: str | None = None) -> Request:
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = token
    return Request(
        method="POST", path=path, headers=headers, body=msgspec.json.encode(body).decode()
    )
