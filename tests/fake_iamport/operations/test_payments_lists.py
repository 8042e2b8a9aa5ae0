from typing import Any

import pytest

from fake_iamport import Clock
from fake_iamport.gateway import cards

pytestmark = pytest.mark.anyio

DAY = 24 * 60 * 60
NOT_FOUND = (404, -1, "존재하지 않는 결제정보입니다.")
UNSUPPORTED = (400, -1, "지원되지 않는 상태값입니다.")
TOO_LONG = (400, -1, "from, to: expected at most 90 days, and the earlier moment first.")
STATUSES = ["ready", "paid", "cancelled", "failed"]


def card_that(failure: str | None) -> dict[str, str]:
    card = next(card for card in cards.test_cards() if card.failure == failure)
    return {
        "card_number": card.number,
        "expiry": card.expiry,
        "birth": card.birth,
        "pwd_2digit": card.pwd_2digit,
    }


async def pay(call: Any, merchant_uid: str, failure: str | None = None, **more: Any) -> Any:
    body = {**card_that(failure), "merchant_uid": merchant_uid, "amount": 1000, **more}
    return await call.response("POST", "/subscribe/payments/onetime", body)


async def cancel(call: Any, payment: Any) -> Any:
    return await call.response("POST", "/payments/cancel", {"imp_uid": payment["imp_uid"]})


def no_page(number: int) -> tuple[int, int, str]:
    return 400, -1, f"page: there is no page {number}."


def uids(page: Any) -> list[str]:
    return [payment["merchant_uid"] for payment in page["list"]]


# GET /payments


async def ask(call: Any, imp_uid: Any = (), merchant_uid: Any = ()) -> Any:
    query = [("imp_uid[]", uid) for uid in imp_uid]
    query += [("merchant_uid[]", uid) for uid in merchant_uid]
    return await call("GET", "/payments", params=query)


async def test_several_payments_come_in_an_order_that_is_not_the_callers(call: Any) -> None:
    payments = [await pay(call, f"order_{number}") for number in range(6)]
    numbers = [payment["imp_uid"] for payment in payments]

    answers = [await ask(call, order) for order in (numbers, numbers[::-1])]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    listed = answers[0].json()["response"]
    assert [payment["imp_uid"] for payment in listed] != numbers
    assert sorted(listed, key=lambda payment: numbers.index(payment["imp_uid"])) == payments


async def test_both_kinds_of_number_can_be_asked_for_at_once(call: Any) -> None:
    one, other = await pay(call, "one"), await pay(call, "other")

    answer = await ask(call, [one["imp_uid"], one["imp_uid"]], ["other", "one"])

    assert answer.status_code == 200
    listed = answer.json()["response"]
    assert sorted(listed, key=lambda payment: payment["merchant_uid"]) == [one, other]


async def test_an_order_number_stands_for_all_of_its_attempts(call: Any) -> None:
    attempts = [await pay(call, "order", "limit_exceeded"), await pay(call, "order")]

    listed = (await ask(call, (), ["order"])).json()["response"]

    assert sorted(listed, key=lambda payment: payment["status"]) == attempts


async def test_a_single_number_needs_no_brackets(call: Any) -> None:
    paid = await pay(call, "order")

    assert await call.response("GET", "/payments", params={"imp_uid": paid["imp_uid"]}) == [paid]


@pytest.mark.parametrize(
    ("imp_uids", "merchant_uids"),
    [(["imps_1"], []), ([], ["nobody"]), (["imps_1"], ["nobody"]), ([""], [])],
)
async def test_some_found_of_several_is_207(
    call: Any, imp_uids: list[str], merchant_uids: list[str]
) -> None:
    paid = await pay(call, "order")

    answer = await ask(call, imp_uids, [*merchant_uids, "order"])

    assert answer.status_code == 207
    assert answer.json() == {"code": 0, "message": None, "response": [paid]}


@pytest.mark.parametrize("query", [{}, {"imp_uid[]": "imps_1"}, {"merchant_uid[]": "nobody"}])
async def test_none_found_of_several_is_404(call: Any, query: dict[str, str]) -> None:
    await pay(call, "order")

    assert await call.refusal("GET", "/payments", params=query) == NOT_FOUND


async def test_at_most_a_hundred_can_be_asked_for(call: Any) -> None:
    paid = await pay(call, "order")
    unknown = [f"imps_{number}" for number in range(60)]

    assert (await ask(call, [*unknown[:59], paid["imp_uid"]], unknown[:40])).status_code == 207
    answer = await ask(call, unknown, unknown[:41])

    assert (answer.status_code, answer.json()["message"]) == (
        400, "imp_uid, merchant_uid: expected at most 100 together."
    )  # fmt: skip


