"""Makes one published client call everything that its user would, and prints what came of it.

The interpreter of the client's own environment runs this. It takes one JSON object on its standard
input (``client``, ``url``, ``imp_key``, ``imp_secret``, ``cards``) and prints another: for each step
what the client ``returned``, or the type of the exception it ``raised`` and what that holds.
"""

import asyncio
import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

Card = dict[str, str]
Answer = dict[str, Any]

CARD_PRICE = 1004
KEY_PRICE = 8900


class IamportRestClient:
    """iamport-rest-client and iamport-rest-client2, whose methods have the same names."""

    def __init__(self, url: str, imp_key: str, imp_secret: str) -> None:
        self._client = self._connect(url, imp_key, imp_secret)

    @staticmethod
    def errors() -> tuple[type[Exception], ...]:
        client = importlib.import_module("iamport").Iamport
        return client.ResponseError, client.HttpError

    def _connect(self, url: str, imp_key: str, imp_secret: str) -> Any:
        # They put the path behind this URL without a slash in between.
        return importlib.import_module("iamport").Iamport(imp_key, imp_secret, imp_url=f"{url}/")

    def _call(self, method: str, *arguments: Any, **named: Any) -> Any:
        return getattr(self._client, method)(*arguments, **named)

    def token(self) -> str:
        (token,) = self._client.get_headers().values()
        return str(token)

    def save(self, customer_uid: str, card: Card) -> Answer:
        customer = {"customer_uid": customer_uid, "customer_name": "홍길동"}
        answer: Answer = self._call("customer_create", **customer, **card)
        return answer

    def view(self, customer_uid: str) -> Answer:
        answer: Answer = self._call("customer_get", customer_uid)
        return answer

    def delete(self, customer_uid: str) -> Answer:
        answer: Answer = self._call("customer_delete", customer_uid)
        return answer

    def onetime(self, merchant_uid: str, card: Card, **optional: str) -> Answer:
        order = {"merchant_uid": merchant_uid, "amount": CARD_PRICE, "name": "월간 이용권"}
        buyer = {"buyer_name": "김구매", "buyer_email": "buyer@example.com"}
        answer: Answer = self._call("pay_onetime", **order, **buyer, **card, **optional)
        return answer

    def again(self, merchant_uid: str, customer_uid: str) -> Answer:
        order = {"merchant_uid": merchant_uid, "amount": KEY_PRICE, "name": "정기 결제"}
        answer: Answer = self._call("pay_again", customer_uid=customer_uid, **order)
        return answer

    def find(self, **uid: str) -> Answer:
        answer: Answer = self._call("find", **uid)
        return answer

    def is_paid(self, merchant_uid: str) -> bool:
        return bool(self._call("is_paid", CARD_PRICE, merchant_uid=merchant_uid))

    def close(self) -> None:
        self._client.requests_session.close()


class AsyncIamport(IamportRestClient):
    """async-iamport, whose methods have the same names and are coroutines."""

    @staticmethod
    def errors() -> tuple[type[Exception], ...]:
        package = importlib.import_module("async_iamport")
        return package.ResponseError, package.HttpError

    def _connect(self, url: str, imp_key: str, imp_secret: str) -> Any:
        self._runner = asyncio.Runner()
        return self._runner.run(self._connect_in_loop(url, imp_key, imp_secret))

    async def _connect_in_loop(self, url: str, imp_key: str, imp_secret: str) -> Any:
        package = importlib.import_module("async_iamport")
        return package.AsyncIamport(imp_key=imp_key, imp_secret=imp_secret, imp_url=url)

    def _call(self, method: str, *arguments: Any, **named: Any) -> Any:
        return self._runner.run(super()._call(method, *arguments, **named))

    def token(self) -> str:
        return str(self._client.token)

    def close(self) -> None:
        self._call("close_session")
        self._runner.close()


class Iamporter:
    """iamporter, which names the same calls in its own way."""

    def __init__(self, url: str, imp_key: str, imp_secret: str) -> None:
        package = importlib.import_module("iamporter")
        self._client = package.Iamporter(imp_key, imp_secret, imp_url=url)

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

    def close(self) -> None:
        self._client.requests_session.close()


