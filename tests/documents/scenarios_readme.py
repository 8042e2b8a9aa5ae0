"""Writes ``scenarios/README.md``: every ready-made scenario, by topic, for people who test merchants.

``python -m tests.documents.scenarios_readme`` prints the page; ``make docs`` keeps it.
"""

from collections.abc import Iterator, Mapping

from fake_iamport.scenario.form import BothLanguages, ScenarioForm
from fake_iamport.scenario.library import scenario_library
from fake_iamport.scenario.reading import open_scenario

__all__ = ["TOPICS", "page"]

TOPICS: Mapping[str, tuple[str, ...]] = {
    "Refused cards · 카드 거절": (
        "card_wrong_number",
        "card_expired",
        "card_wrong_birth",
        "card_wrong_pin_then_locked",
        "card_not_accepted",
        "merchant_not_approved",
    ),
    "Declined charges · 결제 거절": (
        "over_limit_this_month",
        "amount_above_limit",
        "insufficient_balance",
        "lost_or_stolen_card",
        "suspended_card",
        "instalment_refused",
        "declined_twice_then_paid",
        "code_0_but_failed",
        "http_200_but_refused",
        "issuer_maintenance_at_midnight",
        "duplicate_order_number",
    ),
    "Lost answers · 사라진 응답": (
        "lost_answer_after_charge",
        "lost_answer_after_key",
        "lost_answer_after_cancel",
        "lost_answer_after_schedule",
        "lost_request_before_charge",
        "timeout_then_retry",
        "gateway_timeout_504",
    ),
    "Tokens · 토큰": (
        "token_expired_in_flight",
        "token_revoked",
        "token_refused",
        "no_token",
        "clocks_disagree",
    ),
    "A server in trouble · 서버 장애": (
        "html_in_place_of_json",
        "unavailable_for_a_minute",
        "slow_one_in_ten",
        "slow_drip",
        "truncated_json",
        "garbage",
        "null_in_place_of_payment",
        "other_charset",
        "rate_limit_at_months_end",
        "stale_look_up",
        "bad_day",
    ),
    "Webhooks · 웹훅": (
        "webhook_before_answer",
        "webhook_twice",
        "webhook_never",
        "webhook_late",
        "webhook_forged",
        "webhook_out_of_order",
        "webhook_says_paid_but_failed",
        "webhook_as_form",
    ),
    "Schedules and kept cards · 예약과 등록 카드": (
        "schedule_declined_then_retried",
        "key_deleted_with_schedules",
        "key_replaced_with_schedules",
        "schedule_in_milliseconds",
    ),
    "Cancels · 취소": ("partial_cancel_looks_full", "cancel_refused"),
}

_BEGINNING = """\
# Ready-made scenarios

Each of these {number} files lets one thing go wrong that happens to merchants in production, and says
what it costs to handle that badly. `make docs` writes this page from the files.

| to | type |
|---|---|
| see one, step by step | `fake-iamport scenario try webhook_forged` (`--lang ko` for Korean) |
| read one | `fake-iamport scenario show webhook_forged` |
| let your own merchant meet it | `fake-iamport serve --scenario webhook_forged` |
| load it at run time | `curl -X POST $URL/_fake/merchants/$IMP_KEY/scenarios/webhook_forged` |
| have it in a test | `@pytest.mark.scenario("webhook_forged")`, with the fixture `fake_iamport` |
| make it your own | `fake-iamport scenario show webhook_forged --yaml > mine.yaml` |

각 파일은 실제 운영에서 가맹점이 겪는 장애 하나를 재현하고, 잘못 처리하면 무엇을 잃는지 알려 줍니다. 먼저
`fake-iamport scenario try 이름 --lang ko`로 어떤 일이 일어나는지 보고, `serve --scenario 이름`으로
여러분의 가맹점을 시험하세요.

How sure it is that the real server does this: `spec` is its official description, `docs` other
official documentation, `observed` a recording, and `guess` nothing published, but what a merchant is
safest to face.
"""

_TEXTS = (
    ("what happens · 상황", "description"),
    ("badly handled · 잘못 다루면", "lesson"),
    ("well handled · 올바른 처리", "expected"),
)


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    forms = {name: open_scenario(name).form for name in scenario_library()}
    yield _BEGINNING.format(number=len(forms))
    for topic, names in TOPICS.items():
        yield f"**{topic}**\n"
        yield "| scenario | what happens | 상황 |"
        yield "|---|---|---|"
        for name in names:
            title = _texts(forms[name], "title")
            yield f"| [`{name}`](#{name}) | {title.en} | {title.ko} |"
        yield ""
    for topic, names in TOPICS.items():
        yield f"## {topic}\n"
        for name in names:
            yield from _section(name, forms[name])


def _section(name: str, form: ScenarioForm) -> Iterator[str]:
    yield f"### {name}\n"
    title = _texts(form, "title")
    yield f"**{title.en} · {title.ko}**\n"
    yield "| | | |"
    yield "|---|---|---|"
    for heading, field in _TEXTS:
        text = _texts(form, field)
        yield f"| {heading} | {text.en} | {text.ko} |"
    yield f"\n`{form.evidence}`: {form.reference}\n"


def _texts(form: ScenarioForm, field: str) -> BothLanguages:
    texts = getattr(form, field)
    assert isinstance(texts, BothLanguages)
    return texts


if __name__ == "__main__":
    print(page(), end="")
