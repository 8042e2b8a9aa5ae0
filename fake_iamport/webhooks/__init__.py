"""Webhooks: what is sent to merchants, and when.

They are written down in the transaction of the payment (:mod:`~fake_iamport.webhooks.outbox`) and sent
later by a courier (:mod:`~fake_iamport.webhooks.delivery`), outside of any call.
"""
