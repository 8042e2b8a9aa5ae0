"""Checks of the clauses on card data: what is refused, and what is never shown."""

import datetime
import json

from contract_tests.checks import check
from contract_tests.expectations import done, equal, given, holds, refused
from contract_tests.provider.checks_keys import UNKNOWN_CARD
from contract_tests.provider.server import Card
from contract_tests.provider.shop import Shop
from contract_tests.strategies import business_numbers, cards, wrong_birth_dates

__all__: list[str] = []

_HIDDEN = ("expiry", "birth", "pwd_2digit", "cvc")
_LEAST_HIDDEN = 4


def _keep(shop: Shop, card: Card) -> int | None:
    return shop.ask("customer_save", {"customer_uid": shop.customer(), **card}).code


@check("P-CHK-01")
def an_unknown_number_is_told_as_such(shop: Shop) -> None:
    answer = shop.ask("customer_save", {"customer_uid": shop.customer(), **UNKNOWN_CARD})
    given(answer, "a refusal", code=-1)
    said = "[F112]유효하지않은 카드번호를 입력하셨습니다. (card_bin 없음)"
    holds((answer.message or "").endswith(said), f"message: expected it to end with {said!r}")


@check("P-CHK-02")
def a_card_past_its_expiry_is_refused(shop: Shop) -> None:
    last_year = datetime.datetime.now(datetime.UTC).year - 1
    holds(_keep(shop, {**shop.card, "expiry": f"{last_year}-12"}) != 0, "an expired card was kept")


@check("P-CHK-03", birth=wrong_birth_dates(), control=True)
def a_birth_date_that_never_was_is_refused(shop: Shop, birth: str) -> None:
    holds(_keep(shop, {**shop.card, "birth": birth}) != 0, "a day that never was is taken")


@check("P-CHK-04", number=business_numbers(right=False), control=True)
def a_wrong_business_number_is_refused(shop: Shop, number: str) -> None:
    holds(_keep(shop, {**shop.card, "birth": number}) != 0, "a wrong business number is taken")


@check("P-CHK-05", number=business_numbers(), control=True)
def a_companys_card_needs_no_pin(shop: Shop, number: str) -> None:
    card = {**shop.card, "birth": number}
    del card["pwd_2digit"]
    done(shop.ask("customer_save", {"customer_uid": shop.customer(), **card}))


@check("P-CHK-06", card=cards().filter(lambda card: "pwd_2digit" in card), control=True)
def every_right_card_gets_a_key(shop: Shop, card: Card) -> None:
    done(shop.ask("customer_save", {"customer_uid": shop.customer(), **card}))


@check("P-CARD-01")
def no_answer_holds_a_card_number(shop: Shop) -> None:
    customer = shop.customer()
    answers = [
        shop.ask("customer_save", {"customer_uid": customer, **shop.card}),
        shop.ask("customer_view", {"customer_uid": customer}),
        shop.ask("onetime", {"merchant_uid": shop.order(), "amount": 1000, **shop.card}),
        shop.ask("customer_save", {"customer_uid": shop.customer(), **UNKNOWN_CARD}),
    ]
    for answer in answers:
        text = json.dumps(answer.envelope).replace("-", "")
        for card in (shop.card, UNKNOWN_CARD):
            holds(
                card["card_number"].replace("-", "") not in text, "an answer shows the card number"
            )


@check("P-CARD-02")
def no_answer_holds_pin_birth_or_expiry(shop: Shop) -> None:
    shown = [shop.issue_key(shop.customer()), shop.pay(shop.order())]
    for record in shown:
        found = [name for name in _HIDDEN if name in record]
        holds(not found, f"an answer shows {', '.join(found)}")


@check("P-CARD-03")
def a_card_is_shown_by_its_first_and_last_digits(shop: Shop) -> None:
    number = shop.card["card_number"].replace("-", "")
    for record in (shop.issue_key(shop.customer()), shop.pay(shop.order())):
        shown = str(record["card_number"])
        equal(len(shown), len(number), "length of card_number")
        begins, ends = shown[:6] == number[:6], shown[-1] == number[-1]
        holds(begins and ends, "card_number doesn't begin and end as the card")
        hidden = sum(one != other for one, other in zip(shown, number, strict=True))
        holds(hidden >= _LEAST_HIDDEN, f"card_number hides {hidden} digits only")


@check("P-CARD-04")
def a_kept_card_names_its_company(shop: Shop) -> None:
    record = shop.issue_key(shop.customer())
    holds(record.get("card_name"), "card_name is missing")
    code = str(record.get("card_code"))
    holds(code.isdecimal() and len(code) in (3, 5), f"card_code is {code}")


@check("P-LOST-03")
def repeating_a_lost_cancel_gives_back_once(shop: Shop) -> None:
    imp_uid = shop.pay(shop.order(), 1000)["imp_uid"]
    body = {"imp_uid": imp_uid, "amount": 300, "checksum": 1000}
    given(shop.ask("cancelPayment", body), "a cancel")
    refused(shop.ask("cancelPayment", body))
    equal(shop.payment(imp_uid)["cancel_amount"], 300, "cancel_amount")
