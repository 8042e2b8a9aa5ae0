"""What customers were told, to be compared with the books."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Told"]


@dataclass
class Told:
    """One merchant's paid payments by ``imp_uid``, what was cancelled of them, and the calls."""

    paid: dict[str, Any] = field(default_factory=dict)
    cancelled: dict[str, set[str]] = field(default_factory=dict)
    registered: dict[str, bool | None] = field(default_factory=dict)
    """Customers who have a key, have none, or may have one."""

    calls: Counter[str] = field(default_factory=Counter)
    """By what came of them: their HTTP status, or lost."""

    def note_payment(self, payment: Any) -> None:
        """Take down what an answer to a charge or a cancel says."""
        if not isinstance(payment, dict) or not isinstance(payment.get("imp_uid"), str):
            return
        if payment.get("status") not in ("paid", "cancelled"):
            return
        self.paid[payment["imp_uid"]] = payment["merchant_uid"], payment["amount"]
        told = self.cancelled.setdefault(payment["imp_uid"], set())
        told |= {each["pg_tid"] for each in payment.get("cancel_history") or ()}
