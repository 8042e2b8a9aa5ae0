import json

import httpx
import pytest

from fake_iamport.scenario.pages import pages
from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule

pytestmark = pytest.mark.anyio


async def paid_with(stage: Stage, answer: str) -> httpx.Response:
    stage.rule("{operation: onetime}", f"{{answer: {answer}}}")
    body = {**stage.card, "merchant_uid": "o1", "amount": 1000}
    response: httpx.Response = await stage.call("POST", "/subscribe/payments/onetime", body)
    return response


@pytest.mark.parametrize("name", list(pages()))
async def test_every_page_is_answered_and_the_call_not_carried_out(stage: Stage, name: str) -> None:
    answer = await paid_with(stage, f"{{page: {name}}}")

    assert answer.status_code == pages()[name].status
    assert answer.content == pages()[name].body
    assert answer.headers["content-type"].startswith("text/html")
    assert "x-fake-iamport" not in answer.headers
    assert await stage.statuses() == {}
    assert (stage.line.status, stage.line.code) == (answer.status_code, None)
    assert stage.line.fault == "another answer"


async def test_a_page_may_come_from_a_call_that_is_carried_out(stage: Stage) -> None:
    answer = await paid_with(stage, "{page: nginx_502, commit: true}")

    assert answer.status_code == 502
    assert await stage.statuses() == {"o1": "paid"}


@pytest.mark.parametrize(
    ("answer", "status", "content"),
    [
        ("{body: 점검 중}", 200, "점검 중".encode()),
        ("{body: ''}", 200, b""),
        ("{body: x, status: 503}", 503, b"x"),
        ("{json: {code: 0}}", 200, b'{"code":0}'),
        ("{json: null, status: 500}", 500, b"null"),
        ("{json: []}", 200, b"[]"),
        ("{body: 한글, charset: euc-kr}", 200, "한글".encode("euc-kr")),
        ("{json: {message: 한}, charset: euc-kr}", 200, '{"message":"한"}'.encode("euc-kr")),
        ("{json: {message: 한}}", 200, b'{"message":"\\ud55c"}'),
    ],
)
async def test_a_body_of_ones_own_is_answered(
    stage: Stage, answer: str, status: int, content: bytes
) -> None:
    response = await paid_with(stage, answer)

    assert (response.status_code, response.content) == (status, content)
    assert await stage.statuses() == {}


async def test_values_of_the_true_answer_are_changed_and_taken_away(stage: Stage) -> None:
    answer = await paid_with(
        stage,
        "{set: {response.amount: 1, response.card: null, response.no.such: 1, code: 0}, "
        "remove: [response.status, response.nothing, message]}",
    )

    envelope = answer.json()
    assert (envelope["code"], envelope["response"]["amount"]) == (0, 1)
    assert envelope["response"]["card"] is None
    assert "status" not in envelope["response"]
    assert "message" not in envelope
    assert json.loads(bytes(stage.line.response)) == envelope
    assert await stage.statuses() == {"o1": "paid"}


async def test_only_the_status_or_a_header_may_be_another(stage: Stage) -> None:
    answer = await paid_with(
        stage, "{status: 500, headers: {Content-Type: text/plain, X-Trial: a b}}"
    )

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["x-trial"] == "a b"
    assert answer.headers["server"] == "Apache"
    assert answer.json()["response"]["status"] == "paid"


async def test_a_changed_code_is_the_journals_too(stage: Stage) -> None:
    await paid_with(stage, "{set: {code: -1, message: 실패}}")

    assert (stage.line.code, stage.line.message) == (-1, "실패")


async def test_a_token_that_was_changed_beside_is_not_written_down(stage: Stage) -> None:
    stage.rule("{operation: getToken}", "{answer: {set: {response.now: 1}}}")

    token = await stage.call.token()

    shown = bytes(stage.line.response).decode()
    assert token not in shown
    assert '"now":1' in shown


@pytest.mark.parametrize("status", [204, 304])
async def test_an_answer_that_has_no_body_by_its_status_has_none(stage: Stage, status: int) -> None:
    answer = await paid_with(stage, f"{{status: {status}}}")

    assert (answer.status_code, answer.content) == (status, b"")


