"""An amount that a merchant announced before its customer pays in the payment window."""

import msgspec

from fake_iamport.domain.money import Amount

__all__ = ["PreparedPayment"]


class PreparedPayment(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The amount that an order's payment in the window must have (spec).

    Charges through the API are not held to it: it is described for the payment window only (guess).
    """

    merchant_uid: str
    amount: Amount
    currency: str | None
