"""The least of i'mport that the client's and the merchant's tests need, with faults on demand."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeAlias
from urllib.parse import parse_qs, unquote

import httpx

from reference_client import CardDetails

KEY, SECRET = "imp_key_of_the_tests", "Sup3rSecretOfTheTests"
BASE_URL = "https://iamport.test"

NUMBER, BIRTH = "5365-1012-3456-7890", "830217"
OTHER_NUMBER = "9404-9012-3456-1111"
CARD = CardDetails(NUMBER, "2031-07", birth=BIRTH, pwd_2digit="49")

DUPLICATE = (
    "이미 주문이 이루어진 건입니다. (동일한 merchant_uid로 결제 또는 취소된 기록이 있습니다)"
)
WRONG_CHECKSUM = "취소 가능한 잔액이 checksum과 일치하지 않습니다."
NO_PAYMENT = "존재하지 않는 결제정보입니다."
NO_BUYER = "등록되지 않은 구매자입니다."
BAD_CARD = "카드정보 인증에 실패하였습니다. [F113]거래거절 카드번호틀림"

Effect: TypeAlias = Callable[[httpx.Request, Callable[[], httpx.Response]], httpx.Response]
Record: TypeAlias = dict[str, Any]


def envelope(response: Any, *, code: int = 0, message: str | None = None, status: int = 200) -> Any:
    return httpx.Response(status, json={"code": code, "message": message, "response": response})


def refused(message: str, *, code: int = -1, status: int = 200) -> Any:
    return envelope(None, code=code, message=message, status=status)


def answer(status: int, body: bytes, **headers: str) -> Effect:
    """Answer this without doing anything."""
    return lambda request, run: httpx.Response(status, content=body, headers=headers)


def instead(response: httpx.Response) -> Effect:
    return answer(response.status_code, response.content)


def lose(error: type[httpx.TransportError] = httpx.ReadTimeout) -> Effect:
    """Do as asked, then lose the answer."""

    def effect(request: httpx.Request, run: Callable[[], httpx.Response]) -> httpx.Response:
        run()
        raise error(f"lost {request.content!r}", request=request)

    return effect


def never_arrives(error: type[httpx.TransportError] = httpx.ReadError) -> Effect:
    def effect(request: httpx.Request, run: Callable[[], httpx.Response]) -> httpx.Response:
        raise error(f"lost {request.content!r}", request=request)

    return effect


def changed(**fields: Any) -> Effect:
    """Do as asked, but answer with other fields."""

    def effect(request: httpx.Request, run: Callable[[], httpx.Response]) -> httpx.Response:
        answered = json.loads(run().content)
        answered["response"] |= fields
        return httpx.Response(200, json=answered)

    return effect


def with_status(status: int) -> Effect:
    """Do as asked, but answer with another HTTP status."""
    return lambda request, run: httpx.Response(status, content=run().content)


class IamportStub:
    """Call it with a request. ``once(operation, effect)`` changes the next call of an operation."""

    def __init__(self) -> None:
        self.now = 1_700_000_000
        self.token_lifetime = 1800
        self.tokens: list[str] = []
        self.calls: list[httpx.Request] = []
        self.keys: dict[str, Record] = {}
        self.payments: list[Record] = []
        self.decline: str | None = None
        self._effects: dict[str, list[Effect]] = defaultdict(list)

    def once(self, operation: str, *effects: Effect) -> None:
        self._effects[operation].extend(effects)

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self)

    def slow_transport(self, operation: str, gate: asyncio.Event) -> httpx.MockTransport:
        """Carry the calls of one operation out only when the gate opens."""

        async def handle(request: httpx.Request) -> httpx.Response:
            if operation_of(request)[0] == operation:
                await gate.wait()
            return self(request)

        return httpx.MockTransport(handle)

    def late_transport(self, operation: str, gate: asyncio.Event) -> httpx.MockTransport:
        """Carry every call out, but answer the first one of an operation only when the gate opens."""

        async def handle(request: httpx.Request) -> httpx.Response:
            answered = self(request)
            if self.asked(operation) == [request]:
                await gate.wait()
            return answered

        return httpx.MockTransport(handle)

    def asked(self, operation: str) -> list[httpx.Request]:
        return [call for call in self.calls if operation_of(call)[0] == operation]

    def paid(self) -> list[Record]:
        return [payment for payment in self.payments if payment["status"] == "paid"]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request)
        operation, argument = operation_of(request)

        def run() -> httpx.Response:
            if operation != "token" and not self._is_signed(request):
                return refused("Unauthorized", status=401)  # type: ignore[no-any-return]
            handler: Callable[..., httpx.Response] = getattr(self, f"_{operation}")
            return handler(request, argument)

        if self._effects[operation]:
            return self._effects[operation].pop(0)(request, run)
        return run()

    def _is_signed(self, request: httpx.Request) -> bool:
        return request.headers.get("authorization") in [f"Bearer {token}" for token in self.tokens]

    def _token(self, request: httpx.Request, _: str) -> Any:
        if json.loads(request.content) != {"imp_key": KEY, "imp_secret": SECRET}:
            return refused("인증에 실패하였습니다. API키와 secret을 확인하세요.", status=401)
        self.tokens.append(f"{len(self.tokens):040x}")
        return envelope(
            {
                "access_token": self.tokens[-1],
                "now": self.now,
                "expired_at": self.now + self.token_lifetime,
            }
        )

    def _issue(self, request: httpx.Request, uid: str) -> Any:
        number = json.loads(request.content)["card_number"].replace("-", "")
        inserted = self.keys.get(uid, {}).get("inserted", self.now)
        self.keys[uid] = {
            "customer_uid": uid,
            "card_name": "국민KB카드",
            "card_number": f"{number[:8]}****{number[12:]}",
            "card_type": None,
            "inserted": inserted,
            "updated": self.now,
            "newer_field": {"of": "some kind"},
        }
        return envelope(self.keys[uid])

    def _view(self, request: httpx.Request, uid: str) -> Any:
        return envelope(self.keys[uid]) if uid in self.keys else self._no_key(uid)

    def _delete(self, request: httpx.Request, uid: str) -> Any:
        return envelope(self.keys.pop(uid)) if uid in self.keys else self._no_key(uid)

    def _no_key(self, uid: str) -> Any:
        return refused(f"요청하신 customer_uid({uid})로 등록된 정보를 찾을 수 없습니다.", code=1)

    def _many(self, request: httpx.Request, _: str) -> Any:
        wanted = parse_qs(request.url.query.decode())["customer_uid[]"]
        found = [self.keys[uid] for uid in reversed(wanted) if uid in self.keys]
        if not found:
            return refused("없습니다", status=404)
        return envelope(found, status=200 if len(found) == len(wanted) else 207)

    def _onetime(self, request: httpx.Request, _: str) -> Any:
        return self._charge(json.loads(request.content))

    def _again(self, request: httpx.Request, _: str) -> Any:
        asked = json.loads(request.content)
        if asked["customer_uid"] not in self.keys:
            return refused(NO_BUYER, code=1)
        return self._charge(asked)

    def _charge(self, asked: Record) -> Any:
        used = [p for p in self.payments if p["merchant_uid"] == asked["merchant_uid"]]
        if any(payment["status"] in ("paid", "cancelled") for payment in used):
            return refused(DUPLICATE)
        payment = {
            "imp_uid": f"imps_{len(self.payments):012}",
            "merchant_uid": asked["merchant_uid"],
            "amount": asked["amount"],
            "name": asked.get("name"),
            "currency": "KRW",
            "customer_uid": asked.get("customer_uid"),
            "status": "failed" if self.decline else "paid",
            "fail_reason": self.decline,
            "cancel_amount": 0,
            "paid_at": 0 if self.decline else self.now,
            "failed_at": self.now if self.decline else 0,
            "vbank_date": None,
            "receipt_url": "https://pg.test/receipt",
        }
        self.payments.append(payment)
        return envelope(payment)

    def _cancel(self, request: httpx.Request, _: str) -> Any:
        asked = json.loads(request.content)
        payment = next(each for each in self.payments if each["imp_uid"] == asked["imp_uid"])
        rest = payment["amount"] - payment["cancel_amount"]
        if asked.get("checksum", rest) != rest:
            return refused(WRONG_CHECKSUM, code=1)
        payment["status"] = "cancelled"
        payment["cancel_amount"] += asked.get("amount", rest)
        return envelope(dict(payment))

    def _payment(self, request: httpx.Request, imp_uid: str) -> Any:
        found = [payment for payment in self.payments if payment["imp_uid"] == imp_uid]
        return envelope(found[-1]) if found else refused(NO_PAYMENT, status=404)

    def _find(self, request: httpx.Request, argument: str) -> Any:
        uid, _, status = argument.partition("/")
        found = [
            payment
            for payment in self.payments
            if payment["merchant_uid"] == unquote(uid) and status in ("", payment["status"])
        ]
        return envelope(found[-1]) if found else refused(NO_PAYMENT, status=404)


def operation_of(request: httpx.Request) -> tuple[str, str]:
    """Name the operation, and give the rest of its path."""
    path = request.url.raw_path.decode().partition("?")[0]
    if path == "/subscribe/customers":
        return "many", ""
    if path.startswith("/subscribe/customers/"):
        name = {"GET": "view", "POST": "issue", "DELETE": "delete"}[request.method]
        return name, unquote(path.removeprefix("/subscribe/customers/"))
    if path.startswith("/payments/findAll/"):
        return "attempts", path
    if path.startswith("/subscribe/payments/schedule/"):
        return "schedules", path
    if path.startswith("/payments/find/"):
        return "find", path.removeprefix("/payments/find/")
    if path == "/payments/cancel":
        return "cancel", ""
    if path.startswith("/payments/"):
        return "payment", unquote(path.removeprefix("/payments/"))
    return {
        "/users/getToken": "token",
        "/subscribe/payments/onetime": "onetime",
        "/subscribe/payments/again": "again",
        "/subscribe/payments/schedule": "schedule",
        "/subscribe/payments/unschedule": "unschedule",
    }[path], ""
