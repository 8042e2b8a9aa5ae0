"""Every way in which i'mport says no, as one tree.

::

    ApiError
    ├── BadRequest            400  what arrived can't be read or isn't allowed
    │   ├── MissingParameters
    │   ├── MissingCredentials
    │   ├── BodyTooLarge      413
    │   └── UnreadableContentType 415
    ├── Unauthorized          401
    │   └── WrongCredentials
    ├── NotFound              404
    │   ├── UnknownOperation
    │   ├── MethodNotAllowed  405
    │   ├── CustomerNotFound
    │   └── PaymentNotFound
    └── Refused               200  i'mport or the gateway won't do it; code 1 or -1
        ├── UnknownCustomer
        ├── UnregisteredBuyer
        ├── DuplicateOrder
        └── GatewayRefused    the gateway's code and text behind one of i'mport's prefixes
            ├── KeyNotIssued
            ├── CardNotAccepted
            └── PaymentNotAccepted

HTTP 200 on a refusal is no slip: it is what the real server does (observed), and what merchants must
learn to see. Error texts are wire texts, observed unless the class says otherwise.
"""

from typing import ClassVar

__all__ = [
    "ApiError",
    "BadRequest",
    "BodyTooLarge",
    "CardNotAccepted",
    "CustomerNotFound",
    "DuplicateOrder",
    "GatewayRefused",
    "KeyNotIssued",
    "MethodNotAllowed",
    "MissingCredentials",
    "MissingParameters",
    "NotFound",
    "PaymentNotAccepted",
    "PaymentNotFound",
    "Refused",
    "Unauthorized",
    "UnknownCustomer",
    "UnknownOperation",
    "UnreadableContentType",
    "UnregisteredBuyer",
    "WrongCredentials",
]


class ApiError(Exception):
    """An answer with ``code`` other than 0 and ``response: null``."""

    status: ClassVar[int] = 400
    code: ClassVar[int] = -1
    text: ClassVar[str] = "{message}"

    def __init__(self, **details: object) -> None:
        super().__init__(self.text.format_map(details))

    @property
    def message(self) -> str:
        """The wire text, filled in."""
        return str(self.args[0])


class BadRequest(ApiError):
    """What arrived can't be read, or a value isn't allowed. Status and text: guess."""


class MissingParameters(BadRequest):
    """Required parameters are absent. The pattern is the recorded one of getToken; elsewhere: guess."""

    text = "{names} 파라메터가 누락되었습니다."


class MissingCredentials(BadRequest):
    """getToken without both keys (observed)."""

    text = "imp_key, imp_secret 파라메터가 누락되었습니다."


class BodyTooLarge(BadRequest):
    """A body above the limit (guess: no limit is published)."""

    status = 413
    text = "The request body is larger than {limit} bytes."


class UnreadableContentType(BadRequest):
    """A body that is neither JSON nor an URL-encoded form (guess: the description lists only these)."""

    status = 415
    text = (
        "The body's content type {content_type} is not read here; "
        "send application/json or application/x-www-form-urlencoded."
    )


class Unauthorized(ApiError):
    """The token is missing, unknown or expired (status: spec; text: observed in part)."""

    status = 401
    text = "Unauthorized"


class WrongCredentials(Unauthorized):
    """getToken with keys that don't belong to a merchant (observed)."""

    text = "인증에 실패하였습니다. API키와 secret을 확인하세요."


class NotFound(ApiError):
    """There is nothing under that path."""

    status = 404


class UnknownOperation(NotFound):
    """No operation has this path (guess)."""

    text = "There is no operation {method} {path}. The nearest is {nearest}."


class MethodNotAllowed(NotFound):
    """The path exists, the method doesn't (guess)."""

    status = 405
    text = "{path} does not take {method}. The nearest operation is {nearest}."


class PaymentNotFound(NotFound):
    """No payment has that number (observed)."""

    text = "존재하지 않는 결제정보입니다."


class Refused(ApiError):
    """HTTP 200, and yet nothing was done (observed)."""

    status = 200
    code = 1


class UnknownCustomer(Refused):
    """No billing key under that customer_uid.

    HTTP 200 and code 1 (observed, 2015 to 2021); the description says 404, which the setting
    ``unknown_customer_status`` and the strict mode choose.
    """

    text = "요청하신 customer_uid({customer_uid})로 등록된 정보를 찾을 수 없습니다."


class CustomerNotFound(NotFound):
    """:class:`UnknownCustomer` with the status of the description (spec).

    Also the answer when none of several is known (status: spec, observed; text: guess).
    """

    text = UnknownCustomer.text


class UnregisteredBuyer(Refused):
    """A charge on a customer_uid without a key (observed)."""

    text = "등록되지 않은 구매자입니다."


class DuplicateOrder(Refused):
    """The merchant_uid was paid or cancelled before (observed)."""

    code = -1
    text = "이미 주문이 이루어진 건입니다. (동일한 merchant_uid로 결제 또는 취소된 기록이 있습니다)"


class GatewayRefused(Refused):
    """The gateway's own code and text, passed through (observed)."""

    code = -1
    after_code: ClassVar[str] = "]"


class KeyNotIssued(GatewayRefused):
    """The card was refused when a key was asked for (observed)."""

    text = "카드정보 인증 및 빌키 발급에 실패하였습니다. {reason}"


class CardNotAccepted(GatewayRefused):
    """The card was refused at a key-in payment, before any charge (observed)."""

    text = "카드정보 인증에 실패하였습니다. {reason}"


class PaymentNotAccepted(GatewayRefused):
    """The gateway didn't take the charge to the issuer at all, for example for want of a contract.

    The text was seen in one merchant's help page; that it is the answer's message is a guess.
    """

    text = "결제에 실패하였습니다. {reason}"
    after_code = "] "
