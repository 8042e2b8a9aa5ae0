"""What a merchant asks back of a payment."""

import msgspec

from fake_iamport.domain.money import Amount
from fake_iamport.domain.payment import Payment

__all__ = ["DEFAULT_REASON", "Refund"]

DEFAULT_REASON = "취소요청api"
"""The reason of a cancel that gives none (observed)."""


class Refund(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An amount to cancel, in the payment's currency; ``None`` for parts that weren't said."""

    amount: Amount
    tax_free: Amount | None = None
    vat_amount: Amount | None = None
    reason: str = DEFAULT_REASON

    def is_whole(self, payment: Payment) -> bool:
        """Whether the payment is cancelled in one go, not in parts."""
        return self.amount == payment.amount

    def takes_all_that_is_left_of(self, payment: Payment) -> bool:
        """Whether nothing is left of the payment afterwards."""
        return self.amount == payment.cancellable_amount

    def tax_free_of(self, payment: Payment) -> Amount:
        """The tax-free part: 0 unless it was said (spec), or all that is left with the last won.

        The latter is a guess: a full cancel needs no division.
        """
        if self.tax_free is not None:
            return self.tax_free
        if not self.takes_all_that_is_left_of(payment):
            return 0
        return payment.tax_free - sum(line.tax_free for line in payment.cancellations)
