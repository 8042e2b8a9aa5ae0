"""Checks of the clauses on answers in general."""

import re

from contract_tests.checks import check
from contract_tests.expectations import done, equal, given, holds, says
from contract_tests.provider.shop import Shop

__all__: list[str] = []

_TEXTS = (
    "apply_num", "bank_code", "bank_name", "buyer_addr", "buyer_email", "buyer_name",
    "buyer_postcode", "buyer_tel", "cancel_reason", "card_code", "card_name",
    "card_number", "card_type", "channel", "currency", "custom_data", "customer_uid",
    "customer_uid_usage", "emb_pg_provider", "fail_reason", "imp_uid", "merchant_uid",
    "name", "pay_method", "pg_id", "pg_provider", "pg_tid", "receipt_url", "status",
    "user_agent", "vbank_code", "vbank_holder", "vbank_name", "vbank_num",
)  # fmt: skip
_UNSAID = ("buyer_name", "buyer_tel", "custom_data", "fail_reason", "vbank_num")
_MOMENTS = ("failed_at", "cancelled_at", "vbank_date", "vbank_issued_at")
_LISTS = ("cancel_history", "cancel_receipt_urls")


@check("P-ENV-01")
def success_is_code_0_and_a_null_message(shop: Shop) -> None:
    answer = shop.ask("allCardCodes")
    equal(list(answer.envelope), ["code", "message", "response"], "keys of the answer")
    equal(answer.envelope["code"], 0, "code")
    equal(answer.envelope["message"], None, "message")


@check("P-ENV-02")
def a_refusal_has_a_text_and_a_null_response(shop: Shop) -> None:
    for operation, parameters in (
        ("getPaymentByImpUid", {"imp_uid": "imps_000000000000"}),
        ("cancelPayment", {"imp_uid": "imps_000000000000"}),
        ("customer_view", {"customer_uid": shop.customer("nobody")}),
    ):
        answer = shop.ask(operation, parameters)
        equal(list(answer.envelope), ["code", "message", "response"], "keys of the answer")
        holds(answer.code not in (0, None), f"code: expected another than 0, got {answer.code!r}")
        holds(answer.message, "there is no text")
        equal(answer.envelope["response"], None, "response")


@check("P-ENV-03")
def answers_are_plain_ascii(shop: Shop) -> None:
    answers = [
        shop.ask("getPaymentByImpUid", {"imp_uid": "imps_000000000000"}),
        shop.ask("customer_view", {"customer_uid": shop.customer("한/글")}),
    ]
    for answer in answers:
        holds(answer.body.isascii(), "the answer's bytes are not ASCII")
        holds(not re.search(rb"(?<!\\)/", answer.body), "a slash is not escaped")


@check("P-ENV-04")
def a_slash_at_the_end_changes_nothing(shop: Shop) -> None:
    done(shop.ask("allCardCodes", suffix="/"))
    parameters = {"imp_uid": "imps_000000000000"}
    plain, slashed = (shop.ask("cancelPayment", parameters, suffix=end) for end in ("", "/"))
    equal((slashed.status, slashed.code), (plain.status, plain.code), "status and code")


@check("P-ENV-05")
def numbers_may_come_as_text(shop: Shop) -> None:
    customer = shop.customer()
    shop.issue_key(customer)
    form = {"customer_uid": customer, "merchant_uid": shop.order(), "amount": "1000", "name": "a"}
    equal(done(shop.ask("again", form, form=True))["amount"], 1000, "amount")


@check("P-ENV-06")
def browsers_are_not_let_in(shop: Shop) -> None:
    headers = {"authorization": shop.access_token, "origin": "https://shop.example"}
    answer = shop.ask("allCardCodes", headers=headers)
    given(answer, "the card companies")
    allowed = answer.headers.get("access-control-allow-origin")
    holds(allowed is None, f"Access-Control-Allow-Origin is {allowed}")


@check("P-ENV-07")
def absent_values_are_null_0_or_empty(shop: Shop) -> None:
    payment = shop.pay(shop.order())
    missing = [name for name in (*_TEXTS, *_MOMENTS, *_LISTS) if name not in payment]
    holds(not missing, f"keys that are missing: {', '.join(missing)}")
    says(payment, **dict.fromkeys(_UNSAID), **dict.fromkeys(_MOMENTS, 0), cancel_amount=0)
    says(payment, **{name: [] for name in _LISTS}, card_quota=0)
