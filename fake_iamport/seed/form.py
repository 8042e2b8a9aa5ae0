"""The form of a seed file; names and limits are those of the API."""

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

__all__ = [
    "ClockForm",
    "CustomerForm",
    "MaskedCard",
    "MerchantForm",
    "PaymentForm",
    "ScheduleForm",
    "SeedForm",
]

Time = int | str
"""Unix seconds, ISO 8601, or a text like ``-30d``; see :class:`~fake_iamport.moments.Moment`."""

ImpKey = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.-]+$")]
CustomerUid = Annotated[str, Meta(min_length=1, max_length=80)]
MerchantUid = Annotated[str, Meta(min_length=1, max_length=40)]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]


class _Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    def __repr__(self) -> str:
        return f"{type(self).__name__}(<hidden>)"


class ClockForm(_Form, frozen=True):
    """A clock that stands still, or one that runs from a moment of its own."""

    frozen_at: Time | None = None
    running_from: Time | None = None


class MaskedCard(_Form, frozen=True):
    """A card of one's own, of which only what answers show is written down.

    ``number`` hides four digits or more behind ``*``; ``issuer_code`` is the answers' ``card_code``.
    """

    issuer_code: str
    number: str
    type: Literal["credit", "check"] | None = None


class CustomerForm(_Form, frozen=True):
    """A billing key; ``card`` is a test card's number or a masked card."""

    customer_uid: CustomerUid
    card: str | MaskedCard
    pg: str | None = None
    channel_key: str | None = None
    at: Time | None = None
    customer_id: Annotated[str, Meta(max_length=80)] | None = None
    customer_name: str | None = None
    customer_email: str | None = None
    customer_tel: str | None = None
    customer_addr: str | None = None
    customer_postcode: str | None = None


class PaymentForm(_Form, frozen=True):
    """A payment with a customer's billing key, or with a card of its own."""

    merchant_uid: MerchantUid
    amount: Decimal
    status: Literal["paid", "failed", "cancelled"] = "paid"
    customer_uid: str | None = None
    card: str | MaskedCard | None = None
    pg: str | None = None
    channel_key: str | None = None
    at: Time | None = None
    currency: Currency = "KRW"
    name: str | None = None
    buyer_name: str | None = None
    buyer_email: str | None = None
    buyer_tel: str | None = None
    buyer_addr: str | None = None
    buyer_postcode: str | None = None
    custom_data: str | None = None
    failure: str | None = None
    cancelled_at: Time | None = None
    cancel_amount: Decimal | None = None
    cancel_reason: str | None = None


class ScheduleForm(_Form, frozen=True):
    """A charge on a customer's billing key that is still to come."""

    customer_uid: str
    merchant_uid: MerchantUid
    schedule_at: Time
    amount: Decimal
    currency: Currency = "KRW"
    name: str | None = None
    custom_data: str | None = None


class MerchantForm(_Form, frozen=True):
    """A merchant and its world; ``settings`` are those that differ from the server's."""

    imp_key: ImpKey
    imp_secret: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    settings: dict[str, Any] = {}
    channels: dict[str, str] = {}
    clock: ClockForm | Literal["real"] | None = None
    customers: tuple[CustomerForm, ...] = ()
    payments: tuple[PaymentForm, ...] = ()
    schedules: tuple[ScheduleForm, ...] = ()


class SeedForm(_Form, frozen=True):
    """A whole file; its first merchant is the server's first one."""

    merchants: Annotated[tuple[MerchantForm, ...], Meta(min_length=1)]
