from typing import Any

import pytest
from openapi_spec_validator import validate

from fake_iamport import __version__

pytestmark = pytest.mark.anyio

MERCHANT = "/_fake/merchants/imp_apikey"


async def pay(call: Any, card: Any, merchant_uid: str = "order") -> Any:
    body = {**card, "merchant_uid": merchant_uid, "amount": 1000, "customer_uid": "c"}
    return await call.response("POST", "/subscribe/payments/onetime", body)


async def error(call: Any, method: str, path: str, **options: Any) -> tuple[int, Any, str]:
    answer = await call.http.request(method, path, **options)
    told = answer.json()["error"]
    return answer.status_code, told["field"], told["message"]


async def test_health_and_version_are_told(call: Any) -> None:
    assert (await call.http.get("/_fake/health")).json() == {"status": "ok", "merchants": 1}
    assert (await call.http.get("/_fake/version")).json() == {
        "name": "fake-iamport",
        "version": __version__,
    }


async def test_settings_of_the_server_are_told(call: Any) -> None:
    settings = (await call.http.get("/_fake/settings")).json()

    assert (settings["seed"], settings["journal_size"]) == (1, 1000)
    assert settings["merchant"]["default_pg"] == "nice"


async def test_reset_gives_a_merchant_a_clean_world_and_leaves_its_token(
    call: Any, card: Any
) -> None:
    token = await call.token()
    payment = await pay(call, card)
    await call.http.patch(f"{MERCHANT}/settings", json={"settings": {"strict": True}})

    assert (await call.http.post(f"{MERCHANT}/reset")).json() == {"reset": ["imp_apikey"]}

    assert (await call.http.get("/_fake/journal")).json() == {"total": 0, "entries": []}
    assert (await call.http.get(f"{MERCHANT}/ledger")).json() == {"keys": []}
    assert (await call.http.get(f"{MERCHANT}/settings")).json()["strict"] is False
    assert (await call.refusal("GET", f"/payments/{payment['imp_uid']}"))[0] == 404
    assert (await call.refusal("GET", "/subscribe/customers/c"))[1] == 1
    assert await call.token() == token


async def test_with_a_seed_a_reset_world_repeats_itself(call: Any, card: Any) -> None:
    await call.token()
    first = await pay(call, card)
    await call.http.post("/_fake/reset")
    second = await pay(call, card)
    await call.http.post("/_fake/reset")

    assert await pay(call, card) == second
    assert first["merchant_uid"] == second["merchant_uid"]


async def test_reset_of_one_merchant_leaves_the_others_alone(call: Any, card: Any) -> None:
    payment = await pay(call, card)
    other = (await call.http.post("/_fake/merchants")).json()["imp_key"]

    await call.http.post(f"/_fake/merchants/{other}/reset")

    assert (await call.response("GET", f"/payments/{payment['imp_uid']}"))["status"] == "paid"


async def test_a_merchant_is_made_with_fresh_or_given_credentials(call: Any) -> None:
    answer = await call.http.post("/_fake/merchants")
    fresh = answer.json()
    given = {"imp_key": "mine", "imp_secret": "secret", "settings": {"default_pg": "kcp"}}

    assert answer.status_code == 201
    assert len(fresh["imp_key"]) == 16
    assert len(fresh["imp_secret"]) == 80
    assert (await call.http.post("/users/getToken", json=fresh)).json()["code"] == 0
    assert (await call.http.post("/_fake/merchants", json=given)).status_code == 201
    listed = (await call.http.get("/_fake/merchants")).json()["merchants"]
    assert [merchant["imp_key"] for merchant in listed] == ["imp_apikey", fresh["imp_key"], "mine"]
    assert listed[2]["settings"]["default_pg"] == "kcp"
    assert await error(call, "POST", "/_fake/merchants", json=given) == (
        409, "imp_key", "there is a merchant with the imp_key 'mine' already"
    )  # fmt: skip


