"""The emulator's state, and what can be done to it from outside the API."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fake_iamport.clock import Clock
from fake_iamport.domain.schedule import Schedule
from fake_iamport.domain.token import could_be_alive
from fake_iamport.domain.webhook import Webhook
from fake_iamport.identifiers import Identifiers
from fake_iamport.journal import Journal
from fake_iamport.merchants import Merchant, Merchants
from fake_iamport.settings import (
    PUBLIC_SANDBOX_KEY,
    PUBLIC_SANDBOX_SECRET,
    MerchantSettings,
    Settings,
    open_scenarios,
)
from fake_iamport.store import Store
from fake_iamport.store.memory import MemoryStore
from fake_iamport.timekeeper import Timekeeper
from fake_iamport.webhooks.delivery import Courier

if TYPE_CHECKING:
    from fake_iamport.scenario.loaded import LoadedScenario
    from fake_iamport.scenario.scenario import Scenario
    from fake_iamport.seed import SeededMerchant, World

__all__ = ["Emulator"]


class Emulator:
    """One emulated i'mport: its merchants, their records, and the journal of their calls.

    It starts with one merchant, the public sandbox's unless other keys are given, and with those of
    the seed. The worlds of the latter are made by :meth:`plant`, before the first call.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        imp_key: str = PUBLIC_SANDBOX_KEY,
        imp_secret: str = PUBLIC_SANDBOX_SECRET,
        clock: Clock | None = None,
        seed: "Sequence[SeededMerchant]" = (),
    ) -> None:
        self.settings = settings
        self.store: Store = MemoryStore()
        self.merchants = Merchants()
        self.courier = Courier(self.store, self.merchants)
        self.timekeeper = Timekeeper(self)
        self.journal = Journal(settings.journal_size)
        self._clock = clock
        self._keys = Identifiers(self._seed("keys"))
        self._planting = asyncio.Lock()
        self._seeded = [
            self.add_merchant(each.imp_key, each.imp_secret, world=each.world) for each in seed
        ]
        self.unplanted = [*self._seeded]
        self.default_merchant = self.merchants.get(imp_key) or self.add_merchant(
            imp_key, imp_secret
        )

    def add_merchant(
        self,
        imp_key: str,
        imp_secret: str,
        settings: MerchantSettings | None = None,
        world: "World | None" = None,
    ) -> Merchant:
        """Let a merchant with these keys in; :meth:`give_world` gives it its ``world``.

        Raises:
            SettingsError: a scenario of the settings can't be read.
            ValueError: there is one with this ``imp_key``.
        """
        settings = settings or (world.settings if world else self.settings.merchant)
        scenarios = open_scenarios(settings)
        start = world.clock if world else None
        merchant = Merchant(
            imp_key,
            imp_secret,
            settings=settings,
            clock=Clock() if start else self._clock or Clock(),
            identifiers=Identifiers(self._seed(imp_key)),
            world=world,
        )
        if start is not None:
            start.set(merchant.clock)
        self.merchants.add(merchant)
        self._load_own(merchant, scenarios)
        return merchant

    def seeded_merchant(self, imp_key: str) -> Merchant | None:
        """The merchant of the seed with this key, also when it was removed."""
        return next((each for each in self._seeded if each.imp_key == imp_key), None)

    async def plant(self) -> None:
        """Give the merchants of the seed their worlds, once."""
        async with self._planting:
            while self.unplanted:
                await self.give_world(self.unplanted[0])
                del self.unplanted[0]

    async def give_world(self, merchant: Merchant) -> None:
        """Put what the merchant starts with in place of its records and clock; its token stays."""
        world = merchant.world
        if world is None:
            await self.store.reset(merchant.imp_key)
            return
        if world.clock is not None:
            world.clock.set(merchant.clock)
        records = world.records(merchant.clock.now())
        async with self.store.transaction(merchant.imp_key) as transaction:
            await transaction.restore(records)
            self.timekeeper.watch(merchant, await transaction.next_schedule())

    def fresh_credentials(self) -> tuple[str, str]:
        """An ``imp_key`` that nobody has, and an ``imp_secret``, in their recorded shapes."""
        imp_key = self._keys.imp_key()
        while self.merchants.get(imp_key):
            imp_key = self._keys.imp_key()
        return imp_key, self._keys.imp_secret()

    async def remove_merchant(self, merchant: Merchant) -> None:
        """Let a merchant go: its keys, token, records and calls are forgotten."""
        merchant.interrupt()
        self.merchants.remove(merchant)
        await self.store.remove(merchant.imp_key)
        self.courier.forget(merchant)
        self.journal.clear(merchant.imp_key)

    async def reset(self, merchant: Merchant) -> None:
        """Give the merchant its world as it was at the start.

        A clock that was moved follows the machine again, or stands where the seed lets it start; one
        that was given from outside is left alone. The token stays good, unless it is from another time.

        Raises:
            SettingsError: a scenario of its settings can no longer be read; nothing has changed.
        """
        await self._reset(merchant, open_scenarios(self._settings_at_start(merchant)))

    async def _reset(self, merchant: Merchant, scenarios: "Sequence[Scenario]") -> None:
        merchant.interrupt()
        self.unload_scenarios(merchant)
        if self._clock is None:
            merchant.clock.follow()
        await self.give_world(merchant)
        async with self.store.transaction(merchant.imp_key) as transaction:
            token = await transaction.token()
            if token is not None and not could_be_alive(token, merchant.clock.now()):
                await transaction.delete_token()
        self.courier.forget(merchant)
        self.journal.clear(merchant.imp_key)
        merchant.settings = self._settings_at_start(merchant)
        self._load_own(merchant, scenarios)
        merchant.identifiers.rewind()

    def _settings_at_start(self, merchant: Merchant) -> MerchantSettings:
        return merchant.world.settings if merchant.world else self.settings.merchant

    def scenarios_for(
        self, merchant: Merchant, settings: MerchantSettings
    ) -> "list[Scenario] | None":
        """The scenarios to load when a merchant gets these settings; None, where it has them.

        Raises:
            SettingsError: one can't be read or has a mistake.
        """
        loads = settings.scenario != merchant.settings.scenario
        return open_scenarios(settings) if loads else None

    def change_settings(
        self,
        merchant: Merchant,
        settings: MerchantSettings,
        scenarios: "Sequence[Scenario] | None",
    ) -> None:
        """Treat a merchant otherwise from its next call on.

        ``scenarios`` come from :meth:`scenarios_for`, and are loaded in place of all that are.
        """
        merchant.settings = settings
        if scenarios is not None:
            self._load_own(merchant, scenarios)

    def _load_own(self, merchant: Merchant, scenarios: "Sequence[Scenario]") -> None:
        """Load the scenarios that the merchant's settings name, in place of all that are loaded."""
        self.unload_scenarios(merchant)
        for scenario in scenarios:
            self.load_scenario(merchant, scenario)

    def load_scenario(
        self, merchant: Merchant, scenario: "Scenario", *, in_front: bool = False
    ) -> "LoadedScenario":
        """Load a scenario: in place of the one with its name, else behind or in front of the others."""
        from fake_iamport.scenario.loaded import LoadedScenarios

        if merchant.scenarios is None:
            merchant.scenarios = LoadedScenarios()
        loaded = merchant.scenarios.put(scenario, merchant.clock.now(), in_front=in_front)
        self._let_go(merchant, merchant.scenarios.no_longer_held_back())
        return loaded

    def unload_scenario(self, merchant: Merchant, loaded: "LoadedScenario") -> None:
        """Let a scenario go; webhooks are sent that were held back, if no other holds any back."""
        scenarios = merchant.scenarios
        if scenarios is None:
            return
        scenarios.remove(loaded)
        self._let_go(merchant, scenarios.no_longer_held_back())
        if not list(scenarios):
            merchant.scenarios = None

    def unload_scenarios(self, merchant: Merchant) -> None:
        """Let every scenario go; webhooks that one of them held back are sent."""
        scenarios, merchant.scenarios = merchant.scenarios, None
        if scenarios is not None:
            self._let_go(merchant, scenarios.held_back)

    def _let_go(self, merchant: Merchant, held_back: Sequence[int]) -> None:
        if held_back:
            self.courier.release(merchant, held_back)

    async def reset_all(self) -> list[Merchant]:
        """Reset every merchant, those of the seed that were removed too, and empty the journal.

        Raises:
            SettingsError: a scenario of their settings can no longer be read; nothing has changed.
        """
        gone = [each for each in self._seeded if self.merchants.get(each.imp_key) is None]
        resetting = [
            (merchant, open_scenarios(self._settings_at_start(merchant)))
            for merchant in (*self.merchants, *gone)
        ]
        for merchant in gone:
            self.merchants.add(merchant)
        for merchant, scenarios in resetting:
            await self._reset(merchant, scenarios)
        self.journal.clear()
        return [merchant for merchant, _ in resetting]

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
