import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from fake_iamport import FakeIamport, MerchantSettings, Settings
from fake_iamport.scenario.library import scenario_library
from fake_iamport.scenario.schema import schema_text

pytestmark = pytest.mark.anyio

MERCHANT = "/_fake/merchants/imp_apikey"
SCENARIOS = f"{MERCHANT}/scenarios"
DECLINED = """\
states: {bank: [up, down]}
rules:
  - name: over the limit
    when: {operation: onetime, state: {bank: up}}
    then: {fail: limit_exceeded}
    times: 2
  - name: gone
    when: {operation: onetime, state: {bank: down}}
    then: {answer: {page: nginx_503}}
"""
LIBRARY = sorted(scenario_library())


@pytest.fixture
def pay(call: Any, card: Any) -> Any:
    """Pays an order, and tells the payment's status, or the HTTP status of what is no answer."""

    async def pay(merchant_uid: str) -> str | int:
        body = {**card, "merchant_uid": merchant_uid, "amount": 1000}
        answer = await call("POST", "/subscribe/payments/onetime", body)
        if answer.status_code != 200:
            return int(answer.status_code)
        status: str = answer.json()["response"]["status"]
        return status

    return pay


async def put(call: Any, name: str, document: str | bytes = b"") -> Any:
    return await call.http.put(f"{SCENARIOS}/{name}", content=document)


async def names(call: Any) -> list[str]:
    listed = (await call.http.get(SCENARIOS)).json()["scenarios"]
    return [each["name"] for each in listed]


async def test_a_file_is_loaded_as_it_stands(call: Any, pay: Any) -> None:
    loaded = await put(call, "declined", DECLINED)

    assert (loaded.status_code, loaded.json()["name"]) == (200, "declined")
    assert [await pay(order) for order in ("a", "b", "c")] == ["failed", "failed", "paid"]


async def test_json_is_taken_too(call: Any, pay: Any) -> None:
    document = {"rules": [{"when": {"share": 1.0}, "then": {"fail": "lost_card"}}]}

    assert (await put(call, "lost", json.dumps(document))).status_code == 200
    assert await pay("a") == "failed"


async def test_an_ending_as_files_have_it_is_no_part_of_the_name(call: Any) -> None:
    await put(call, "declined.yaml", DECLINED)

    assert await names(call) == ["declined"]
    assert (await call.http.get(f"{SCENARIOS}/declined.yaml")).json()["name"] == "declined"


async def test_a_loaded_scenario_tells_its_states_and_what_its_rules_did(
    call: Any, pay: Any
) -> None:
    await put(call, "declined", DECLINED)
    await pay("a")

    shown = (await call.http.get(f"{SCENARIOS}/declined")).json()

    assert shown == {
        "name": "declined",
        "loaded_at": shown["loaded_at"],
        "states": {"bank": "up"},
        "rules": [
            {"name": "over the limit", "matched": 1, "fired": 1, "left": 1},
            {"name": "gone", "matched": 0, "fired": 0, "left": None},
        ],
        "unused_rules": ["gone"],
    }
    assert (await call.http.get(SCENARIOS)).json() == {"scenarios": [shown]}


async def test_scenarios_are_listed_in_the_order_in_which_they_are_tried(call: Any) -> None:
    for name in ("one", "two", "three", "one"):
        await put(call, name, DECLINED)
    await call.http.post(f"{MERCHANT}/fail-next", json={"fail": "lost_card"})

    assert await names(call) == ["fail-next-1", "one", "two", "three"]


async def test_states_are_set_and_the_others_stay(call: Any, pay: Any) -> None:
    await put(call, "declined", DECLINED)

    answer = await call.http.patch(
        f"{SCENARIOS}/declined/states", json={"states": {"bank": "down"}}
    )

    assert answer.json()["states"] == {"bank": "down"}
    assert await pay("a") == 503


async def test_a_reset_begins_the_scenario_again(call: Any, pay: Any) -> None:
    begun = (await put(call, "declined", DECLINED)).json()
    await pay("a")
    await call.http.patch(f"{SCENARIOS}/declined/states", json={"states": {"bank": "down"}})

    assert (await call.http.post(f"{SCENARIOS}/declined/reset")).json() == begun


