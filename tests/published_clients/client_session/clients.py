"""The published clients, each behind the same few questions and with all of its own methods."""

import asyncio
import importlib
import inspect
from collections.abc import Iterable
from typing import Any

Card = dict[str, str]
Answer = dict[str, Any]

CARD_PRICE = 1004
KEY_PRICE = 8900
BUYER = {"buyer_name": "김구매", "buyer_email": "buyer@example.com"}


class Noting:
    """A part of a client that notes which of its methods are called from outside."""

    def __init__(self, part: Any, called: set[str]) -> None:
        self._part = part
        self._called = called

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._part, name)
        if inspect.isroutine(member):
            self._called.add(f"{type(self._part).__name__}.{name}")
        return member


def public_methods(parts: Iterable[type]) -> set[str]:
    """The names of all methods that the users of ``parts`` can call."""
    return {
        f"{part.__name__}.{name}"
        for part in parts
        for name, _ in inspect.getmembers(part, inspect.isroutine)
        if not name.startswith("_")
    }


class IamportRestClient:
    """iamport-rest-client and iamport-rest-client2, whose methods have the same names."""

    def __init__(self, url: str, imp_key: str, imp_secret: str) -> None:
        self.called: set[str] = set()
        self._url = url
        self._client = Noting(self._connect(url, imp_key, imp_secret), self.called)

    @staticmethod
    def parts() -> tuple[type, ...]:
        return (importlib.import_module("iamport").Iamport,)

    @classmethod
    def errors(cls) -> tuple[type[Exception], ...]:
        # TypeError: one method of iamport-rest-client calls another wrongly.
        (client,) = cls.parts()
        return client.ResponseError, client.HttpError, TypeError  # type: ignore[attr-defined]

    def has(self, method: str) -> bool:
        (part,) = self.parts()
        return hasattr(part, method)

    def _connect(self, url: str, imp_key: str, imp_secret: str) -> Any:
        (client,) = self.parts()
        # They put the path behind this URL without a slash in between.
        return client(imp_key, imp_secret, imp_url=f"{url}/")

    def call(self, method: str, *arguments: Any, **named: Any) -> Any:
        return getattr(self._client, method)(*arguments, **named)

    def ask(self, path: str, *query: tuple[str, Any]) -> Any:
        """Get what no method gets, and let the client read the answer."""
        headers = self._client.get_headers()
        answer = self._client.requests_session.get(self._url + path, headers=headers, params=query)
        return self._client.get_response(answer)

    def token(self) -> str:
        (token,) = self._client.get_headers().values()
        return str(token)

    def save(self, customer_uid: str, card: Card) -> Answer:
        customer = {"customer_uid": customer_uid, "customer_name": "홍길동"}
        answer: Answer = self.call("customer_create", **customer, **card)
        return answer

    def view(self, customer_uid: str) -> Answer:
        answer: Answer = self.call("customer_get", customer_uid)
        return answer

    def delete(self, customer_uid: str) -> Answer:
        answer: Answer = self.call("customer_delete", customer_uid)
        return answer

    def onetime(self, merchant_uid: str, card: Card, **optional: str) -> Answer:
        order = {"merchant_uid": merchant_uid, "amount": CARD_PRICE, "name": "월간 이용권"}
        answer: Answer = self.call("pay_onetime", **order, **BUYER, **card, **optional)
        return answer

    def again(self, merchant_uid: str, customer_uid: str) -> Answer:
        order = {"merchant_uid": merchant_uid, "amount": KEY_PRICE, "name": "정기 결제"}
        answer: Answer = self.call("pay_again", customer_uid=customer_uid, **order)
        return answer

    def find(self, **uid: str) -> Answer:
        answer: Answer = self.call("find", **uid)
        return answer

    def is_paid(self, merchant_uid: str) -> bool:
        return bool(self.call("is_paid", CARD_PRICE, merchant_uid=merchant_uid))

    def cancel(self, reason: str | None = None, **which: Any) -> Answer:
        answer: Answer = self.call("cancel", reason, **which)
        return answer

    def close(self) -> None:
        self._client.requests_session.close()