# GET /payments/findAll


@pytest.fixture
async def attempts(call: Any, clock: Clock) -> list[Any]:
    """One order's payments: three declined, a minute apart, then a paid one."""
    made = []
    for failure in ("limit_exceeded", "limit_exceeded", "limit_exceeded", None):
        made.append(await pay(call, "order", failure))
        clock.advance(60)
    return made


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", [3, 2, 1, 0]),
        ("/", [3, 2, 1, 0]),
        ("/paid", [3]),
        ("/failed", [2, 1, 0]),
        ("/failed?sorting=started", [0, 1, 2]),
        ("?sorting=updated", [0, 1, 2, 3]),
        ("?sorting=-paid", [3, 2, 1, 0]),
        ("?sorting=paid&include_sandbox=true", [0, 1, 2, 3]),
    ],
)
async def test_all_of_an_orders_payments_are_listed(
    call: Any, attempts: list[Any], query: str, wanted: list[int]
) -> None:
    answer = await call.response("GET", f"/payments/findAll/order{query}")

    assert list(answer) == ["total", "previous", "next", "list"]
    assert answer == {
        "total": len(wanted),
        "previous": 0,
        "next": 0,
        "list": [attempts[place] for place in wanted],
    }


async def test_an_orders_payments_come_in_pages(call: Any, attempts: list[Any]) -> None:
    first = await call.response("GET", "/payments/findAll/order?limit=3")
    second = await call.response("GET", "/payments/findAll/order?limit=3&page=2")

    assert (first["total"], first["previous"], first["next"]) == (4, 0, 2)
    assert (second["total"], second["previous"], second["next"]) == (4, 1, 0)
    assert first["list"] + second["list"] == attempts[::-1]
    path = "/payments/findAll/order?limit=3&page=3"
    assert await call.refusal("GET", path) == no_page(3)


@pytest.mark.parametrize("status", ["all", "undefined", "null", "PAID", "paid "])
@pytest.mark.parametrize("order", ["order", "nobody"])
async def test_a_word_that_is_no_status_is_400(
    call: Any, attempts: list[Any], order: str, status: str
) -> None:
    assert await call.refusal("GET", f"/payments/findAll/{order}/{status}") == UNSUPPORTED


@pytest.mark.parametrize("path", ["nobody", "nobody/paid", "order/ready", "order/cancelled"])
async def test_an_order_without_such_payments_is_404(
    call: Any, attempts: list[Any], path: str
) -> None:
    assert await call.refusal("GET", f"/payments/findAll/{path}") == NOT_FOUND


# GET /payments/status


@pytest.fixture
async def sales(call: Any, clock: Clock) -> dict[str, Any]:
    """A payment of a, declined; b, paid; c, paid and cancelled later; a minute between all."""
    made = {}
    for order, failure in (("a", "limit_exceeded"), ("b", None), ("c", None)):
        made[order] = await pay(call, order, failure)
        clock.advance(60)
    made["c"] = await cancel(call, made["c"])
    clock.advance(60)
    return made


@pytest.mark.parametrize(
    ("status", "wanted"),
    [("all", "cba"), ("ready", ""), ("failed", "a"), ("paid", "b"), ("cancelled", "c")],
)
async def test_payments_are_listed_by_status_newest_first(
    call: Any, sales: dict[str, Any], status: str, wanted: str
) -> None:
    answer = await call.response("GET", f"/payments/status/{status}")

    assert list(answer) == ["total", "previous", "next", "list"]
    assert answer == {
        "total": len(wanted),
        "previous": 0,
        "next": 0,
        "list": [sales[order] for order in wanted],
    }


async def test_the_totals_of_the_statuses_add_up_to_all(call: Any, sales: Any) -> None:
    totals = [
        (await call.response("GET", f"/payments/status/{status}"))["total"] for status in STATUSES
    ]

    assert sum(totals) == (await call.response("GET", "/payments/status/all"))["total"] == 3


@pytest.mark.parametrize(
    ("sorting", "wanted"),
    [
        ("-started", "dcba"),
        ("started", "abcd"),
        ("-paid", "dcba"),
        ("paid", "abcd"),
        ("-updated", "bdca"),
        ("updated", "acdb"),
    ],
)
async def test_a_list_is_sorted_as_asked(
    call: Any, sales: dict[str, Any], clock: Clock, sorting: str, wanted: str
) -> None:
    await pay(call, "d")
    clock.advance(60)
    await cancel(call, sales["b"])

    answer = await call.response("GET", f"/payments/status/all?sorting={sorting}")

    assert uids(answer) == list(wanted)
    half = await call.response("GET", f"/payments/status/all?sorting={sorting}&limit=2&page=2")
    assert uids(half) == list(wanted[2:])


