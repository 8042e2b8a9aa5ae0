"""What the contract of the i'mport V1 REST API is tested with.

:mod:`contract_tests.strategies` makes what callers send: cards, order numbers, amounts. It needs the
extra ``contract``, and speaks of the API only, so that it serves tests of any server or merchant.
"""
