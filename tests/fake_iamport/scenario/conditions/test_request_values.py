import pytest

from tests.fake_iamport.scenario.conftest import Stage
from tests.fake_iamport.scenario.reading_rules import mistake_in_rule

pytestmark = pytest.mark.anyio

NO = "{fail: {code: 7, message: no}}"


@pytest.mark.parametrize(
    ("field", "matches"),
    [
        ("{amount: 1000}", True),
        ("{amount: '1000'}", True),
        ("{amount: 1000.0}", True),
        ("{amount: 1001}", False),
        ("{merchant_uid: o1}", True),
        ("{merchant_uid: O1}", False),
        ("{merchant_uid: {glob: 'o*'}}", True),
        ("{merchant_uid: {glob: 'o'}}", False),
        ("{merchant_uid: {regex: 'o[0-9]'}}", True),
        ("{merchant_uid: {regex: 'o'}}", False),
        ("{merchant_uid: {regex: '(?!x)(?:[a-z]|[A-Z])(?P<n>[0-9]+)(?:-|_)?(?(n)|x)'}}", True),
        ("{amount: {at_least: 1000}}", True),
        ("{amount: {at_least: 1000.5}}", False),
        ("{amount: {at_most: 999}}", False),
        ("{amount: {at_least: 500, at_most: 1500}}", True),
        ("{merchant_uid: {at_least: 0}}", False),
        ("{amount: {one_of: [1, 1000]}}", True),
        ("{amount: {one_of: [1, 2]}}", False),
        ("{name: {missing: true}}", True),
        ("{buyer_name: {missing: true}}", True),
        ("{buyer_email: {missing: true}}", True),
        ("{amount: {missing: true}}", False),
        ("{amount: {missing: false}}", True),
        ("{name: {missing: false}}", False),
        ("{name: x}", False),
        ("{amount: 1000, merchant_uid: o1}", True),
        ("{amount: 1000, merchant_uid: o2}", False),
        ("{use_card_point: true}", True),
        ("{custom_data.a.b: 1}", True),
        ("{custom_data.list.1.c: 2}", True),
        ("{custom_data.list.*.c: 2}", True),
        ("{custom_data.list.0.c: 2}", False),
        ("{custom_data.list.x.c: 2}", False),
        ("{custom_data.list.9.c: {missing: true}}", True),
    ],
)
async def test_a_field_of_the_request_is_looked_at(stage: Stage, field: str, matches: bool) -> None:
    stage.rule(f"{{operation: onetime, field: {field}}}", NO)
    custom = {"a": {"b": 1}, "list": [{"c": 1}, {"c": 2}]}
    more = {"custom_data": custom, "use_card_point": True, "buyer_name": "", "buyer_email": None}

    assert ((await stage.pay("o1", **more))["code"] == 7) is matches


async def test_a_field_is_the_same_in_a_form_in_the_query_and_in_the_path(stage: Stage) -> None:
    token = {"Authorization": await stage.call.token()}
    stage.rule("{field: {merchant_uid: o1}}", NO)
    http = stage.call.http

    form = await http.post(
        "/subscribe/payments/onetime", data={"merchant_uid": "o1"}, headers=token
    )
    query = await http.get("/payments", params={"merchant_uid[]": "o1"}, headers=token)
    path = await http.get("/payments/find/o1", headers=token)
    other = await http.get("/payments/find/o2", headers=token)

    assert form.json()["code"] == 7
    assert path.json()["code"] == 7
    assert query.json()["code"] != 7  # it is a list there
    assert other.json()["code"] != 7


async def test_items_of_a_list_are_looked_into(stage: Stage) -> None:
    await stage.register()
    now = stage.merchant.clock.now()
    stage.rule("{operation: schedule, field: {schedules.*.merchant_uid: s2}}", NO)

    assert (await stage.schedule(("s1", now + 60)))["code"] == 0
    assert (await stage.schedule(("s3", now + 60), ("s2", now + 60)))["code"] == 7


