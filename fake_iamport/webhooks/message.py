"""What a webhook says, and the text that is sent."""

from types import MappingProxyType
from urllib.parse import urlencode

import msgspec

from fake_iamport.wire import php_json

__all__ = ["CONTENT_TYPES", "Message", "encoded"]

CONTENT_TYPES = MappingProxyType(
    {"json": "application/json", "form": "application/x-www-form-urlencoded"}
)
"""The content types that a merchant can choose between (docs); that they name no charset is a guess."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """How a payment stands: three fields in this order, and for a cancel a fourth (docs).

    ``status`` is the payment's, or anything at all in a made-up message.
    """

    imp_uid: str
    merchant_uid: str
    status: str
    cancellation_id: str | msgspec.UnsetType = msgspec.UNSET


def encoded(message: Message, content_type: str) -> str:
    """The body to send, as ASCII.

    JSON is escaped as in the API's answers, which the same backend makes (guess); a form is in UTF-8
    with ``+`` for a space (guess).
    """
    if content_type == CONTENT_TYPES["form"]:
        return urlencode(msgspec.to_builtins(message))
    return php_json.encode(message).decode()
