"""How sure we are of a fact about the real server."""

from enum import StrEnum

__all__ = ["Evidence"]


class Evidence(StrEnum):
    """Where a fact comes from, from the surest to the least sure."""

    SPEC = "spec"
    """The official description of the API."""

    DOCS = "docs"
    """Other official documentation, of the platform or of a payment gateway."""

    OBSERVED = "observed"
    """An answer or a text recorded from the real server."""

    GUESS = "guess"
    """Nobody published it; this is what a merchant is safest to face."""
