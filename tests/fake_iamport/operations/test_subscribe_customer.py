from typing import Any

import pytest

from fake_iamport import Clock
from fake_iamport.gateway import cards

pytestmark = pytest.mark.anyio

KEY = "/subscribe/customers/shopper_1"
UNKNOWN = "요청하신 customer_uid(shopper_1)로 등록된 정보를 찾을 수 없습니다."
KEY_PREFIX = "카드정보 인증 및 빌키 발급에 실패하였습니다. "
UNKNOWN_BIN = "[F112]유효하지않은 카드번호를 입력하셨습니다. (card_bin 없음)"
RECORDED_KEYS = [
    "card_code", "card_name", "card_number", "card_type", "customer_addr", "customer_email",
    "customer_name", "customer_postcode", "customer_tel", "customer_uid", "inserted", "pg_id",
    "pg_provider", "updated",
]  # fmt: skip
NEWER_KEYS = [
    "card_code", "card_issuer_code", "card_issuer_name", "card_name", "card_number",
    "card_publisher_code", "card_publisher_name", "card_type", "customer_addr", "customer_email",
    "customer_id", "customer_name", "customer_postcode", "customer_tel", "customer_uid", "inserted",
    "pg_id", "pg_provider", "updated",
]  # fmt: skip


def typed(number: str, **changes: str) -> dict[str, str]:
    card = {
        "card_number": number,
        "expiry": "2030-12",
        "birth": "900101",
        "pwd_2digit": "12",
    }
    return {name: value for name, value in {**card, **changes}.items() if value}


async def ledger(call: Any) -> list[dict[str, Any]]:
    answer = await call.http.get("/_fake/merchants/imp_apikey/ledger")
    keys: list[dict[str, Any]] = answer.json()["keys"]
    return keys


async def test_a_key_is_shown_with_the_recorded_fields(call: Any, clock: Clock) -> None:
    key = await call.response("POST", KEY, typed("5272-8927-0000-2306"))

    assert list(key) == RECORDED_KEYS
    assert key == {
        "card_code": "381",
        "card_name": "국민KB카드",
        "card_number": "52728927****2306",
        "card_type": 1,
        "customer_addr": None,
        "customer_email": None,
        "customer_name": None,
        "customer_postcode": None,
        "customer_tel": None,
        "customer_uid": "shopper_1",
        "inserted": clock.now(),
        "pg_id": "nictest04m",
        "pg_provider": "nice",
        "updated": clock.now(),
    }


async def test_a_newer_gateway_answers_issuer_publisher_and_a_customer_id(call: Any) -> None:
    key = await call.response("POST", KEY, typed("5365-1019-0000-3397", pg="nice_v2"))

    assert list(key) == NEWER_KEYS
    assert key["customer_id"].startswith("customer-id-")
    assert {name: key[name] for name in NEWER_KEYS if name.startswith("card_")} == {
        "card_code": "381",
        "card_issuer_code": "381",
        "card_issuer_name": "KB국민카드",
        "card_name": "KB국민카드",
        "card_number": "53651019****3397",
        "card_publisher_code": "090",
        "card_publisher_name": "카카오뱅크",
        "card_type": 1,
    }


async def test_customer_details_are_kept_and_shown(call: Any, card: Any) -> None:
    details = {
        "customer_name": "구매자",
        "customer_tel": "010-0000-0000",
        "customer_email": "buyer@example.com",
        "customer_addr": "서울",
        "customer_postcode": "06000",
    }
    await call.response("POST", KEY, {**card, **details})

    key = await call.response("GET", KEY)

    assert {name: key[name] for name in details} == details


async def test_a_reused_customer_uid_replaces_the_card(call: Any, clock: Clock) -> None:
    first = await call.response("POST", KEY, typed("5272-8927-0000-2306"))
    clock.advance(108)

    second = await call.response("POST", KEY, typed("5594-1012-3456-7896"))

    assert second["card_number"] == "55941012****7896"
    assert (second["inserted"], second["updated"]) == (first["inserted"], first["inserted"] + 108)
    assert await call.response("GET", KEY) == second


async def test_a_replaced_card_has_no_key_at_the_gateway_any_more(call: Any, clock: Clock) -> None:
    await call.response("POST", KEY, typed("5272-8927-0000-2306"))
    clock.advance(108)
    await call.response("POST", KEY, typed("5594-1012-3456-7896"))

    old, new = await ledger(call)

    assert (old["card_number"], old["deleted_at"]) == ("52728927****2306", clock.now())
    assert (new["card_number"], new["deleted_at"]) == ("55941012****7896", None)
    assert old["key"] != new["key"]


async def test_a_refused_replacement_leaves_the_old_card_in_place(call: Any, card: Any) -> None:
    before = await call.response("POST", KEY, card)

    await call.refusal("POST", KEY, typed("1234-1234-1234-1234"))

    assert await call.response("GET", KEY) == before
    assert [line["deleted_at"] for line in await ledger(call)] == [None]


