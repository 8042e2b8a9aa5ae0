from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from fake_iamport.documents import dump_document, load_document

SPECIAL = [
    "yes", "041", "12:30", "null", "~", "", "true", "1e5", "-", "a: b", "#", "x\n", "\n x",
    "a\n\n b\n", "'", '"', " x ", "[", "{", "*", "&a", "!x", "%", "@", "<<", "=", "---", "...",
    "\ufeff", "\x85", "\u2028", "한글\n두 줄\n",
]  # fmt: skip
TEXTS = st.text() | st.sampled_from(SPECIAL)
NUMBERS = st.integers(-(10**17), 10**17) | st.floats(allow_nan=False)
VALUES = st.recursive(
    TEXTS | NUMBERS | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
@example({"text": "first\n  second\n\nthird"})
def test_what_is_dumped_is_read_as_the_same(value: Any) -> None:
    written = dump_document({"value": value})

    read = load_document(written, dict[str, Any], "dumped.yaml")["value"]

    assert (read, repr(read)) == (value, repr(value))


def test_short_parts_stand_on_one_line_and_long_texts_as_they_are() -> None:
    assert dump_document(
        {"when": {"operation": "onetime"}, "text": "한 줄\n두 줄\n", "rules": [{"then": {"a": 1}}]}
    ) == ("when: {operation: onetime}\ntext: |\n  한 줄\n  두 줄\nrules:\n  - then: {a: 1}\n")
