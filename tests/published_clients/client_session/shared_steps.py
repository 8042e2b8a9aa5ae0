"""What every client does, in its own words."""

from .session import Session


def register_cards(session: Session) -> None:
    client, cards, step = session.client, session.cards, session.step
    step("save", client.save, "customer", cards["first"])
    step("replace", client.save, "customer", cards["second"])
    step("view", client.view, "customer")
    step("save_unknown_number", client.save, "refused", cards["unknown_number"])
    step("view_refused", client.view, "refused")
    step("save_over_good_key", client.save, "customer", cards["unknown_number"])
    step("view_after_refused_replacement", client.view, "customer")
    step("charge_replaced", client.again, "replaced-order", "customer")
    step("save_to_delete", client.save, "leaver", cards["first"])
    step("delete", client.delete, "leaver")
    step("delete_again", client.delete, "leaver")
    step("charge_deleted", client.again, "deleted-order", "leaver")
    step("view_unknown", client.view, "nobody")


def pay_by_card(session: Session) -> None:
    client, cards, step = session.client, session.cards, session.step
    step("onetime", client.onetime, "order", cards["first"], customer_uid="buyer")
    step("view_saved", client.view, "buyer")
    step("onetime_unsaved", client.onetime, "unsaved-order", cards["second"])
    step("decline", client.onetime, "retried", cards["declined"], customer_uid="declined")
    step("is_declined_paid", client.is_paid, "retried")
    step("find_declined", client.find, merchant_uid="retried")
    step("view_declined", client.view, "declined")
    step("retry", client.onetime, "retried", cards["first"])
    step("is_retried_paid", client.is_paid, "retried")
    step("find_retried", client.find, merchant_uid="retried")
    step("wrong_number", client.onetime, "wrong-number-order", cards["wrong_number"])
    step("find_wrong_number", client.find, merchant_uid="wrong-number-order")


def pay_by_key(session: Session) -> None:
    client, cards, step = session.client, session.cards, session.step
    step("again", client.again, "second-order", "buyer")
    step("again_unknown", client.again, "third-order", "nobody")
    step("duplicate_again", client.again, "second-order", "buyer")
    step("duplicate_onetime", client.onetime, "order", cards["first"])
    step("duplicate_unknown", client.again, "order", "nobody")


def look_up(session: Session) -> None:
    client, step = session.client, session.step
    imp_uid = session.imp_uid("onetime")
    step("find_by_imp_uid", client.find, imp_uid=imp_uid)
    step("find_by_merchant_uid", client.find, merchant_uid="order")
    step("find_unknown_imp_uid", client.find, imp_uid="imps_000000000000")
    step("find_unknown_merchant_uid", client.find, merchant_uid="no-such-order")
    step("token", client.token)
    step("token_later", client.token)
    step("wrong_credentials", session.use_wrong_credentials)


def cancel(session: Session) -> None:
    client, step = session.client, session.step
    step("charge_to_cancel", client.again, "returned-order", "buyer")
    step("cancel", client.cancel, "단순 변심", merchant_uid="returned-order")
    step("cancel_again", client.cancel, "단순 변심", merchant_uid="returned-order")
    step("find_cancelled", client.find, merchant_uid="returned-order")
    step("is_cancelled_paid", client.is_paid, "returned-order")
    step("charge_cancelled", client.again, "returned-order", "buyer")
    step("cancel_unknown", client.cancel, "단순 변심", merchant_uid="no-such-order")
    step("cancel_unknown_imp_uid", client.cancel, "단순 변심", imp_uid="imps_000000000000")
    step("cancel_declined", client.cancel, "단순 변심", imp_uid=session.imp_uid("decline"))
    step("charge_without_reason", client.again, "unreasoned-order", "buyer")
    step("cancel_without_reason", client.cancel, merchant_uid="unreasoned-order")


def cancel_parts(session: Session) -> None:
    client, step = session.client, session.step
    step("charge_to_part", client.again, "parted-order", "buyer")
    parted = {"imp_uid": session.imp_uid("charge_to_part")}
    step("cancel_part", client.cancel, "첫 부분", amount=900, **parted)
    step("cancel_too_much", client.cancel, "너무 많음", amount=8001, **parted)
    step("find_after_refused_cancel", client.find, **parted)
    step("cancel_second_part", client.cancel, "둘째 부분", amount=3000, **parted)
    step("cancel_rest", client.cancel, "나머지", **parted)
    step("cancel_nothing_left", client.cancel, "더", amount=1, **parted)