CLIENTS: dict[str, type[IamportRestClient] | type[Iamporter]] = {
    "iamport-rest-client": IamportRestClient,
    "iamport-rest-client2": IamportRestClient,
    "iamporter": Iamporter,
    "async-iamport": AsyncIamport,
}


class Session:
    """The steps of one client, each noted under a name."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._client_type = CLIENTS[order["client"]]
        self._address = (order["url"], order["imp_key"])
        self.client = self._client_type(*self._address, order["imp_secret"])
        self.cards: dict[str, Card] = order["cards"]
        self.steps: dict[str, Answer] = {}

    def step(self, name: str, call: Callable[..., Any], *arguments: Any, **named: Any) -> None:
        try:
            outcome = {"returned": call(*arguments, **named)}
        except self._client_type.errors() as error:
            outcome = {"raised": type(error).__name__, **vars(error)}
        self.steps[name] = outcome

    def use_wrong_credentials(self) -> Answer:
        stranger = self._client_type(*self._address, "not-the-secret")
        try:
            return stranger.view("anyone")
        finally:
            stranger.close()


def register_cards(session: Session) -> None:
    client, cards, step = session.client, session.cards, session.step
    step("save", client.save, "customer", cards["first"])
    step("replace", client.save, "customer", cards["second"])
    step("view", client.view, "customer")
    step("save_unknown_number", client.save, "refused", cards["unknown_number"])
    step("view_refused", client.view, "refused")
    step("save_over_good_key", client.save, "customer", cards["unknown_number"])
    step("view_after_refused_replacement", client.view, "customer")
    step("charge_replaced", client.again, "replaced-order", "customer")
    step("save_to_delete", client.save, "leaver", cards["first"])
    step("delete", client.delete, "leaver")
    step("delete_again", client.delete, "leaver")
    step("charge_deleted", client.again, "deleted-order", "leaver")
    step("view_unknown", client.view, "nobody")


def pay_by_card(session: Session) -> None:
    client, cards, step = session.client, session.cards, session.step
    step("onetime", client.onetime, "order", cards["first"], customer_uid="buyer")
    step("view_saved", client.view, "buyer")
    step("onetime_unsaved", client.onetime, "unsaved-order", cards["second"])
    step("decline", client.onetime, "retried", cards["declined"], customer_uid="declined")
    step("is_declined_paid", client.is_paid, "retried")
    step("find_declined", client.find, merchant_uid="retried")
    step("view_declined", client.view, "declined")
    step("retry", client.onetime, "retried", cards["first"])
    step("is_retried_paid", client.is_paid, "retried")
    step("find_retried", client.find, merchant_uid="retried")
    step("wrong_number", client.onetime, "wrong-number-order", cards["wrong_number"])
    step("find_wrong_number", client.find, merchant_uid="wrong-number-order")


def pay_by_key(session: Session) -> None:
    client, cards, step = session.client, session.cards, session.step
    step("again", client.again, "second-order", "buyer")
    step("again_unknown", client.again, "third-order", "nobody")
    step("duplicate_again", client.again, "second-order", "buyer")
    step("duplicate_onetime", client.onetime, "order", cards["first"])
    step("duplicate_unknown", client.again, "order", "nobody")


def look_up(session: Session) -> None:
    client, step = session.client, session.step
    imp_uid = session.steps["onetime"].get("returned", {}).get("imp_uid", "")
    step("find_by_imp_uid", client.find, imp_uid=imp_uid)
    step("find_by_merchant_uid", client.find, merchant_uid="order")
    step("find_unknown_imp_uid", client.find, imp_uid="imps_000000000000")
    step("find_unknown_merchant_uid", client.find, merchant_uid="no-such-order")
    step("token", client.token)
    step("token_later", client.token)
    step("wrong_credentials", session.use_wrong_credentials)


def main() -> None:
    session = Session(json.load(sys.stdin))
    for part in (register_cards, pay_by_card, pay_by_key, look_up):
        part(session)
    session.client.close()
    json.dump(session.steps, sys.stdout, default=vars)


if __name__ == "__main__":
    main()
