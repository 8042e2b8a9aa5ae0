"""How long a receiver is waited for, and how much is sent at a time."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Patience in seconds of the machine's time, and numbers of webhooks.

    The times and the number of resends are documented; how much is sent at a time and how much of an
    answer is read are guesses, generous enough for a receiver not to notice.
    """

    connect_seconds: float = 10
    """For a connection, at the first attempt (docs)."""

    read_seconds: float = 30
    """For the answer, at the first attempt (docs)."""

    resend_seconds: float = 15
    """For everything, at a resend (docs)."""

    resends: int = 5
    """How often a webhook is sent again, where the merchant wants that (docs)."""

    seconds_between: int = 60
    """Seconds of the merchant's clock from one attempt to the next (docs)."""

    at_a_time: int = 32
    """How many webhooks are on their way at once."""

    at_a_time_to_one_receiver: int = 12
    """How many of them to one host and port, so that a slow one leaves room for others."""

    bytes_of_answer: int = 65_536
    """How much of an answer's body is read before the connection is closed; it means nothing (docs)."""
