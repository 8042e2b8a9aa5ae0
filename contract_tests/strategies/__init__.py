"""Hypothesis strategies for what a merchant sends, and for what may go wrong on the way.

They shrink to what a person would write: the first card, the customer ``0``, one won, a buyer without
a name, one call.

============================  ==================================================================
values                        ``card_numbers``, ``expiries``, ``birth_dates``, ``business_numbers``,
                              ``pins``, ``amounts``, ``parts``
names                         ``customer_uids``, ``merchant_uids``, ``awkward_texts``
cards                         ``cards``, ``wrong_cards``
orders                        ``buyers``, ``orders``, ``schedule_items``, ``bodies``
sequences                     ``call_sequences``, ``fault_sequences``
============================  ==================================================================
"""

from contract_tests.strategies.cards import (
    ISSUER_PREFIXES,
    WRONG_CARDS,
    birth_dates,
    business_numbers,
    card_numbers,
    cards,
    expiries,
    pins,
    wrong_birth_dates,
    wrong_cards,
)
from contract_tests.strategies.names import awkward_texts, customer_uids, merchant_uids
from contract_tests.strategies.orders import (
    Body,
    amounts,
    bodies,
    buyers,
    orders,
    parts,
    schedule_items,
)
from contract_tests.strategies.sequences import (
    FAULTS,
    ApiCall,
    Fault,
    call_sequences,
    fault_sequences,
)

__all__ = [
    "FAULTS",
    "ISSUER_PREFIXES",
    "WRONG_CARDS",
    "ApiCall",
    "Body",
    "Fault",
    "amounts",
    "awkward_texts",
    "birth_dates",
    "bodies",
    "business_numbers",
    "buyers",
    "call_sequences",
    "card_numbers",
    "cards",
    "customer_uids",
    "expiries",
    "fault_sequences",
    "merchant_uids",
    "orders",
    "parts",
    "pins",
    "schedule_items",
    "wrong_birth_dates",
    "wrong_cards",
]