async def test_one_scenario_or_all_are_unloaded(call: Any, pay: Any) -> None:
    for name in ("one", "two", "three"):
        await put(call, name, DECLINED)

    assert (await call.http.delete(f"{SCENARIOS}/two")).json()["name"] == "two"
    assert await names(call) == ["one", "three"]
    gone = (await call.http.delete(SCENARIOS)).json()["scenarios"]
    assert [each["name"] for each in gone] == ["one", "three"]
    assert await names(call) == []
    assert await pay("a") == "paid"


async def test_merchants_have_scenarios_of_their_own(call: Any) -> None:
    other = (await call.http.post("/_fake/merchants", json={})).json()["imp_key"]
    await put(call, "declined", DECLINED)

    answer = await call.http.get(f"/_fake/merchants/{other}/scenarios")

    assert answer.json() == {"scenarios": []}


async def test_the_next_calls_that_match_fail(call: Any, pay: Any) -> None:
    order = {"fail": "limit_exceeded", "calls": 2, "when": {"field": {"merchant_uid": "a"}}}
    order["when"]["operation"] = "onetime"  # type: ignore[index]

    made = await call.http.post(f"{MERCHANT}/fail-next", json=order)

    assert (made.status_code, made.json()["name"]) == (201, "fail-next-1")
    assert [await pay(uid) for uid in ("b", "a", "a", "a")] == ["paid", "failed", "failed", "paid"]
    assert (await call.http.get(f"{SCENARIOS}/fail-next-1")).json()["rules"] == [
        {"name": "the next 2 calls", "matched": 3, "fired": 2, "left": 0}
    ]
    entries = (await call.http.get("/_fake/journal?operation=onetime")).json()["entries"]
    assert [[rule["scenario"] for rule in entry["rules"]] for entry in entries] == [
        [], ["fail-next-1"], ["fail-next-1"], [],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "fail", ["8350:도난분실카드", {"code": -1, "message": "안 됨"}, {"failure": "lost_card"}]
)
async def test_a_call_fails_in_every_way_of_the_effect(call: Any, card: Any, fail: Any) -> None:
    given = {"fail": fail, "when": {"operation": "onetime", "share": 1.0}}

    assert (await call.http.post(f"{MERCHANT}/fail-next", json=given)).status_code == 201

    body = {**card, "merchant_uid": "a", "amount": 1000}
    answer = (await call("POST", "/subscribe/payments/onetime", body)).json()
    assert answer["code"] != 0 or answer["response"]["status"] == "failed"


async def test_what_fails_next_is_tried_before_the_others(call: Any, pay: Any) -> None:
    await put(call, "fine", "rules: [{then: {pass: true}}]")
    await call.http.post(f"{MERCHANT}/fail-next", json={"fail": "lost_card"})

    assert [await pay("a"), await pay("a")] == ["failed", "paid"]


async def test_what_was_ordered_first_fails_first(call: Any, pay: Any) -> None:
    for failure in ("limit_exceeded", "lost_card"):
        order = {"fail": failure, "when": {"operation": "onetime"}}
        await call.http.post(f"{MERCHANT}/fail-next", json=order)

    assert [await pay("a"), await pay("b"), await pay("c")] == ["failed", "failed", "paid"]
    entries = (await call.http.get("/_fake/journal?operation=onetime")).json()["entries"]
    assert [entry["failure"] for entry in entries] == ["limit_exceeded", "lost_card", None]


async def test_the_ready_made_ones_are_listed(call: Any) -> None:
    listed = (await call.http.get("/_fake/scenarios")).json()["scenarios"]

    assert [each["name"] for each in listed] == LIBRARY
    assert all(each["rules"] >= 1 for each in listed)


async def test_every_ready_made_one_is_given_and_loaded_by_its_name(call: Any) -> None:
    for name in LIBRARY:
        document = await call.http.get(f"/_fake/scenarios/{name}")
        loaded = await call.http.post(f"{SCENARIOS}/{name}")
        again = await put(call, f"{name}-again", document.content)

        assert (loaded.status_code, loaded.json()["name"]) == (201, name)
        assert again.json()["rules"] == loaded.json()["rules"]