async def test_a_deleted_key_is_shown_once_more_and_gone_at_the_gateway(
    call: Any, card: Any, clock: Clock
) -> None:
    key = await call.response("POST", KEY, card)

    deleted = await call.response("DELETE", f"{KEY}?reason=bye&extra[requester]=customer")

    assert deleted == key
    assert [line["deleted_at"] for line in await ledger(call)] == [clock.now()]
    assert await call.refusal("DELETE", KEY) == (200, 1, UNKNOWN)
    assert await call.refusal("GET", KEY) == (200, 1, UNKNOWN)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("setting", [{"strict": True}, {"unknown_customer_status": 404}])
async def test_an_unknown_customer_is_404_when_set_so(
    call: Any, method: str, setting: dict[str, Any]
) -> None:
    await call.http.patch("/_fake/merchants/imp_apikey/settings", json={"settings": setting})

    assert await call.refusal(method, KEY) == (404, -1, UNKNOWN)


async def test_many_keys_are_200_or_207_or_404(call: Any, card: Any) -> None:
    for name in ("a", "b"):
        await call.response("POST", f"/subscribe/customers/{name}", card)

    async def view(*names: str) -> tuple[int, int, list[str]]:
        query = "&".join(f"customer_uid[]={name}" for name in names)
        answer = await call("GET", f"/subscribe/customers?{query}")
        envelope = answer.json()
        found = [key["customer_uid"] for key in envelope["response"] or ()]
        return answer.status_code, envelope["code"], sorted(found)

    assert await view("a", "b", "a") == (200, 0, ["a", "b"])
    assert await view("a", "c") == (207, 0, ["a"])
    assert await view("c") == (404, -1, [])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"card_number": "1234-1234-1234-1234"}, UNKNOWN_BIN),
        ({"card_number": "5272-8927-0000-2302"}, "[F113]거래거절 카드번호틀림"),
        ({"card_number": "5272-8927-0000-231"}, "[F113]거래거절 카드번호틀림"),
        ({"card_number": "card"}, UNKNOWN_BIN),
        ({"expiry": "12/30"}, "[F113]유효기간오류"),
        ({"expiry": "2024-13"}, "[F113]유효기간오류"),
        ({"expiry": "2024-01"}, "[F113]유효기간 경과카드"),
        ({"birth": "901301"}, "[F113]주민OR사업자등록번호오류"),
        ({"birth": "1234567890"}, "[F113]주민OR사업자등록번호오류"),
        ({"pwd_2digit": ""}, "[F113]카드비밀번호 미입력"),
        ({"pwd_2digit": "1"}, "[F113]비밀번호오류입력"),
    ],
)  # fmt: skip
async def test_wrong_card_data_is_refused_with_http_200_and_the_gateways_words(
    call: Any, changes: dict[str, str], said: str
) -> None:
    card = typed(**{"number": changes.pop("card_number", "5272-8927-0000-2306"), **changes})

    assert await call.refusal("POST", KEY, card) == (200, -1, KEY_PREFIX + said)
    assert await call.refusal("GET", KEY) == (200, 1, UNKNOWN)


async def test_a_companys_card_needs_no_pin(call: Any) -> None:
    card = typed("5272-8927-0000-2306", birth="1208147521", pwd_2digit="")

    assert (await call.response("POST", KEY, card))["card_code"] == "381"


async def test_a_card_is_good_to_the_end_of_its_month_on_the_merchants_clock(
    call: Any, clock: Clock
) -> None:
    card = typed("5272-8927-0000-2306", expiry="2024-02")
    assert (await call.response("POST", KEY, card))["card_code"] == "381"

    clock.freeze(1_709_218_800)

    assert (await call.refusal("POST", KEY, card))[2].endswith("[F113]유효기간 경과카드")


async def test_card_checks_can_be_switched_off_for_invented_numbers(call: Any) -> None:
    invented = typed("1111-1111-1111-1111", expiry="2001-01", birth="x", pwd_2digit="")
    await call.http.patch(
        "/_fake/merchants/imp_apikey/settings", json={"settings": {"card_checks": False}}
    )

    assert (await call.response("POST", KEY, invented))["card_number"] == "11111111****1111"


async def test_every_test_card_does_what_it_says_at_key_issue(call: Any) -> None:
    for card in cards.test_cards():
        sent = typed(card.number, expiry=card.expiry, birth=card.birth, pwd_2digit=card.pwd_2digit)
        answer = (await call("POST", KEY, sent)).json()
        entry = (await call.http.get("/_fake/journal?operation=customer_save&limit=1")).json()
        if answer["code"] == 0:
            assert entry["entries"][0]["failure"] is None
        else:
            assert entry["entries"][0]["failure"] == card.failure
            assert answer["message"].startswith(KEY_PREFIX)
        failing = await call.http.get("/_fake/failures")
        stages = {failure["name"]: failure["stage"] for failure in failing.json()["failures"]}
        refused_here = stages.get(card.failure) in ("card_data", "platform")
        assert (answer["code"] == -1) is refused_here, card.failure


