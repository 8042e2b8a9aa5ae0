"""The outbox: webhooks are written down in the transaction of the payment that they tell of.

They are delivered later, outside of any call; see :mod:`fake_iamport.webhooks.delivery`.
"""

from collections.abc import Sequence
from typing import Self

import msgspec

from fake_iamport.domain.payment import Payment
from fake_iamport.domain.webhook import Attempt, Webhook, WebhookState
from fake_iamport.merchants import Merchant
from fake_iamport.operations.declaration import Call
from fake_iamport.store import Transaction
from fake_iamport.webhooks.drafts import Draft
from fake_iamport.webhooks.message import CONTENT_TYPES, Message, encoded

__all__ = ["MOST_RECEIVERS", "Outbox", "announce"]

MOST_RECEIVERS = 20
"""How many URLs of one ``notice_url`` are sent to (guess: no limit is published)."""


class Outbox:
    """A merchant's webhooks, and room for more of them.

    As many are remembered as the merchant's settings say, and the oldest finished one is forgotten
    first. When all that many still wait, the next is written down as failed: a receiver that is down
    for long must not fill the memory.
    """

    def __init__(self, merchant: Merchant, transaction: Transaction, size: int) -> None:
        self._merchant = merchant
        self._transaction = transaction
        self._now = merchant.clock.now()
        self._size = size

    @classmethod
    async def open(cls, merchant: Merchant, transaction: Transaction) -> Self:
        """The merchant's outbox, inside of ``transaction``."""
        return cls(merchant, transaction, await transaction.webhook_count())

    async def write(self, draft: Draft, state: WebhookState) -> Webhook:
        """Write down a message, in the content type that the merchant chose unless it has its own."""
        message = draft.message
        chosen = CONTENT_TYPES[self._merchant.settings.webhook_content_type]
        content_type = draft.content_type or chosen
        return await self._put(
            Webhook(
                number=await self._transaction.next_number(),
                created_at=self._now,
                due_at=self._now + draft.delay,
                url=draft.url,
                content_type=content_type,
                body=encoded(message, content_type.partition(";")[0].lower()),
                imp_uid=message.imp_uid,
                merchant_uid=message.merchant_uid,
                status=message.status,
                state=state,
            )
        )

    async def write_copy(self, webhook: Webhook) -> Webhook:
        """Write down a message once more, byte for byte, to be sent at once."""
        copy = msgspec.structs.replace(
            webhook,
            number=await self._transaction.next_number(),
            created_at=self._now,
            due_at=self._now,
            state=WebhookState.WAITING,
            attempts=(),
        )
        return await self._put(copy)

    async def _put(self, webhook: Webhook) -> Webhook:
        most = self._merchant.settings.webhooks_remembered
        while self._size >= most:
            oldest = await self._transaction.oldest_finished_webhook()
            if oldest is None:
                break
            await self._transaction.delete_webhook(oldest.number)
            self._size -= 1
        if self._size >= most and not webhook.is_finished:
            webhook = _refused(webhook, f"not sent: {most} webhooks wait already")
        self._size += 1
        await self._transaction.put_webhook(webhook)
        return webhook


async def announce(
    call: Call, payment: Payment, *, cancellation_id: str | None = None, send: bool = True
) -> None:
    """Write down the webhook that tells the merchant how ``payment`` stands now.

    It goes to the payment's ``notice_url``, else to the merchant's own URLs (docs). A cancel that is
    not to be sent, or whose sale had no URL to tell, leaves a line in the log all the same (spec);
    that the URLs of now stand for those of the sale is a guess.
    """
    urls = (payment.notice_url or call.merchant.settings.notice_url)[:MOST_RECEIVERS]
    if not urls and cancellation_id is None:
        return
    message = Message(
        imp_uid=payment.imp_uid,
        merchant_uid=payment.merchant_uid,
        status=payment.status,
        cancellation_id=msgspec.UNSET if cancellation_id is None else cancellation_id,
    )
    drafts: Sequence[Draft] = [Draft(message=message, url=url) for url in urls or ("",)]
    for change in call.webhook_changes:
        drafts = change(drafts)
    outbox = await Outbox.open(call.merchant, call.transaction)
    for draft in drafts:
        held = call.merchant.settings.hold_webhooks or draft.held
        state = _first_state(send=send and bool(urls), held=held)
        call.webhooks.append((await outbox.write(draft, state)).number)


def _first_state(*, send: bool, held: bool) -> WebhookState:
    if not send:
        return WebhookState.LOGGED
    return WebhookState.HELD if held else WebhookState.WAITING


def _refused(webhook: Webhook, error: str) -> Webhook:
    attempt = Attempt(at=webhook.created_at, status=None, error=error, duration_ms=0)
    return msgspec.structs.replace(webhook, state=WebhookState.FAILED, attempts=(attempt,))
