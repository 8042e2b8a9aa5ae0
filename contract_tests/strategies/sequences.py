"""Sequences: of calls that a merchant makes, and of faults that meet them on the way."""

from typing import Any, NamedTuple

from hypothesis import strategies as st

from contract_tests.strategies.cards import cards, wrong_cards
from contract_tests.strategies.orders import amounts

__all__ = ["FAULTS", "ApiCall", "Fault", "call_sequences", "fault_sequences"]


class ApiCall(NamedTuple):
    """An operation of the API and its parameters."""

    operation: str
    parameters: dict[str, Any]


class Fault(NamedTuple):
    """What goes wrong with the call ``at`` a place, counted from 0: a name of :data:`FAULTS`."""

    at: int
    kind: str


FAULTS = (
    "lost answer",
    "lost request",
    "late answer",
    "server error",
    "garbage",
    "dead token",
    "webhook first",
    "webhook twice",
    "webhook late",
    "no webhook",
)
"""What may go wrong between a merchant and the server, the likeliest to hurt first."""

_FEW = 3


def call_sequences(most: int = 12) -> st.SearchStrategy[list[ApiCall]]:
    """Calls on few customers and orders, so that they meet: keys, charges, cancels, look-ups."""
    customers = st.integers(1, _FEW).map("customer-{}".format)
    orders = st.integers(1, _FEW).map("order-{}".format)
    card = cards() | wrong_cards()
    return st.lists(
        st.one_of(
            _call("customer_save", card, customer_uid=customers),
            _call("onetime", card, merchant_uid=orders, amount=amounts(10_000)),
            _call("again", customer_uid=customers, merchant_uid=orders, amount=amounts(10_000)),
            _call("cancelPayment", merchant_uid=orders, amount=st.integers(0, 10_000)),
            _call("customer_view", customer_uid=customers),
            _call("customer_delete", customer_uid=customers),
            _call("getPaymentByMerchantUid", merchant_uid=orders),
        ),
        min_size=1,
        max_size=most,
    )


def fault_sequences(calls: int, most: int = 3) -> st.SearchStrategy[list[Fault]]:
    """Faults in so many ``calls``, in order and at most one to a call."""
    faults = st.builds(Fault, st.integers(0, calls - 1), st.sampled_from(FAULTS))
    return st.lists(faults, max_size=most, unique_by=lambda fault: fault.at).map(sorted)


def _call(
    operation: str,
    card: "st.SearchStrategy[dict[str, str]] | None" = None,
    **parameters: st.SearchStrategy[Any],
) -> st.SearchStrategy[ApiCall]:
    own = st.fixed_dictionaries(parameters)
    cards_too = st.just({}) if card is None else card
    return st.builds(lambda one, two: ApiCall(operation, {**one, **two}), own, cards_too)
