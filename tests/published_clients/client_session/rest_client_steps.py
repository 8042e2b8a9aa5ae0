"""What only the clients do whose methods are named as those of iamport-rest-client."""

from typing import Any

from .clients import IamportRestClient
from .session import Session

SCHEDULED_PRICE = 5900
MINUTE = 60
NOT_SERVED = [
    ("revoke_vbank_by_imp_uid", {}),
    ("find_certification", {}),
    ("cancel_certification", {}),
    ("confirm_otp_certification", {"otp": "123456"}),
]


class RestClientSteps:
    """The steps of one such client; it leaves out those whose method its client doesn't have."""

    def __init__(self, session: Session, client: IamportRestClient) -> None:
        self._session = session
        self._client = client
        self._soon = session.now() + 10 * MINUTE

    def go_through(self) -> None:
        self._cancel_by_number()
        self._find_by_number()
        self._search_by_status()
        self._prepare()
        self._schedule()
        self._refuse_to_schedule()
        self._look_schedules_up()
        self._unschedule()
        self._execute()
        self._unschedule_customer()
        self._ask_without_method()
        self._ask_for_lists()
        self._call_unserved()

    def _call(self, step: str, method: str, /, *arguments: Any, **named: Any) -> None:
        if self._client.has(method):
            self._session.step(step, self._client.call, method, *arguments, **named)

    def _ask(self, step: str, path: str, *query: tuple[str, Any]) -> None:
        self._session.step(step, self._client.ask, path, *query)

    def _cancel_by_number(self) -> None:
        again = self._client.again
        for step, order in (("first", "by-imp-uid-order"), ("second", "by-merchant-uid-order")):
            self._session.step(f"charge_{step}_by_number", again, order, "buyer")
        imp_uid = self._session.imp_uid("charge_first_by_number")
        order = "by-merchant-uid-order"
        self._call("cancel_by_imp_uid", "cancel_by_imp_uid", imp_uid, "변심")
        self._call("wrong_checksum", "cancel_by_merchant_uid", order, "변심", checksum=1)
        self._call("cancel_by_merchant_uid", "cancel_by_merchant_uid", order, "변심", checksum=8900)

    def _find_by_number(self) -> None:
        imp_uid = self._session.imp_uid("onetime")
        self._call("only_by_imp_uid", "find_by_imp_uid", imp_uid)
        self._call("only_by_merchant_uid", "find_by_merchant_uid", "order")
        self._call("is_paid_by_answer", "is_paid", 1004, response={"status": "paid", "amount": 1})

    def _search_by_status(self) -> None:
        for status in ("paid", "cancelled", "failed", "ready", "all", "no-such-status"):
            self._call(f"search_{status}", "find_by_status", status)
        self._call("search_page", "find_by_status", "all", page=2, limit=3, sorting="started")
        self._call("search_page_beyond", "find_by_status", "all", page=99)

    def _prepare(self) -> None:
        self._call("prepare", "prepare", "announced-order", 12000)
        self._call("prepare_again", "prepare", "announced-order", 12000)
        self._call("validate", "prepare_validate", "announced-order", 12000)
        self._call("validate_other_amount", "prepare_validate", "announced-order", 100)
        self._call("validate_unknown", "prepare_validate", "no-such-order", 12000)
        if self._client.has("adjust_prepare_amount"):
            self._adjust_prepared()

    def _adjust_prepared(self) -> None:
        self._call("adjust", "adjust_prepare_amount", "announced-order", 9000)
        self._call("validate_adjusted", "prepare_validate", "announced-order", 9000)
        self._call("adjust_unknown", "adjust_prepare_amount", "no-such-order", 9000)

    def _item(self, merchant_uid: str, minutes: int = 0) -> dict[str, Any]:
        schedule_at = self._soon + minutes * MINUTE
        order = {"merchant_uid": merchant_uid, "name": "구독", "amount": SCHEDULED_PRICE}
        return {**order, "schedule_at": schedule_at}

    def _pay_schedule(
        self, step: str, customer_uid: str, *items: dict[str, Any], **card: str
    ) -> None:
        named = {"customer_uid": customer_uid, "schedules": list(items)}
        self._call(step, "pay_schedule", **named, **card)

    def _schedule(self) -> None:
        cards = self._session.cards
        self._pay_schedule(
            "schedule_new", "subscriber", self._item("first-month"), **cards["first"]
        )
        self._session.step("view_subscriber", self._client.view, "subscriber")
        later = (self._item("second-month", 1), self._item("third-month", 2))
        self._pay_schedule("schedule_known", "subscriber", *later)
        self._session.step("save_poor", self._client.save, "poor", cards["declined"])
        self._pay_schedule("schedule_poor", "poor", self._item("poor-month"))

    def _refuse_to_schedule(self) -> None:
        wrong = self._session.cards["wrong_number"]
        self._pay_schedule("schedule_unknown", "nobody", self._item("nobody-month"))
        self._pay_schedule("schedule_wrong", "nobody", self._item("nobody-month"), **wrong)
        self._session.step("view_nobody", self._client.view, "nobody")
        self._pay_schedule("schedule_twice", "subscriber", self._item("first-month"))

    def _look_schedules_up(self) -> None:
        self._call("get_schedule", "pay_schedule_get", "first-month")
        self._call("get_unknown_schedule", "pay_schedule_get", "no-such-order")
        self._between("get_between", self._soon, self._soon + MINUTE + 1, sorting="scheduled")
        self._between("get_between_nothing", self._soon + 3 * MINUTE, self._soon + 4 * MINUTE)
        self._between("get_backwards", self._soon, self._soon - 1)

    def _between(self, step: str, since: int, until: int, **named: str) -> None:
        span = {"schedule_from": since, "schedule_to": until}
        self._call(step, "pay_schedule_get_between", **span, **named)

    def _unschedule(self) -> None:
        third = {"customer_uid": "subscriber", "merchant_uid": "third-month"}
        self._call("unschedule", "pay_unschedule", **third)
        self._call("unschedule_again", "pay_unschedule", **third)
        self._call("unschedule_nobody", "pay_unschedule", customer_uid="nobody")

    def _execute(self) -> None:
        find, step = self._client.find, self._session.step
        self._session.advance_clock_to(self._soon)
        step("find_executed", find, merchant_uid="first-month")
        self._call("get_executed", "pay_schedule_get", "first-month")
        step("find_executed_poor", find, merchant_uid="poor-month")
        self._call("get_executed_poor", "pay_schedule_get", "poor-month")
        step("find_waiting", find, merchant_uid="second-month")
        step("cancel_executed", self._client.cancel, "변심", merchant_uid="first-month")
        self._call("get_cancelled_schedule", "pay_schedule_get", "first-month")

    def _unschedule_customer(self) -> None:
        self._call("unschedule_customer", "pay_unschedule", customer_uid="subscriber")
        self._call("unschedule_executed", "pay_unschedule", customer_uid="subscriber")

    def _ask_without_method(self) -> None:
        self._ask("cards", "/cards")
        self._ask("one_card", "/cards/361")
        self._ask("unknown_card", "/cards/000")
        self._ask("banks", "/banks")
        self._ask("one_bank", "/banks/004")
        self._ask("channels", "/users/pg")
        self._ask("balance", f"/payments/{self._session.imp_uid('onetime')}/balance")

    def _ask_for_lists(self) -> None:
        numbers = [("imp_uid[]", self._session.imp_uid(step)) for step in ("onetime", "again")]
        self._ask("many", "/payments", *numbers)
        self._ask("many_partly", "/payments", *numbers, ("imp_uid[]", "imps_000000000000"))
        self._ask("find_all", "/payments/findAll/retried")
        self._ask("find_all_paid", "/payments/findAll/retried/paid")
        self._ask("find_all_bad_status", "/payments/findAll/retried/no-such-status")
        self._ask("status_paid", "/payments/status/paid")
        self._ask("status_bad", "/payments/status/no-such-status")
        self._ask("customer_payments", "/subscribe/customers/subscriber/payments")
        span = (("from", self._soon), ("to", self._soon + MINUTE))
        self._ask("customer_schedules", "/subscribe/customers/subscriber/schedules", *span)

    def _call_unserved(self) -> None:
        abroad = {"merchant_uid": "abroad-order", "amount": 1004, **self._session.cards["first"]}
        self._call("unserved_pay_foreign", "pay_foreign", **abroad)
        self._session.step("find_abroad", self._client.find, merchant_uid="abroad-order")
        self._call("unserved_init_otp_certification", "init_otp_certification", phone="01000000000")
        for method, named in NOT_SERVED:
            self._call(f"unserved_{method}", method, self._session.imp_uid("onetime"), **named)