async def test_of_payments_in_the_same_second_the_later_is_newer(call: Any) -> None:
    for order in "abc":
        await pay(call, order)

    assert uids(await call.response("GET", "/payments/status/paid")) == ["c", "b", "a"]
    answer = await call.response("GET", "/payments/status/paid?sorting=started")
    assert uids(answer) == ["a", "b", "c"]


async def test_a_page_has_twenty_payments_unless_asked_otherwise(call: Any) -> None:
    orders = [f"order_{number}" for number in range(45)]
    for order in orders:
        await pay(call, order)
    pages = [await call.response("GET", f"/payments/status/paid?page={page}") for page in (1, 2, 3)]

    assert [len(page["list"]) for page in pages] == [20, 20, 5]
    assert [(page["previous"], page["next"]) for page in pages] == [(0, 2), (1, 3), (2, 0)]
    assert [uid for page in pages for uid in uids(page)] == orders[::-1]
    whole = await call.response("GET", "/payments/status/all?limit=1000")
    assert (whole["total"], uids(whole)) == (45, orders[::-1])
    exact = await call.response("GET", "/payments/status/all?limit=15&page=3")
    assert (exact["previous"], exact["next"]) == (2, 0)
    assert await call.refusal("GET", "/payments/status/paid?page=4") == no_page(4)


async def test_the_first_page_of_nothing_is_empty_and_there_is_no_second(call: Any) -> None:
    answer = await call.response("GET", "/payments/status/all")

    assert answer == {"total": 0, "previous": 0, "next": 0, "list": []}
    assert await call.refusal("GET", "/payments/status/all?page=2") == no_page(2)


@pytest.mark.parametrize("status", ["undefined", "null", "ALL", "refunded", "x"])
async def test_payments_are_not_listed_by_a_word_that_is_no_status(call: Any, status: str) -> None:
    assert await call.refusal("GET", f"/payments/status/{status}") == UNSUPPORTED


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("page=0", "page: expected a whole number >= 1."),
        ("page=-1", "page: expected a whole number >= 1."),
        ("page=two", "page: expected a whole number, got text."),
        ("limit=0", "limit: expected a whole number >= 1."),
        ("limit=1001", "limit: expected a whole number <= 1000."),
        (
            "sorting=newest",
            "sorting: expected one of -started, started, -paid, paid, -updated, updated.",
        ),
        ("from=yesterday", "from: expected a whole number, got text."),
        ("to=1.5", "to: expected a whole number, got text."),
    ],
)
async def test_what_is_no_page_limit_or_moment_is_named(
    call: Any, query: str, message: str
) -> None:
    assert await call.refusal("GET", f"/payments/status/all?{query}") == (400, -1, message)


@pytest.mark.parametrize("query", ["page=&limit=&from=&to=&sorting=", "include_sandbox=true"])
async def test_what_was_left_empty_was_not_sent(call: Any, sales: Any, query: str) -> None:
    assert (await call.response("GET", f"/payments/status/all?{query}"))["total"] == 3


async def test_the_last_ninety_days_are_searched(call: Any, clock: Clock) -> None:
    at = clock.now()
    await pay(call, "old")

    clock.freeze(at + 90 * DAY)
    assert (await call.response("GET", "/payments/status/paid"))["total"] == 1
    clock.advance(1)
    assert (await call.response("GET", "/payments/status/paid"))["total"] == 0
    assert (await call.response("GET", f"/payments/status/paid?to={at}"))["total"] == 1
    assert (await call.response("GET", f"/payments/status/paid?to={at - 1}"))["total"] == 0


async def test_both_ends_of_the_window_count(call: Any, clock: Clock) -> None:
    at = clock.now()
    await pay(call, "order")
    clock.advance(DAY)

    for since, until, total in ((at, at, 1), (at + 1, at + 5, 0), (at - 5, at - 1, 0)):
        path = f"/payments/status/paid?from={since}&to={until}"
        assert (await call.response("GET", path))["total"] == total
    assert (await call.response("GET", f"/payments/status/paid?from={at}"))["total"] == 1


async def test_what_counts_is_when_a_payment_came_to_stand_so(call: Any, clock: Clock) -> None:
    at = clock.now()
    await pay(call, "declined", "limit_exceeded")
    paid = await pay(call, "order")
    clock.advance(DAY)
    await cancel(call, paid)

    async def total(status: str, since: int, until: int) -> int:
        path = f"/payments/status/{status}?from={since}&to={until}"
        counted: int = (await call.response("GET", path))["total"]
        return counted

    assert await total("cancelled", at, at + 1) == 0
    assert await total("cancelled", at + DAY, at + DAY) == 1
    assert await total("paid", at, at + DAY) == 0
    assert await total("failed", at, at) == 1
    assert await total("all", at, at) == 1
    assert await total("all", at, at + DAY) == 2


