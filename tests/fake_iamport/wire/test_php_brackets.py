from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_iamport.errors import BadRequest
from fake_iamport.wire.php_brackets import parse_pairs


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        ("customer_uid[]=a&customer_uid[]=b", {"customer_uid": ["a", "b"]}),
        ("customer_uid%5B%5D=a", {"customer_uid": ["a"]}),
        ("schedules[0][amount]=1000", {"schedules": [{"amount": "1000"}]}),
        (
            "schedules[0][merchant_uid]=a&schedules[1][merchant_uid]=b&schedules[0][amount]=1",
            {"schedules": [{"merchant_uid": "a", "amount": "1"}, {"merchant_uid": "b"}]},
        ),
        ("extra[requester]=admin", {"extra": {"requester": "admin"}}),
        ("s[0][extra][naverUseCfm]=20201001", {"s": [{"extra": {"naverUseCfm": "20201001"}}]}),
        ("c[1]=u1&c[]=u2", {"c": ["u1", "u2"]}),
        ("a[x]=1&a[]=2", {"a": {"x": "1", "0": "2"}}),
        ("=1&a=2", {"a": "2"}),
        ("a=1&a=2", {"a": "2"}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a=&b", {"a": "", "b": ""}),
        ("a[b=1", {"a[b": "1"}),
        ("name=%EB%8B%B9%EA%B7%BC+10kg", {"name": "당근 10kg"}),
        ("", {}),
    ],
)
def test_brackets_nest_as_in_php(encoded: str, expected: object) -> None:
    assert parse_pairs(encoded, source="form") == expected


@pytest.mark.parametrize(
    ("encoded", "message"),
    [
        ("a=%ff", "The form is not UTF-8 once percent-decoded."),
        ("a" + "[b]" * 16 + "=1", "The form nests deeper than 16 levels."),
        ("a=1&" * 5001, "The form has more than 5000 fields."),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(encoded: str, message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        parse_pairs(encoded, source="form")


@given(st.dictionaries(st.from_regex(r"\A[a-z_]+\Z"), st.text(st.characters(codec="utf-8"))))
def test_flat_forms_survive(values: dict[str, str]) -> None:
    assert parse_pairs(urlencode(values), source="form") == values
