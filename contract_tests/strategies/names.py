"""Names that merchants make up: for their customers' cards, and for their orders."""

from typing import Any

from hypothesis import strategies as st

__all__ = ["awkward_texts", "customer_uids", "merchant_uids"]

_LONGEST_CUSTOMER_UID = 80
_LONGEST_MERCHANT_UID = 40
_AWKWARD = (
    "a b",
    "a/b",
    "100%",
    "%2F",
    "?&=#",
    "한글",
    "😀",
    "a+b",
    "é",
    "a.b",
    "a:b,c",
    "{a}",
    '"',
    "'",
)


def awkward_texts() -> st.SearchStrategy[str]:
    """A short text that careless clients and servers break on, in a path most of all."""
    return st.sampled_from(_AWKWARD)


def customer_uids() -> st.SearchStrategy[str]:
    """A merchant's name for a card: any text up to 80 characters, and awkward ones in a path."""
    return _uids(_LONGEST_CUSTOMER_UID)


def merchant_uids() -> st.SearchStrategy[str]:
    """An order number: any text up to 40 characters, and awkward ones in a path."""
    return _uids(_LONGEST_MERCHANT_UID)


def _uids(longest: int) -> st.SearchStrategy[str]:
    letters: Any = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
    return st.text(letters, min_size=1, max_size=longest) | st.sampled_from((*_AWKWARD, ".."))
