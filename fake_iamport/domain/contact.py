"""How to reach somebody: the buyer of a payment, or the customer behind a billing key."""

import msgspec

__all__ = ["Contact"]


class Contact(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """What the merchant said of a person; ``buyer_*`` and ``customer_*`` on the wire."""

    name: str | None = None
    email: str | None = None
    tel: str | None = None
    addr: str | None = None
    postcode: str | None = None
