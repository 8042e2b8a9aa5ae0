"""Control routes about a merchant's webhooks."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from fake_iamport.control.declaration import ControlError, control, merchant_of
from fake_iamport.control.merchants import OneMerchant
from fake_iamport.domain.webhook import Webhook, WebhookState
from fake_iamport.emulator import Emulator
from fake_iamport.merchants import Merchant
from fake_iamport.settings import changed_settings
from fake_iamport.store import Transaction
from fake_iamport.webhooks.drafts import Draft
from fake_iamport.webhooks.message import Message
from fake_iamport.webhooks.outbox import Outbox

__all__ = [
    "hold_webhooks",
    "release_webhooks",
    "resend_webhook",
    "send_webhook",
    "wait_for_webhooks",
    "webhooks",
]

_MOST_SHOWN = 5

Seconds = Annotated[float, Meta(ge=0, le=60)]
Numbers = Annotated[list[int], Meta(min_length=1, max_length=10_000)]
Times = Annotated[int, Meta(ge=1, le=100, description="How many of them, all at the same time.")]


class Filter(OneMerchant, kw_only=True, forbid_unknown_fields=True):
    """Which webhooks of a merchant."""

    imp_uid: str | None = None
    merchant_uid: str | None = None
    status: Annotated[str, Meta(description="What the webhook says of the payment.")] | None = None
    after: Annotated[int, Meta(description="Only webhooks with a higher number.")] = 0


class WebhookQuery(Filter, kw_only=True, forbid_unknown_fields=True):
    """Which webhooks to list."""

    state: Annotated[WebhookState, Meta(description="Where it stands.")] | None = None
    limit: Annotated[int, Meta(ge=1, le=10_000, description="How many, the latest.")] = 100


class AwaitedWebhooks(Filter, kw_only=True, forbid_unknown_fields=True):
    """Which webhooks to wait for, how many, and how long."""

    state: Annotated[WebhookState, Meta(description="Where it stands.")] = WebhookState.DELIVERED
    count: Annotated[int, Meta(ge=1, le=10_000)] = 1
    timeout: Annotated[Seconds, Meta(description="Seconds of the machine's time.")] = 10


class SendWebhook(OneMerchant, kw_only=True, forbid_unknown_fields=True):
    """What to say, true or not; the defaults are those of the merchant console's test (observed)."""

    imp_uid: str = "imp_1234567890"
    merchant_uid: str = "merchant_1234567890"
    status: str = "paid"
    cancellation_id: str | None = None
    url: (
        Annotated[str, Meta(description="Where to; by default the merchant's own URLs.")] | None
    ) = None
    times: Times = 1
    timeout: Annotated[Seconds, Meta(description="Seconds to wait for the attempt.")] = 10


class ResendWebhook(OneMerchant, kw_only=True, forbid_unknown_fields=True):
    """Which webhook to send once more."""

    number: int
    times: Times = 1
    timeout: Annotated[Seconds, Meta(description="Seconds to wait for the attempt.")] = 10


class HoldWebhooks(OneMerchant, kw_only=True, forbid_unknown_fields=True):
    """Which waiting webhooks to hold; without numbers all, and those to come."""

    numbers: Numbers | None = None


class ReleaseWebhooks(OneMerchant, kw_only=True, forbid_unknown_fields=True):
    """Which held webhooks to send, in this order; without numbers all, and to hold no more."""

    numbers: Numbers | None = None
    timeout: Annotated[Seconds, Meta(description="Seconds to wait for the attempts.")] = 10


class WebhookPage(msgspec.Struct):
    """The webhooks that match, oldest first, and how many match in all."""

    total: int
    webhooks: list[Webhook]


class WebhookList(msgspec.Struct):
    """The webhooks in question, as they stand now."""

    webhooks: list[Webhook]


@control("GET", "/merchants/{imp_key}/webhooks")
async def webhooks(emulator: Emulator, inputs: WebhookQuery) -> WebhookPage:
    """List webhooks with every attempt to deliver them, oldest first."""
    merchant = merchant_of(emulator, inputs.imp_key)
    emulator.wake(merchant)
    found = _matching(await _all(emulator, merchant), inputs, inputs.state)
    return WebhookPage(total=len(found), webhooks=found[-inputs.limit :])


