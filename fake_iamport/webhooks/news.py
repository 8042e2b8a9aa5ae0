"""News: tells those who wait that a merchant's webhooks may have changed."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from fake_iamport.merchants import Merchant

__all__ = ["News"]


class News:
    """Who waits for news of which merchant; with nobody waiting it costs one look."""

    def __init__(self) -> None:
        self._watchers: dict[str, list[asyncio.Event]] = {}

    def is_awaited(self, merchant: Merchant) -> bool:
        """Whether somebody waits."""
        return merchant.imp_key in self._watchers

    def tell(self, merchant: Merchant) -> None:
        """Let everybody who waits look again."""
        for changed in self._watchers.get(merchant.imp_key, ()):
            changed.set()

    @contextmanager
    def watch(self, merchant: Merchant) -> Iterator[asyncio.Event]:
        """An event that is set with every piece of news; whoever waits for it clears it."""
        changed = asyncio.Event()
        watchers = self._watchers.setdefault(merchant.imp_key, [])
        watchers.append(changed)
        try:
            yield changed
        finally:
            watchers.remove(changed)
            if not watchers:
                del self._watchers[merchant.imp_key]