async def test_the_state_is_set_and_the_delay_made_beside_an_answer(stage: Stage) -> None:
    loaded = stage.rule(
        "{operation: allBankCodes}",
        "{answer: {page: nginx_503}, set: {phase: down}, delay: {before_commit: 0.001}}",
        "states: {phase: [up, down]}",
    )

    assert (await stage.call("GET", "/banks")).status_code == 503
    assert loaded.states == {"phase": "down"}
    assert stage.line.fault == "delayed by 0.001 seconds; another answer"


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (
            "{}",
            "3:20: rules[0].then.answer: "
            "expected at least one of page, body, json, set, remove, status, headers",
        ),
        (
            "{commit: true}",
            "3:20: rules[0].then.answer: "
            "expected at least one of page, body, json, set, remove, status, headers",
        ),
        (
            "{page: nginx_50}",
            "3:27: rules[0].then.answer.page: there is no page 'nginx_50'; "
            "did you mean 'nginx_504'?",
        ),
        (
            "{page: nginx_503, body: x}",
            "3:27: rules[0].then.answer.page: can't stand beside 'body'",
        ),
        (
            "{body: x, set: {a: 1}}",
            "3:27: rules[0].then.answer.body: can't stand beside 'set'",
        ),
        (
            "{commit: false, status: 500}",
            "3:29: rules[0].then.answer.commit: "
            "a true answer comes only from a call that is carried out",
        ),
        ("{headers: {'a b': x}}", "3:31: rules[0].then.answer.headers.a b: no name of a header"),
        (
            "{headers: {Content-Length: '1'}}",
            "3:31: rules[0].then.answer.headers.Content-Length: the server sets it; "
            "the effects 'break', 'drip' and 'garbage' make it wrong",
        ),
        (
            '{headers: {a: "x\\ny"}}',
            "3:34: rules[0].then.answer.headers.a: a header's value is one line of ASCII",
        ),
        (
            "{body: x, charset: klingon}",
            "3:39: rules[0].then.answer.charset: there is no charset 'klingon'",
        ),
        (
            "{body: x, charset: idna}",
            "3:39: rules[0].then.answer.charset: there is no charset 'idna'",
        ),
        (
            "{body: x, charset: hex}",
            "3:39: rules[0].then.answer.charset: there is no charset 'hex'",
        ),
        ("{status: 199}", "3:29: rules[0].then.answer.status: expected a whole number >= 200"),
        (
            "{stauts: 500}",
            "3:21: rules[0].then.answer: unknown key 'stauts'; did you mean 'status'?",
        ),
        ("x", "3:20: rules[0].then.answer: expected keys and values like {page: …}, got text"),
    ],
)
def test_a_mistake_is_told_with_its_place(answer: str, mistake: str) -> None:
    assert mistake_in_rule(then=f"{{answer: {answer}}}") == f"test.yaml:{mistake}"


@pytest.mark.parametrize(
    "other", ["fail: lost_card", "stale: 1", "limit: {calls: 1}", "garbage: {}"]
)
def test_it_cannot_stand_beside_what_answers_too(other: str) -> None:
    assert "can't stand beside" in mistake_in_rule(then=f"{{answer: {{page: empty}}, {other}}}")


def test_a_scheduled_charge_has_no_answer() -> None:
    mistake = mistake_in_rule("{operation: scheduled_charge}", "{answer: {status: 500}}")

    assert mistake == (
        "test.yaml:3:20: rules[0].then.answer: can't be done to scheduled_charge: it has no answer"
    )


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("{set: {response.no.such: 1}}", "another answer, unchanged"),
        ("{remove: [response.nothing, a.b]}", "another answer, unchanged"),
        ("{set: {response.no.such: 1}, remove: [response.status]}", "another answer"),
        ("{remove: [response.nothing], status: 500}", "another answer"),
        ("{remove: [response.nothing], headers: {x-trial: yes please}}", "another answer"),
    ],
)
async def test_the_journal_tells_where_no_path_led_to_anything(
    stage: Stage, answer: str, fault: str
) -> None:
    response = await paid_with(stage, answer)

    assert stage.line.fault == fault
    assert response.json()["response"]["merchant_uid"] == "o1"
