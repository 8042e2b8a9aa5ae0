"""Sending a webhook once."""

from collections.abc import Collection
from dataclasses import dataclass

from fake_iamport import __version__
from fake_iamport.domain.webhook import Webhook
from fake_iamport.webhooks.limits import Limits
from fake_iamport.webhooks.posting import Answer, Line, post, within
from fake_iamport.webhooks.targets import Target, canonical_host, read_target

__all__ = ["Outcome", "send"]

_LONGEST_ERROR = 200
_HEADERS = {"user-agent": f"fake-iamport/{__version__}", "accept": "*/*"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt: the answer's HTTP status, or why there is none.

    ``refused``: nothing was sent, and never will be.
    """

    status: int | None = None
    error: str | None = None
    refused: bool = False

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it: any status below 400; redirects aren't followed (guess)."""
        return self.status is not None and self.status < 400

    @property
    def worth_another_attempt(self) -> bool:
        """Whether a resend is due: after a network error or a 5xx, not after a 4xx (docs)."""
        return not self.refused and (self.status is None or self.status >= 500)


async def send(webhook: Webhook, hosts: Collection[str], limits: Limits, line: Line) -> Outcome:
    """Post ``webhook`` to its URL over ``line``; only to one of ``hosts``, if there are any.

    The machine's proxy settings are not followed. Real webhooks come from three fixed addresses (docs)
    and with headers that nobody published: those sent here are guesses.
    """
    try:
        target = _allowed(read_target(webhook.url), hosts)
    except ValueError as refusal:
        return Outcome(error=f"not sent: {refusal}"[:_LONGEST_ERROR], refused=True)
    answer = Answer()
    first = not webhook.attempts
    try:
        async with within(None if first else limits.resend_seconds, "no answer"):
            await post(
                line,
                target,
                {**_HEADERS, "content-type": webhook.content_type},
                webhook.body.encode("ascii"),
                answer,
                connect_seconds=limits.connect_seconds if first else None,
                read_seconds=limits.read_seconds if first else None,
                most_bytes=limits.bytes_of_answer,
            )
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is what came of the attempt
        if answer.status is None:
            return Outcome(error=(str(error) or type(error).__name__)[:_LONGEST_ERROR])
    return Outcome(status=answer.status)


def _allowed(target: Target, hosts: Collection[str]) -> Target:
    if hosts and target.host not in {canonical_host(host) for host in hosts}:
        raise ValueError(f"{target.host} is not one of webhook_host")
    return target
