"""Records as the wire shows them: every key in its recorded order, absent values as recorded.

Keys are sorted by name. Texts that aren't there are ``null``, moments and counts are 0, lists are
empty (observed, 2022 to 2024). Keys that only the description knows come in strict mode.
"""

import msgspec
from msgspec import UNSET, UnsetType

from fake_iamport.domain.billing_key import BillingKey
from fake_iamport.domain.card import Card
from fake_iamport.domain.money import Amount
from fake_iamport.domain.payment import Cancellation, Payment
from fake_iamport.gateway.profiles import profiles

__all__ = ["CustomerAnswer", "PaymentAnswer", "customer_answer", "payment_answer"]

NewText = str | None | UnsetType


class CustomerAnswer(msgspec.Struct, kw_only=True, gc=False):
    """A billing key (observed 2020, 2024). ``inserted`` and ``updated`` are unix seconds."""

    card_code: str | None
    card_issuer_code: NewText = UNSET
    card_issuer_name: NewText = UNSET
    card_name: str | None
    card_number: str | None
    card_publisher_code: NewText = UNSET
    card_publisher_name: NewText = UNSET
    card_type: int | None
    customer_addr: str | None
    customer_email: str | None
    customer_id: NewText = UNSET
    customer_name: str | None
    customer_postcode: str | None
    customer_tel: str | None
    customer_uid: str
    inserted: int
    pg_id: str
    pg_provider: str
    sandbox: bool | UnsetType = UNSET
    updated: int


class CancellationAnswer(msgspec.Struct, kw_only=True, gc=False):
    """One cancel; its recorded key order isn't alphabetical. ``cancelled_at`` is in unix seconds."""

    pg_tid: str
    amount: Amount
    cancelled_at: int
    reason: str
    receipt_url: str | None
    cancellation_id: str | UnsetType = UNSET


class PaymentAnswer(msgspec.Struct, kw_only=True, gc=False):
    """A payment (observed 2022, 2024). Amounts in ``currency``, moments in unix seconds."""

    amount: Amount
    apply_num: str | None
    bank_code: str | None = None
    bank_name: str | None = None
    buyer_addr: str | None
    buyer_email: str | None
    buyer_name: str | None
    buyer_postcode: str | None
    buyer_tel: str | None
    cancel_amount: Amount
    cancel_history: list[CancellationAnswer]
    cancel_reason: str | None
    cancel_receipt_urls: list[str]
    cancelled_at: int
    card_code: str | None
    card_issuer_code: NewText = UNSET
    card_issuer_name: NewText = UNSET
    card_name: str | None
    card_number: str | None
    card_publisher_code: NewText = UNSET
    card_publisher_name: NewText = UNSET
    card_quota: int
    card_type: int | None
    cash_receipt_issued: bool = False
    channel: str
    currency: str
    custom_data: str | None
    customer_uid: str | None
    customer_uid_usage: str | None
    deposit_history: tuple[()] | UnsetType = UNSET
    emb_pg_provider: str | None = None
    escrow: bool = False
    fail_reason: str | None
    failed_at: int
    imp_uid: str
    merchant_uid: str
    name: str | None
    paid_at: int
    pay_method: str
    pg_id: str
    pg_provider: str
    pg_tid: str | None
    promotion: UnsetType | None = UNSET
    receipt_url: str | None
    sandbox: bool | UnsetType = UNSET
    started_at: int
    status: str
    user_agent: str | None
    vbank_code: str | None = None
    vbank_date: int = 0
    vbank_holder: str | None = None
    vbank_issued_at: int = 0
    vbank_name: str | None = None
    vbank_num: str | None = None


_NO_CARD = Card(number=None, code=None, name=None, type=None)


def customer_answer(key: BillingKey, *, strict: bool) -> CustomerAnswer:
    """Show a billing key.

    The issuer's keys and ``customer_id`` come for gateways that were recorded with them; ``sandbox``
    is newer than every recording (spec).
    """
    card = key.card
    customer = key.customer
    answer = CustomerAnswer(
        card_code=card.code,
        card_name=card.name,
        card_number=card.number,
        card_type=card.type,
        customer_addr=customer.addr,
        customer_email=customer.email,
        customer_name=customer.name,
        customer_postcode=customer.postcode,
        customer_tel=customer.tel,
        customer_uid=key.customer_uid,
        inserted=key.inserted,
        pg_id=key.pg_id,
        pg_provider=key.pg_provider,
        updated=key.updated,
    )
    if strict or profiles()[key.pg_provider].answers_issuer:
        _add_issuer(answer, card)
        answer.customer_id = key.customer_id
    if strict:
        answer.sandbox = True
    return answer


def payment_answer(payment: Payment, *, strict: bool) -> PaymentAnswer:
    """Show a payment."""
    card = payment.card or _NO_CARD
    buyer = payment.buyer
    cancellations = payment.cancellations
    answer = PaymentAnswer(
        amount=payment.amount,
        apply_num=payment.apply_num,
        buyer_addr=buyer.addr,
        buyer_email=buyer.email,
        buyer_name=buyer.name,
        buyer_postcode=buyer.postcode,
        buyer_tel=buyer.tel,
        cancel_amount=payment.cancel_amount,
        cancel_history=[_cancellation_answer(line, strict) for line in cancellations],
        cancel_reason=cancellations[-1].reason if cancellations else None,
        cancel_receipt_urls=[line.receipt_url for line in cancellations if line.receipt_url],
        cancelled_at=payment.cancelled_at,
        card_code=card.code,
        card_name=card.name,
        card_number=card.number,
        card_quota=payment.card_quota,
        card_type=card.type,
        channel=payment.channel,
        currency=payment.currency,
        custom_data=payment.custom_data,
        customer_uid=payment.customer_uid,
        customer_uid_usage=payment.customer_uid_usage,
        fail_reason=payment.fail_reason,
        failed_at=payment.failed_at,
        imp_uid=payment.imp_uid,
        merchant_uid=payment.merchant_uid,
        name=payment.name,
        paid_at=payment.paid_at,
        pay_method=payment.pay_method,
        pg_id=payment.pg_id,
        pg_provider=payment.pg_provider,
        pg_tid=payment.pg_tid,
        receipt_url=payment.receipt_url,
        started_at=payment.started_at,
        status=payment.status,
        user_agent=payment.user_agent,
    )
    if strict:
        _add_issuer(answer, card)
        answer.deposit_history = ()
        answer.promotion = None
        answer.sandbox = True
    return answer


def _cancellation_answer(line: Cancellation, strict: bool) -> CancellationAnswer:
    return CancellationAnswer(
        pg_tid=line.pg_tid,
        amount=line.amount,
        cancelled_at=line.cancelled_at,
        reason=line.reason,
        receipt_url=line.receipt_url,
        cancellation_id=line.cancellation_id if strict else UNSET,
    )


def _add_issuer(answer: CustomerAnswer | PaymentAnswer, card: Card) -> None:
    answer.card_issuer_code = card.issuer_code
    answer.card_issuer_name = card.issuer_name
    answer.card_publisher_code = card.publisher_code
    answer.card_publisher_name = card.publisher_name
