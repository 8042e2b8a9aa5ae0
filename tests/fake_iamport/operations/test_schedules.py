import asyncio
from typing import Any

import pytest

from fake_iamport import Clock
from fake_iamport.gateway import cards

pytestmark = pytest.mark.anyio

SCHEDULE = "/subscribe/payments/schedule"
UNSCHEDULE = "/subscribe/payments/unschedule"
MERCHANT = "/_fake/merchants/imp_apikey"
MONTH = 30 * 24 * 60 * 60
RECORDED_KEYS = [
    "customer_uid", "merchant_uid", "imp_uid", "customer_id", "schedule_at", "executed_at",
    "revoked_at", "amount", "name", "buyer_name", "buyer_tel", "buyer_email", "buyer_addr",
    "buyer_postcode", "schedule_status", "payment_status", "fail_reason", "custom_data", "currency",
]  # fmt: skip
NOTHING = (200, 1, "취소할 예약결제 기록이 존재하지 않습니다.")
NOT_FOUND = (404, -1, "존재하지 않는 예약결제입니다.")


def card_that(failure: str | None) -> dict[str, str]:
    card = next(card for card in cards.test_cards() if card.failure == failure)
    return {
        "card_number": card.number,
        "expiry": card.expiry,
        "birth": card.birth,
        "pwd_2digit": card.pwd_2digit,
    }


async def register(call: Any, failure: str | None = None, **customer: str) -> None:
    await call.response("POST", "/subscribe/customers/c", {**card_that(failure), **customer})


def item(merchant_uid: str, schedule_at: Any, **more: Any) -> dict[str, Any]:
    return {"merchant_uid": merchant_uid, "schedule_at": schedule_at, "amount": 5900, **more}


