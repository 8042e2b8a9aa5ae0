"""Tag ``subscribe``: making, moving and revoking schedules."""

from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fake_iamport.domain.billing_key import BillingKey
from fake_iamport.domain.card import CardData
from fake_iamport.domain.contact import Contact
from fake_iamport.domain.money import exact_amount
from fake_iamport.domain.payment import PaymentStatus
from fake_iamport.domain.schedule import Schedule, ScheduleStatus
from fake_iamport.errors import (
    BadRequest,
    CardNotConfirmed,
    DuplicateOrder,
    DuplicateSchedule,
    MissingParameters,
    NothingToUnschedule,
    PastMoment,
    PastSchedule,
    ScheduleNotFound,
    UnregisteredCustomer,
    WrongScheduleState,
)
from fake_iamport.operations.answers import PaymentAnswer, payment_answer
from fake_iamport.operations.card_parameters import (
    Birth,
    CardNumber,
    ChannelKey,
    CustomerUid,
    Cvc,
    Expiry,
    PinDigits,
)
from fake_iamport.operations.charged_amounts import charged_amounts
from fake_iamport.operations.charging import refuse_used_order
from fake_iamport.operations.checking_charge import make_checking_charge
from fake_iamport.operations.declaration import Call, operation
from fake_iamport.operations.key_issue import issue_billing_key
from fake_iamport.operations.schedule_answers import ScheduleAnswer, schedule_answer
from fake_iamport.operations.schedule_execution import execute_schedule
from fake_iamport.operations.subscribe import ItemName, MerchantUid
from fake_iamport.wire.parameters import STRICT, CustomData, Number, Parameters, Texts

__all__ = [
    "existing_schedule",
    "reschedule_by_mid",
    "retry_schedule_by_mid",
    "schedule",
    "unschedule",
    "update_schedule_by_mid",
]

LATEST_MOMENT = 10**14
"""The highest ``schedule_at`` that is taken: milliseconds of any century are below it."""

ScheduleAt = Annotated[
    Number,
    Meta(
        description="When to charge, in unix seconds. Milliseconds are taken for seconds, as the "
        "real server was seen to do, and fractions are cut off."
    ),
]


class ScheduleItem(Parameters, kw_only=True):
    """One charge to make later."""

    merchant_uid: MerchantUid
    schedule_at: ScheduleAt
    amount: Annotated[Number, Meta(description="What to charge, in `currency`.")]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "KRW"
    name: Annotated[ItemName | None, STRICT] = None
    tax_free: Number | None = None
    vat_amount: Number | None = None
    buyer_name: Annotated[str, Meta(max_length=16)] | None = None
    buyer_email: Annotated[str, Meta(max_length=64)] | None = None
    buyer_tel: Annotated[str, Meta(max_length=16)] | None = None
    buyer_addr: Annotated[str, Meta(max_length=128)] | None = None
    buyer_postcode: Annotated[str, Meta(max_length=8)] | None = None
    custom_data: CustomData | None = None
    notice_url: Texts | None = None
    product_type: Literal["real", "digital"] | None = None
    card_quota: Annotated[int, Meta(ge=0)] = 0
    interest_free_by_merchant: bool = False
    use_card_point: bool = False
    product_count: Annotated[int, Meta(ge=1)] = 1
    cash_receipt_type: Literal["person", "company", "anonymous"] | None = None
    browser_ip: str | None = None
    extra: dict[str, str] | None = None
    bypass: CustomData | None = None
    promotion_id: str | None = None


class ScheduleParameters(Parameters, kw_only=True):
    """Charges to make later on one billing key, and a card when there is no key yet."""

    customer_uid: CustomerUid
    schedules: Annotated[list[ScheduleItem], Meta(min_length=1, max_length=1000)]
    checking_amount: (
        Annotated[
            Number,
            Meta(description="KRW to charge and cancel at once, as a test; 0 tests nothing."),
        ]
        | None
    ) = None
    customer_id: Annotated[str, Meta(max_length=80)] | None = None
    card_number: CardNumber | None = None
    expiry: Expiry | None = None
    birth: Birth | None = None
    pwd_2digit: PinDigits | None = None
    cvc: Cvc | None = None
    channel_key: ChannelKey | None = None


