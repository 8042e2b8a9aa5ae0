"""What can go wrong, sorted by what the caller may do next.

    IamportError
    ├── Unavailable            nothing was changed; the call may be repeated
    │   └── NotSent            the call was never executed, whatever it was
    ├── Unauthorized           the credentials, or a token just renewed, were turned away
    ├── Refused                i'mport said no (code != 0): nothing was done
    │   ├── NotFound           no such payment, billing key or schedule
    │   └── DuplicateOrder     this merchant_uid was paid or cancelled before
    ├── PaymentDeclined        the card company said no: a payment exists, but it is not paid
    ├── PaymentMismatch        i'mport holds something else than what was asked: a person must look
    └── OutcomeUnknown         the call may or may not have been executed: reconcile first

No error's text or attribute holds card data, the secret or a token, and none of them is chained to
the transport's own error, whose request would.
"""

from typing import Literal, TypeAlias, final

from reference_client._models import Payment

__all__ = [
    "DuplicateOrder",
    "IamportError",
    "NotFound",
    "NotSent",
    "OutcomeUnknown",
    "PaymentDeclined",
    "PaymentMismatch",
    "Refused",
    "Unauthorized",
    "Unavailable",
]

Subject: TypeAlias = Literal["charge", "billing key", "cancel", "schedule"]


class IamportError(Exception):
    """The base of everything that this client raises about a call."""


class Unavailable(IamportError):
    """A call that only reads got no usable answer. It may be repeated."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@final
class NotSent(Unavailable):
    """The call was not executed, so that even a charge may be repeated.

    No connection could be made, or no token could be had, or the server answered 401 and the token
    could not be renewed.
    """


@final
class Unauthorized(IamportError):
    """The credentials are wrong, or a token that was renewed just now is still turned away.

    Server behaviour: wrong credentials and unusable tokens are answered with HTTP 401 (spec), and
    what is answered so was not executed (guess).
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(IamportError):
    """The server answered with a ``code`` other than 0.

    Server behaviour: a refusal mostly comes with HTTP 200, ``code`` 1 or -1 and the gateway's own
    text in ``message`` (observed). The texts differ per gateway and change: show them, don't parse
    them.
    """

    def __init__(self, code: int, message: str, http_status: int = 200) -> None:
        super().__init__(code, message, http_status)
        self.code = code
        self.message = message
        self.http_status = http_status

    def __str__(self) -> str:
        return f"code {self.code}: {self.message or '(no message)'}"


@final
class NotFound(Refused):
    """There is no such payment, billing key or schedule; for a cancel, none that was paid.

    Server behaviour: an unknown payment or schedule that is looked up is HTTP 404 (observed). An
    unknown billing key is code 1 on HTTP 200 (observed), though its description promises 404 (spec);
    so is a cancel of nothing (observed).
    """


@final
class DuplicateOrder(Refused):
    """This ``merchant_uid`` was paid or cancelled before, so nothing was charged now.

    After an unknown outcome this is good news: ask :meth:`Iamport.reconcile` for the payment.
    Recognised by the start of its text, which may change: don't rely on it alone (observed).
    """


@final
class PaymentDeclined(IamportError):
    """The card company declined the charge. ``payment.fail_reason`` says why.

    Server behaviour: this is HTTP 200 with ``code`` 0 and a payment whose ``status`` is ``failed``
    (docs). Its ``merchant_uid`` can be used again (guess, from the text of the duplicate refusal).
    """

    def __init__(self, payment: Payment) -> None:
        super().__init__(payment)
        self.payment = payment

    def __str__(self) -> str:
        return f"declined: {self.payment.fail_reason or '(no reason given)'}"


@final
class PaymentMismatch(IamportError):
    """i'mport holds a payment for this order that is not what was asked.

    Another amount or currency was paid, or the payment was cancelled since. Money may have moved:
    neither deliver nor charge again before somebody has looked.
    """

    def __init__(self, payment: Payment, asked_amount: int) -> None:
        super().__init__(payment, asked_amount)
        self.payment = payment
        self.asked_amount = asked_amount

    def __str__(self) -> str:
        held = f"{self.payment.amount} {self.payment.currency}, {self.payment.status}"
        return f"asked for {self.asked_amount} KRW, i'mport holds {held}"


@final
class OutcomeUnknown(IamportError):
    """The call may have been executed, but no answer says so: a timeout, a reset, a garbled body.

    ``about`` says which kind of call it was.

    A charge carries ``merchant_uid`` and ``amount`` (KRW): hand the error to
    :meth:`Iamport.reconcile`, and never charge the same order under another ``merchant_uid``, for
    the server's refusal of a used one is all that stands between the shopper and a second charge.

    A billing key carries ``customer_uid``. Issuing or deleting it again does no harm.

    A cancel carries ``imp_uid``, and ``amount`` unless all was asked back: see :meth:`Iamport.cancel`
    for how to look it up. A schedule carries ``customer_uid`` and ``merchant_uids``: see
    :meth:`Iamport.schedule`.
    """

    def __init__(
        self,
        reason: str,
        merchant_uid: str | None = None,
        customer_uid: str | None = None,
        amount: int | None = None,
        about: Subject = "charge",
        imp_uid: str | None = None,
        merchant_uids: tuple[str, ...] = (),
    ) -> None:
        # All of them are args, or the error could not be pickled.
        super().__init__(reason, merchant_uid, customer_uid, amount, about, imp_uid, merchant_uids)
        self.reason = reason
        self.merchant_uid = merchant_uid
        self.customer_uid = customer_uid
        self.amount = amount
        self.about = about
        self.imp_uid = imp_uid
        self.merchant_uids = merchant_uids

    def __str__(self) -> str:
        numbers = self.merchant_uids or (self.imp_uid or self.merchant_uid or self.customer_uid,)
        shown = ", ".join(map(repr, numbers))
        return f"{self.reason}; what became of the {self.about} of {shown} is unknown"
