"""The webhook: one message to a merchant, and every attempt to deliver it."""

from enum import StrEnum

import msgspec

__all__ = ["Attempt", "Webhook", "WebhookState"]


class WebhookState(StrEnum):
    """Where a webhook stands."""

    WAITING = "waiting"
    """It is sent as soon as its moment comes."""

    HELD = "held"
    """It waits until somebody releases it."""

    DELIVERED = "delivered"
    """The receiver answered with a status below 400."""

    FAILED = "failed"
    """No attempt was answered well, and none is left."""

    LOGGED = "logged"
    """It was written down and not sent: a cancel through the API without enable_webhook (spec)."""


class Attempt(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """One attempt: ``at`` is the merchant's unix second, ``duration_ms`` the machine's milliseconds."""

    at: int
    status: int | None
    error: str | None
    duration_ms: float


class Webhook(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """One message. ``due_at`` is the merchant's unix second of the next attempt."""

    number: int
    created_at: int
    due_at: int
    url: str
    content_type: str
    body: str
    imp_uid: str
    merchant_uid: str
    status: str
    state: WebhookState = WebhookState.WAITING
    attempts: tuple[Attempt, ...] = ()

    @property
    def is_finished(self) -> bool:
        """Whether it isn't going to be sent by itself any more."""
        return self.state is not WebhookState.WAITING and self.state is not WebhookState.HELD

    @property
    def receiver(self) -> str:
        """The host and port that it goes to."""
        return self.url.partition("://")[2].partition("/")[0]