@control("GET", "/merchants/{imp_key}/webhooks/wait")
async def wait_for_webhooks(emulator: Emulator, inputs: AwaitedWebhooks) -> WebhookList:
    """Wait until so many webhooks match and list all that do, oldest first; 408 when they don't come.

    Those that came before the call count too; `after` leaves them out.
    """
    merchant = merchant_of(emulator, inputs.imp_key)
    emulator.wake(merchant)

    def enough(every: Sequence[Webhook]) -> bool:
        return len(_matching(every, inputs, inputs.state)) >= inputs.count

    every = await _wait_until(emulator, merchant, enough, inputs.timeout)
    found = _matching(every, inputs, inputs.state)
    if len(found) < inputs.count:
        others = [each for each in _matching(every, inputs, None) if each not in found]
        raise ControlError(_told(inputs, len(found), others), status=408)
    return WebhookList(webhooks=found)


@control("POST", "/merchants/{imp_key}/webhooks", status=201)
async def send_webhook(emulator: Emulator, inputs: SendWebhook) -> WebhookList:
    """Send a webhook that no payment caused, and wait for the first attempt; it is never held."""
    merchant = merchant_of(emulator, inputs.imp_key)
    urls = merchant.settings.notice_url if inputs.url is None else (inputs.url,)
    if not urls:
        raise ControlError("the merchant has no notice_url; say where to send it", field="url")
    message = Message(
        imp_uid=inputs.imp_uid,
        merchant_uid=inputs.merchant_uid,
        status=inputs.status,
        cancellation_id=msgspec.UNSET if inputs.cancellation_id is None else inputs.cancellation_id,
    )
    async with emulator.store.transaction(merchant.imp_key) as transaction:
        outbox = await Outbox.open(merchant, transaction)
        written = [
            await outbox.write(Draft(message=message, url=url), WebhookState.WAITING)
            for url in urls
            for _ in range(inputs.times)
        ]
    return await _sent(emulator, merchant, written, inputs.timeout)


@control("POST", "/merchants/{imp_key}/webhooks/{number}/resend", status=201)
async def resend_webhook(emulator: Emulator, inputs: ResendWebhook) -> WebhookList:
    """Send copies of a webhook, each with a number of its own, and wait for their first attempts."""
    merchant = merchant_of(emulator, inputs.imp_key)
    async with emulator.store.transaction(merchant.imp_key) as transaction:
        webhook = await _existing(transaction, inputs.number, "number")
        if not webhook.url:
            raise ControlError(
                f"webhook {webhook.number} has no URL to go to", field="number", status=409
            )
        outbox = await Outbox.open(merchant, transaction)
        written = [await outbox.write_copy(webhook) for _ in range(inputs.times)]
    return await _sent(emulator, merchant, written, inputs.timeout)


@control("POST", "/merchants/{imp_key}/webhooks/hold")
async def hold_webhooks(emulator: Emulator, inputs: HoldWebhooks) -> WebhookList:
    """Let webhooks wait until they are released; without numbers the new ones do so too."""
    merchant = merchant_of(emulator, inputs.imp_key)
    async with emulator.store.transaction(merchant.imp_key) as transaction:
        waiting = await _chosen(transaction, inputs.numbers, WebhookState.WAITING)
        free = [each for each in waiting if not emulator.courier.is_under_way(merchant, each)]
        if inputs.numbers is not None and len(free) < len(waiting):
            sent = next(each.number for each in waiting if each not in free)
            raise ControlError(f"webhook {sent} is being sent", field="numbers", status=409)
        held = [msgspec.structs.replace(each, state=WebhookState.HELD) for each in free]
        for webhook in held:
            await transaction.put_webhook(webhook)
    if inputs.numbers is None:
        merchant.settings = changed_settings(merchant.settings, {"hold_webhooks": True})
    emulator.wake(merchant)
    return WebhookList(webhooks=held)