class UnscheduleParameters(Parameters, kw_only=True):
    """Which schedules to revoke: all of a customer's, or those of some orders."""

    customer_uid: CustomerUid | None = None
    merchant_uid: Texts | None = None


class OneSchedule(Parameters):
    """Which schedule."""

    merchant_uid: Annotated[str, Meta(description="The schedule's order number.")]


class MoveParameters(OneSchedule):
    """Which schedule, and when it is to be executed now."""

    schedule_at: ScheduleAt


@operation(
    "schedule",
    "POST",
    "/subscribe/payments/schedule",
    tag="subscribe",
    asks_gateway=True,
    raises=(
        UnregisteredCustomer,
        CardNotConfirmed,
        DuplicateSchedule,
        DuplicateOrder,
        PastSchedule,
    ),
)
async def schedule(call: Call, parameters: ScheduleParameters) -> list[ScheduleAnswer]:
    """Have charges made later; all of them are taken or none.

    A ``customer_uid`` without a key gets one for the card first (spec). ``checking_amount`` is
    charged and cancelled at once (spec). Buyer details that aren't given are the customer's (spec).
    """
    key = await _key_of(call, parameters)
    if parameters.checking_amount:
        checked = exact_amount(parameters.checking_amount, name="checking_amount")
        await make_checking_charge(call, key, checked)
    made = [await _make(call, key, item) for item in parameters.schedules]
    return [_shown(call, each) for each in made]


@operation(
    "unschedule",
    "POST",
    "/subscribe/payments/unschedule",
    tag="subscribe",
    raises=(NothingToUnschedule,),
)
async def unschedule(call: Call, parameters: UnscheduleParameters) -> list[ScheduleAnswer]:
    """Revoke schedules that wait: a customer's, or those of some orders, or both together (spec)."""
    waiting = [
        each
        for each in await _candidates(call, parameters)
        if each.status is ScheduleStatus.SCHEDULED
    ]
    if not waiting:
        raise NothingToUnschedule
    revoked = [
        msgspec.structs.replace(each, status=ScheduleStatus.REVOKED, revoked_at=call.now)
        for each in waiting
    ]
    for each in revoked:
        await call.transaction.put_schedule(each)
    return [_shown(call, each) for each in revoked]


@operation(
    "updateScheduleByMid",
    "PUT",
    "/subscribe/payments/schedule/{merchant_uid}",
    tag="subscribe",
    raises=(ScheduleNotFound, WrongScheduleState, PastMoment),
)
async def update_schedule_by_mid(call: Call, parameters: MoveParameters) -> ScheduleAnswer:
    """Move a schedule that still waits to another moment (spec)."""
    current = await existing_schedule(call, parameters.merchant_uid)
    if current.status is not ScheduleStatus.SCHEDULED:
        raise WrongScheduleState(state=current.status)
    return await _move(call, current, parameters.schedule_at)


@operation(
    "rescheduleByMid",
    "POST",
    "/subscribe/payments/schedule/{merchant_uid}/reschedule",
    tag="subscribe",
    raises=(ScheduleNotFound, WrongScheduleState, PastMoment),
)
async def reschedule_by_mid(call: Call, parameters: MoveParameters) -> ScheduleAnswer:
    """Let a schedule that failed or was revoked wait again (spec)."""
    current = await existing_schedule(call, parameters.merchant_uid)
    _refuse_unless_undone(current)
    return await _move(call, current, parameters.schedule_at)


@operation(
    "retryScheduleByMid",
    "POST",
    "/subscribe/payments/schedule/{merchant_uid}/retry",
    tag="subscribe",
    charges=True,
    raises=(ScheduleNotFound, WrongScheduleState),
)
async def retry_schedule_by_mid(call: Call, parameters: OneSchedule) -> PaymentAnswer:
    """Charge a schedule that failed or was revoked at once; its status says how it went (spec)."""
    current = await existing_schedule(call, parameters.merchant_uid)
    _refuse_unless_undone(current)
    if await call.transaction.billing_key(current.customer_uid) is None:
        raise ScheduleNotFound
    payment = await execute_schedule(call, current)
    return payment_answer(payment, strict=call.merchant.settings.strict)


