"""A merchant's records as one value: what a store gives away and takes back as a whole."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from fake_iamport.domain.billing_key import BillingKey, GatewayKey
from fake_iamport.domain.payment import Payment
from fake_iamport.domain.prepared import PreparedPayment
from fake_iamport.domain.schedule import Schedule
from fake_iamport.domain.webhook import Webhook

__all__ = ["Records"]


class Records(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything of a merchant's world, each kind in the order in which it was written.

    The access token is left out: it is a credential. ``last_number`` is the highest number given.
    """

    last_number: Annotated[int, Meta(ge=0)]
    billing_keys: tuple[BillingKey, ...]
    gateway_keys: tuple[GatewayKey, ...]
    payments: tuple[Payment, ...]
    schedules: tuple[Schedule, ...]
    prepared_payments: tuple[PreparedPayment, ...]
    webhooks: tuple[Webhook, ...]

    def mistake(self) -> tuple[str, str] | None:
        """Where the records contradict each other, and how; ``None`` when they are right."""
        return next(self._mistakes(), None)

    def _mistakes(self) -> Iterator[tuple[str, str]]:
        for kind, name in _NAMES:
            yield from _twice(kind, name, getattr(self, kind))
        for kind in ("payments", "schedules", "webhooks"):
            for place, record in enumerate(getattr(self, kind)):
                if record.number > self.last_number:
                    where = f"{kind}[{place}].number"
                    yield where, f"expected at most last_number, which is {self.last_number}"


_NAMES = (
    ("billing_keys", "customer_uid"),
    ("gateway_keys", "key"),
    ("payments", "imp_uid"),
    ("schedules", "number"),
    ("schedules", "merchant_uid"),
    ("prepared_payments", "merchant_uid"),
    ("webhooks", "number"),
)


def _twice(kind: str, name: str, records: Sequence[object]) -> Iterator[tuple[str, str]]:
    places: dict[object, int] = {}
    for place, record in enumerate(records):
        value = getattr(record, name)
        if value in places:
            yield f"{kind}[{place}].{name}", f"{kind}[{places[value]}] has the same"
        places[value] = place
