"""What only iamporter does: the methods of its api classes, which return answers as they are."""

from .clients import CARD_PRICE, KEY_PRICE, Iamporter
from .session import Session


def call_subscribe(session: Session, client: Iamporter) -> None:
    api, card, step = client.subscribe, session.cards["first"], session.step
    step("post_customers", api.post_customers, "api-buyer", **card, customer_name="홍길동")
    step("get_customers", api.get_customers, "api-buyer")
    named = {"name": "이용권", "buyer_name": "김구매"}
    step("post_onetime", api.post_payments_onetime, "api-order", CARD_PRICE, **card, **named)
    step("post_again", api.post_payments_again, "api-buyer", "api-again", KEY_PRICE, "정기 결제")
    step("post_again_unknown", api.post_payments_again, "nobody", "api-none", KEY_PRICE, "없음")
    step("get_customers_payments", api.get_customers_payments, "api-buyer")
    step("get_page_of_payments", api.get_customers_payments, "api-buyer", page=1)
    step("get_payments_of_nobody", api.get_customers_payments, "nobody")
    step("delete_customers", api.delete_customers, "api-buyer")
    step("delete_customers_again", api.delete_customers, "api-buyer")


def call_payments(session: Session, client: Iamporter) -> None:
    api, step = client.payments, session.step
    imp_uid = session.imp_uid("onetime")
    step("get", api.get, imp_uid)
    step("get_unknown", api.get, "imps_000000000000")
    step("get_find", api.get_find, "retried")
    step("get_find_failed", api.get_find, "retried", payment_status="failed", sorting="-started")
    step("get_find_cancelled", api.get_find, "retried", payment_status="cancelled")
    step("get_findall", api.get_findall, "retried", page=1, sorting="started")
    step("get_findall_paid", api.get_findall, "retried", payment_status="paid")
    step("get_findall_bad_status", api.get_findall, "retried", payment_status="no-such-status")
    step("get_findall_unknown", api.get_findall, "no-such-order")
    step("get_balance", api.get_balance, imp_uid)


def search_by_status(session: Session, client: Iamporter) -> None:
    get_status, step = client.payments.get_status, session.step
    for status in ("paid", "cancelled", "failed", "ready", "all", "no-such-status"):
        step(f"get_status_{status}", get_status, status)
    step("get_status_page", get_status, "all", page=2, limit=3, sorting="started")
    step("get_status_page_beyond", get_status, "all", page=99)
    step("get_status_of_1970", get_status, "all", search_from=0, search_to=1)


def cancel_through_payments(session: Session, client: Iamporter) -> None:
    post_cancel, step = client.payments.post_cancel, session.step
    step("post_cancel_nothing", post_cancel)
    step("post_cancel_unknown", post_cancel, imp_uid="imps_000000000000")
    step("post_cancel_wrong_checksum", post_cancel, merchant_uid="api-order", checksum=1)
    step("post_cancel_part", post_cancel, merchant_uid="api-order", amount=4, checksum=1004)
    step("post_cancel_rest", post_cancel, merchant_uid="api-order", checksum=1000, reason="변심")
    step("post_cancel_again", post_cancel, merchant_uid="api-order")
