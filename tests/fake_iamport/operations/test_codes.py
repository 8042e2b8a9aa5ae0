import re
from typing import Any

import pytest

pytestmark = pytest.mark.anyio


def assert_codes(listed: list[dict[str, str]], shape: str, known: set[str]) -> None:
    codes = [entry["code"] for entry in listed]
    assert known <= set(codes)
    assert len(set(codes)) == len(codes)
    for entry in listed:
        assert list(entry) == ["code", "name"]
        assert re.fullmatch(shape, entry["code"])
        assert entry["name"] == entry["name"].strip() != ""


async def test_every_card_company_is_listed_and_found_alone(call: Any) -> None:
    listed = await call.response("GET", "/cards")

    assert_codes(listed, r"\d{3}|100\d{2}", {"361", "366", "381", "041", "090", "10005"})
    for entry in listed:
        assert await call.response("GET", f"/cards/{entry['code']}") == entry


async def test_every_bank_is_listed_and_found_alone(call: Any) -> None:
    listed = await call.response("GET", "/banks")

    assert_codes(listed, r"\d{3}", {"003", "004", "011", "020", "023", "081", "088", "090", "092"})
    for entry in listed:
        assert await call.response("GET", f"/banks/{entry['code']}") == entry


async def test_a_cards_company_is_found_by_the_code_in_answers(call: Any, card: Any) -> None:
    key = await call.response("POST", "/subscribe/customers/c", card)

    company = await call.response("GET", f"/cards/{key['card_code']}")

    assert company == {"code": "361", "name": "BC카드"}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/cards/999", "코드에 해당하는 카드사 정보가 존재하지 않습니다."),
        ("/cards/004", "코드에 해당하는 카드사 정보가 존재하지 않습니다."),
        ("/banks/999", "코드에 해당하는 은행 정보가 존재하지 않습니다."),
        ("/banks/4", "코드에 해당하는 은행 정보가 존재하지 않습니다."),
    ],
)
async def test_an_unknown_code_is_404(call: Any, path: str, message: str) -> None:
    assert await call.refusal("GET", path) == (404, -1, message)


@pytest.mark.parametrize("path", ["/cards", "/cards/361", "/banks", "/banks/004"])
async def test_codes_need_a_token(call: Any, path: str) -> None:
    assert (await call.http.get(path)).status_code == 401
