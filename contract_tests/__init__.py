"""The contract of the i'mport V1 REST API, and what either side of it is checked with.

:mod:`contract_tests.clauses` has the contract; ``iamport-contract``, or pytest with
:mod:`contract_tests.provider`, checks that a server keeps it. :mod:`contract_tests.strategies` makes
what callers send: cards, order numbers, amounts. All of it needs the extra ``contract``, and speaks
HTTP only, so that it serves tests of any server or merchant.
"""