async def plan(call: Any, *items: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    body = {"customer_uid": "c", "schedules": list(items), **more}
    made: list[dict[str, Any]] = await call.response("POST", SCHEDULE, body)
    return made


async def refused(call: Any, *items: dict[str, Any], **more: Any) -> tuple[int, int, str]:
    body = {"customer_uid": "c", "schedules": list(items), **more}
    refusal: tuple[int, int, str] = await call.refusal("POST", SCHEDULE, body)
    return refusal


async def advance(call: Any, **by: int) -> list[dict[str, Any]]:
    answer = await call.http.post(f"{MERCHANT}/clock/advance", json=by)
    assert answer.status_code == 200, answer.text
    happened: list[dict[str, Any]] = answer.json()["happened"]
    return [each for each in happened if each["kind"] == "schedule"]


async def show(call: Any, merchant_uid: str) -> Any:
    return await call.response("GET", f"{SCHEDULE}/{merchant_uid}")


async def test_a_schedule_is_shown_with_the_recorded_keys(call: Any, clock: Clock) -> None:
    await register(call)

    (made,) = await plan(call, item("o1", clock.now() + MONTH, name="1개월"))

    assert list(made) == RECORDED_KEYS
    nothing_yet = dict.fromkeys(RECORDED_KEYS) | {"executed_at": 0, "revoked_at": 0}
    assert made == nothing_yet | {
        "customer_uid": "c",
        "merchant_uid": "o1",
        "schedule_at": clock.now() + MONTH,
        "amount": 5900,
        "name": "1개월",
        "schedule_status": "scheduled",
        "currency": "KRW",
    }
    assert await show(call, "o1") == made


async def test_schedules_come_back_in_the_order_of_the_request(call: Any, clock: Clock) -> None:
    await register(call)

    made = await plan(call, item("b", clock.now() + 9), item("a", clock.now() + 5))

    assert [each["merchant_uid"] for each in made] == ["b", "a"]


async def test_a_form_with_brackets_schedules_too(call: Any, clock: Clock) -> None:
    await register(call)
    form = {
        "customer_uid": "c",
        "schedules[0][merchant_uid]": "o1",
        "schedules[0][schedule_at]": str(clock.now() + 9),
        "schedules[0][amount]": "1000",
        "schedules[0][extra][naverUseCfm]": "20201001",
    }

    answer = await call.http.post(
        SCHEDULE, data=form, headers={"Authorization": await call.token()}
    )

    assert answer.json()["response"][0]["amount"] == 1000


async def test_a_new_customer_gets_a_key_first(call: Any, clock: Clock) -> None:
    await plan(call, item("o1", clock.now() + 9), **card_that(None))

    assert (await call.response("GET", "/subscribe/customers/c"))["customer_uid"] == "c"


async def test_an_unknown_customer_without_a_card_is_refused(call: Any, clock: Clock) -> None:
    assert await refused(call, item("o1", clock.now() + 9)) == (
        200, 1, "등록된 고객정보가 없습니다."
    )  # fmt: skip


async def test_an_unknown_customer_with_a_bad_card_is_refused(call: Any, clock: Clock) -> None:
    bad = card_that("wrong_card_number")

    assert await refused(call, item("o1", clock.now() + 9), **bad) == (
        200, 1, "카드정보 확인에 실패하였습니다. [F113]거래거절 카드번호틀림"
    )  # fmt: skip
    assert (await call.refusal("GET", "/subscribe/customers/c"))[1] == 1


async def test_a_known_customers_card_data_is_ignored(call: Any, clock: Clock) -> None:
    await register(call)

    await plan(call, item("o1", clock.now() + 9), **card_that("wrong_card_number"))

    assert (await show(call, "o1"))["schedule_status"] == "scheduled"


async def test_a_scheduled_order_number_cannot_be_scheduled_again(call: Any, clock: Clock) -> None:
    await register(call)
    await plan(call, item("o1", clock.now() + 9))

    assert (await refused(call, item("o2", clock.now() + 9), item("o1", clock.now() + 9)))[:2] == (
        200, 1
    )  # fmt: skip
    assert (await refused(call, item("o3", clock.now() + 9), item("o3", clock.now() + 9)))[1] == 1
    assert await call.refusal("GET", f"{SCHEDULE}/o2") == NOT_FOUND
    assert await call.refusal("GET", f"{SCHEDULE}/o3") == NOT_FOUND


async def test_a_past_moment_is_refused_or_executed_at_once(call: Any, clock: Clock) -> None:
    await register(call)
    assert (await refused(call, item("o1", clock.now())))[:2] == (200, 1)

    settings = {"settings": {"past_schedule": "execute"}}
    await call.http.patch(f"{MERCHANT}/settings", json=settings)
    await plan(call, item("o1", 1_000_000_000))
    await advance(call, seconds=0)

    executed = await show(call, "o1")
    assert (executed["payment_status"], executed["executed_at"]) == ("paid", clock.now())


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        (1_707_400_000_123, 1_707_400_000_123),
        (1_707_400_000.987, 1_707_400_000),
        ("1707400000", 1_707_400_000),
    ],
    ids=["milliseconds", "float", "text"],
)
async def test_moments_are_taken_as_recorded_and_journalled_as_sent(
    call: Any, sent: Any, taken: int
) -> None:
    await register(call)

    (made,) = await plan(call, item("o1", sent))

    assert made["schedule_at"] == taken
    entry = (await call.http.get("/_fake/journal?operation=schedule")).json()["entries"][0]
    assert entry["request"]["schedules"][0]["schedule_at"] == sent


@pytest.mark.parametrize("sent", ["soon", -1, 10**15, "NaN", None, [1]])
async def test_what_is_no_moment_is_refused(call: Any, sent: Any) -> None:
    await register(call)

    assert (await refused(call, item("o1", sent)))[0] == 400


