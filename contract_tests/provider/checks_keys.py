"""Checks of the clauses on billing keys."""

from hypothesis import strategies as st

from contract_tests.checks import check
from contract_tests.expectations import done, equal, given, holds, refused, says
from contract_tests.provider.shop import Shop
from contract_tests.strategies import awkward_texts

__all__: list[str] = []

PREFIX = "카드정보 인증 및 빌키 발급에 실패하였습니다. ["
UNKNOWN_CARD = {
    "card_number": "1234-5678-9012-3452", "expiry": "2049-12", "birth": "900101", "pwd_2digit": "12",
}  # fmt: skip
"""A number that no issuer owns, though its check digit is right."""


def _shown(shop: Shop, customer: str) -> dict[str, object]:
    shown: dict[str, object] = given(shop.ask("customer_view", {"customer_uid": customer}), "a key")
    return shown


@check("P-KEY-01")
def a_card_is_kept_under_its_name(shop: Shop) -> None:
    customer = shop.customer()
    issued = done(shop.ask("customer_save", {"customer_uid": customer, **shop.card}))
    says(issued, customer_uid=customer)
    for name in ("card_number", "pg_provider", "pg_id"):
        holds(issued.get(name), f"{name} is missing")
    equal(done(shop.ask("customer_view", {"customer_uid": customer})), issued, "the look-up")


@check("P-KEY-02")
def a_reused_name_shows_the_new_card(shop: Shop) -> None:
    customer = shop.customer()
    first = shop.issue_key(customer)
    second = shop.issue_key(customer, shop.other_card)
    expected = shop.issue_key(shop.customer("other"), shop.other_card)
    shown = _shown(shop, customer)
    holds(first["card_number"] != expected["card_number"], "both cards look the same")
    equal(second["card_number"], expected["card_number"], "card_number of the answer")
    equal(shown["card_number"], expected["card_number"], "card_number of the look-up")


@check("P-KEY-03")
def a_replaced_card_is_not_charged(shop: Shop) -> None:
    customer = shop.customer()
    shop.issue_key(customer)
    shop.issue_key(customer, shop.other_card)
    expected = shop.issue_key(shop.customer("other"), shop.other_card)
    paid = shop.pay_again(customer, shop.order())
    equal(paid["card_number"], expected["card_number"], "card_number of the payment")


@check("P-KEY-04", control=True, replacements=st.integers(1, 3))
def the_replaced_key_is_deleted(shop: Shop, replacements: int) -> None:
    customer = shop.customer()
    for number in range(replacements + 1):
        shop.issue_key(customer, (shop.card, shop.other_card)[number % 2])
    keys = shop.control.gateway_keys(customer)
    living = [key for key in keys if not key["deleted_at"]]
    equal(len(living), 1, "living keys at the gateway")
    holds(living[0] is keys[-1], "the living key isn't the last one")


@check("P-KEY-05", control=True)
def replacing_keeps_inserted_and_moves_updated(shop: Shop) -> None:
    customer = shop.customer()
    now = shop.control.freeze()
    says(shop.issue_key(customer), inserted=now, updated=now)
    shop.control.advance(100)
    says(shop.issue_key(customer, shop.other_card), inserted=now, updated=now + 100)


@check("P-KEY-06")
def replacing_one_leaves_the_others(shop: Shop) -> None:
    one, other = shop.customer("one"), shop.customer("other")
    shop.issue_key(one)
    shop.issue_key(other)
    before = _shown(shop, other)
    shop.issue_key(one, shop.other_card)
    equal(_shown(shop, other), before, "the other key")


@check("P-KEY-07")
def a_refused_card_does_not_replace(shop: Shop) -> None:
    customer = shop.customer()
    shop.issue_key(customer)
    before = _shown(shop, customer)
    given(
        shop.ask("customer_save", {"customer_uid": customer, **UNKNOWN_CARD}), "a refusal", code=-1
    )
    equal(done(shop.ask("customer_view", {"customer_uid": customer})), before, "the key")


@check("P-KEY-08")
def a_refused_card_leaves_no_key(shop: Shop) -> None:
    customer = shop.customer()
    given(
        shop.ask("customer_save", {"customer_uid": customer, **UNKNOWN_CARD}), "a refusal", code=-1
    )
    answer = shop.ask("customer_view", {"customer_uid": customer})
    holds(answer.code != 0, "a key is shown")


