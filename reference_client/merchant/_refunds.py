"""How an order's money is given back: as often as somebody wants it, and never once more.

- i'mport is told with each cancel what is left to be cancelled, and gives nothing back when
  something else is left. So of a cancel and its repetition only one can be executed.
- The order is marked before i'mport is asked. When the outcome is unknown the payment is looked up,
  and until it is certain the order is pending. Whoever then asks for the same again is told what
  became of it, and nothing is given back twice.
- Clicks that come while a cancel runs share its outcome. Of two equal parts that are asked for one
  after the other both are given back, for that may be meant, unless the second click says with its
  ``checksum`` that it has not seen the first.
"""

import asyncio
import logging

from reference_client import AsyncIamport, IamportError, OutcomeUnknown, Payment, Refused
from reference_client.merchant._checkout import Checkout, Patience, once, told
from reference_client.merchant._order import Order, Outcome, Refund, shown

__all__ = ["Refunds"]

_LOG = logging.getLogger("reference_client.merchant")

_NOTHING_PAID = "결제되지 않은 주문이라 취소할 금액이 없습니다."
_NOTHING_LEFT = "이미 전액 취소된 주문입니다."
_ABOVE_REST = "취소할 수 있는 금액보다 큰 금액입니다."
_REST_CHANGED = "취소할 수 있는 금액이 달라졌습니다. 주문을 다시 확인해 주세요."
_NOT_CANCELLED = "취소 요청을 보내지 못했습니다. 취소되지 않았으니 잠시 후 다시 시도해 주세요."


class Refunds:
    """Cancels of the orders of a checkout."""

    def __init__(self, iamport: AsyncIamport, patience: Patience, checkout: Checkout) -> None:
        self._iamport = iamport
        self._patience = patience
        self._checkout = checkout

    async def cancel(
        self, order: Order, amount: int | None, checksum: int | None, reason: str | None
    ) -> Outcome:
        """Give back ``amount`` KRW, or all that is left; only ``success`` means that it was.

        ``checksum`` is what whoever asks has seen as left.
        """
        return await once(
            order,
            ("cancel", amount, checksum),
            lambda: self._attempt(order, amount, checksum, reason),
        )

    async def _attempt(
        self, order: Order, amount: int | None, checksum: int | None, reason: str | None
    ) -> Outcome:
        async with order.lock:
            await self._checkout.bring_up_to_date(order)
            if order.payment is None:
                return _nothing_paid(order)
            if order.refund is not None and order.refund.came_through(order.payment):
                is_repeated = order.refund.amount == amount
                order.refunding(None)
                if is_repeated:
                    return Outcome("success", order.message)
            objection = _objection(order.payment, amount, checksum)
            return objection or await self._ask(order, order.payment, amount, reason)

    async def _ask(
        self, order: Order, payment: Payment, amount: int | None, reason: str | None
    ) -> Outcome:
        earlier, refund = order.refund, Refund(payment.cancellable_amount, amount)
        order.refunding(refund)
        try:
            async with asyncio.timeout(self._patience.charge):
                # The payment brings the checksum; the webhook tells even if the answer is lost.
                cancelled = await self._iamport.cancel(
                    payment, amount=amount, reason=reason, enable_webhook=True
                )
        except (OutcomeUnknown, TimeoutError) as error:
            _LOG.warning("%s: asking what became of it: %s", order.merchant_uid, told(error))
            return await self._reconcile(order, payment, refund)
        except Refused as refused:
            order.refunding(earlier)
            now = await self._checkout.look(order, payment)
            # All that was left, or what an earlier click asked for, may be back all the same.
            wanted = refund if amount is None else earlier
            if wanted is not None and wanted.amount == amount and wanted.came_through(now):
                return _given_back(order)
            return Outcome("failed", shown(refused.message) or _NOT_CANCELLED)
        except IamportError as error:
            _LOG.warning("%s: not cancelled: %s", order.merchant_uid, told(error))
            order.refunding(earlier)
            return Outcome("failed", _NOT_CANCELLED, 400)
        self._checkout.learn(order, cancelled)
        return _given_back(order)

    async def _reconcile(self, order: Order, payment: Payment, refund: Refund) -> Outcome:
        for wait in self._patience.waits:
            await asyncio.sleep(wait)
            if refund.came_through(await self._checkout.look(order, payment)):
                return _given_back(order)
        if order.refund is None:
            return Outcome("failed", _NOT_CANCELLED)
        return Outcome("pending", order.message, 202)


def _given_back(order: Order) -> Outcome:
    order.refunding(None)
    return Outcome("success", order.message)


def _nothing_paid(order: Order) -> Outcome:
    if order.status == "pending":
        return order.outcome()
    return Outcome("failed", _NOTHING_PAID)


def _objection(payment: Payment, amount: int | None, checksum: int | None) -> Outcome | None:
    """Say why i'mport needn't be asked; all that is left being nothing is what was wanted."""
    rest = payment.cancellable_amount
    if rest == 0:
        return Outcome("success" if amount is None else "failed", _NOTHING_LEFT)
    if checksum not in (None, rest):
        return Outcome("failed", _REST_CHANGED)
    if amount is not None and amount > rest:
        return Outcome("failed", _ABOVE_REST)
    return None
