"""The billing key: a gateway's key for one card, held under the merchant's ``customer_uid``."""

import msgspec

from fake_iamport.domain.card import Card
from fake_iamport.domain.contact import Contact

__all__ = ["BillingKey", "GatewayKey"]


class BillingKey(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """What i'mport keeps of a registered card. Moments are unix seconds.

    ``inserted`` stays and ``updated`` moves when the ``customer_uid`` gets another card (observed).
    ``failure`` names what a test card will cause when it is charged.
    """

    customer_uid: str
    key: str
    pg_provider: str
    pg_id: str
    card: Card
    inserted: int
    updated: int
    customer_id: str
    customer: Contact
    failure: str | None = None


class GatewayKey(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """One line of the gateway's ledger: a key it issued, and when it was deleted.

    The merchant never sees ``key``; tests ask for it to see that a replaced card is really gone.
    """

    key: str
    pg_provider: str
    pg_id: str
    card_number: str
    customer_uid: str
    issued_at: int
    deleted_at: int | None = None
