"""The emulator's state, and what can be done to it from outside the API."""

from fake_iamport.clock import Clock
from fake_iamport.domain.schedule import Schedule
from fake_iamport.domain.webhook import Webhook
from fake_iamport.identifiers import Identifiers
from fake_iamport.journal import Journal
from fake_iamport.merchants import Merchant, Merchants
from fake_iamport.settings import (
    PUBLIC_SANDBOX_KEY,
    PUBLIC_SANDBOX_SECRET,
    MerchantSettings,
    Settings,
)
from fake_iamport.store import Store
from fake_iamport.store.memory import MemoryStore
from fake_iamport.timekeeper import Timekeeper
from fake_iamport.webhooks.delivery import Courier

__all__ = ["Emulator"]


class Emulator:
    """One emulated i'mport: its merchants, their records, and the journal of their calls.

    It starts with one merchant, the public sandbox's unless other keys are given.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        imp_key: str = PUBLIC_SANDBOX_KEY,
        imp_secret: str = PUBLIC_SANDBOX_SECRET,
        clock: Clock | None = None,
    ) -> None:
        self.settings = settings
        self.store: Store = MemoryStore()
        self.merchants = Merchants()
        self.courier = Courier(self.store, self.merchants)
        self.timekeeper = Timekeeper(self)
        self.journal = Journal(settings.journal_size)
        self._clock = clock
        self._keys = Identifiers(self._seed("keys"))
        self.default_merchant = self.add_merchant(imp_key, imp_secret)

    def add_merchant(
        self, imp_key: str, imp_secret: str, settings: MerchantSettings | None = None
    ) -> Merchant:
        """Let a merchant with these keys in.

        Raises:
            ValueError: there is one with this ``imp_key``.
        """
        merchant = Merchant(
            imp_key,
            imp_secret,
            settings=settings or self.settings.merchant,
            clock=self._clock or Clock(),
            identifiers=Identifiers(self._seed(imp_key)),
        )
        self.merchants.add(merchant)
        return merchant

    def fresh_credentials(self) -> tuple[str, str]:
        """An ``imp_key`` that nobody has, and an ``imp_secret``, in their recorded shapes."""
        imp_key = self._keys.imp_key()
        while self.merchants.get(imp_key):
            imp_key = self._keys.imp_key()
        return imp_key, self._keys.imp_secret()

    async def remove_merchant(self, merchant: Merchant) -> None:
        """Let a merchant go: its keys, token, records and calls are forgotten."""
        self.merchants.remove(merchant)
        await self.store.remove(merchant.imp_key)
        self.courier.forget(merchant)
        self.journal.clear(merchant.imp_key)

    async def reset(self, merchant: Merchant) -> None:
        """Give the merchant a clean world, as at the start; its token stays good."""
        await self.store.reset(merchant.imp_key)
        self.courier.forget(merchant)
        self.journal.clear(merchant.imp_key)
        merchant.settings = self.settings.merchant
        merchant.identifiers.rewind()

    def wake(self, merchant: Merchant) -> None:
        """Look after what was written or changed for a merchant: its webhooks go out."""
        self.courier.wake(merchant)

    def wake_if_due(
        self, merchant: Merchant, next_webhook: Webhook | None, next_schedule: Schedule | None
    ) -> None:
        """:meth:`wake`, unless it is clear that there is nothing to do.

        Webhook and schedule are the merchant's next in the transaction that has just ended.
        """
        self.timekeeper.watch(merchant, next_schedule)
        due = next_webhook is not None and next_webhook.due_at <= merchant.clock.now()
        if due or self.courier.news.is_awaited(merchant):
            self.wake(merchant)

    def _seed(self, purpose: str) -> str | None:
        seed = self.settings.seed
        return None if seed is None else f"{seed}:{purpose}"
