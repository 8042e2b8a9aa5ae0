import re
from typing import Any

import pytest

from fake_iamport import Clock
from fake_iamport.settings import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET

pytestmark = pytest.mark.anyio

KEYS = {"imp_key": PUBLIC_SANDBOX_KEY, "imp_secret": PUBLIC_SANDBOX_SECRET}


async def get_token(call: Any) -> dict[str, Any]:
    answer = await call.http.post("/users/getToken", json=KEYS)
    token: dict[str, Any] = answer.json()["response"]
    return token


async def test_a_fresh_token_lives_thirty_minutes(call: Any, clock: Clock) -> None:
    token = await get_token(call)

    assert list(token) == ["access_token", "now", "expired_at"]
    assert re.fullmatch("[0-9a-f]{40}", token["access_token"])
    assert token["now"] == clock.now()
    assert token["expired_at"] - token["now"] == 1800


async def test_asking_again_gives_the_same_token_with_the_same_expiry(
    call: Any, clock: Clock
) -> None:
    first = await get_token(call)
    clock.advance(1739)

    assert await get_token(call) == {**first, "now": first["now"] + 1739}


@pytest.mark.parametrize("seconds", [1740, 1799])
async def test_asking_in_the_last_minute_adds_five_minutes(
    call: Any, clock: Clock, seconds: int
) -> None:
    first = await get_token(call)
    clock.advance(seconds)

    extended = await get_token(call)

    assert extended["access_token"] == first["access_token"]
    assert extended["expired_at"] == first["expired_at"] + 300


async def test_an_extended_token_is_good_until_its_new_expiry(call: Any, clock: Clock) -> None:
    first = await get_token(call)
    clock.advance(1750)
    await get_token(call)
    clock.advance(340)

    answer = await call.http.get("/payments/x", headers={"Authorization": first["access_token"]})

    assert answer.status_code == 404


async def test_a_new_token_comes_after_expiry_and_the_old_one_stays_dead(
    call: Any, clock: Clock
) -> None:
    first = await get_token(call)
    clock.advance(1800)

    second = await get_token(call)
    old = await call.http.get("/payments/x", headers={"Authorization": first["access_token"]})

    assert second["access_token"] != first["access_token"]
    assert second["expired_at"] - second["now"] == 1800
    assert old.status_code == 401


@pytest.mark.parametrize(
    "keys", [{}, {"imp_key": "a"}, {"imp_secret": "b"}, {"imp_key": "", "imp_secret": None}]
)
async def test_missing_keys_are_400(call: Any, keys: dict[str, str]) -> None:
    answer = await call.http.post("/users/getToken", json=keys)

    assert answer.status_code == 400
    assert answer.json() == {
        "code": -1,
        "message": "imp_key, imp_secret 파라메터가 누락되었습니다.",
        "response": None,
    }


@pytest.mark.parametrize(
    "keys",
    [{**KEYS, "imp_secret": "wrong"}, {**KEYS, "imp_key": "9999"}, {**KEYS, "imp_key": 9999}],
)
async def test_wrong_keys_are_401(call: Any, keys: dict[str, Any]) -> None:
    answer = await call.http.post("/users/getToken", json=keys)

    assert answer.status_code == 401
    assert answer.json() == {
        "code": -1,
        "message": "인증에 실패하였습니다. API키와 secret을 확인하세요.",
        "response": None,
    }


async def test_case_does_not_count_in_the_key_but_in_the_secret(call: Any) -> None:
    other_key = await call.http.post("/users/getToken", json={**KEYS, "imp_key": "imp_apiKey"})
    other_secret = {**KEYS, "imp_secret": PUBLIC_SANDBOX_SECRET.lower()}

    assert other_key.json()["code"] == 0
    assert (await call.http.post("/users/getToken", json=other_secret)).status_code == 401