@control("POST", "/merchants/{imp_key}/webhooks/release")
async def release_webhooks(emulator: Emulator, inputs: ReleaseWebhooks) -> WebhookList:
    """Send held webhooks one after another, in the order of the numbers, and wait for the attempts.

    Each is sent when the one before it has been answered. Without numbers the oldest goes first, and
    new webhooks are held no more. Those whose turn hasn't come in time follow all the same.
    """
    merchant = merchant_of(emulator, inputs.imp_key)
    async with emulator.store.transaction(merchant.imp_key) as transaction:
        held = await _chosen(transaction, inputs.numbers, WebhookState.HELD)
    if inputs.numbers is None:
        merchant.settings = changed_settings(merchant.settings, {"hold_webhooks": False})
    numbers = [webhook.number for webhook in held]
    await asyncio.wait([emulator.courier.release(merchant, numbers)], timeout=inputs.timeout)
    return await _as_they_stand(emulator, merchant, numbers)


async def _sent(
    emulator: Emulator, merchant: Merchant, written: Sequence[Webhook], seconds: float
) -> WebhookList:
    numbers = [webhook.number for webhook in written]

    def attempted(every: Sequence[Webhook]) -> bool:
        return all(each.attempts or each.number not in numbers for each in every)

    emulator.wake(merchant)
    await _wait_until(emulator, merchant, attempted, seconds)
    return await _as_they_stand(emulator, merchant, numbers)


async def _wait_until(
    emulator: Emulator,
    merchant: Merchant,
    enough: Callable[[Sequence[Webhook]], bool],
    seconds: float,
) -> Sequence[Webhook]:
    """All webhooks, as soon as they are ``enough`` or so many ``seconds`` of the machine have passed."""
    with emulator.courier.news.watch(merchant) as changed:
        every = await _all(emulator, merchant)
        try:
            async with asyncio.timeout(seconds):
                while not enough(every):
                    await changed.wait()
                    changed.clear()
                    every = await _all(emulator, merchant)
        except TimeoutError:
            pass
    return every


async def _all(emulator: Emulator, merchant: Merchant) -> Sequence[Webhook]:
    merchant_of(emulator, merchant.imp_key)
    async with emulator.store.transaction(merchant.imp_key) as transaction:
        return await transaction.webhooks()


async def _as_they_stand(
    emulator: Emulator, merchant: Merchant, numbers: Sequence[int]
) -> WebhookList:
    by_number = {each.number: each for each in await _all(emulator, merchant)}
    return WebhookList(webhooks=[by_number[number] for number in numbers if number in by_number])


async def _chosen(
    transaction: Transaction, numbers: Sequence[int] | None, state: WebhookState
) -> list[Webhook]:
    if numbers is None:
        return [webhook for webhook in await transaction.webhooks() if webhook.state is state]
    number, times = Counter(numbers).most_common(1)[0]
    if times > 1:
        raise ControlError(f"webhook {number} stands {times} times", field="numbers")
    chosen = [await _existing(transaction, number, "numbers") for number in numbers]
    for webhook in chosen:
        if webhook.state is not state:
            raise ControlError(
                f"webhook {webhook.number} is {webhook.state}; expected one that is {state}",
                field="numbers",
                status=409,
            )
    return chosen


async def _existing(transaction: Transaction, number: int, field: str) -> Webhook:
    webhook = await transaction.webhook(number)
    if webhook is None:
        raise ControlError(f"there is no webhook {number}", field=field, status=404)
    return webhook


def _matching(
    every: Iterable[Webhook], wanted: Filter, state: WebhookState | None
) -> list[Webhook]:
    conditions = {
        "imp_uid": wanted.imp_uid,
        "merchant_uid": wanted.merchant_uid,
        "status": wanted.status,
        "state": state,
    }
    given = [(name, value) for name, value in conditions.items() if value is not None]
    return [
        webhook
        for webhook in every
        if webhook.number > wanted.after
        and all(getattr(webhook, name) == value for name, value in given)
    ]


def _told(inputs: AwaitedWebhooks, found: int, others: Sequence[Webhook]) -> str:
    shown = ", ".join(map(_stand, others[-_MOST_SHOWN:]))
    return (
        f"{found} of {inputs.count} webhooks are {inputs.state} after {inputs.timeout:g} seconds; "
        + (f"of the others, {shown}" if shown else "no other matches")
    )


def _stand(webhook: Webhook) -> str:
    last = webhook.attempts[-1] if webhook.attempts else None
    why = f" ({last.error or last.status})" if last else ""
    return f"{webhook.number} is {webhook.state}{why}"