async def test_missing_parts_of_a_schedule_are_named(call: Any) -> None:
    await register(call)

    assert await refused(call, {"amount": 1}, {"merchant_uid": "a", "schedule_at": 1}) == (
        400,
        -1,
        "schedules[0].merchant_uid, schedules[0].schedule_at, schedules[1].amount 파라메터가 "
        "누락되었습니다.",
    )
    assert (await refused(call, customer_uid=""))[2].startswith("customer_uid 파라메터")
    assert (await refused(call))[0] == 400


async def test_buyer_details_come_from_the_customer_unless_given(call: Any, clock: Clock) -> None:
    await register(call, customer_name="홍길동", customer_email="a@b.kr")

    (made,) = await plan(call, item("o1", clock.now() + 9, buyer_name="다른이"))

    assert (made["buyer_name"], made["buyer_email"], made["buyer_tel"]) == (
        "다른이", "a@b.kr", None
    )  # fmt: skip


async def test_a_due_schedule_is_executed_as_recorded(call: Any, clock: Clock) -> None:
    await register(call)
    due = clock.now() + MONTH
    await plan(call, item("o1", due, name="월 구독", custom_data="x"))

    (happened,) = await advance(call, days=31)

    payment = await call.response("GET", f"/payments/{happened['imp_uid']}")
    assert happened == {
        "at": due,
        "kind": "schedule",
        "status": "paid",
        "merchant_uid": "o1",
        "imp_uid": payment["imp_uid"],
        "failure": None,
        "rules": [],
    }
    shown = {name: payment[name] for name in ("status", "amount", "channel", "name", "custom_data")}
    assert shown == {
        "status": "paid",
        "amount": 5900,
        "channel": "api",
        "name": "월 구독",
        "custom_data": "x",
    }
    assert payment["imp_uid"].startswith("imps_")
    assert (payment["started_at"], payment["paid_at"]) == (due, due)
    assert (payment["customer_uid"], payment["customer_uid_usage"]) == ("c", "payment.scheduled")
    assert payment["user_agent"] is None
    executed = await show(call, "o1")
    assert (executed["schedule_status"], executed["payment_status"], executed["imp_uid"]) == (
        "executed", "paid", payment["imp_uid"]
    )  # fmt: skip
    assert executed["executed_at"] == due


async def test_a_schedule_is_executed_once(call: Any, clock: Clock) -> None:
    await register(call)
    await plan(call, item("o1", clock.now() + 9))

    both = await asyncio.gather(advance(call, seconds=9), advance(call, seconds=9))

    assert sum(len(happened) for happened in both) == 1
    assert await advance(call, days=400) == []


async def test_a_year_of_monthly_charges_is_one_call(call: Any, clock: Clock) -> None:
    await register(call)
    start = clock.now()
    await plan(call, *(item(f"o{month:02d}", start + month * MONTH) for month in range(12, 0, -1)))

    happened = await advance(call, days=365)

    assert [each["merchant_uid"] for each in happened] == [
        f"o{month:02d}" for month in range(1, 13)
    ]
    assert [each["at"] for each in happened] == [start + month * MONTH for month in range(1, 13)]
    assert clock.now() == start + 365 * 24 * 60 * 60


async def test_a_declined_schedule_fails_and_says_why(call: Any, clock: Clock) -> None:
    await register(call, "limit_exceeded")
    await plan(call, item("o1", clock.now() + 9))

    (happened,) = await advance(call, seconds=9)

    executed = await show(call, "o1")
    payment = await call.response("GET", f"/payments/{happened['imp_uid']}")
    assert executed["payment_status"] == payment["status"] == "failed"
    assert executed["fail_reason"] == payment["fail_reason"] == "[8326]사용한도초과"


async def test_a_key_deleted_in_the_meantime_makes_the_schedule_fail(
    call: Any, clock: Clock
) -> None:
    await register(call)
    await plan(call, item("o1", clock.now() + 9))
    await call.response("DELETE", "/subscribe/customers/c")
    assert (await show(call, "o1"))["schedule_status"] == "scheduled"

    await advance(call, seconds=9)

    executed = await show(call, "o1")
    assert (executed["payment_status"], executed["fail_reason"]) == (
        "failed", "등록되지 않은 구매자입니다."
    )  # fmt: skip


