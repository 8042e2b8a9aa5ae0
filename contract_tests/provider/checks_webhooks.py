"""Checks of the clauses on webhooks."""

from contract_tests.checks import Precondition, check
from contract_tests.expectations import done, equal, holds, says
from contract_tests.provider.control import NOON
from contract_tests.provider.receiver import Webhook
from contract_tests.provider.shop import Shop

__all__: list[str] = []

RESENDS = 5
MINUTE = 60


def _only(shop: Shop, what: str) -> Webhook:
    """The one webhook that came."""
    came = shop.control.webhooks()
    if len(came) != 1:
        raise Precondition(f"one webhook about {what}: {len(came)} came")
    return came[0]


def _cancelled(shop: Shop, **more: object) -> list[Webhook]:
    """What came of a cancel, after the webhook of the payment."""
    shop.control.listen()
    imp_uid = shop.pay(shop.order())["imp_uid"]
    shop.control.webhooks()
    shop.control.listen()
    shop.cancel(imp_uid, **more)
    return shop.control.webhooks()


@check("P-HOOK-01", control=True)
def a_payment_is_told(shop: Shop) -> None:
    shop.control.listen()
    paid = shop.pay(shop.order())
    came = shop.control.webhooks()
    holds(came, "no webhook came")
    says(came[0].fields, merchant_uid=paid["merchant_uid"], status="paid")
    holds(came[0].fields.get("imp_uid"), "imp_uid is missing")


@check("P-HOOK-02", control=True)
def a_declined_charge_sends_none(shop: Shop) -> None:
    shop.control.listen()
    shop.decline(shop.order())
    equal(len(shop.control.webhooks()), 0, "webhooks")


@check("P-HOOK-03", control=True)
def every_try_of_a_schedule_is_told(shop: Shop) -> None:
    for card, status in ((shop.card, "paid"), (shop.control.card("limit_exceeded"), "failed")):
        shop.control.freeze()
        customer, order = shop.customer(), shop.order()
        shop.issue_key(customer, card)
        shop.control.listen()
        shop.schedule(customer, shop.item(order, NOON + 60))
        shop.control.advance(60)
        told = [
            (each.fields.get("merchant_uid"), each.fields.get("status"))
            for each in shop.control.webhooks()
        ]
        equal(told, [(order, status)], "webhooks")


@check("P-HOOK-04", control=True)
def a_cancel_sends_one_when_asked_to(shop: Shop) -> None:
    equal(len(_cancelled(shop)), 0, "webhooks without enable_webhook")
    equal(len(_cancelled(shop, enable_webhook=True)), 1, "webhooks with enable_webhook")


@check("P-HOOK-05", control=True)
def a_cancels_webhook_names_the_cancel(shop: Shop) -> None:
    came = _cancelled(shop, enable_webhook=True)
    if len(came) != 1:
        raise Precondition(f"one webhook about the cancel: {len(came)} came")
    says(came[0].fields, status="cancelled")
    holds(came[0].fields.get("cancellation_id"), "cancellation_id is missing")


@check("P-HOOK-06", control=True)
def notice_url_takes_the_webhook(shop: Shop) -> None:
    url = shop.control.listen()
    shop.pay(shop.order(), notice_url=f"{url}/this-order")
    paths = [webhook.path for webhook in shop.control.webhooks()]
    equal(paths, ["/hook/this-order"], "paths that were called")


@check("P-HOOK-07", control=True)
def an_unanswered_webhook_comes_again(shop: Shop) -> None:
    shop.control.freeze()
    shop.control.listen(resend_webhooks=True)
    shop.control.answer_webhooks_with(500)
    shop.pay(shop.order())
    counts = [len(shop.control.webhooks())]
    for _ in range(RESENDS + 1):
        shop.control.advance(MINUTE)
        counts.append(len(shop.control.webhooks()))
    if counts[0] != 1:
        raise Precondition(f"one webhook about a payment: {counts[0]} came")
    equal(counts, [1, 2, 3, 4, 5, 6, 6], "webhooks after each minute")


@check("P-HOOK-08", control=True)
def a_webhook_comes_as_a_form_where_that_is_chosen(shop: Shop) -> None:
    shop.control.listen(webhook_content_type="form")
    paid = shop.pay(shop.order())
    webhook = _only(shop, "a payment")
    content_type = webhook.content_type.partition(";")[0]
    equal(content_type, "application/x-www-form-urlencoded", "content type")
    says(webhook.fields, merchant_uid=paid["merchant_uid"], status="paid")


@check("P-HOOK-09", control=True)
def a_keys_issue_sends_none(shop: Shop) -> None:
    shop.control.listen()
    shop.issue_key(shop.customer())
    equal(len(shop.control.webhooks()), 0, "webhooks")


@check("P-HOOK-10", control=True)
def what_a_webhook_says_can_be_looked_up(shop: Shop) -> None:
    shop.control.listen()
    shop.pay(shop.order())
    said = _only(shop, "a payment").fields
    answer = shop.ask("getPaymentByImpUid", {"imp_uid": said.get("imp_uid")})
    says(done(answer), merchant_uid=said.get("merchant_uid"), status=said.get("status"))
