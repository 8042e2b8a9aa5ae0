"""Webhooks that wait, by their moment and receiver, and those that are finished, by their age."""

from collections.abc import Iterator, Mapping

from fake_iamport.domain.webhook import Webhook, WebhookState
from fake_iamport.store.agenda import Agenda

__all__ = ["WebhookIndex"]


class WebhookIndex:
    """Finds what is to be sent next, and what may be forgotten, however many webhooks there are."""

    __slots__ = ("_finished", "_receivers", "_waiting", "_webhooks")

    def __init__(self, webhooks: Mapping[int, Webhook]) -> None:
        self._webhooks = webhooks
        self._waiting = Agenda()
        self._receivers: dict[str, Agenda] = {}
        self._finished = Agenda()

    def add(self, webhook: Webhook) -> None:
        """Take a webhook in."""
        number = webhook.number
        if webhook.state is WebhookState.WAITING:
            self._waiting.add(webhook.due_at, number)
            self._receivers.setdefault(webhook.receiver, Agenda()).add(webhook.due_at, number)
        elif webhook.is_finished:
            self._finished.add(number, number)

    def remove(self, webhook: Webhook) -> None:
        """Take a webhook out."""
        number = webhook.number
        if webhook.state is WebhookState.WAITING:
            self._waiting.remove(webhook.due_at, number)
            receiver = self._receivers[webhook.receiver]
            receiver.remove(webhook.due_at, number)
            if receiver.first() is None:
                del self._receivers[webhook.receiver]
        elif webhook.is_finished:
            self._finished.remove(number, number)

    def next_waiting(self) -> Webhook | None:
        """The waiting one whose moment comes first."""
        number = self._waiting.first()
        return None if number is None else self._webhooks[number]

    def due(self, now: int) -> Iterator[Iterator[Webhook]]:
        """Those whose moment has come, in its order, receiver by receiver."""
        for receiver in self._receivers.values():
            yield (self._webhooks[number] for number in receiver.until(now))

    def oldest_finished(self) -> Webhook | None:
        """The first that was written down of those that aren't going to be sent."""
        number = self._finished.first()
        return None if number is None else self._webhooks[number]