async def test_a_card_replaced_in_the_meantime_is_the_one_that_is_charged(
    call: Any, clock: Clock
) -> None:
    await register(call)
    await plan(call, item("o1", clock.now() + 9))
    await register(call, "lost_card")

    await advance(call, seconds=9)

    assert (await show(call, "o1"))["payment_status"] == "failed"


async def test_an_order_paid_in_the_meantime_is_not_charged_twice(call: Any, clock: Clock) -> None:
    await register(call)
    await plan(call, item("o1", clock.now() + 9))
    body = {"customer_uid": "c", "merchant_uid": "o1", "amount": 5900, "name": "a"}
    paid = await call.response("POST", "/subscribe/payments/again", body)

    await advance(call, seconds=9)

    assert (await show(call, "o1"))["payment_status"] == "failed"
    assert await call.response("GET", "/payments/find/o1/paid") == paid


@pytest.mark.parametrize(
    ("checked", "expected"), [(1000, "cancelled"), (0, None)], ids=["with", "without"]
)
async def test_a_checking_charge_is_made_and_cancelled_at_once(
    call: Any, clock: Clock, checked: int, expected: str | None
) -> None:
    await register(call)
    await plan(call, item("o1", clock.now() + 9), checking_amount=checked)

    payments = (await call.response("GET", "/subscribe/customers/c/payments"))["list"]

    statuses = [payment["status"] for payment in payments]
    assert statuses == ([] if expected is None else [expected])
    assert [payment["cancel_amount"] for payment in payments] == [checked] * len(payments)


async def test_a_declined_checking_charge_schedules_nothing(call: Any, clock: Clock) -> None:
    await register(call, "limit_exceeded")

    refusal = await refused(call, item("o1", clock.now() + 9), checking_amount=100)

    assert refusal[:2] == (200, 1)
    assert await call.refusal("GET", f"{SCHEDULE}/o1") == NOT_FOUND


@pytest.mark.parametrize(
    ("body", "revoked"),
    [
        ({"customer_uid": "c"}, ["o1", "o2"]),
        ({"merchant_uid": ["o2"]}, ["o2"]),
        ({"merchant_uid": "o2"}, ["o2"]),
        ({"merchant_uid": ["o2", "o2"]}, ["o2"]),
        ({"customer_uid": "c", "merchant_uid": []}, ["o1", "o2"]),
        ({"customer_uid": "c", "merchant_uid": ["o1", "x"]}, ["o1"]),
    ],
)
async def test_unschedule_revokes_a_customers_or_some_orders_schedules(
    call: Any, clock: Clock, body: Any, revoked: list[str]
) -> None:
    await register(call)
    await plan(call, item("o1", clock.now() + 5), item("o2", clock.now() + 9))

    answer = await call.response("POST", UNSCHEDULE, body)

    assert [each["merchant_uid"] for each in answer] == revoked
    assert {each["schedule_status"] for each in answer} == {"revoked"}
    assert {each["revoked_at"] for each in answer} == {clock.now()}
    executed = await advance(call, seconds=9)
    assert [each["merchant_uid"] for each in executed] == sorted({"o1", "o2"} - set(revoked))


@pytest.mark.parametrize(
    "body",
    [{"customer_uid": "x"}, {"merchant_uid": "x"}, {"customer_uid": "x", "merchant_uid": "o1"}],
)
async def test_unschedule_with_nothing_that_matches_is_refused(
    call: Any, clock: Clock, body: Any
) -> None:
    await register(call)
    await plan(call, item("o1", clock.now() + 9))

    assert await call.refusal("POST", UNSCHEDULE, body) == NOTHING


