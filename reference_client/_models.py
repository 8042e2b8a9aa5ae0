"""What i'mport answers, typed. Amounts are in KRW, times in unix seconds.

Fields are read generously: what is missing or ``null`` takes the default written here, numbers may
come as strings, and fields that nobody knows yet are skipped. Only what identifies a record is
insisted on.
"""

from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, Required, TypeAlias, TypedDict, TypeVar

import msgspec

__all__ = [
    "Amount",
    "BillingKey",
    "BillingKeys",
    "CancelOptions",
    "Cancellation",
    "ChargeOptions",
    "KeyOptions",
    "OrderOptions",
    "Page",
    "PaidPayment",
    "Payment",
    "PaymentStatus",
    "RevokedSchedules",
    "Schedule",
    "ScheduleItem",
    "ScheduleStatus",
    "convert",
    "convert_page",
]

Amount: TypeAlias = int | Decimal
PaymentStatus: TypeAlias = Literal["ready", "paid", "cancelled", "failed"]
ScheduleStatus: TypeAlias = Literal["scheduled", "executed", "revoked"]
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

    @property
    def cancellable_amount(self) -> Amount:
        """What can still be given back; 0 for what was never paid."""
        return self.amount - self.cancel_amount if self.status in ("paid", "cancelled") else 0

    def __repr__(self) -> str:
        kind = type(self).__name__
        money = f"{self.amount} {self.currency}"
        return f"<{kind} {self.imp_uid} {self.status} {money} for {self.merchant_uid!r}>"


class PaidPayment(Payment, frozen=True, kw_only=True):
    """A payment that was checked: paid, for the order and the amount that were asked."""

    status: Literal["paid"]


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """A charge that i'mport makes later by itself, or what became of it.

    ``executed_at`` and ``revoked_at`` are 0 until it happens (observed). ``executed`` says that the
    charge was tried: whether it is paid stands in ``payment_status``, which is None before (spec).
    """

    merchant_uid: Identifier
    customer_uid: Identifier
    schedule_at: int
    amount: Amount
    schedule_status: str
    imp_uid: str | None = None
    payment_status: str | None = None
    fail_reason: str | None = None
    executed_at: int = 0
    revoked_at: int = 0
    currency: str = "KRW"
    name: str | None = None
    customer_id: str | None = None
    pg_provider: str | None = None
    pg_id: str | None = None
    buyer_name: str | None = None
    buyer_email: str | None = None
    buyer_tel: str | None = None
    buyer_addr: str | None = None
    buyer_postcode: str | None = None
    custom_data: str | None = None
    promotion_id: str | None = None

    def __repr__(self) -> str:
        when = f"{self.amount} {self.currency} at {self.schedule_at}"
        return f"<Schedule {self.schedule_status} {when} for {self.merchant_uid!r}>"


class RevokedSchedules(msgspec.Struct, frozen=True):
    """What became of several schedules: those revoked, and the orders that had none waiting.

    What is ``missing`` may have been executed already: look at it.
    """

    revoked: tuple[Schedule, ...]
    missing: tuple[str, ...]


class Page(msgspec.Struct, Generic[Record], frozen=True):
    """A page of a long list; ``total`` counts the records of all pages.

    ``previous`` and ``next`` are the numbers of the pages around it, 0 where there is none (spec).
    """

    records: tuple[Record, ...]
    total: int
    previous: int = 0
    next: int = 0


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


class OrderOptions(TypedDict, total=False):
    """What may be said about an order besides its number, amount and name (spec).

    ``tax_free`` and ``vat_amount`` are in KRW; ``card_quota`` is 0, or at least 2 months from
    50,000 KRW on.
    """

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


class ChargeOptions(OrderOptions, total=False):
    """What may be said besides order, amount and card when money is asked for (spec)."""

    pg: str


class ScheduleItem(OrderOptions, total=False):
    """One charge to make later: ``amount`` in KRW, ``schedule_at`` in unix seconds."""

    merchant_uid: Required[str]
    schedule_at: Required[int]
    amount: Required[int]
    name: Required[str]


class CancelOptions(TypedDict, total=False):
    """What may be said besides payment, amount and reason when money is given back (spec).

    ``tax_free`` and ``vat_amount`` are parts of the amount, in KRW; some gateways, kcp and nice among
    them, need ``tax_free`` where there is a tax-free part. ``refund_*`` are for virtual accounts.
    ``enable_webhook`` asks for a webhook, which is not sent otherwise.
    """

    tax_free: int
    vat_amount: int
    refund_holder: str
    refund_bank: str
    refund_account: str
    refund_tel: str
    retain_promotion: bool
    enable_webhook: bool


def convert(answered: object, record: type[Record]) -> Record:
    """Read a record out of decoded JSON; raise ``msgspec.ValidationError`` when it isn't one."""
    if isinstance(answered, dict):
        answered = {name: value for name, value in answered.items() if value is not None}
    return msgspec.convert(answered, record, strict=False)


class _Paged(msgspec.Struct):
    found: list[Any] = msgspec.field(name="list")
    total: int
    previous: int = 0
    next: int = 0


def convert_page(answered: object, record: type[Record]) -> Page[Record]:
    """Read a page of records; raise ``msgspec.ValidationError`` when it isn't one."""
    page = convert(answered, _Paged)
    records = tuple(convert(each, record) for each in page.found)
    return Page(records, page.total, page.previous, page.next)
