from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_iamport.errors import ApiError
from fake_iamport.settings import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET
from fake_iamport.wire.bodies import LARGEST_BODY, decode_body

pytestmark = pytest.mark.anyio

KEYS = {"imp_key": PUBLIC_SANDBOX_KEY, "imp_secret": PUBLIC_SANDBOX_SECRET}
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("body", [{"json": KEYS}, {"data": KEYS}], ids=["json", "form"])
@pytest.mark.parametrize("path", ["/users/getToken", "/users/getToken/"])
async def test_a_token_may_be_asked_for_as_json_or_form(call: Any, body: Any, path: str) -> None:
    answer = await call.http.post(path, **body)

    assert answer.json()["code"] == 0


async def test_a_body_that_says_nothing_of_its_type_is_recognised(call: Any) -> None:
    as_json = await call.http.post(
        "/users/getToken", content=httpx.Request("POST", "x:", json=KEYS).read()
    )
    as_form = await call.http.post(
        "/users/getToken", content=httpx.Request("POST", "x:", data=KEYS).read()
    )

    assert as_json.json()["code"] == as_form.json()["code"] == 0


async def test_numbers_may_come_as_text_and_texts_as_numbers(call: Any, card: Any) -> None:
    order = {**card, "merchant_uid": 57008833, "amount": "1000", "card_quota": "0"}
    answer = await call.http.post(
        "/subscribe/payments/onetime", data=order, headers={"Authorization": await call.token()}
    )

    payment = answer.json()["response"]
    assert (payment["merchant_uid"], payment["amount"]) == ("57008833", 1000)


async def test_a_json_content_type_without_a_body_harms_no_look_up(call: Any) -> None:
    assert (await call.refusal("GET", "/payments/imp_1", headers=JSON))[0] == 404


@pytest.mark.parametrize(
    ("content", "headers", "status", "message"),
    [
        (b'{"imp_key": ', JSON, 400, "The body is not valid JSON: Input data was truncated."),
        (b"[1]", JSON, 400, "The body must be a JSON object of parameters."),
        (b'"text"', JSON, 400, "The body must be a JSON object of parameters."),
        (b'{"a": \xff}', JSON, 400, "The body is not valid JSON: "),
        (b'{"a": "\xff"}', JSON, 400, "The body is not valid JSON: "),
        (
            b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}",
            JSON,
            400,
            "The body nests deeper than 32 levels.",
        ),
        (b'{"a": ' + b"[" * 50_000, JSON, 400, "The body nests deeper than 32 levels."),
        (b'{"a": 1e999999999999999999999}', JSON, 400, "The body is not valid JSON: "),
        (b"a=\xff", FORM, 400, "The form is not UTF-8 at byte 2."),
        (b"a=%ff", FORM, 400, "The form is not UTF-8 once percent-decoded."),
        (
            b"<a/>",
            {"Content-Type": "text/xml"},
            415,
            "The body's content type text/xml is not read here",
        ),
        (b"x" * (LARGEST_BODY + 1), JSON, 413, "The request body is larger than 1048576 bytes."),
        (b"", JSON, 400, "imp_key, imp_secret 파라메터가 누락되었습니다."),
        (b"[]", JSON, 400, "imp_key, imp_secret 파라메터가 누락되었습니다."),
        (b"null", JSON, 400, "imp_key, imp_secret 파라메터가 누락되었습니다."),
        (b"  ", JSON, 400, "imp_key, imp_secret 파라메터가 누락되었습니다."),
    ],
)
async def test_a_body_that_cannot_be_read_gets_the_envelope(
    call: Any, content: bytes, headers: dict[str, str], status: int, message: str
) -> None:
    answer = await call.http.post("/users/getToken", content=content, headers=headers)

    assert answer.status_code == status
    assert answer.json()["message"].startswith(message)
    assert answer.json()["code"] == -1


async def test_a_body_that_grows_too_large_without_saying_so_is_refused(call: Any) -> None:
    async def endless() -> Any:
        for _ in range(20):
            yield b"x" * 100_000

    answer = await call.http.post("/users/getToken", content=endless(), headers=JSON)

    assert answer.status_code == 413


async def test_half_a_body_is_never_acted_upon(app: Any, card: Any, call: Any) -> None:
    token = await call.token()
    form = httpx.Request("POST", "x:", data={**card, "merchant_uid": "o", "amount": "1000"}).read()
    messages = iter(
        [
            {"type": "http.request", "body": form[:-2], "more_body": True},
            {"type": "http.disconnect"},
        ]
    )
    sent: list[Any] = []

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "http_version": "1.1",
        "type": "http",
        "method": "POST",
        "path": "/subscribe/payments/onetime",
        "raw_path": b"/subscribe/payments/onetime",
        "query_string": b"",
        "headers": [
            (b"authorization", token.encode()),
            *((k.lower().encode(), v.encode()) for k, v in FORM.items()),
        ],
    }
    await app(scope, receive, send)

    assert sent == []
    assert (await call.refusal("GET", "/payments/find/o"))[0] == 404


@given(st.binary(max_size=200), st.sampled_from(["application/json", FORM["Content-Type"], ""]))
def test_any_bytes_are_read_or_refused(body: bytes, content_type: str) -> None:
    try:
        values = decode_body(body, content_type)
    except ApiError as error:
        assert error.status in (400, 415)
        assert error.message
    else:
        assert isinstance(values, dict)