async def test_what_was_executed_or_revoked_cannot_be_revoked(call: Any, clock: Clock) -> None:
    await register(call)
    await plan(call, item("o1", clock.now() + 5), item("o2", clock.now() + 9))
    await advance(call, seconds=5)
    await call.response("POST", UNSCHEDULE, {"merchant_uid": "o2"})

    assert await call.refusal("POST", UNSCHEDULE, {"customer_uid": "c"}) == NOTHING
    assert (await call.refusal("POST", UNSCHEDULE, {}))[0] == 400


async def test_a_waiting_schedule_can_be_moved(call: Any, clock: Clock) -> None:
    await register(call)
    await plan(call, item("o1", clock.now() + 9))

    moved = await call.response("PUT", f"{SCHEDULE}/o1", {"schedule_at": clock.now() + 60})

    assert moved["schedule_at"] == clock.now() + 60
    assert await advance(call, seconds=59) == []
    assert len(await advance(call, seconds=1)) == 1


async def test_a_failed_or_revoked_schedule_can_be_scheduled_again(call: Any, clock: Clock) -> None:
    await register(call, "limit_exceeded")
    await plan(call, item("o1", clock.now() + 5), item("o2", clock.now() + 9))
    await advance(call, seconds=5)
    await call.response("POST", UNSCHEDULE, {"merchant_uid": "o2"})
    await register(call)

    for merchant_uid in ("o1", "o2"):
        again = await call.response(
            "POST", f"{SCHEDULE}/{merchant_uid}/reschedule", {"schedule_at": clock.now() + 60}
        )
        assert (again["schedule_status"], again["payment_status"], again["imp_uid"]) == (
            "scheduled", None, None
        )  # fmt: skip
        assert (again["executed_at"], again["revoked_at"], again["fail_reason"]) == (0, 0, None)

    assert [each["status"] for each in await advance(call, seconds=60)] == ["paid", "paid"]


async def test_a_failed_schedule_can_be_retried_at_once(call: Any, clock: Clock) -> None:
    await register(call, "limit_exceeded")
    await plan(call, item("o1", clock.now() + 5))
    await advance(call, seconds=5)

    still = await call.response("POST", f"{SCHEDULE}/o1/retry")
    await register(call)
    paid = await call.response("POST", f"{SCHEDULE}/o1/retry")

    assert (still["status"], paid["status"]) == ("failed", "paid")
    assert paid["customer_uid_usage"] == "payment.scheduled"
    assert (await show(call, "o1"))["imp_uid"] == paid["imp_uid"]
    assert (await call.refusal("POST", f"{SCHEDULE}/o1/retry"))[0] == 400


@pytest.mark.parametrize(
    ("method", "tail", "body"),
    [
        ("GET", "", None),
        ("PUT", "", {"schedule_at": 9_999_999_999}),
        ("POST", "/reschedule", {"schedule_at": 9_999_999_999}),
        ("POST", "/retry", {}),
    ],
)
async def test_an_unknown_schedule_is_404(call: Any, method: str, tail: str, body: Any) -> None:
    assert await call.refusal(method, f"{SCHEDULE}/x{tail}", body) == NOT_FOUND


async def test_a_wrong_state_or_a_past_moment_is_400(call: Any, clock: Clock) -> None:
    await register(call)
    await plan(call, item("paid", clock.now() + 5), item("waits", clock.now() + 99))
    await advance(call, seconds=5)
    later = {"schedule_at": clock.now() + 9}

    async def status(method: str, path: str, body: Any = None) -> int:
        refusal: tuple[int, int, str] = await call.refusal(method, f"{SCHEDULE}/{path}", body)
        return refusal[0]

    assert await status("PUT", "paid", later) == 400
    assert await status("PUT", "waits", {"schedule_at": clock.now()}) == 400
    assert await status("PUT", "waits", {}) == 400
    assert await status("POST", "waits/reschedule", later) == 400
    assert await status("POST", "paid/reschedule", later) == 400
    assert await status("POST", "waits/retry") == 400


