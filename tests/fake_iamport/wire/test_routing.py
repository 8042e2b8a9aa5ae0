from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        (
            "GET",
            "/payment/imp_1",
            404,
            "There is no operation GET /payment/imp_1. "
            "The nearest is GET /payments/{imp_uid} (getPaymentByImpUid).",
        ),
        (
            "GET",
            "/users/gettoken",
            404,
            "There is no operation GET /users/gettoken. "
            "The nearest is POST /users/getToken (getToken).",
        ),
        (
            "POST",
            "/payments/imp_1",
            405,
            "/payments/imp_1 does not take POST. "
            "The nearest operation is GET /payments/{imp_uid} (getPaymentByImpUid).",
        ),
        (
            "POST",
            "/vbanks",
            404,
            "createVbank, POST /vbanks, is an operation of the real API that is not served here.",
        ),
        (
            "GET",
            "/payments/imp_1/cash-receipts",
            404,
            "There is no operation GET /payments/imp_1/cash-receipts. "
            "The nearest is GET /payments/{imp_uid}/balance (balanceByImpUid).",
        ),
        ("GET", "/%ff", 400, "The path is not UTF-8 once percent-decoded."),
    ],
)
async def test_an_unknown_path_or_method_names_the_nearest_operation(
    call: Any, method: str, path: str, status: int, message: str
) -> None:
    assert await call.refusal(method, path) == (status, -1, message)


async def test_the_root_is_answered_too(call: Any) -> None:
    assert (await call.refusal("GET", "/"))[0] == 404


@pytest.mark.parametrize("path", ["/payments/imp_1/", "//payments/imp_1", "/payments//imp_1"])
async def test_slashes_too_many_do_not_count(call: Any, path: str) -> None:
    answer = await call.http.get(
        f"https://api.iamport.kr{path}", headers={"Authorization": await call.token()}
    )

    assert answer.json()["message"] == "존재하지 않는 결제정보입니다."


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=80).filter(str.strip))
async def test_any_customer_uid_survives_its_path(call: Any, card: Any, customer_uid: str) -> None:
    path = f"/subscribe/customers/{quote(customer_uid, safe='')}"
    if customer_uid in (".", ".."):
        return

    key = await call.response("POST", path, card)

    assert key["customer_uid"] == customer_uid
    assert (await call.response("GET", path))["customer_uid"] == customer_uid
