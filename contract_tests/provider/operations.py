"""The operations of the V1 API that the contract is about, by their official names."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

__all__ = ["OPERATIONS", "Operation"]


class Operation(NamedTuple):
    """One method and path; ``{names}`` in the path are filled from the parameters."""

    method: str
    path: str

    def fill(self, parameters: Mapping[str, object]) -> tuple[str, dict[str, object]]:
        """The path, percent-encoded, and the parameters that it doesn't take."""
        path = self.path
        rest = dict(parameters)
        for name, value in parameters.items():
            if f"{{{name}}}" in path:
                path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
                del rest[name]
        return path, rest


_CUSTOMERS = "/subscribe/customers"
_SCHEDULE = "/subscribe/payments/schedule"

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "getToken": Operation("POST", "/users/getToken"),
        "getPgSettingList": Operation("GET", "/users/pg"),
        "customer_save": Operation("POST", f"{_CUSTOMERS}/{{customer_uid}}"),
        "customer_view": Operation("GET", f"{_CUSTOMERS}/{{customer_uid}}"),
        "customer_view_multiple": Operation("GET", _CUSTOMERS),
        "customer_delete": Operation("DELETE", f"{_CUSTOMERS}/{{customer_uid}}"),
        "customer_payments": Operation("GET", f"{_CUSTOMERS}/{{customer_uid}}/payments"),
        "customer_schedules": Operation("GET", f"{_CUSTOMERS}/{{customer_uid}}/schedules"),
        "onetime": Operation("POST", "/subscribe/payments/onetime"),
        "again": Operation("POST", "/subscribe/payments/again"),
        "schedule": Operation("POST", _SCHEDULE),
        "unschedule": Operation("POST", "/subscribe/payments/unschedule"),
        "findSchedulesByRange": Operation("GET", _SCHEDULE),
        "findSchedulesByCustomer": Operation("GET", f"{_SCHEDULE}/customers/{{customer_uid}}"),
        "getScheduleByMid": Operation("GET", f"{_SCHEDULE}/{{merchant_uid}}"),
        "updateScheduleByMid": Operation("PUT", f"{_SCHEDULE}/{{merchant_uid}}"),
        "rescheduleByMid": Operation("POST", f"{_SCHEDULE}/{{merchant_uid}}/reschedule"),
        "retryScheduleByMid": Operation("POST", f"{_SCHEDULE}/{{merchant_uid}}/retry"),
        "cancelPayment": Operation("POST", "/payments/cancel"),
        "getPaymentByImpUid": Operation("GET", "/payments/{imp_uid}"),
        "getPaymentListByImpUid": Operation("GET", "/payments"),
        "getPaymentByMerchantUid": Operation("GET", "/payments/find/{merchant_uid}"),
        "getAllPaymentsByMerchantUid": Operation("GET", "/payments/findAll/{merchant_uid}"),
        "getPaymentsByStatus": Operation("GET", "/payments/status/{payment_status}"),
        "balanceByImpUid": Operation("GET", "/payments/{imp_uid}/balance"),
        "preparePayment": Operation("POST", "/payments/prepare"),
        "editPreparePayment": Operation("PUT", "/payments/prepare"),
        "getPaymentPrepareByMerchantUid": Operation("GET", "/payments/prepare/{merchant_uid}"),
        "allCardCodes": Operation("GET", "/cards"),
        "cardCodes": Operation("GET", "/cards/{card_standard_code}"),
        "allBankCodes": Operation("GET", "/banks"),
        "bankCodes": Operation("GET", "/banks/{bank_standard_code}"),
    }
)
"""Every operation; ``customer_schedules`` is the second path of ``findSchedulesByCustomer``."""
