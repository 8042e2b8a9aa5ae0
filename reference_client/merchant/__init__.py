"""A small merchant on top of the client, made to be copied. Start it with ``python -m``.

It keeps orders in memory and knows no shoppers: in a real shop the order, its ``merchant_uid`` and
its state are a database row, and ``customer_uid`` comes from the shopper's session, not from the
form. Nobody logs in either: anyone may cancel an order here, which in a real shop only its staff or
the order's owner may do. What is worth copying is how an order is charged, in :mod:`._checkout`, how its
money is given back, in :mod:`._refunds`, and how news about it is taken in, in :mod:`._order`.
"""

from reference_client.merchant._app import create_app
from reference_client.merchant._checkout import Patience

__all__ = ["Patience", "create_app"]
