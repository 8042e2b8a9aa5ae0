import json
from typing import Any

import pytest

from fake_iamport import Clock

pytestmark = pytest.mark.anyio

UNAUTHORIZED = (401, b'{"code":-1,"message":"Unauthorized","response":null}')


async def look_up(call: Any, headers: dict[str, str], query: str = "") -> tuple[int, bytes]:
    answer = await call.http.get(f"/payments/imp_1{query}", headers=headers)
    return answer.status_code, answer.content


@pytest.mark.parametrize("form", ["{}", "Bearer {}", "bearer {}", "Bearer   {}", " {} "])
async def test_authorization_takes_the_token_with_and_without_bearer(call: Any, form: str) -> None:
    headers = {"Authorization": form.format(await call.token())}

    assert (await look_up(call, headers))[0] == 404


async def test_the_first_generation_header_and_the_query_are_taken(call: Any) -> None:
    token = await call.token()

    assert (await look_up(call, {"X-ImpTokenHeader": token}))[0] == 404
    assert (await look_up(call, {}, f"?_token={token}"))[0] == 404


async def test_authorization_wins_over_the_first_generation_header_and_the_query(call: Any) -> None:
    token = await call.token()
    wrong = {"Authorization": "wrong", "X-ImpTokenHeader": token}
    right = {"Authorization": token, "X-ImpTokenHeader": "wrong"}

    assert await look_up(call, wrong) == UNAUTHORIZED
    assert await look_up(call, {"Authorization": "wrong"}, f"?_token={token}") == UNAUTHORIZED
    assert (await look_up(call, right, "?_token=wrong"))[0] == 404


async def test_the_first_generation_header_wins_over_the_query(call: Any) -> None:
    token = await call.token()

    assert await look_up(call, {"X-ImpTokenHeader": "wrong"}, f"?_token={token}") == UNAUTHORIZED


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer null"},
        {"Authorization": "undefined"},
        {"Authorization": "a" * 40},
    ],
)
async def test_a_missing_or_unknown_token_is_401(call: Any, headers: dict[str, str]) -> None:
    assert await look_up(call, headers) == UNAUTHORIZED


async def test_an_expired_token_is_401(call: Any, clock: Clock) -> None:
    token = await call.token()
    clock.advance(1799)
    assert (await look_up(call, {"Authorization": token}))[0] == 404

    clock.advance(1)

    assert await look_up(call, {"Authorization": token}) == UNAUTHORIZED


async def test_a_missing_token_is_said_before_a_missing_parameter(call: Any) -> None:
    answer = await call.http.post("/subscribe/payments/onetime", json={})

    assert (answer.status_code, answer.content) == UNAUTHORIZED


async def test_a_merchants_journal_tells_of_dead_tokens_and_wrong_secrets(
    call: Any, clock: Clock
) -> None:
    token = await call.token()
    clock.advance(1800)
    await look_up(call, {"Authorization": token})
    await call.http.post("/users/getToken", json={"imp_key": "imp_apikey", "imp_secret": "wrong"})

    page = (await call.http.get("/_fake/journal?merchant=imp_apikey&status=401")).json()

    assert [entry["operation"] for entry in page["entries"]] == ["getPaymentByImpUid", "getToken"]


async def test_a_merchants_journal_tells_of_paths_that_are_none(call: Any) -> None:
    await call.refusal("POST", "/vbanks")

    page = (await call.http.get("/_fake/journal?merchant=imp_apikey&status=404")).json()

    assert [entry["path"] for entry in page["entries"]] == ["/vbanks"]


async def test_a_merchant_that_leaves_during_a_call_is_served_no_more(call: Any, card: Any) -> None:
    made = (await call.http.post("/_fake/merchants")).json()
    token = (await call.http.post("/users/getToken", json=made)).json()["response"]["access_token"]

    async def body() -> Any:
        yield b'{"merchant_uid": "o",'
        await call.http.delete(f"/_fake/merchants/{made['imp_key']}")
        rest = {**card, "amount": 1000}
        yield json.dumps(rest)[1:].encode()

    headers = {"Authorization": token, "Content-Type": "application/json"}
    answer = await call.http.post("/subscribe/payments/onetime", content=body(), headers=headers)

    assert answer.status_code == 401