async def test_path_and_query_are_looked_at_apart(stage: Stage) -> None:
    stage.rule(
        "{operation: getPaymentsByStatus, path: {payment_status: paid}, query: {limit: 5}}", NO
    )

    async def code(path: str) -> int:
        answer: int = (await stage.envelope("GET", path))["code"]
        return answer

    assert await code("/payments/status/paid?limit=5") == 7
    assert await code("/payments/status/paid?limit=6") == 0
    assert await code("/payments/status/failed?limit=5") == 0
    assert await code("/payments/status/failed?limit=5&payment_status=paid") == 0


async def test_headers_are_looked_at_whatever_their_case(stage: Stage) -> None:
    stage.rule("{operation: allBankCodes, header: {X-Trial: {glob: 'yes*'}}}", NO)

    for headers, code in (({"x-trial": "yes, please"}, 7), ({"X-TRIAL": "no"}, 0), ({}, 0)):
        assert (await stage.envelope("GET", "/banks", headers=headers))["code"] == code


LONG = (
    "this can take very long: a repetition must not hold repetitions or alternatives, and there can be "
    "four without an end at most; 'glob' has no such limits"
)
SECRET = (
    "is card data or a secret, which no scenario may hold; "
    "the condition 'card' knows the test cards"
)


@pytest.mark.parametrize(
    ("when", "mistake"),
    [
        ("{field: {}}", "2:19: rules[0].when.field: expected at least one name and its value"),
        ("{path: {}}", "2:18: rules[0].when.path: expected at least one name and its value"),
        ("{query: {}}", "2:19: rules[0].when.query: expected at least one name and its value"),
        ("{header: {}}", "2:20: rules[0].when.header: expected at least one name and its value"),
        (
            "{field: {amonut: 1}}",
            "2:20: rules[0].when.field.amonut: none of the rule's operations takes 'amonut'; "
            "did you mean 'amount'?",
        ),
        (
            "{operation: getToken, field: {amount: 1}}",
            "2:41: rules[0].when.field.amount: none of the rule's operations takes 'amount'",
        ),
        (
            "{field: {amount: {at_least: 2, at_most: 1}}}",
            "2:39: rules[0].when.field.amount.at_least: "
            "at_least is above at_most, so that nothing matches",
        ),
        (
            "{field: {amount: {}}}",
            "2:28: rules[0].when.field.amount: "
            "expected a value, or one of glob, regex, at_least, at_most, one_of, missing",
        ),
        (
            "{field: {amount: {regex: '('}}}",
            "2:36: rules[0].when.field.amount.regex: not a regular expression: "
            "missing ), unterminated subpattern at position 0",
        ),
        (
            "{field: {amount: {missing: true, glob: x}}}",
            "2:38: rules[0].when.field.amount.missing: 'missing' stands alone",
        ),
        (
            "{field: {amount: {golb: x}}}",
            "2:29: rules[0].when.field.amount: unknown key 'golb'; did you mean 'glob'?",
        ),
        (
            "{field: {amount: {one_of: []}}}",
            "2:37: rules[0].when.field.amount.one_of: expected a list of length >= 1",
        ),
        (
            "{field: {amount: null}}",
            "2:28: rules[0].when.field.amount: expected true or false or a whole number or a number "
            "or text or keys and values like {glob: …}, got nothing",
        ),
        (
            "{field: {card_number: '4518'}}",
            f"2:20: rules[0].when.field.card_number: 'card_number' {SECRET}",
        ),
        (
            "{field: {imp_secret: s3cr3t}}",
            f"2:20: rules[0].when.field.imp_secret: 'imp_secret' {SECRET}",
        ),
        (
            "{query: {imp_secret: s3cr3t}}",
            f"2:20: rules[0].when.query.imp_secret: 'imp_secret' {SECRET}",
        ),
        (
            "{field: {schedules.0.card_number: '4518'}}",
            f"2:20: rules[0].when.field.schedules.0.card_number: 'card_number' {SECRET}",
        ),
        (
            "{query: {_token: s3cr3t}}",
            "2:20: rules[0].when.query._token: none of the rule's operations takes '_token' "
            "in its query string",
        ),
        (
            "{operation: schedule, field: {schedules.*.amont: 1}}",
            "2:41: rules[0].when.field.schedules.*.amont: nothing in 'schedules' is called 'amont'; "
            "did you mean 'schedules.*.amount'?",
        ),
        (
            "{field: {schedules.0.colour: 1}}",
            "2:20: rules[0].when.field.schedules.0.colour: "
            "nothing in 'schedules' is called 'colour'",
        ),
        (
            "{field: {schedules.amount: 1}}",
            "2:20: rules[0].when.field.schedules.amount: 'schedules' is a list; "
            "did you mean 'schedules.*.amount'?",
        ),
        (
            "{operation: schedule, field: {amount: 1}}",
            "2:41: rules[0].when.field.amount: none of the rule's operations takes 'amount'; "
            "did you mean 'schedules.*.amount'?",
        ),
        (
            "{operation: onetime, path: {merchant_uid: o1}}",
            "2:39: rules[0].when.path.merchant_uid: "
            "none of the rule's operations takes 'merchant_uid' in its path",
        ),
        (
            "{operation: getPaymentsByStatus, path: {limit: 5}}",
            "2:51: rules[0].when.path.limit: none of the rule's operations takes 'limit' in its path",
        ),
        (
            "{operation: getPaymentsByStatus, query: {payment_status: paid}}",
            "2:52: rules[0].when.query.payment_status: "
            "none of the rule's operations takes 'payment_status' in its query string",
        ),
        (
            "{operation: onetime, query: {amount: 1}}",
            "2:40: rules[0].when.query.amount: "
            "none of the rule's operations takes 'amount' in its query string",
        ),
        (
            "{operation: scheduled_charge, query: {amount: 1}}",
            "2:49: rules[0].when.query.amount: "
            "none of the rule's operations takes 'amount' in its query string",
        ),
        (
            "{field: {merchant_uid: {regex: '(a+)+'}}}",
            f"2:42: rules[0].when.field.merchant_uid.regex: {LONG}",
        ),
        (
            "{field: {merchant_uid: {regex: '(foo|bar)*'}}}",
            f"2:42: rules[0].when.field.merchant_uid.regex: {LONG}",
        ),
        (
            "{field: {merchant_uid: {regex: 'a*b*a*b*a*c'}}}",
            f"2:42: rules[0].when.field.merchant_uid.regex: {LONG}",
        ),
        (
            "{header: {Authorization: 'Bearer s3cr3t'}}",
            "2:21: rules[0].when.header.Authorization: this header holds a token, which no scenario may",
        ),
        (
            "{header: {x-imptokenheader: s3cr3t}}",
            "2:21: rules[0].when.header.x-imptokenheader: "
            "this header holds a token, which no scenario may",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_without_a_secret(when: str, mistake: str) -> None:
    told = mistake_in_rule(when)

    assert told == f"test.yaml:{mistake}"
    assert "s3cr3t" not in told
    assert "4518" not in told


async def test_of_a_long_value_a_regular_expression_sees_the_beginning(stage: Stage) -> None:
    stage.rule("{operation: onetime, field: {name: {regex: '[ab]*a[ab]*a[ab]*c?'}}}", NO)

    assert (await stage.pay("o1", name="ab" * 100 + "!"))["code"] == 7
    assert (await stage.pay("o2", name="b" * 200 + "aa"))["code"] != 7


async def test_parameters_of_a_deletion_may_stand_in_the_query(stage: Stage) -> None:
    await stage.register()
    stage.rule("{operation: customer_delete, query: {reason: moved}}", NO)

    assert (await stage.envelope("DELETE", "/subscribe/customers/c1?reason=moved"))["code"] == 7
