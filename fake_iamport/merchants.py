"""Merchants: whose call it is, and what is theirs besides records."""

import asyncio
import hashlib
import hmac
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from fake_iamport.clock import Clock
from fake_iamport.gateway.failures import Failure, parse_failure
from fake_iamport.gateway.profiles import (
    Profile,
    choose_profile,
    default_profile,
    profile_of_channel,
    profiles,
)
from fake_iamport.identifiers import Identifiers
from fake_iamport.settings import MerchantSettings, changed_settings

if TYPE_CHECKING:
    from fake_iamport.scenario.loaded import LoadedScenarios
    from fake_iamport.seed import World

__all__ = ["Merchant", "Merchants"]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


class Merchant:
    """One pair of API keys with its clock, its source of identifiers and its settings.

    Of the secret only a digest is kept. ``world`` is what it starts with, if that isn't nothing;
    ``scenarios`` are those that are loaded, if any is.
    """

    __slots__ = (
        "_secret_digest",
        "clock",
        "identifiers",
        "imp_key",
        "scenarios",
        "settings",
        "time_lock",
        "turns",
        "world",
    )

    def __init__(
        self,
        imp_key: str,
        imp_secret: str,
        *,
        settings: MerchantSettings,
        clock: Clock,
        identifiers: Identifiers,
        world: "World | None" = None,
    ) -> None:
        self.imp_key = imp_key
        self.settings = settings
        self.clock = clock
        self.identifiers = identifiers
        self.time_lock = asyncio.Lock()
        self.turns = 0
        self.scenarios: LoadedScenarios | None = None
        self.world = world
        self._secret_digest = _digest(imp_secret)

    def __repr__(self) -> str:
        return f"Merchant(imp_key={self.imp_key!r})"

    def interrupt(self) -> None:
        """Let whoever moves this merchant's clock stop where it is: its world or time is another."""
        self.turns += 1

    def has_secret(self, imp_secret: str) -> bool:
        """Whether this is the merchant's secret."""
        return hmac.compare_digest(self._secret_digest, _digest(imp_secret))

    def channels(self) -> list[Profile]:
        """The gateways that the merchant can use: its own channels, then those of every merchant."""
        return [*self._own_channels(), *profiles().values()]

    def channel(self, channel_key: str) -> Profile | None:
        """The gateway behind a channel key, the merchant's own ones first."""
        own = (each for each in self._own_channels() if each.channel_key == channel_key)
        return next(own, None) or profile_of_channel(channel_key)

    def _own_channels(self) -> Iterator[Profile]:
        for channel_key, pg in self.settings.channels.items():
            gateway = choose_profile(pg, default_profile())
            yield msgspec.structs.replace(gateway, channel_key=channel_key)

    def take_failure(self, operation_id: str) -> Failure | None:
        """The failure that was ordered for this call of the operation, if any.

        One ordered for the next call only is used up by asking.
        """
        settings = self.settings
        waiting = settings.fail_next.get(operation_id)
        if waiting:
            rest = {**settings.fail_next, operation_id: waiting[1:]}
            left = {name: failures for name, failures in rest.items() if failures}
            self.settings = changed_settings(settings, {"fail_next": left})
            return parse_failure(waiting[0])
        ordered = settings.fail.get(operation_id)
        return parse_failure(ordered) if ordered else None


class Merchants:
    """Every merchant, found by ``imp_key`` without regard to case.

    The public sandbox merchant answers to ``imp_apikey`` and ``imp_apiKey``; that this holds for
    every key is a guess.
    """

    def __init__(self) -> None:
        self._by_key: dict[str, Merchant] = {}

    def __iter__(self) -> Iterator[Merchant]:
        return iter(self._by_key.values())

    def add(self, merchant: Merchant) -> None:
        """Let the merchant in.

        Raises:
            ValueError: the key is taken.
        """
        key = merchant.imp_key.lower()
        if key in self._by_key:
            raise ValueError(f"there is a merchant with the imp_key {merchant.imp_key!r} already")
        self._by_key[key] = merchant

    def remove(self, merchant: Merchant) -> None:
        """Let the merchant go."""
        del self._by_key[merchant.imp_key.lower()]

    def get(self, imp_key: str) -> Merchant | None:
        """The merchant with this key."""
        return self._by_key.get(imp_key.lower())
