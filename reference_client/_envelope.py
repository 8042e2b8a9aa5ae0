"""The object that every answer comes in: ``{code, message, response}``."""

from decimal import Decimal
from typing import Any

import httpx
import msgspec

from reference_client._errors import DuplicateOrder, NotFound, Refused

__all__ = ["Envelope", "read_envelope", "refusal"]

# The beginnings of texts that say more than their code does (all observed).
_TELLING_TEXTS: dict[str, type[Refused]] = {
    "이미 주문이 이루어진 건입니다": DuplicateOrder,
    "존재하지 않는 결제정보입니다": NotFound,
    "취소할 결제건이 존재하지 않습니다": NotFound,
    "취소할 예약결제 기록이 존재하지 않습니다": NotFound,
    "요청하신 customer_uid(": NotFound,
    "등록되지 않은 구매자입니다": NotFound,
    "등록된 고객정보가 없습니다": NotFound,
}


class Envelope(msgspec.Struct, frozen=True):
    """A decoded answer. ``code`` 0 means that the server did as asked, not that money came in."""

    code: int
    message: str | None = None
    response: Any = None

    def __repr__(self) -> str:
        # Reporters of crashes show local variables; this one may hold a token.
        return f"<Envelope code {self.code}>"


_DECODER = msgspec.json.Decoder(Envelope, float_hook=Decimal)


def read_envelope(body: bytes) -> Envelope | None:
    """Decode a body; None for HTML, half a JSON text, or anything else that isn't an answer."""
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def refusal(envelope: Envelope, http_status: int) -> Refused:
    """Name the refusal as precisely as its status and text allow."""
    message = envelope.message or ""
    kind = NotFound if http_status == httpx.codes.NOT_FOUND else Refused
    for text, telling in _TELLING_TEXTS.items():
        if message.startswith(text):
            kind = telling
    return kind(envelope.code, message, http_status)
