"""A webhook that is about to be written down, and what a scenario may change of it."""

from collections.abc import Callable, Sequence

import msgspec

from fake_iamport.webhooks.message import Message

__all__ = ["Change", "Draft", "held"]


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A message for one URL. ``delay`` is in seconds of the merchant's clock.

    ``content_type`` is the header's value where it isn't that of the merchant's settings; ``held``
    webhooks wait until they are released.
    """

    message: Message
    url: str
    delay: int = 0
    content_type: str | None = None
    held: bool = False


Change = Callable[[Sequence[Draft]], Sequence[Draft]]
"""Makes of the webhooks that a call causes those that are written down."""


def held(drafts: Sequence[Draft]) -> Sequence[Draft]:
    """The same, to wait until somebody releases them."""
    return [msgspec.structs.replace(draft, held=True) for draft in drafts]
