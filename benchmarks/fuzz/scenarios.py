"""Texts that want to be scenarios: good ones, spoilt ones, and none at all."""

import json
from functools import cache
from typing import Any

import yaml
from hypothesis import strategies as st

from benchmarks.fuzz.calls import junk
from fake_iamport.scenario.declaration import conditions, effects
from fake_iamport.scenario.library import scenario_library

__all__ = ["scenario_texts"]

_CONDITIONS: dict[str, list[Any]] = {
    "operation": ["onetime", "*", ["again", "getToken"], "nonsense"],
    "field": [{"amount": 1000}, {"merchant_uid": "new"}],
    "path": [{"customer_uid": "known"}],
    "query": [{"page": "1"}],
    "header": [{"user-agent": "benchmarks"}],
    "call": [1, {"first": 1}, {"every": 2}],
    "share": [0.5, 1, 2],
}
_EFFECTS: dict[str, list[Any]] = {
    "fail": ["limit_exceeded", "X1:no", {"failure": "lost_card", "as": "declined"}, {"code": 7}],
    "answer": [{"status": 503}, {"status": 200, "body": "{"}, {"status": 99}],
    "break": ["before_commit", "before_answer", "in_body"],
    "garbage": [{"text": "x"}],
    "token": ["expired", "revoked", "refused"],
    "stale": [1, {"writes": 1}],
    "set": [{"state": "1"}],
    "pass": [True],
}
_SLOW = frozenset({"delay", "drip", "limit"})
"""What takes real time when it is right."""


def scenario_texts() -> st.SearchStrategy[str]:
    """YAML and JSON of scenarios, most of which are refused."""
    written = _scenarios().map(_text) | st.sampled_from(_ready_made())
    spoilt = st.tuples(written, st.integers(0, 300), st.text(max_size=10)).map(_spoilt)
    odd = st.sampled_from(["", "\ufeff", "&a [*a]", "a: &a [1]\nb: *a", "- " * 2000, "{" * 2000])
    return st.one_of(written, written, spoilt, st.text(max_size=60), odd)


@cache
def _ready_made() -> list[str]:
    texts = [path.read_text("utf-8") for path in scenario_library().values()]
    return [text for text in texts if not any(f"{name}:" in text for name in _SLOW)]


def _scenarios() -> st.SearchStrategy[dict[str, Any]]:
    rule = st.fixed_dictionaries(
        {"when": _parts(conditions(), _CONDITIONS), "then": _parts(effects(), _EFFECTS)},
        optional={"times": st.integers(-1, 3), "name": st.text(max_size=9)},
    )
    return st.fixed_dictionaries(
        {"title": st.just("fuzz"), "rules": st.lists(rule, min_size=1, max_size=3)},
        optional={
            "states": st.just({"state": "0"}) | junk,
            "seed": st.just(1) | junk,
            "match": st.sampled_from(["first", "all", "x"]),
        },
    )


def _parts(declared: Any, known: dict[str, list[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    names = sorted(set(declared) - _SLOW)
    part = st.sampled_from(names).flatmap(
        lambda name: st.tuples(
            st.just(name),
            st.sampled_from(known.get(name, [{}])) | st.sampled_from(known.get(name, [{}])) | junk,
        )
    )
    return st.lists(part, min_size=1, max_size=2).map(dict)


def _text(scenario: dict[str, Any]) -> str:
    if len(scenario["rules"]) % 2:
        return json.dumps(scenario)
    text: str = yaml.safe_dump(scenario, allow_unicode=True)
    return text


def _spoilt(text_and_change: tuple[str, int, str]) -> str:
    text, at, inserted = text_and_change
    return text[:at] + inserted + text[at + 1 :]
