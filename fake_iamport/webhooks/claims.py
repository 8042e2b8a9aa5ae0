"""Claims: who sends which webhook at this moment, and which may be sent beside them."""

import asyncio
from collections import Counter
from collections.abc import Iterable

from fake_iamport.domain.webhook import Webhook
from fake_iamport.merchants import Merchant

__all__ = ["Claim", "Claims"]


class Claim:
    """A webhook that somebody is sending, and who wants to know what becomes of it.

    ``is_last`` says that no other of the merchant's could be sent at the same time.
    """

    __slots__ = ("is_last", "key", "merchant", "waiting", "webhook")

    def __init__(self, merchant: Merchant, webhook: Webhook) -> None:
        self.merchant = merchant
        self.webhook = webhook
        self.key = (merchant.imp_key, webhook.number)
        self.waiting: list[asyncio.Future[Webhook | None]] = []
        self.is_last = True


class Claims:
    """Every claim that stands; taken inside of a transaction, so that no webhook has two."""

    def __init__(self) -> None:
        self._claims: dict[tuple[str, int], Claim] = {}
        self._loads: Counter[str] = Counter()

    def take(self, merchant: Merchant, webhook: Webhook) -> Claim:
        """Claim ``webhook``, which must be free."""
        claim = Claim(merchant, webhook)
        self._claims[claim.key] = claim
        self._loads[webhook.receiver] += 1
        return claim

    def end(self, claim: Claim, webhook: Webhook | None) -> None:
        """Give a claim up; ``webhook`` is what became of it, ``None`` if nothing."""
        if self.stands(claim):
            self._drop(claim)
        for future in claim.waiting:
            if not future.done():
                future.set_result(webhook)

    def stands(self, claim: Claim) -> bool:
        """Whether the claim is good; one that was forgotten isn't."""
        return self._claims.get(claim.key) is claim

    def forget(self, merchant: Merchant) -> None:
        """Let no claim on a webhook of the merchant be good any more."""
        for claim in self._of(merchant):
            self._drop(claim)

    def is_under_way(self, merchant: Merchant, number: int) -> bool:
        """Whether that webhook is being sent."""
        return (merchant.imp_key, number) in self._claims

    def next_end(self, merchant: Merchant) -> "asyncio.Future[Webhook | None] | None":
        """What will become of the first webhook of the merchant that is sent; ``None`` if none is."""
        under_way = self._of(merchant)
        if not under_way:
            return None
        future = asyncio.get_running_loop().create_future()
        for claim in under_way:
            claim.waiting.append(future)
        return future

    def first_free(
        self, merchant: Merchant, due: Iterable[Iterable[Webhook]], *, at_a_time: int
    ) -> Webhook | None:
        """The first that nobody sends, whose receiver isn't busy, and that overtakes nothing.

        ``due`` has those of one receiver together. A receiver is busy with ``at_a_time`` webhooks.
        """
        free = [self._free_of_receiver(merchant, webhooks, at_a_time) for webhooks in due]
        return min(filter(None, free), key=_moment, default=None)

    def _free_of_receiver(
        self, merchant: Merchant, webhooks: Iterable[Webhook], at_a_time: int
    ) -> Webhook | None:
        for webhook in webhooks:
            if self._loads[webhook.receiver] >= at_a_time:
                return None
            if not self.is_under_way(merchant, webhook.number) and not self._overtakes(
                merchant, webhook
            ):
                return webhook
        return None

    def _overtakes(self, merchant: Merchant, webhook: Webhook) -> bool:
        """Whether another state of the same payment is on its way to the same URL.

        Waiting for that is kinder than the real server may be (guess); copies of one message go at the
        same time.
        """
        return any(
            claim.webhook.imp_uid == webhook.imp_uid
            and claim.webhook.url == webhook.url
            and claim.webhook.body != webhook.body
            for claim in self._of(merchant)
        )

    def _of(self, merchant: Merchant) -> list[Claim]:
        return [claim for claim in self._claims.values() if claim.merchant is merchant]

    def _drop(self, claim: Claim) -> None:
        del self._claims[claim.key]
        receiver = claim.webhook.receiver
        self._loads[receiver] -= 1
        if not self._loads[receiver]:
            del self._loads[receiver]


def _moment(webhook: Webhook) -> tuple[int, int]:
    return webhook.due_at, webhook.number