async def test_a_merchant_that_leaves_takes_its_world_and_its_token_along(
    call: Any, card: Any
) -> None:
    made = (await call.http.post("/_fake/merchants")).json()
    token = (await call.http.post("/users/getToken", json=made)).json()["response"]["access_token"]
    headers = {"Authorization": token}
    await call.http.post("/subscribe/customers/c", json=card, headers=headers)

    assert (await call.http.delete(f"/_fake/merchants/{made['imp_key']}")).status_code == 200

    assert (await call.http.get("/payments/x", headers=headers)).status_code == 401
    assert (await call.http.post("/users/getToken", json=made)).status_code == 401
    await call.http.post("/_fake/merchants", json=made)
    again = await call.http.get(f"/_fake/merchants/{made['imp_key']}/ledger")
    assert again.json() == {"keys": []}
    assert (await error(call, "DELETE", MERCHANT))[0] == 409


async def test_a_revoked_token_is_401_and_the_next_one_is_another(call: Any) -> None:
    token = await call.token()

    assert (await call.http.delete(f"{MERCHANT}/token")).json() == {"reset": ["imp_apikey"]}

    dead = await call.http.get("/payments/x", headers={"Authorization": token})
    assert dead.status_code == 401
    assert await call.token() != token


async def test_the_journal_tells_each_call_and_its_answer(call: Any, card: Any) -> None:
    payment = await pay(call, card)

    page = (await call.http.get("/_fake/journal?operation=onetime")).json()

    (entry,) = page["entries"]
    assert page["total"] == 1
    assert (entry["merchant"], entry["method"], entry["status"], entry["code"]) == (
        "imp_apikey", "POST", 200, 0
    )  # fmt: skip
    assert entry["path"] == "/subscribe/payments/onetime"
    assert entry["response"]["response"] == payment
    assert entry["request"] == {
        "card_number": "[redacted]",
        "expiry": "[redacted]",
        "birth": "[redacted]",
        "pwd_2digit": "[redacted]",
        "merchant_uid": "order",
        "amount": 1000,
        "customer_uid": "c",
    }
    assert entry["duration_ms"] >= 0


async def test_the_journal_is_filtered_paged_and_cleared(call: Any, card: Any) -> None:
    await pay(call, card)
    for number in range(3):
        await call.refusal("GET", f"/payments/{number}")

    async def paths(query: str) -> list[str]:
        page = (await call.http.get(f"/_fake/journal?{query}")).json()
        return [entry["path"] for entry in page["entries"]]

    assert await paths("status=404") == ["/payments/0", "/payments/1", "/payments/2"]
    assert await paths("code=-1&limit=1") == ["/payments/2"]
    numbered = (await call.http.get("/_fake/journal?status=404")).json()["entries"]
    assert await paths(f"status=404&after={numbered[1]['number']}") == ["/payments/2"]
    assert await paths("merchant=imp_apikey&operation=onetime") == ["/subscribe/payments/onetime"]
    assert (await call.http.delete("/_fake/journal?merchant=IMP_APIKEY")).json()["cleared"] > 0
    assert await paths("") == []


