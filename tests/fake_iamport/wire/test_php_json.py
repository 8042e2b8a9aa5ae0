import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_iamport.wire.php_json import encode


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("당근", rb'"\ub2f9\uadfc"'),
        ("https://a/b", rb'"https:\/\/a\/b"'),
        ("😀", rb'"\ud83d\ude00"'),
        ("é\x7f", b'"\\u00e9\x7f"'),
        ('"\\\n\t', rb'"\"\\\n\t"'),
        ({"a": 1, "b": [None, True]}, b'{"a":1,"b":[null,true]}'),
        (Decimal("10.50"), b"10.50"),
    ],
)
def test_bytes_are_those_of_php(value: object, expected: bytes) -> None:
    assert encode(value) == expected


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_survives_as_pure_ascii(text: str) -> None:
    encoded = encode(text)

    assert encoded.isascii()
    assert json.loads(encoded) == text


_texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | _texts,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
        max_leaves=20,
    )
)
def test_bytes_are_those_of_the_standard_library_with_php_escapes(value: object) -> None:
    written = json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("/", "\\/")
    escaped = (each if each.isascii() else json.dumps(each)[1:-1] for each in written)

    assert encode(value) == "".join(escaped).encode()
