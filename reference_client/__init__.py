"""A typed client for the i'mport V1 REST API, and a small merchant built on it.

    with Iamport() as iamport:
        paid = iamport.pay_by_key(
            customer_uid="customer-1", merchant_uid="order-1", amount=1000, name="Coffee"
        )

What is returned is paid. Everything else is an error; :mod:`reference_client._errors` draws them.
"""

from reference_client._card import CardDetails
from reference_client._client import DEFAULT_BASE_URL, DEFAULT_TIMEOUT, AsyncIamport, Iamport
from reference_client._errors import (
    DuplicateOrder,
    IamportError,
    NotFound,
    NotSent,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentMismatch,
    Refused,
    Unauthorized,
    Unavailable,
)
from reference_client._models import (
    Amount,
    BillingKey,
    BillingKeys,
    Cancellation,
    CancelOptions,
    ChargeOptions,
    KeyOptions,
    OrderOptions,
    Page,
    PaidPayment,
    Payment,
    PaymentStatus,
    RevokedSchedules,
    Schedule,
    ScheduleItem,
    ScheduleStatus,
)

__all__ = [
    "DEFAULT_BASE_URL",
    "DEFAULT_TIMEOUT",
    "Amount",
    "AsyncIamport",
    "BillingKey",
    "BillingKeys",
    "CancelOptions",
    "Cancellation",
    "CardDetails",
    "ChargeOptions",
    "DuplicateOrder",
    "Iamport",
    "IamportError",
    "KeyOptions",
    "NotFound",
    "NotSent",
    "OrderOptions",
    "OutcomeUnknown",
    "Page",
    "PaidPayment",
    "Payment",
    "PaymentDeclined",
    "PaymentMismatch",
    "PaymentStatus",
    "Refused",
    "RevokedSchedules",
    "Schedule",
    "ScheduleItem",
    "ScheduleStatus",
    "Unauthorized",
    "Unavailable",
]