async def test_failures_and_cards_are_listed(call: Any) -> None:
    failures = (await call.http.get("/_fake/failures")).json()["failures"]
    cards = (await call.http.get("/_fake/cards")).json()["cards"]

    assert len(failures) >= 30
    assert {failure["name"] for failure in failures} == {
        card["failure"] for card in cards if card["failure"]
    }
    assert sum(card["failure"] is None for card in cards) >= 10


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        (
            "GET", "/_fake/journal?operaton=onetime", None,
            (400, "operaton", "there is no 'operaton' here; known are merchant, operation, status, "
             "code, field, failure, scenario, rule, since, until, after, limit; "
             "did you mean 'operation'?"),
        ),
        (
            "GET", "/_fake/journal?operation=onetyme", None,
            (400, "operation", "there is no operation 'onetyme'; did you mean 'onetime'?"),
        ),
        (
            "GET", "/_fake/journal?limit=0", None,
            (400, "limit", "expected a whole number >= 1"),
        ),
        (
            "GET", "/_fake/merchants/imp_apikei", None,
            (404, "imp_key", "there is no merchant with the imp_key 'imp_apikei'; "
             "did you mean 'imp_apikey'?"),
        ),
        (
            "PATCH", f"{MERCHANT}/settings", {"settings": {"strickt": True}},
            (400, "settings.strickt", "there is no setting 'strickt'; did you mean 'strict'?"),
        ),
        (
            "PATCH", f"{MERCHANT}/settings", {"settings": {"strict": "yes"}},
            (400, "settings.strict", "expected true or false, got text"),
        ),
        (
            "PATCH", f"{MERCHANT}/settings", {"strict": True},
            (400, "strict", "there is no 'strict' here; known are imp_key, settings"),
        ),
        (
            "PATCH", f"{MERCHANT}/settings", {},
            (400, None, "the key 'settings' is missing"),
        ),
        (
            "PATCH", f"{MERCHANT}/settings", {"settings": {"default_pg": "nise"}},
            (400, "settings.default_pg", "there is no gateway 'nise'; known are nice, nice_v2, kcp, "
             "html5_inicis, tosspayments, ksnet, daou, welcome; did you mean 'nice'?"),
        ),
        (
            "PATCH", f"{MERCHANT}/settings", {"settings": {"fail": {"onetime": "limit_exceded"}}},
            (400, "settings.fail.onetime",
             "there is no failure 'limit_exceded'; did you mean 'limit_exceeded'?"),
        ),
        (
            "PATCH", f"{MERCHANT}/settings", {"settings": {"fail": {"getToken": "lost_card"}}},
            (400, "settings.fail.getToken", "'getToken' is no operation that asks the gateway; "
             "those are again, cancelPayment, customer_save, onetime, retryScheduleByMid, schedule"),
        ),
        ("POST", "/_fake/reset", [1], (400, None, "the body must be a JSON object")),
        (
            "POST", "/_fake/merchant", None,
            (404, None, "the control API has no /_fake/merchant; did you mean '/_fake/merchants'?; "
             "/_fake/openapi.json describes it"),
        ),
        ("PUT", "/_fake/reset", None, (405, None, "/_fake/reset does not take PUT; it takes POST")),
    ],
)  # fmt: skip
async def test_bad_input_is_told_with_its_place_and_changes_nothing(
    call: Any, method: str, path: str, body: Any, expected: tuple[int, str | None, str]
) -> None:
    before = (await call.http.get("/_fake/merchants")).json()

    assert await error(call, method, path, json=body) == expected
    assert (await call.http.get("/_fake/merchants")).json() == before


async def test_a_body_that_is_no_json_is_told(call: Any) -> None:
    status, field, message = await error(call, "POST", "/_fake/merchants", content=b"{")

    assert (status, field) == (400, None)
    assert message.startswith("the body is not valid JSON: ")


@pytest.mark.parametrize("path", ["/openapi.json", "/_fake/openapi.json"])
async def test_both_apis_are_described_by_a_valid_document(call: Any, path: str) -> None:
    document = (await call.http.get(path)).json()

    validate(document)
    assert document["openapi"] == "3.1.0"


async def test_the_description_knows_every_operation_and_hides_no_refusal(call: Any) -> None:
    document = (await call.http.get("/openapi.json")).json()
    described = {
        operation["operationId"]: operation
        for item in document["paths"].values()
        for operation in item.values()
    }

    assert described.keys() >= {
        "getToken", "customer_save", "customer_view", "customer_delete", "customer_view_multiple",
        "onetime", "again", "getPaymentByImpUid", "getPaymentByMerchantUid",
    }  # fmt: skip
    assert described["customer_view_multiple"]["responses"].keys() >= {"200", "207", "401", "404"}
    assert "anyOf" in str(described["onetime"]["responses"]["200"])
    secret = described["onetime"]["requestBody"]["content"]["application/json"]["schema"]
    assert secret["properties"]["card_number"]["writeOnly"] is True
    assert secret["properties"]["amount"]["type"] == "number"


async def test_merchants_of_one_seed_share_no_identifiers(call: Any) -> None:
    one = (await call.http.post("/_fake/merchants")).json()
    other = (await call.http.post("/_fake/merchants")).json()

    tokens = {
        (await call.http.post("/users/getToken", json=keys)).json()["response"]["access_token"]
        for keys in (one, other)
    } | {await call.token()}

    assert len(tokens) == 3


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/_fake/reset", "POST"),
        (MERCHANT, "DELETE, GET"),
        (f"{MERCHANT}/scenarios/x", "DELETE, GET, POST, PUT"),
    ],
)
async def test_a_refused_method_is_told_with_those_that_are_allowed(
    call: Any, path: str, allowed: str
) -> None:
    answer = await call.http.request("TRACE", path)

    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    told = f"{path} does not take TRACE; it takes {allowed.replace(', ', ' and ')}"
    assert answer.json() == {"error": {"field": None, "message": told}}
