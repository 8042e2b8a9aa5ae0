"""Request bodies: JSON or an URL-encoded form, told apart by content type."""

from decimal import Decimal, InvalidOperation

import msgspec
from starlette.types import Receive

from fake_iamport.errors import BadRequest, BodyTooLarge, UnreadableContentType
from fake_iamport.wire.php_brackets import parse_pairs

__all__ = ["LARGEST_BODY", "ClientGone", "decode_body", "exact_json", "read_body"]

LARGEST_BODY = 1024 * 1024
"""Bytes of the largest body that is read (guess: no limit is published)."""

_DEEPEST = 32


def _exact(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise msgspec.ValidationError("a number is out of range") from None


exact_json = msgspec.json.Decoder(float_hook=_exact)
"""Reads JSON; numbers with a fraction become Decimals."""


class ClientGone(Exception):
    """The caller hung up in the middle of its request: there is nobody to answer."""


async def read_body(
    receive: Receive, content_length: int | None, limit: int = LARGEST_BODY
) -> bytes:
    """Read the whole request body.

    Raises:
        BodyTooLarge: it is, or says that it is, larger than ``limit`` bytes.
        ClientGone: the caller left before it was all here.
    """
    if content_length is not None and content_length > limit:
        raise BodyTooLarge(limit=limit)
    parts: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise BodyTooLarge(limit=limit)
        parts.append(part)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def decode_body(body: bytes, content_type: str) -> dict[str, object]:
    """Read ``body`` into a dict of parameters; numbers with a fraction become Decimals.

    A body that says nothing of its type is JSON when it starts like an object. JSON that clients
    make of no parameters at all, ``[]`` in PHP and ``null`` in Python, has none (guess).

    Raises:
        UnreadableContentType: neither JSON nor a form.
        BadRequest: malformed; the message says where.
    """
    if not body:
        return {}
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/json" or media_type.endswith("+json"):
        return _decode_json(body)
    if media_type == "application/x-www-form-urlencoded":
        return _decode_form(body)
    if media_type:
        raise UnreadableContentType(content_type=media_type[:100])
    return _decode_json(body) if body.lstrip()[:1] == b"{" else _decode_form(body)


def _decode_json(body: bytes) -> dict[str, object]:
    if not body.strip():
        return {}
    try:
        value = exact_json.decode(body)
    except msgspec.MsgspecError as error:
        raise BadRequest(message=f"The body is not valid JSON: {error}.") from None
    except UnicodeDecodeError:
        raise BadRequest(message="The body is not valid JSON: it is not UTF-8.") from None
    except RecursionError:
        raise _too_deep() from None
    if value is None or value == []:
        return {}
    if not isinstance(value, dict):
        raise BadRequest(message="The body must be a JSON object of parameters.")
    _refuse_depth(body, value)
    return value


def _refuse_depth(body: bytes, value: object) -> None:
    if body.count(b"{") + body.count(b"[") <= _DEEPEST:
        return
    level = [value]
    for _ in range(_DEEPEST):
        level = [child for branch in level for child in _children(branch)]
    if level:
        raise _too_deep()


def _children(branch: object) -> list[object]:
    if isinstance(branch, dict):
        return list(branch.values())
    return branch if isinstance(branch, list) else []


def _too_deep() -> BadRequest:
    return BadRequest(message=f"The body nests deeper than {_DEEPEST} levels.")


def _decode_form(body: bytes) -> dict[str, object]:
    try:
        encoded = body.decode()
    except UnicodeDecodeError as error:
        raise BadRequest(message=f"The form is not UTF-8 at byte {error.start}.") from None
    return parse_pairs(encoded, source="form")