@pytest.mark.parametrize(
    ("since", "until"), [(-90 * DAY - 1, 0), (1, 0), (None, -90 * DAY), (-200 * DAY, None)]
)
async def test_a_window_has_at_most_ninety_days_and_its_beginning_first(
    call: Any, clock: Clock, since: int | None, until: int | None
) -> None:
    moments = {"from": since, "to": until}
    query = "&".join(
        f"{name}={clock.now() + moment}" for name, moment in moments.items() if moment is not None
    )
    answer = await call("GET", f"/payments/status/all?{query}")

    if since is None:
        assert answer.json()["response"]["total"] == 0
    else:
        assert (answer.status_code, -1, answer.json()["message"]) == TOO_LONG


async def test_moments_in_milliseconds_are_refused(call: Any, clock: Clock) -> None:
    path = f"/payments/status/all?from={(clock.now() - DAY) * 1000}&to={clock.now() * 1000}"

    assert await call.refusal("GET", path) == TOO_LONG
    path = f"/payments/status/all?from={clock.now() * 1000}"
    assert await call.refusal("GET", path) == TOO_LONG


async def test_a_list_needs_a_token(call: Any) -> None:
    for path in ("/payments", "/payments/status/all", "/payments/findAll/order"):
        assert (await call.http.get(path)).status_code == 401


async def test_strict_mode_lists_the_newest_keys(call: Any, sales: Any) -> None:
    await call.http.patch(
        "/_fake/merchants/imp_apikey/settings", json={"settings": {"strict": True}}
    )

    page = await call.response("GET", "/payments/status/all")
    several = await call.response("GET", f"/payments?imp_uid[]={sales['a']['imp_uid']}")

    assert {"sandbox", "promotion"} <= page["list"][0].keys() & several[0].keys()


# GET /subscribe/customers/{customer_uid}/payments


async def charge(call: Any, order: str, customer_uid: str = "c") -> Any:
    body = {"customer_uid": customer_uid, "merchant_uid": order, "amount": 100, "name": "당근"}
    return await call.response("POST", "/subscribe/payments/again", body)


async def test_a_customers_payments_come_newest_first_and_outlive_the_key(
    call: Any, clock: Clock
) -> None:
    first = await pay(call, "first", customer_uid="c")
    clock.advance(1)
    second = await charge(call, "second")
    await pay(call, "another", customer_uid="other")
    path = "/subscribe/customers/c/payments"
    expected = {"total": 2, "previous": 0, "next": 0, "list": [second, first]}

    assert await call.response("GET", path) == expected
    await call.response("DELETE", "/subscribe/customers/c")

    assert await call.response("GET", path) == expected


async def test_a_customers_payments_come_in_pages_of_twenty(call: Any) -> None:
    await call.response("POST", "/subscribe/customers/c", card_that(None))
    for number in range(21):
        await charge(call, f"order_{number}")
    path = "/subscribe/customers/c/payments"

    first = await call.response("GET", path)
    second = await call.response("GET", f"{path}?page=2")

    assert (first["total"], first["previous"], first["next"]) == (21, 0, 2)
    assert (second["previous"], second["next"]) == (1, 0)
    assert uids(first) + uids(second) == [f"order_{number}" for number in range(20, -1, -1)]
    assert await call.refusal("GET", f"{path}?page=3") == no_page(3)


EMPTY = {"total": 0, "previous": 0, "next": 0, "list": []}


async def test_an_unknown_customer_has_no_payments(call: Any) -> None:
    assert await call.response("GET", "/subscribe/customers/nobody/payments") == EMPTY


@pytest.mark.parametrize("settings", [{"strict": True}, {"unknown_customer_status": 404}])
async def test_an_unknown_customer_is_404_where_the_merchant_chose_that(
    call: Any, settings: dict[str, Any]
) -> None:
    await call.response("POST", "/subscribe/customers/known", card_that(None))
    await pay(call, "order", customer_uid="gone")
    await call.response("DELETE", "/subscribe/customers/gone")
    await call.http.patch("/_fake/merchants/imp_apikey/settings", json={"settings": settings})

    assert await call.refusal("GET", "/subscribe/customers/nobody/payments") == (
        404, -1, "요청하신 customer_uid(nobody)로 등록된 정보를 찾을 수 없습니다."
    )  # fmt: skip
    assert await call.response("GET", "/subscribe/customers/known/payments") == EMPTY
    gone = await call.response("GET", "/subscribe/customers/gone/payments")
    assert uids(gone) == ["order"]
