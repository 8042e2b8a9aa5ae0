"""The pages. Every value is escaped on its way in, unless it is HTML made here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from types import MappingProxyType

from reference_client.merchant._fields import CARD_FIELDS, RULES, InvalidInputError
from reference_client.merchant._order import Order, Outcome

__all__ = ["Html", "failed", "order", "register", "registered"]

_NOTHING: Mapping[str, str] = MappingProxyType({})
_TEMPLATES = Path(__file__).with_name("templates")

_STATUS = {
    "unpaid": "결제 전",
    "pending": "결제 확인 중",
    "paid": "결제 완료",
    "failed": "결제 실패",
    "cancelled": "결제 취소",
}


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Field:
    label: str
    hint: str
    autocomplete: str
    maxlength: int
    kind: str = "text"
    inputmode: str = "numeric"
    required: bool = True


_FIELDS = {
    "card_number": _Field("카드번호", "숫자 16자리", "cc-number", 19),
    "expiry": _Field("유효기간", "연도 4자리-월 2자리, 예: 2030-01", "cc-exp", 7, inputmode="text"),
    "birth": _Field(
        "생년월일 또는 사업자등록번호",
        "개인 카드는 생년월일 6자리(YYMMDD), 법인 카드는 사업자등록번호 10자리",
        "off",
        10,
    ),
    "pwd_2digit": _Field("카드 비밀번호 앞 2자리", "숫자 2자리", "off", 2, kind="password"),
    "customer_uid": _Field(
        "카드 관리 번호",
        "카드마다 다르게 정합니다. 같은 번호로 다시 등록하면 이전 카드를 대신합니다.",
        "off",
        80,
        inputmode="text",
    ),
    "name": _Field("상품 이름", "40자 이내", "off", 40, inputmode="text"),
    "amount": _Field("금액(원)", "숫자만", "off", 9),
}
_KEEP_CARD = _Field(
    "카드 관리 번호 (선택)",
    "적으면 카드를 등록해 두고 다음부터 카드번호 없이 결제합니다.",
    "off",
    80,
    inputmode="text",
    required=False,
)


def register(customer_uid: str = "", error: InvalidInputError | None = None) -> Html:
    """Show the form for a card; of what was typed only the uid comes back."""
    errors = error.errors if error else {}
    names = (*CARD_FIELDS, "customer_uid")
    values = {"customer_uid": customer_uid}
    return _page(
        "카드 등록",
        _fill(
            "register",
            summary=_summary(error),
            card=_fields(names, errors, values=values),
            order=_fields(("name", "amount"), errors),
        ),
        error,
    )


def registered(outcome: Outcome) -> Html:
    """Show whether the card was registered."""
    title = "카드 등록 완료" if outcome.status == "success" else "카드 등록 실패"
    return _page(title, _fill("message", title=title, message=outcome.message))


def failed(message: str) -> Html:
    """Show that a request could not be carried out."""
    title = "요청을 처리하지 못했습니다"
    return _page(title, _fill("message", title=title, message=message))


def order(shown: Order, error: InvalidInputError | None = None, *, for_key: bool = False) -> Html:
    """Show an order, and the ways to pay it while it can be paid.

    ``for_key`` says that ``error`` is about the form for a registered card.
    """
    payable = shown.status in ("unpaid", "failed")
    content = _fill(
        "order",
        summary=_summary(error, {} if for_key else {"customer_uid": "keep_as"}),
        name=shown.name,
        amount=f"{shown.amount:,}",
        status=_STATUS[shown.status],
        message=shown.message,
        receipt=_receipt(shown),
        payment=_payment_forms(shown, error, for_key) if payable else Html(""),
        again=Html("") if payable else _fill("again", order_id=shown.order_id),
    )
    return _page(f"주문: {_STATUS[shown.status]}", content, error)


def _payment_forms(shown: Order, error: InvalidInputError | None, for_key: bool) -> Html:
    errors = error.errors if error else {}
    by_card, by_key = ({}, errors) if for_key else (errors, {})
    kept = by_card.get("customer_uid", "")
    return _fill(
        "pay",
        order_id=shown.order_id,
        card=_fields(CARD_FIELDS, by_card),
        keep=_field("customer_uid", _KEEP_CARD, kept, identifier="keep_as"),
        key=_fields(("customer_uid",), by_key),
    )


def _receipt(shown: Order) -> Html:
    url = (shown.payment and shown.payment.receipt_url) or ""
    return _fill("receipt", url=url) if url.startswith("https://") else Html("")


def _fields(
    names: Iterable[str], errors: Mapping[str, str], values: Mapping[str, str] = _NOTHING
) -> Html:
    return _joined(
        _field(name, _FIELDS[name], errors.get(name, ""), values.get(name, "")) for name in names
    )


def _field(
    name: str, field: _Field, error: str = "", value: str = "", identifier: str = ""
) -> Html:
    identifier = identifier or name
    pattern = RULES[name].pattern if field.inputmode == "numeric" or name == "expiry" else ""
    described = f"{identifier}-hint {identifier}-error" if error else f"{identifier}-hint"
    flags = [("required", field.required), ('aria-invalid="true"', bool(error))]
    return _fill(
        "field",
        identifier=identifier,
        name=name,
        label=field.label,
        hint=field.hint,
        error=_fill("field_error", identifier=identifier, message=error) if error else Html(""),
        kind=field.kind,
        inputmode=field.inputmode,
        autocomplete=field.autocomplete,
        maxlength=str(field.maxlength),
        pattern=Html(f' pattern="{escape(pattern)}"' if pattern else ""),
        described=described,
        value=value,
        flags=Html("".join(f" {flag}" for flag, on in flags if on)),
    )


def _summary(error: InvalidInputError | None, identifiers: Mapping[str, str] = _NOTHING) -> Html:
    if error is None:
        return Html("")
    items = _joined(
        _fill("summary_item", identifier=identifiers.get(name, name), message=message)
        for name, message in error.errors.items()
    )
    return _fill("summary", message=error.message, items=items)


def _page(title: str, content: Html, error: InvalidInputError | None = None) -> Html:
    return _fill("layout", title=f"오류: {title}" if error else title, content=content)


def _joined(parts: Iterable[Html]) -> Html:
    return Html("".join(parts))


def _fill(template: str, **values: str) -> Html:
    escaped = {
        name: value if isinstance(value, Html) else escape(value) for name, value in values.items()
    }
    return Html(_template(template).substitute(escaped))


@cache
def _template(name: str) -> Template:
    return Template((_TEMPLATES / f"{name}.html").read_text("utf-8").rstrip("\n"))
