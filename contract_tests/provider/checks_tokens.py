"""Checks of the clauses on tokens."""

import re

from contract_tests.answers import Answer
from contract_tests.checks import check
from contract_tests.expectations import done, equal, given, holds, refused
from contract_tests.provider.shop import Shop

__all__: list[str] = []

LIFETIME = 1800
LAST_MINUTE = 60
EXTENSION = 300
NEVER_GIVEN = "0" * 40


def _codes(shop: Shop, suffix: str = "", **headers: str) -> Answer:
    """Ask for something that any good token opens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return shop.ask("allCardCodes", suffix=suffix, headers=named)


def _token(shop: Shop) -> dict[str, int | str]:
    token: dict[str, int | str] = given(shop.ask("getToken", shop.keys), "a token")
    return token


@check("P-TOK-01")
def a_token_has_its_shape(shop: Shop) -> None:
    token = done(shop.ask("getToken", shop.keys))
    equal(list(token), ["access_token", "now", "expired_at"], "keys")
    holds(
        re.fullmatch("[0-9a-f]{40}", str(token["access_token"])), "no forty lower-case hex digits"
    )
    holds(isinstance(token["now"], int), f"now is {token['now']!r}, no whole number")
    holds(isinstance(token["expired_at"], int), "expired_at is no whole number")


@check("P-TOK-02")
def asking_twice_gives_the_same_token(shop: Shop) -> None:
    first, second = _token(shop), _token(shop)
    holds(first["access_token"] == second["access_token"], "the second token is another one")
    equal(second["expired_at"], first["expired_at"], "expired_at")


@check("P-TOK-03", control=True)
def a_fresh_token_lives_thirty_minutes(shop: Shop) -> None:
    shop.control.freeze()
    token = _token(shop)
    equal(int(token["expired_at"]) - int(token["now"]), LIFETIME, "expired_at - now")


@check("P-TOK-04", control=True)
def in_its_last_minute_it_gets_five_more(shop: Shop) -> None:
    shop.control.freeze()
    first = _token(shop)
    shop.control.advance(LIFETIME - LAST_MINUTE + 1)
    second = _token(shop)
    holds(first["access_token"] == second["access_token"], "the second token is another one")
    equal(int(second["expired_at"]) - int(first["expired_at"]), EXTENSION, "more seconds")


@check("P-TOK-05", control=True)
def an_expired_token_is_401(shop: Shop) -> None:
    shop.control.freeze()
    token = str(_token(shop)["access_token"])
    given(_codes(shop, authorization=token), "a call with the fresh token")
    shop.control.advance(LIFETIME)
    equal(_codes(shop, authorization=token).status, 401, "HTTP status")


@check("P-TOK-06", control=True)
def after_its_expiry_another_is_given(shop: Shop) -> None:
    shop.control.freeze()
    first = _token(shop)
    shop.control.advance(LIFETIME)
    second = _token(shop)
    holds(first["access_token"] != second["access_token"], "the expired token was given again")


@check("P-TOK-07")
def a_wrong_secret_is_401(shop: Shop) -> None:
    answer = shop.ask("getToken", {**shop.keys, "imp_secret": "wrong" * 16})
    refused(answer, status=401, code=-1, text="인증에 실패하였습니다. API키와 secret을 확인하세요.")


@check("P-TOK-08")
def missing_keys_are_named(shop: Shop) -> None:
    answer = shop.ask("getToken", {"imp_key": shop.credentials.imp_key})
    refused(answer, status=400, code=-1, text="imp_key, imp_secret 파라메터가 누락되었습니다.")


@check("P-TOK-09")
def without_a_token_there_is_no_answer(shop: Shop) -> None:
    for operation in ("customer_view", "customer_delete"):
        answer = shop.ask(operation, {"customer_uid": "nobody"}, headers={})
        equal(answer.status, 401, "HTTP status")
    answer = shop.ask("cancelPayment", {"imp_uid": "imps_000000000000"}, headers={})
    equal(answer.status, 401, "HTTP status")


@check("P-TOK-10")
def an_unknown_token_is_401(shop: Shop) -> None:
    equal(_codes(shop, authorization=NEVER_GIVEN).status, 401, "HTTP status")


@check("P-TOK-11")
def the_token_is_taken_with_and_without_bearer(shop: Shop) -> None:
    done(_codes(shop, authorization=shop.access_token))
    done(_codes(shop, authorization=f"Bearer {shop.access_token}"))


@check("P-TOK-12")
def the_token_is_taken_from_the_first_header(shop: Shop) -> None:
    done(_codes(shop, x_imptokenheader=shop.access_token))


@check("P-TOK-13")
def the_token_is_taken_from_the_query(shop: Shop) -> None:
    done(_codes(shop, suffix=f"?_token={shop.access_token}"))


@check("P-TOK-14")
def authorization_wins_over_the_query(shop: Shop) -> None:
    done(_codes(shop, suffix=f"?_token={NEVER_GIVEN}", authorization=shop.access_token))


@check("P-TOK-15")
def keys_come_as_a_form_or_as_json(shop: Shop) -> None:
    by_json = given(shop.ask("getToken", shop.keys), "a token")
    by_form = done(shop.ask("getToken", shop.keys, form=True))
    holds(by_json["access_token"] == by_form["access_token"], "the form got another token")