@pytest.mark.parametrize(
    ("pg", "provider", "pg_id", "masked"),
    [
        ("nice", "nice", "nictest04m", "55941012****7896"),
        ("nice.mid0001m", "nice", "mid0001m", "55941012****7896"),
        ("kcp", "kcp", "BA001", "5594100000007896"),
        ("html5_inicis", "html5_inicis", "INIBillTst", "559410*********6"),
        ("no_such_gateway", "nice", "nictest04m", "55941012****7896"),
        ("", "nice", "nictest04m", "55941012****7896"),
    ],
)
async def test_pg_chooses_the_gateway_and_an_invalid_one_means_the_default(
    call: Any, pg: str, provider: str, pg_id: str, masked: str
) -> None:
    key = await call.response("POST", KEY, typed("5594-1012-3456-7896", pg=pg))

    assert (key["pg_provider"], key["pg_id"], key["card_number"]) == (provider, pg_id, masked)


async def test_a_channel_key_chooses_the_gateway_and_wins_over_pg(call: Any) -> None:
    merchant = (await call.http.get("/_fake/merchants/imp_apikey")).json()
    channels = {channel["pg_provider"]: channel["channel_key"] for channel in merchant["channels"]}
    card = typed("5594-1012-3456-7896", pg="nice", channel_key=channels["kcp"])

    assert (await call.response("POST", KEY, card))["pg_provider"] == "kcp"


async def test_inicis_gives_no_card_type(call: Any) -> None:
    key = await call.response("POST", KEY, typed("5594-1012-3456-7896", pg="html5_inicis"))

    assert key["card_type"] is None


async def test_a_gateway_that_wants_a_customer_id_says_so(call: Any) -> None:
    card = typed("5594-1012-3456-7896", pg="tosspayments")

    assert await call.refusal("POST", KEY, card) == (
        400, -1, "customer_id 파라메터가 누락되었습니다."
    )  # fmt: skip
    key = await call.response("POST", KEY, {**card, "customer_id": "me"})
    assert key["customer_id"] == "me"


async def test_all_missing_parameters_are_named(call: Any) -> None:
    assert await call.refusal("POST", KEY, {}) == (
        400, -1, "card_number, expiry 파라메터가 누락되었습니다."
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"customer_name": "가" * 21}, "customer_name: expected text of length <= 20."),
        ({"customer_tel": "1" * 21}, "customer_tel: expected text of length <= 20."),
        ({"customer_email": "a" * 201}, "customer_email: expected text of length <= 200."),
        ({"customer_addr": "가" * 201}, "customer_addr: expected text of length <= 200."),
        ({"customer_postcode": "1" * 9}, "customer_postcode: expected text of length <= 8."),
        ({"card_number": ["1"]}, "card_number: expected text, got a list."),
        ({"birth": {"a": 1}}, "birth: expected text, got an object."),
        ({"pwd_2digit": True}, "pwd_2digit: expected text, got true or false."),
    ],
)
async def test_a_value_of_the_wrong_type_or_length_is_named_and_not_repeated(
    call: Any, card: Any, changes: dict[str, Any], message: str
) -> None:
    assert await call.refusal("POST", KEY, {**card, **changes}) == (400, -1, message)


async def test_a_customer_uid_has_at_most_eighty_characters(call: Any, card: Any) -> None:
    await call.response("POST", f"/subscribe/customers/{'a' * 80}", card)

    assert await call.refusal("POST", f"/subscribe/customers/{'a' * 81}", card) == (
        400, -1, "customer_uid: expected text of length <= 80."
    )  # fmt: skip


async def test_the_path_names_the_customer_and_not_the_body(call: Any, card: Any) -> None:
    key = await call.response("POST", KEY, {**card, "customer_uid": "other"})

    assert key["customer_uid"] == "shopper_1"


async def test_strict_mode_wants_a_channel_key_and_answers_the_newest_keys(
    call: Any, card: Any
) -> None:
    await call.http.patch(
        "/_fake/merchants/imp_apikey/settings", json={"settings": {"strict": True}}
    )

    assert await call.refusal("POST", KEY, card) == (
        400, -1, "channel_key 파라메터가 누락되었습니다."
    )  # fmt: skip
    key = await call.response("POST", KEY, {**card, "channel_key": "channel-key-of-mine"})
    assert key["sandbox"] is True
    assert set(NEWER_KEYS) < set(key)
