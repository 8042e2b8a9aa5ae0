"""What a server of the V1 API owes its merchants: the checks of the clauses ``P-...``.

``iamport-contract provider --url URL`` runs them, or ``pytest --pyargs contract_tests.provider
--iamport-url URL``.
"""