class AsyncIamport(IamportRestClient):
    """async-iamport, whose methods have the same names and are coroutines."""

    @staticmethod
    def parts() -> tuple[type, ...]:
        return (importlib.import_module("async_iamport").AsyncIamport,)

    @classmethod
    def errors(cls) -> tuple[type[Exception], ...]:
        package = importlib.import_module("async_iamport")
        return package.ResponseError, package.HttpError

    def _connect(self, url: str, imp_key: str, imp_secret: str) -> Any:
        self._runner = asyncio.Runner()
        return self._runner.run(self._connect_in_loop(url, imp_key, imp_secret))

    async def _connect_in_loop(self, url: str, imp_key: str, imp_secret: str) -> Any:
        (client,) = self.parts()
        return client(imp_key=imp_key, imp_secret=imp_secret, imp_url=url)

    def call(self, method: str, *arguments: Any, **named: Any) -> Any:
        return self._runner.run(super().call(method, *arguments, **named))

    def ask(self, path: str, *query: tuple[str, Any]) -> Any:
        return self._runner.run(self._ask_in_loop(path, query))

    async def _ask_in_loop(self, path: str, query: tuple[tuple[str, Any], ...]) -> Any:
        headers = {"Authorization": self.token()}
        answer = await self._client.session.get(path, headers=headers, params=query)
        return await self._client.get_response(answer)

    def token(self) -> str:
        return str(self._client.token)

    def close(self) -> None:
        self.call("close_session")
        self._runner.close()


class Iamporter:
    """iamporter, which names the same calls in its own way."""

    def __init__(self, url: str, imp_key: str, imp_secret: str) -> None:
        self.called: set[str] = set()
        package = importlib.import_module("iamporter")
        self._client = Noting(package.Iamporter(imp_key, imp_secret, imp_url=url), self.called)
        connection = {"session": self._client.requests_session, "imp_url": url}
        self.payments, self.subscribe = (
            Noting(part(self._client.imp_auth, **connection), self.called)
            for part in self.parts()[1:]
        )

    @staticmethod
    def parts() -> tuple[type, ...]:
        package = importlib.import_module("iamporter")
        return package.Iamporter, package.api.Payments, package.api.Subscribe

    @staticmethod
    def errors() -> tuple[type[Exception], ...]:
        errors = importlib.import_module("iamporter").errors
        return errors.ImpApiError, errors.ImpUnAuthorized

    def token(self) -> str:
        return str(self._client.imp_auth.token)

    def save(self, customer_uid: str, card: Card) -> Answer:
        answer: Answer = self._client.create_billkey(
            customer_uid=customer_uid, customer_info={"name": "홍길동"}, **card
        )
        return answer

    def view(self, customer_uid: str) -> Answer:
        answer: Answer = self._client.find_billkey(customer_uid)
        return answer

    def delete(self, customer_uid: str) -> Answer:
        answer: Answer = self._client.delete_billkey(customer_uid)
        return answer

    def onetime(self, merchant_uid: str, card: Card, **optional: str) -> Answer:
        order = {"merchant_uid": merchant_uid, "amount": CARD_PRICE, "name": "월간 이용권"}
        buyer = {"name": "김구매", "email": "buyer@example.com"}
        answer: Answer = self._client.create_payment(buyer_info=buyer, **order, **card, **optional)
        return answer

    def again(self, merchant_uid: str, customer_uid: str) -> Answer:
        order = {"merchant_uid": merchant_uid, "amount": KEY_PRICE, "name": "정기 결제"}
        answer: Answer = self._client.create_payment(customer_uid=customer_uid, **order)
        return answer

    def find(self, **uid: str) -> Answer:
        answer: Answer = self._client.find_payment(**uid)
        return answer

    def is_paid(self, merchant_uid: str) -> bool:
        # It has no such question; its users look at the status and the amount themselves.
        payment = self.find(merchant_uid=merchant_uid)
        return (payment["status"], payment["amount"]) == ("paid", CARD_PRICE)

    def cancel(self, reason: str | None = None, **which: Any) -> Answer:
        answer: Answer = self._client.cancel_payment(reason=reason, **which)
        return answer

    def close(self) -> None:
        self._client.requests_session.close()


Client = IamportRestClient | Iamporter

CLIENTS: dict[str, type[IamportRestClient] | type[Iamporter]] = {
    "iamport-rest-client": IamportRestClient,
    "iamport-rest-client2": IamportRestClient,
    "iamporter": Iamporter,
    "async-iamport": AsyncIamport,
}