async def test_a_retry_without_a_key_is_404(call: Any, clock: Clock) -> None:
    await register(call)
    await plan(call, item("o1", clock.now() + 5))
    await call.response("POST", UNSCHEDULE, {"merchant_uid": "o1"})
    await call.response("DELETE", "/subscribe/customers/c")

    assert (await call.refusal("POST", f"{SCHEDULE}/o1/retry"))[0] == 404


@pytest.fixture
async def many(call: Any, clock: Clock) -> int:
    """Twenty-five schedules a minute apart, the first of them executed, the last revoked."""
    await register(call)
    start = clock.now() + 60
    await plan(call, *(item(f"o{number:02d}", start + 60 * number) for number in range(25)))
    await advance(call, seconds=60)
    await call.response("POST", UNSCHEDULE, {"merchant_uid": "o24"})
    return start


async def test_schedules_are_listed_newest_first_in_pages(call: Any, many: int) -> None:
    span = f"?schedule_from={many}&schedule_to={many + 60 * 24}"

    page = await call.response("GET", SCHEDULE + span)
    second = await call.response("GET", f"{SCHEDULE}{span}&page=2")

    assert list(page) == ["total", "previous", "next", "list"]
    assert (page["total"], page["previous"], page["next"]) == (24, 0, 2)
    assert [each["merchant_uid"] for each in page["list"]] == [
        f"o{n:02d}" for n in range(23, 3, -1)
    ]
    assert (second["previous"], second["next"], len(second["list"])) == (1, 0, 4)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("&sorting=scheduled&limit=2", ["o00", "o01"]),
        ("&schedule_status=executed", ["o00"]),
        ("&schedule_status=revoked", ["o24"]),
        ("&schedule_status=scheduled&limit=1", ["o23"]),
    ],
)
async def test_schedules_are_searched_and_sorted(
    call: Any, many: int, query: str, found: list[str]
) -> None:
    span = f"?schedule_from={many}&schedule_to={many + 60 * 25}"

    page = await call.response("GET", SCHEDULE + span + query)

    assert [each["merchant_uid"] for each in page["list"]] == found


async def test_a_customers_schedules_are_listed_at_both_paths(call: Any, many: int) -> None:
    span = f"?from={many}&to={many + 60 * 25}"

    page = await call.response("GET", f"{SCHEDULE}/customers/c{span}")
    same = await call.response("GET", "/subscribe/customers/c/schedules" + span)
    executed = await call.response("GET", f"{SCHEDULE}/customers/c{span}&schedule-status=executed")
    unknown = await call.response("GET", "/subscribe/customers/x/schedules" + span)

    assert page == same
    assert (page["total"], page["next"], len(page["list"])) == (25, 2, 20)
    assert [each["merchant_uid"] for each in executed["list"]] == ["o00"]
    assert unknown["list"] == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?schedule_from=1",
        "?schedule_from=2&schedule_to=1",
        "?schedule_from=1&schedule_to=8640001",
        "?schedule_from=1&schedule_to=2&schedule_status=done",
        "?schedule_from=1&schedule_to=2&limit=1001",
        "?schedule_from=1&schedule_to=2&limit=0",
        "?schedule_from=1&schedule_to=2&page=0",
        "?schedule_from=x&schedule_to=2",
    ],
)
async def test_a_search_that_makes_no_sense_is_400(call: Any, query: str) -> None:
    assert (await call.refusal("GET", SCHEDULE + query))[0] == 400


async def test_strict_mode_wants_a_name_and_answers_the_newest_keys(
    call: Any, clock: Clock
) -> None:
    await register(call)
    await call.http.patch(f"{MERCHANT}/settings", json={"settings": {"strict": True}})

    assert (await refused(call, item("o1", clock.now() + 9)))[2].startswith("schedules[0].name")
    (made,) = await plan(call, item("o1", clock.now() + 9, name="a"))

    assert list(made)[-3:] == ["pg_provider", "pg_id", "promotion_id"]