async def test_the_schema_is_given(call: Any) -> None:
    given = await call.http.get("/_fake/scenarios/schema.json")

    assert given.json() == json.loads(schema_text())


async def test_a_file_of_the_machine_is_not_loaded_by_its_name(
    call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.yaml").write_text(DECLINED)
    (tmp_path / "secret").write_text(DECLINED)
    monkeypatch.chdir(tmp_path)

    assert (await call.http.post(f"{SCENARIOS}/secret.yaml")).status_code == 404
    assert (await call.http.get("/_fake/scenarios/secret")).status_code == 404


MISTAKES: dict[str, tuple[Any, Any]] = {
    "an unknown key": (
        "rules:\n  - then: {fial: lost_card}\n",
        ("rules[0].then", 2, 12, "unknown key 'fial'; did you mean 'fail'?"),
    ),
    "a wrong type": (
        "rules:\n  - then: {delay: soon}\n",
        ("rules[0].then.delay", 2, 19, "expected a number or keys and values like "
         "{before_commit: …}, got text"),
    ),
    "an unknown failure": (
        "rules:\n  - then: {fail: lost_crad}\n",
        ("rules[0].then.fail", 2, 18, "there is no failure 'lost_crad'; did you mean 'lost_card'?"),
    ),
    "an unknown operation": (
        "rules:\n  - when: {operation: onetyme}\n    then: {fail: lost_card}\n",
        (
            "rules[0].when.operation", 2, 23,
            "there is no operation or tag 'onetyme'; did you mean 'onetime'?",
        ),
    ),
    "an impossible combination": (
        "rules:\n  - when: {operation: getToken}\n    then: {fail: lost_card}\n",
        (
            "rules[0].then.fail", 3, 18,
            "can't be done to getToken: it never asks the gateway; 'code' and 'message' fail any call",
        ),
    ),
    "no YAML": ("rules: [", (None, 2, 1, None)),
    "no UTF-8": (b"rules: \xff", (None, 1, 1, "is not UTF-8")),
    "nothing but a comment": ("# to do\n", (None, 1, 1, "the document is empty")),
}  # fmt: skip


@pytest.mark.parametrize("kind", MISTAKES)
async def test_a_mistake_is_told_with_its_place_and_changes_nothing(call: Any, kind: str) -> None:
    document, (field, line, column, complaint) = MISTAKES[kind]
    before = (await put(call, "shop", DECLINED)).json()

    answer = await put(call, "shop", document)

    told = answer.json()["error"]
    assert answer.status_code == 400
    assert (told["field"], told["line"]) == (field, line)
    if complaint is not None:
        place = f"shop:{line}:{column}: " + (f"{field}: " if field else "")
        assert (told["column"], told["message"]) == (column, place + complaint)
    assert (await call.http.get(SCENARIOS)).json() == {"scenarios": [before]}


async def test_a_file_that_curl_made_one_line_of_is_told(call: Any) -> None:
    document = ("# a comment\n" + DECLINED).replace("\n", "")

    message = (await put(call, "shop", document)).json()["error"]["message"]

    assert message == (
        "shop:1:1: the document is empty; it is all one line: send a file with curl's -T or "
        "--data-binary, -d joins its lines"
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field", "message"),
    [
        ("GET", "/merchants/nobody/scenarios", None, 404, "imp_key",
         "there is no merchant with the imp_key 'nobody'"),
        ("PUT", "/merchants/nobody/scenarios/x", None, 404, "imp_key",
         "there is no merchant with the imp_key 'nobody'"),
        ("DELETE", "/merchants/nobody/scenarios", None, 404, "imp_key",
         "there is no merchant with the imp_key 'nobody'"),
        ("POST", "/merchants/nobody/fail-next", {"fail": "lost_card"}, 404, "imp_key",
         "there is no merchant with the imp_key 'nobody'"),
        ("GET", "/scenarios/no_such", None, 404, "name",
         "there is no ready-made scenario 'no_such'"),
        ("POST", "/merchants/imp_apikey/scenarios/webhook_twise", None, 404, "name",
         "there is no ready-made scenario 'webhook_twise'; did you mean 'webhook_twice'?"),
        ("POST", "/merchants/imp_apikey/scenarios/webhook_twice", {"rules": []}, 400, "document",
         "POST loads a ready-made scenario by its name and takes no body; send a file with PUT, as in "
         "curl -T FILE"),
        ("PUT", "/merchants/imp_apikey/scenarios/no_such", None, 400, "document",
         "there is no ready-made scenario 'no_such', and the body is empty; send the file, as in "
         "curl -T FILE"),
        ("PUT", "/merchants/imp_apikey/scenarios/webhook_twice", None, 400, "document",
         "the body is empty; send the file, as in curl -T FILE, or load the ready-made scenario "
         "'webhook_twice' with POST"),
        ("GET", "/merchants/imp_apikey/scenarios/declind", None, 404, "name",
         "the merchant has no scenario 'declind' loaded; did you mean 'declined'?"),
        ("DELETE", "/merchants/imp_apikey/scenarios/other", None, 404, "name",
         "the merchant has no scenario 'other' loaded"),
        ("POST", "/merchants/imp_apikey/scenarios/other/reset", None, 404, "name",
         "the merchant has no scenario 'other' loaded"),
        ("PATCH", "/merchants/imp_apikey/scenarios/declined/states", {"states": {"bnk": "up"}},
         400, "states.bnk", "the scenario has no state 'bnk'; did you mean 'bank'?"),
        ("PATCH", "/merchants/imp_apikey/scenarios/declined/states",
         {"states": {"bank": "dwn"}}, 400, "states.bank",
         "'dwn' is not one of up, down; did you mean 'down'?"),
        ("PATCH", "/merchants/imp_apikey/scenarios/declined/states", {"states": {"bank": 1}},
         400, "states[...]", "expected text, got a whole number"),
        ("POST", "/merchants/imp_apikey/fail-next", {}, 400, None,
         "the key 'fail' is missing"),
        ("POST", "/merchants/imp_apikey/fail-next", {"fail": "lost_crad"}, 400, "fail",
         "there is no failure 'lost_crad'; did you mean 'lost_card'?"),
        ("POST", "/merchants/imp_apikey/fail-next", {"fail": "lost_card", "calls": 0}, 400,
         "calls", "expected a whole number >= 1"),
        ("POST", "/merchants/imp_apikey/fail-next",
         {"fail": "lost_card", "when": {"operation": "onetyme"}}, 400, "when.operation",
         "there is no operation or tag 'onetyme'; did you mean 'onetime'?"),
        ("POST", "/merchants/imp_apikey/fail-next",
         {"fail": "lost_card", "when": {"oparation": "onetime"}}, 400, "when",
         "unknown key 'oparation'; did you mean 'operation'?"),
        ("POST", "/merchants/imp_apikey/fail-next",
         {"fail": "lost_card", "when": {"operation": "getToken"}}, 400, "fail",
         "can't be done to getToken: it never asks the gateway; "
         "'code' and 'message' fail any call"),
        ("POST", "/merchants/imp_apikey/fail-next", {"fail": {"code": 0, "message": "x"}}, 400,
         "fail.code", "code 0 is no failure"),
    ],
)  # fmt: skip
async def test_what_can_not_be_is_told_in_one_sentence(
    call: Any, method: str, path: str, body: Any, status: int, field: str | None, message: str
) -> None:
    before = (await put(call, "declined", DECLINED)).json()

    answer = await call.http.request(method, f"/_fake{path}", json=body)

    assert answer.status_code == status
    assert answer.json() == {"error": {"field": field, "message": message}}
    assert (await call.http.get(SCENARIOS)).json() == {"scenarios": [before]}


@pytest.mark.parametrize("named", ["/etc/passwd", "secret.yaml", "webhook_twise"])
async def test_settings_over_http_name_no_files(
    call: Any, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.yaml").write_text(DECLINED)
    monkeypatch.chdir(tmp_path)
    meant = "; did you mean 'webhook_twice'?" if named == "webhook_twise" else ""
    settings = {"scenario": ["webhook_late", named]}
    snapshot = (await call.http.get(f"{MERCHANT}/snapshot")).json()
    snapshot["settings"] |= settings

    answers = [
        await call.http.patch(f"{MERCHANT}/settings", json={"settings": settings}),
        await call.http.post("/_fake/merchants", json={"settings": settings}),
        await call.http.put(f"{MERCHANT}/snapshot", json=snapshot),
    ]

    for answer in answers:
        assert (answer.status_code, answer.json()["error"]) == (
            400,
            {
                "field": "settings.scenario",
                "message": f"there is no ready-made scenario {named!r}{meant}; over HTTP no other files "
                "can be named than those given at the start: send yours with PUT "
                "/_fake/merchants/{imp_key}/scenarios/{name}",
            },
        )
    assert await names(call) == []


async def test_settings_over_http_name_ready_made_scenarios(call: Any) -> None:
    change = {"settings": {"scenario": ["webhook_late"]}}

    assert (await call.http.patch(f"{MERCHANT}/settings", json=change)).status_code == 200
    assert await names(call) == ["webhook_late"]


def test_settings_over_http_may_keep_the_files_that_were_given_at_the_start(
    tmp_path: Path,
) -> None:
    path = tmp_path / "declined.yaml"
    path.write_text(DECLINED)
    given = {"settings": {"scenario": ["webhook_late", str(path)]}}

    start = Settings(merchant=MerchantSettings(scenario=(str(path),)))
    with FakeIamport(start) as server, httpx.Client(base_url=server.url) as client:
        assert client.patch(f"{MERCHANT}/settings", json=given).status_code == 200
        assert [each.name for each in server.scenarios()] == ["webhook_late", "declined"]


async def test_a_form_is_told_to_be_one(call: Any) -> None:
    form = await call.http.put(f"{SCENARIOS}/shop", files={"file": ("shop.yaml", DECLINED)})

    message = form.json()["error"]["message"]
    assert message.endswith(
        "; the body is a form, as curl's -F makes it: send the file itself, as in curl -T FILE"
    )


async def test_an_order_that_is_used_up_goes_when_the_next_comes(call: Any, pay: Any) -> None:
    order = {"fail": "lost_card", "when": {"operation": "onetime"}}
    await call.http.post(f"{MERCHANT}/fail-next", json=order)
    await pay("a")
    await call.http.post(f"{MERCHANT}/fail-next", json={**order, "calls": 2})
    await pay("b")
    await call.http.post(f"{MERCHANT}/fail-next", json=order)

    left = [
        each["rules"][0]["left"] for each in (await call.http.get(SCENARIOS)).json()["scenarios"]
    ]
    assert sorted(left) == [1, 1]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("scenario=declined", ["a", "b", "c"]),
        ("rule=gone", ["c"]),
        ("scenario=declined&rule=over%20the%20limit", ["a", "b"]),
        ("scenario=other&rule=gone", []),
    ],
)
async def test_the_journal_finds_the_calls_of_a_rule(
    call: Any, pay: Any, filters: str, found: list[str]
) -> None:
    await put(call, "declined", DECLINED)
    for uid in ("a", "b"):
        await pay(uid)
    await call.http.patch(f"{SCENARIOS}/declined/states", json={"states": {"bank": "down"}})
    await pay("c")

    entries = (await call.http.get(f"/_fake/journal?{filters}")).json()["entries"]

    assert [each["request"]["merchant_uid"] for each in entries] == found


async def test_an_archive_tells_the_fault_in_the_comment(call: Any, pay: Any) -> None:
    await put(call, "declined", DECLINED)
    await pay("a")
    await call.http.patch(f"{SCENARIOS}/declined/states", json={"states": {"bank": "down"}})
    await pay("b")

    archive = (await call.http.get("/_fake/journal/export?format=har&operation=onetime")).json()

    first, second = archive["log"]["entries"]
    entry = (await call.http.get("/_fake/journal?rule=gone")).json()["entries"][0]
    assert "comment" not in first
    assert second["comment"] == entry["fault"] != ""


async def test_the_body_of_a_scenario_is_described_as_a_document(call: Any) -> None:
    described = (await call.http.get("/_fake/openapi.json")).json()

    item = described["paths"]["/_fake/merchants/{imp_key}/scenarios/{name}"]["put"]
    assert set(item["requestBody"]["content"]) == {"application/yaml", "application/json"}
    assert [each["name"] for each in item["parameters"]] == ["imp_key", "name"]