async def existing_schedule(call: Call, merchant_uid: str) -> Schedule:
    """The schedule of an order.

    Raises:
        ScheduleNotFound: there is none.
    """
    found = await call.transaction.schedule(merchant_uid)
    if found is None:
        raise ScheduleNotFound
    return found


async def _key_of(call: Call, parameters: ScheduleParameters) -> BillingKey:
    key = await call.transaction.billing_key(parameters.customer_uid)
    if key is not None:
        return key
    if parameters.card_number is None or parameters.expiry is None:
        raise UnregisteredCustomer
    profile = call.gateway.profile(None, parameters.channel_key)
    profile.require(parameters, "key")
    card = CardData.from_wire(
        card_number=parameters.card_number,
        expiry=parameters.expiry,
        birth=parameters.birth,
        pwd_2digit=parameters.pwd_2digit,
        cvc=parameters.cvc,
    )
    verified = call.gateway.verify_for_key(card, profile, CardNotConfirmed)
    return await issue_billing_key(
        call, profile, verified, parameters.customer_uid, Contact(), parameters.customer_id
    )


async def _make(call: Call, key: BillingKey, item: ScheduleItem) -> Schedule:
    schedule_at = _moment(item.schedule_at)
    if schedule_at <= call.now and call.merchant.settings.past_schedule == "refuse":
        raise PastSchedule(merchant_uid=item.merchant_uid)
    if await call.transaction.schedule(item.merchant_uid) is not None:
        raise DuplicateSchedule(merchant_uid=item.merchant_uid)
    await refuse_used_order(call, item.merchant_uid)
    amounts = charged_amounts(item)
    made = Schedule(
        number=await call.transaction.next_number(),
        merchant_uid=item.merchant_uid,
        customer_uid=key.customer_uid,
        schedule_at=schedule_at,
        amount=amounts.amount,
        currency=item.currency,
        name=item.name,
        buyer=_buyer(item, key.customer),
        tax_free=amounts.tax_free,
        vat_amount=amounts.vat_amount,
        card_quota=item.card_quota,
        custom_data=item.custom_data,
        notice_url=tuple(item.notice_url or ()),
        pg_provider=key.pg_provider,
        pg_id=key.pg_id,
    )
    await call.transaction.put_schedule(made)
    return made


def _buyer(item: ScheduleItem, customer: Contact) -> Contact:
    return Contact(
        name=item.buyer_name or customer.name,
        email=item.buyer_email or customer.email,
        tel=item.buyer_tel or customer.tel,
        addr=item.buyer_addr or customer.addr,
        postcode=item.buyer_postcode or customer.postcode,
    )


async def _candidates(call: Call, parameters: UnscheduleParameters) -> list[Schedule]:
    if not parameters.merchant_uid:
        if parameters.customer_uid is None:
            raise MissingParameters(names="customer_uid, merchant_uid")
        return list(await call.transaction.schedules_of_customer(parameters.customer_uid))
    named = [
        await call.transaction.schedule(name) for name in dict.fromkeys(parameters.merchant_uid)
    ]
    return [
        each
        for each in named
        if each is not None and parameters.customer_uid in (None, each.customer_uid)
    ]


async def _move(call: Call, current: Schedule, schedule_at: Decimal) -> ScheduleAnswer:
    moment = _moment(schedule_at)
    if moment <= call.now:
        raise PastMoment
    moved = msgspec.structs.replace(
        current,
        schedule_at=moment,
        status=ScheduleStatus.SCHEDULED,
        payment_status=None,
        imp_uid=None,
        executed_at=0,
        revoked_at=0,
        fail_reason=None,
    )
    await call.transaction.put_schedule(moved)
    return _shown(call, moved)


def _refuse_unless_undone(current: Schedule) -> None:
    failed = current.payment_status is PaymentStatus.FAILED
    if current.status is not ScheduleStatus.REVOKED and not failed:
        raise WrongScheduleState(state=current.payment_status or current.status)


def _moment(schedule_at: Decimal) -> int:
    if not schedule_at.is_finite() or not 0 <= schedule_at < LATEST_MOMENT:
        raise BadRequest(message="schedule_at: expected unix seconds.")
    return int(schedule_at)


def _shown(call: Call, each: Schedule) -> ScheduleAnswer:
    return schedule_answer(each, strict=call.merchant.settings.strict)
