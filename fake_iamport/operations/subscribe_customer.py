"""Tag ``subscribe.customer``: billing keys, held under the merchant's ``customer_uid``.

Lengths are the description's (spec), but for ``customer_id``, which has none there (guess: 80).
"""

from typing import Annotated

from msgspec import Meta

from fake_iamport.domain.billing_key import BillingKey
from fake_iamport.domain.contact import Contact
from fake_iamport.errors import CustomerNotFound, KeyNotIssued, UnknownCustomer
from fake_iamport.operations.answers import (
    CustomerAnswer,
    PaymentAnswer,
    customer_answer,
    payment_answer,
)
from fake_iamport.operations.card_parameters import (
    Birth,
    CardNumber,
    ChannelKey,
    CustomerUid,
    Cvc,
    Expiry,
    Pg,
    PinDigits,
    card_data,
)
from fake_iamport.operations.declaration import Call, PartlyFound, operation
from fake_iamport.operations.key_issue import issue_billing_key
from fake_iamport.operations.paging import PER_PAGE, Page, PagedAnswer, offset_of, paged
from fake_iamport.wire.parameters import STRICT, Parameters, Texts

__all__ = [
    "customer_delete",
    "customer_payments",
    "customer_save",
    "customer_view",
    "customer_view_multiple",
]


class SaveParameters(Parameters, kw_only=True):
    """A card to keep, and whose it is."""

    customer_uid: CustomerUid
    card_number: CardNumber
    expiry: Expiry
    birth: Birth | None = None
    pwd_2digit: PinDigits | None = None
    cvc: Cvc | None = None
    pg: Pg | None = None
    channel_key: Annotated[ChannelKey | None, STRICT] = None
    customer_id: Annotated[str, Meta(max_length=80)] | None = None
    customer_name: Annotated[str, Meta(max_length=20)] | None = None
    customer_tel: Annotated[str, Meta(max_length=20)] | None = None
    customer_email: Annotated[str, Meta(max_length=200)] | None = None
    customer_addr: Annotated[str, Meta(max_length=200)] | None = None
    customer_postcode: Annotated[str, Meta(max_length=8)] | None = None


class OneCustomer(Parameters):
    """Which billing key."""

    customer_uid: CustomerUid


class CustomerPayments(OneCustomer):
    """Which billing key, and which page of its payments."""

    page: Page = 1


class DeleteParameters(OneCustomer):
    """Which billing key, and why it goes."""

    reason: str | None = None
    extra: dict[str, str] | None = None


class ManyCustomers(Parameters):
    """Which billing keys."""

    customer_uid: Texts


@operation(
    "customer_save",
    "POST",
    "/subscribe/customers/{customer_uid}",
    asks_gateway=True,
    raises=(KeyNotIssued,),
)
async def customer_save(call: Call, parameters: SaveParameters) -> CustomerAnswer:
    """Issue a billing key for a card and hold it under ``customer_uid``.

    A ``customer_uid`` that is in use gets the new card: ``inserted`` stays, ``updated`` moves
    (observed), and the gateway deletes the old card's key (docs).
    """
    profile = call.gateway.profile(parameters.pg, parameters.channel_key)
    profile.require(parameters, "key")
    verified = call.gateway.verify_for_key(card_data(parameters), profile)
    customer = Contact(
        name=parameters.customer_name,
        email=parameters.customer_email,
        tel=parameters.customer_tel,
        addr=parameters.customer_addr,
        postcode=parameters.customer_postcode,
    )
    key = await issue_billing_key(
        call, profile, verified, parameters.customer_uid, customer, parameters.customer_id
    )
    return _shown(call, key)


@operation(
    "customer_view",
    "GET",
    "/subscribe/customers/{customer_uid}",
    raises=(UnknownCustomer, CustomerNotFound),
)
async def customer_view(call: Call, parameters: OneCustomer) -> CustomerAnswer:
    """Show the billing key held under ``customer_uid``.

    An unknown one is HTTP 200 with code 1 (observed); the description says 404.
    """
    return _shown(call, await _existing(call, parameters.customer_uid))


@operation("customer_view_multiple", "GET", "/subscribe/customers", raises=(CustomerNotFound,))
async def customer_view_multiple(
    call: Call, parameters: ManyCustomers
) -> list[CustomerAnswer] | PartlyFound[CustomerAnswer]:
    """Show several billing keys: HTTP 200 for all, 207 for some, 404 for none of them (spec).

    A customer_uid that is asked for twice is answered once (guess).
    """
    wanted = list(dict.fromkeys(parameters.customer_uid))
    keys = [await call.transaction.billing_key(customer_uid) for customer_uid in wanted]
    found = [_shown(call, key) for key in keys if key is not None]
    if not found:
        raise CustomerNotFound(customer_uid=", ".join(wanted))
    return found if len(found) == len(wanted) else PartlyFound(found)


@operation(
    "customer_delete",
    "DELETE",
    "/subscribe/customers/{customer_uid}",
    raises=(UnknownCustomer, CustomerNotFound),
)
async def customer_delete(call: Call, parameters: DeleteParameters) -> CustomerAnswer:
    """Delete the billing key held under ``customer_uid``, and show it a last time (observed).

    The gateway's key goes with it; a second delete finds nothing (observed).
    """
    key = await _existing(call, parameters.customer_uid)
    await call.transaction.delete_billing_key(key.customer_uid)
    await call.gateway.delete_key(key.key)
    return _shown(call, key)


@operation(
    "customer_payments",
    "GET",
    "/subscribe/customers/{customer_uid}/payments",
    raises=(CustomerNotFound,),
)
async def customer_payments(call: Call, parameters: CustomerPayments) -> PagedAnswer[PaymentAnswer]:
    """List the payments made with a billing key, twenty to a page and newest first (guess).

    An unknown ``customer_uid`` has none (observed); the description says 404, as for the key itself.
    """
    payments = await call.transaction.payments_of_customer(parameters.customer_uid)
    if not payments and _unknown_is_not_found(call):
        await _existing(call, parameters.customer_uid)
    start = offset_of(parameters.page)
    page = payments[::-1][start : start + PER_PAGE]
    shown = [payment_answer(payment, strict=call.merchant.settings.strict) for payment in page]
    return paged(shown, len(payments), parameters.page)


async def _existing(call: Call, customer_uid: str) -> BillingKey:
    key = await call.transaction.billing_key(customer_uid)
    if key is not None:
        return key
    if _unknown_is_not_found(call):
        raise CustomerNotFound(customer_uid=customer_uid)
    raise UnknownCustomer(customer_uid=customer_uid)


def _unknown_is_not_found(call: Call) -> bool:
    settings = call.merchant.settings
    return settings.strict or settings.unknown_customer_status == CustomerNotFound.status


def _shown(call: Call, key: BillingKey) -> CustomerAnswer:
    return customer_answer(key, strict=call.merchant.settings.strict)
