"""What i'mport answers, typed. Amounts are in KRW, times in unix seconds.

Fields are read generously: what is missing or ``null`` takes the default written here, numbers may
come as strings, and fields that nobody knows yet are skipped. Only what identifies a record is
insisted on.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias, TypedDict, TypeVar

import msgspec

__all__ = [
    "Amount",
    "BillingKey",
    "BillingKeys",
    "Cancellation",
    "ChargeOptions",
    "KeyOptions",
    "PaidPayment",
    "Payment",
    "PaymentStatus",
    "convert",
]

Amount: TypeAlias = int | Decimal
PaymentStatus: TypeAlias = Literal["ready", "paid", "cancelled", "failed"]
Identifier: TypeAlias = Annotated[str, msgspec.Meta(min_length=1)]

Record = TypeVar("Record")


class BillingKey(msgspec.Struct, frozen=True, kw_only=True):
    """A card that i'mport keeps under a merchant-made ``customer_uid``. The key itself stays there.

    ``inserted`` stays and ``updated`` moves when another card takes the uid over (observed).
    ``card_number`` is masked, differently per gateway (observed); ``card_type`` is 0 for credit, 1
    for check, None when the gateway doesn't say (spec).
    """

    customer_uid: Identifier
    customer_id: str | None = None
    pg_provider: str | None = None
    pg_id: str | None = None
    sandbox: bool | None = None
    card_name: str | None = None
    card_code: str | None = None
    card_number: str | None = None
    card_type: int | None = None
    card_issuer_code: str | None = None
    card_issuer_name: str | None = None
    card_publisher_code: str | None = None
    card_publisher_name: str | None = None
    customer_name: str | None = None
    customer_tel: str | None = None
    customer_email: str | None = None
    customer_addr: str | None = None
    customer_postcode: str | None = None
    inserted: int = 0
    updated: int = 0

    def __repr__(self) -> str:
        return f"<BillingKey {self.customer_uid!r}>"


class BillingKeys(msgspec.Struct, frozen=True):
    """What is known about several uids: the keys, and the uids that have none."""

    found: tuple[BillingKey, ...]
    missing: tuple[str, ...]


class Cancellation(msgspec.Struct, frozen=True, kw_only=True):
    """One refund of a payment; a payment may be refunded in parts."""

    amount: Amount
    cancelled_at: int = 0
    cancellation_id: str | None = None
    pg_tid: str | None = None
    reason: str | None = None
    receipt_url: str | None = None


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to take money, in whatever ``status`` it is: look at it before you deliver.

    ``paid_at``, ``failed_at`` and ``cancelled_at`` are 0 until it happens (observed). A partial
    refund makes ``status`` ``cancelled`` too, with ``cancel_amount`` below ``amount`` (observed).
    """

    imp_uid: Identifier
    merchant_uid: Identifier
    status: str
    amount: Amount
    cancel_amount: Amount = 0
    currency: str = "KRW"
    name: str | None = None
    pay_method: str | None = None
    channel: str | None = None
    sandbox: bool | None = None
    escrow: bool = False
    pg_provider: str | None = None
    emb_pg_provider: str | None = None
    pg_id: str | None = None
    pg_tid: str | None = None
    apply_num: str | None = None
    card_code: str | None = None
    card_name: str | None = None
    card_number: str | None = None
    card_type: int | None = None
    card_quota: int = 0
    card_issuer_code: str | None = None
    card_issuer_name: str | None = None
    card_publisher_code: str | None = None
    card_publisher_name: str | None = None
    bank_code: str | None = None
    bank_name: str | None = None
    vbank_code: str | None = None
    vbank_name: str | None = None
    vbank_num: str | None = None
    vbank_holder: str | None = None
    vbank_date: int = 0
    vbank_issued_at: int = 0
    buyer_name: str | None = None
    buyer_email: str | None = None
    buyer_tel: str | None = None
    buyer_addr: str | None = None
    buyer_postcode: str | None = None
    customer_uid: str | None = None
    customer_uid_usage: str | None = None
    custom_data: str | None = None
    user_agent: str | None = None
    started_at: int = 0
    paid_at: int = 0
    failed_at: int = 0
    cancelled_at: int = 0
    fail_reason: str | None = None
    cancel_reason: str | None = None
    receipt_url: str | None = None
    cash_receipt_issued: bool = False
    cancel_history: tuple[Cancellation, ...] = ()
    cancel_receipt_urls: tuple[str, ...] = ()
    deposit_history: tuple[dict[str, Any], ...] = ()
    promotion: dict[str, Any] | None = None

    def __repr__(self) -> str:
        kind = type(self).__name__
        money = f"{self.amount} {self.currency}"
        return f"<{kind} {self.imp_uid} {self.status} {money} for {self.merchant_uid!r}>"


class PaidPayment(Payment, frozen=True, kw_only=True):
    """A payment that was checked: paid, for the order and the amount that were asked."""

    status: Literal["paid"]


class KeyOptions(TypedDict, total=False):
    """What may be said besides the card when a billing key is issued (spec).

    ``channel_key`` is required by the description, yet calls without it work (observed). An unknown
    ``pg`` falls back to the default gateway without an error (spec).
    """

    pg: str
    channel_key: str
    customer_id: str
    customer_name: str
    customer_tel: str
    customer_email: str
    customer_addr: str
    customer_postcode: str


class ChargeOptions(TypedDict, total=False):
    """What may be said besides order, amount and card when money is asked for (spec).

    ``tax_free`` and ``vat_amount`` are in KRW; ``card_quota`` is 0, or at least 2 months from
    50,000 KRW on.
    """

    pg: str
    tax_free: int
    vat_amount: int
    card_quota: int
    interest_free_by_merchant: bool
    use_card_point: bool
    buyer_name: str
    buyer_email: str
    buyer_tel: str
    buyer_addr: str
    buyer_postcode: str
    custom_data: str
    notice_url: str
    browser_ip: str
    product_type: Literal["real", "digital"]
    promotion_id: str
    bypass: str


def convert(answered: object, record: type[Record]) -> Record:
    """Read a record out of decoded JSON; raise ``msgspec.ValidationError`` when it isn't one."""
    if isinstance(answered, dict):
        answered = {name: value for name, value in answered.items() if value is not None}
    return msgspec.convert(answered, record, strict=False)