@check("P-KEY-09")
def a_refused_card_is_200_and_minus_1(shop: Shop) -> None:
    answer = shop.ask("customer_save", {"customer_uid": shop.customer(), **UNKNOWN_CARD})
    refused(answer, status=200, code=-1, begins=PREFIX)


@check("P-KEY-10")
def an_unknown_name_is_200_and_1(shop: Shop) -> None:
    customer = shop.customer("nobody")
    text = f"요청하신 customer_uid({customer})로 등록된 정보를 찾을 수 없습니다."
    refused(shop.ask("customer_view", {"customer_uid": customer}), status=200, code=1, text=text)


@check("P-KEY-11")
def deleting_answers_the_key_and_it_is_gone(shop: Shop) -> None:
    customer = shop.customer()
    issued = shop.issue_key(customer)
    equal(done(shop.ask("customer_delete", {"customer_uid": customer})), issued, "the deleted key")
    holds(shop.ask("customer_view", {"customer_uid": customer}).code != 0, "the key is still shown")


@check("P-KEY-12")
def a_second_delete_is_refused(shop: Shop) -> None:
    customer = shop.customer()
    shop.issue_key(customer)
    given(shop.ask("customer_delete", {"customer_uid": customer}), "a delete")
    refused(shop.ask("customer_delete", {"customer_uid": customer}), status=200, code=1)


@check("P-KEY-13")
def a_deleted_key_is_not_charged(shop: Shop) -> None:
    customer = shop.customer()
    shop.issue_key(customer)
    given(shop.ask("customer_delete", {"customer_uid": customer}), "a delete")
    body = {"customer_uid": customer, "merchant_uid": shop.order(), "amount": 1000, "name": "goods"}
    holds(shop.ask("again", body).code != 0, "the deleted key was charged")


@check("P-KEY-14")
def several_keys_are_answered_together(shop: Shop) -> None:
    uids = [shop.customer("one"), shop.customer("two")]
    for uid in uids:
        shop.issue_key(uid)
    found = done(shop.ask("customer_view_multiple", {"customer_uid": uids}))
    equal(sorted(key["customer_uid"] for key in found), sorted(uids), "customer_uids")


@check("P-KEY-15")
def some_of_several_keys_is_207(shop: Shop) -> None:
    known = shop.customer("one")
    shop.issue_key(known)
    answer = shop.ask("customer_view_multiple", {"customer_uid": [known, shop.customer("nobody")]})
    equal(answer.status, 207, "HTTP status")
    equal([key["customer_uid"] for key in answer.response or []], [known], "customer_uids")


@check("P-KEY-16")
def none_of_several_keys_is_404(shop: Shop) -> None:
    uids = [shop.customer("nobody"), shop.customer("nobody")]
    refused(shop.ask("customer_view_multiple", {"customer_uid": uids}), status=404)


@check("P-KEY-17")
def what_is_said_of_a_customer_is_kept(shop: Shop) -> None:
    customer = shop.customer()
    shop.issue_key(customer, customer_name="홍길동", customer_tel="010-1234-5678")
    says(
        _shown(shop, customer),
        customer_name="홍길동", customer_tel="010-1234-5678",
        customer_email=None, customer_addr=None, customer_postcode=None,
    )  # fmt: skip


@check("P-KEY-18", text=awkward_texts())
def awkward_names_name_one_key(shop: Shop, text: str) -> None:
    customer = shop.customer(text)
    says(
        done(shop.ask("customer_save", {"customer_uid": customer, **shop.card})),
        customer_uid=customer,
    )
    says(done(shop.ask("customer_view", {"customer_uid": customer})), customer_uid=customer)
    body = {"customer_uid": customer, "merchant_uid": shop.order(), "amount": 1000, "name": "goods"}
    says(done(shop.ask("again", body)), customer_uid=customer)
    says(done(shop.ask("customer_delete", {"customer_uid": customer})), customer_uid=customer)


@check("P-KEY-19")
def a_keys_payments_are_listed_under_it(shop: Shop) -> None:
    customer = shop.customer()
    shop.issue_key(customer)
    paid = shop.pay_again(customer, shop.order())
    found = done(shop.ask("customer_payments", {"customer_uid": customer}))
    equal([payment["imp_uid"] for payment in found["list"]], [paid["imp_uid"]], "imp_uids")
    nobody = done(shop.ask("customer_payments", {"customer_uid": shop.customer("nobody")}))
    equal(nobody["list"], [], "payments of nobody")
