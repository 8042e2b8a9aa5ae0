"""What a shopper sends, as a form or as JSON, and whether i'mport could take it.

Only the format is checked. Whether a number exists, a card has expired or a birth date is the
holder's is for the card company to say.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request

from reference_client import CardDetails

__all__ = [
    "CARD_FIELDS",
    "RULES",
    "Fields",
    "InvalidInputError",
    "card_in",
    "check",
    "read_fields",
]

CARD_FIELDS = ("card_number", "expiry", "birth", "pwd_2digit")

_LARGEST_BODY = 16 * 1024


class Fields(dict[str, str]):
    """A request's fields, which may hold card data and so don't show."""

    def __repr__(self) -> str:
        return f"Fields({', '.join(self)})"


class InvalidInputError(Exception):
    """A request that can't be carried out: what to tell the shopper, in all and per field."""

    def __init__(self, message: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.errors = errors or {}


@dataclass(frozen=True, slots=True)
class Rule:
    """The form of one field, as a pattern that Python and HTML read alike, and what to say."""

    pattern: str
    message: str

    def allows(self, value: str) -> bool:
        """Whether a value has the form."""
        return re.fullmatch(self.pattern, value) is not None


_TEXT = r"(?=.*\S)[^\x00-\x1f\x7f]"

RULES = {
    # The API takes dddd-dddd-dddd-dddd only (spec); shoppers and browsers write it in other ways.
    "card_number": Rule(r"([0-9]{4}[\- ]?){3}[0-9]{4}", "카드번호 16자리를 입력해 주세요."),
    "expiry": Rule(
        r"[0-9]{4}-(0[1-9]|1[0-2])", "유효기간을 연도 4자리-월 2자리(예: 2030-01)로 입력해 주세요."
    ),
    "birth": Rule(
        r"[0-9]{6}|[0-9]{10}", "생년월일 6자리 또는 사업자등록번호 10자리를 숫자로 입력해 주세요."
    ),
    "pwd_2digit": Rule(r"[0-9]{2}", "카드 비밀번호 앞 2자리를 숫자로 입력해 주세요."),
    "customer_uid": Rule(_TEXT + "{1,80}", "카드 관리 번호를 80자 이내로 입력해 주세요."),
    "name": Rule(_TEXT + "{1,40}", "상품 이름을 40자 이내로 입력해 주세요."),
    "amount": Rule(r"[1-9][0-9]{0,8}", "금액을 1원 이상의 숫자로 입력해 주세요."),
    "checksum": Rule(r"0|[1-9][0-9]{0,8}", "취소할 수 있는 금액을 숫자로 입력해 주세요."),
    "reason": Rule(_TEXT + "{1,100}", "취소 사유를 100자 이내로 입력해 주세요."),
    # It becomes part of a URL: whoever sends something else must not find it in a log.
    "imp_uid": Rule(r"imps?_[0-9A-Za-z_\-]{1,60}", "결제 번호(imp_uid)가 올바르지 않습니다."),
}


async def read_fields(request: Request) -> Fields:
    """Read the body; raise :class:`InvalidInputError` when it is neither a form nor JSON."""
    body = await _body(request)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/json":
        return _json_fields(body)
    if media_type in ("application/x-www-form-urlencoded", ""):
        return _form_fields(body)
    raise InvalidInputError("JSON 또는 application/x-www-form-urlencoded 형식으로 보내 주세요.")


def check(fields: Fields, names: Iterable[str]) -> None:
    """Raise :class:`InvalidInputError` with a message for each field that can't be right."""
    errors = {name: RULES[name].message for name in names if not _is_good(name, fields)}
    if errors:
        raise InvalidInputError("입력하신 내용을 확인해 주세요.", errors)


def card_in(fields: Fields) -> CardDetails:
    """Give the checked card data in the form that the API wants."""
    digits = re.sub("[^0-9]", "", fields["card_number"])
    number = "-".join(digits[start : start + 4] for start in range(0, 16, 4))
    return CardDetails(
        number, fields["expiry"], birth=fields["birth"], pwd_2digit=fields["pwd_2digit"]
    )


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise InvalidInputError("요청이 너무 큽니다.")
    return body


def _json_fields(body: bytes) -> Fields:
    try:
        decoded = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Not chained: what failed to decode may be a card.
        raise InvalidInputError("JSON 형식이 올바르지 않습니다.") from None
    # What is no text and no whole number is no field of ours, and a webhook may gain such fields.
    return Fields(
        {name: str(value) for name, value in decoded.items() if type(value) in (str, int)}
    )


def _form_fields(body: bytes) -> Fields:
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=100
        )
    except ValueError:
        raise InvalidInputError("입력 형식이 올바르지 않습니다.") from None
    return Fields(pairs)


def _is_good(name: str, fields: Fields) -> bool:
    value = fields.get(name, "")
    if not RULES[name].allows(value):
        return False
    return name != "birth" or len(value) == 10 or _is_date(value)


def _is_date(birth: str) -> bool:
    return any(_exists(century + birth) for century in ("19", "20"))


def _exists(day: str) -> bool:
    try:
        date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        return False
    return True
