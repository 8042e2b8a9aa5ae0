"""A small merchant on top of the client, made to be copied. Start it with ``python -m``.

It keeps orders in memory and knows no shoppers: in a real shop the order, its ``merchant_uid`` and
its state are a database row, and ``customer_uid`` comes from the shopper's session, not from the
form. What is worth copying is the way an order is charged, in :mod:`._checkout`.
"""

from reference_client.merchant._app import create_app
from reference_client.merchant._checkout import Patience

__all__ = ["Patience", "create_app"]
