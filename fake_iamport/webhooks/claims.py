"""Claims: who sends which webhook at this moment, and which may be sent beside them."""

import asyncio
from collections import Counter
from collections.abc import Iterable

from fake_iamport.domain.webhook import Webhook
from fake_iamport.merchants import Merchant

__all__ = ["Claim", "Claims"]


class Claim:
    """A webhook that somebody is sending, and who wants to know what becomes of it."""

    __slots__ = ("key", "merchant", "receiver", "waiting", "webhook")

    def __init__(self, merchant: Merchant, webhook: Webhook) -> None:
        self.merchant = merchant
        self.webhook = webhook
        self.key = (merchant.imp_key, webhook.number)
        self.receiver = _receiver(webhook.url)
        self.waiting: list[asyncio.Future[Webhook | None]] = []


class Claims:
    """Every claim that stands; taken inside of a transaction, so that no webhook has two."""

    def __init__(self) -> None:
        self._claims: dict[tuple[str, int], Claim] = {}

    def take(self, merchant: Merchant, webhook: Webhook) -> Claim:
        """Claim ``webhook``, which must be free."""
        claim = Claim(merchant, webhook)
        self._claims[claim.key] = claim
        return claim

    def end(self, claim: Claim, webhook: Webhook | None) -> None:
        """Give a claim up; ``webhook`` is what became of it, ``None`` if nothing."""
        if self.stands(claim):
            del self._claims[claim.key]
        for future in claim.waiting:
            if not future.done():
                future.set_result(webhook)

    def stands(self, claim: Claim) -> bool:
        """Whether the claim is good; one that was forgotten isn't."""
        return self._claims.get(claim.key) is claim

    def forget(self, merchant: Merchant) -> None:
        """Let no claim on a webhook of the merchant be good any more."""
        for key in [key for key in self._claims if key[0] == merchant.imp_key]:
            del self._claims[key]

    def is_under_way(self, merchant: Merchant, number: int) -> bool:
        """Whether that webhook is being sent."""
        return (merchant.imp_key, number) in self._claims

    def next_end(self, merchant: Merchant) -> "asyncio.Future[Webhook | None] | None":
        """What will become of the first webhook of the merchant that is sent; ``None`` if none is."""
        under_way = [claim for claim in self._claims.values() if claim.merchant is merchant]
        if not under_way:
            return None
        future = asyncio.get_running_loop().create_future()
        for claim in under_way:
            claim.waiting.append(future)
        return future

    def first_free(
        self, merchant: Merchant, webhooks: Iterable[Webhook], *, at_a_time: int
    ) -> Webhook | None:
        """The first that nobody sends, whose receiver isn't busy, and that overtakes nothing.

        A receiver is busy with ``at_a_time`` webhooks. Two states of one payment don't overtake each
        other on their way to one URL, which is kinder than the real server may be (guess); copies of
        one message go at the same time.
        """
        loads = Counter(claim.receiver for claim in self._claims.values())
        busy = {receiver for receiver, load in loads.items() if load >= at_a_time}
        closed: dict[str, bool] = {}
        bodies = {
            (claim.webhook.url, claim.webhook.imp_uid): claim.webhook.body
            for claim in self._claims.values()
            if claim.merchant is merchant
        }
        for webhook in webhooks:
            url = webhook.url
            if url not in closed:
                closed[url] = _receiver(url) in busy
            if closed[url] or self.is_under_way(merchant, webhook.number):
                continue
            if bodies.get((url, webhook.imp_uid), webhook.body) == webhook.body:
                return webhook
        return None


def _receiver(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
