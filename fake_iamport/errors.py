"""Every way in which i'mport says no, as one tree.

::

    ApiError
    ├── BadRequest            400  what arrived can't be read or isn't allowed
    │   ├── MissingParameters
    │   ├── MissingCredentials
    │   ├── UnsupportedStatus
    │   ├── PageOutOfRange
    │   ├── WindowTooLong
    │   ├── PastMoment
    │   ├── WrongScheduleState
    │   ├── BodyTooLarge      413
    │   └── UnreadableContentType 415
    ├── Unauthorized          401
    │   └── WrongCredentials
    ├── NotFound              404
    │   ├── UnknownOperation
    │   ├── NotServed
    │   ├── MethodNotAllowed  405
    │   ├── CustomerNotFound
    │   ├── PreparedPaymentNotFound
    │   ├── BalanceNotFound
    │   ├── CodeNotFound
    │   ├── ScheduleNotFound
    │   └── PaymentNotFound
    └── Refused               200  i'mport or the gateway won't do it; code 1 or -1
        ├── UnknownCustomer
        ├── UnregisteredBuyer
        ├── UnregisteredCustomer
        ├── DuplicateSchedule
        ├── PastSchedule
        ├── NothingToUnschedule
        ├── DuplicateOrder
        ├── AlreadyPrepared
        ├── NoPaymentNamed
        ├── NothingToCancel
        ├── AlreadyCancelled
        ├── WrongChecksum
        ├── CancelAboveRest
        └── GatewayRefused    the gateway's code and text behind one of i'mport's prefixes
            ├── KeyNotIssued
            ├── CardNotAccepted
            ├── CardNotConfirmed
            ├── PaymentNotAccepted
            └── CancelRefused

HTTP 200 on a refusal is no slip: it is what the real server does (observed), and what merchants must
learn to see. Error texts are wire texts, observed unless the class says otherwise.
"""

from typing import ClassVar

__all__ = [
    "AlreadyCancelled",
    "AlreadyPrepared",
    "ApiError",
    "BadRequest",
    "BalanceNotFound",
    "BodyTooLarge",
    "CancelAboveRest",
    "CancelRefused",
    "CardNotAccepted",
    "CardNotConfirmed",
    "CodeNotFound",
    "CustomerNotFound",
    "DuplicateOrder",
    "DuplicateSchedule",
    "GatewayRefused",
    "KeyNotIssued",
    "MethodNotAllowed",
    "MissingCredentials",
    "MissingParameters",
    "NoPaymentNamed",
    "NotFound",
    "NotServed",
    "NothingToCancel",
    "NothingToUnschedule",
    "PageOutOfRange",
    "PastMoment",
    "PastSchedule",
    "PaymentNotAccepted",
    "PaymentNotFound",
    "PreparedPaymentNotFound",
    "Refused",
    "ScheduleNotFound",
    "Unauthorized",
    "UnknownCustomer",
    "UnknownOperation",
    "UnreadableContentType",
    "UnregisteredBuyer",
    "UnregisteredCustomer",
    "UnsupportedStatus",
    "WindowTooLong",
    "WrongChecksum",
    "WrongCredentials",
    "WrongScheduleState",
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


class NotServed(NotFound):
    """An operation of the real API that the emulator doesn't have (guess)."""

    text = (
        "{operation_id}, {method} {path}, is an operation of the real API that is not served here."
    )


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
    """No billing key under that customer_uid, with the status of the description (spec).

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

    text = "결제에 실패하였습니다. [{code}] {said}"


class CardNotConfirmed(GatewayRefused):
    """The card was refused when a schedule asked for its key (observed: code 1)."""

    code = 1
    text = "카드정보 확인에 실패하였습니다. {reason}"


class UnregisteredCustomer(Refused):
    """A schedule for a customer_uid without a key, and without a card to make one (observed, 2021)."""

    text = "등록된 고객정보가 없습니다."


class DuplicateSchedule(Refused):
    """The merchant_uid was scheduled before (status and code: observed; text: guess)."""

    text = "이미 예약된 merchant_uid입니다. ({merchant_uid})"


class PastSchedule(Refused):
    """A schedule for a moment that has passed (guess: what happens on POST isn't documented)."""

    text = "예약시각이 현재 시각보다 과거입니다. ({merchant_uid})"


class PastMoment(BadRequest):
    """A change of a schedule to a moment that has passed (status: spec; text: guess)."""

    text = "예약시각이 현재 시각보다 과거입니다."


class WrongScheduleState(BadRequest):
    """The schedule doesn't stand so that it could be changed (status: spec; text: guess)."""

    text = "예약결제의 상태가 올바르지 않습니다. (현재 상태: {state})"


class ScheduleNotFound(NotFound):
    """No schedule has that merchant_uid (status: spec, observed; text: guess)."""

    text = "존재하지 않는 예약결제입니다."


class NothingToUnschedule(Refused):
    """Nothing that is waiting matches (observed)."""

    text = "취소할 예약결제 기록이 존재하지 않습니다."


class UnsupportedStatus(BadRequest):
    """Payments are looked for by a word that is no status (observed)."""

    text = "지원되지 않는 상태값입니다."


class PageOutOfRange(BadRequest):
    """A page behind the last one (status: spec; text: guess)."""

    text = "page: there is no page {page}."


class WindowTooLong(BadRequest):
    """More days than can be searched at once (that there is a limit: spec; status and text: guess)."""

    text = "from, to: expected at most {days} days, and the earlier moment first."


class PreparedPaymentNotFound(NotFound):
    """No amount was announced for that merchant_uid (observed)."""

    text = "사전등록된 결제정보가 존재하지 않습니다."


class BalanceNotFound(NotFound):
    """No details of a payment's amount: another gateway than those named, or nothing paid.

    The text is recorded; that it comes with HTTP 404, and for an unknown payment too, is a guess.
    """

    text = (
        "(현재는 PAYCO, KCP만 지원됩니다) 결제건에 대한 금액상세정보가 확인되지 않습니다. "
        "결제 상태가 paid 또는 cancelled가 아닌 경우 확인되지 않습니다."
    )


class CodeNotFound(NotFound):
    """No card company or bank has that code (status: spec; text: guess)."""

    text = "코드에 해당하는 {kind} 정보가 존재하지 않습니다."


class AlreadyPrepared(Refused):
    """An amount was announced for that merchant_uid before; it can be changed with PUT.

    Everything but the fact that there is a PUT for it is a guess.
    """

    text = "이미 동일한 merchant_uid로 사전등록된 정보가 존재합니다."


class NoPaymentNamed(Refused):
    """A cancel without imp_uid and merchant_uid (observed: the end of the text; the rest: guess)."""

    text = "취소하실 imp_uid 또는 merchant_uid 중 하나를 지정해주셔야합니다."


class NothingToCancel(Refused):
    """No payment has that number (observed), or it was never paid (guess)."""

    text = "취소할 결제건이 존재하지 않습니다."


class AlreadyCancelled(Refused):
    """Nothing is left of the payment (observed)."""

    text = "이미 전액취소된 주문입니다."


class WrongChecksum(Refused):
    """What the caller believes to be left isn't what is left (spec; code and text: guess)."""

    text = "취소 가능한 잔액이 checksum과 일치하지 않습니다. (취소가능금액: {rest})"


class CancelAboveRest(Refused):
    """More is asked back than is left (guess: no recording shows the text)."""

    text = "취소요청금액이 취소가능금액을 초과하였습니다. (취소가능금액: {rest})"


class CancelRefused(GatewayRefused):
    """The gateway doesn't give the money back (observed)."""

    text = "결제취소에 실패하였습니다. {reason}"
