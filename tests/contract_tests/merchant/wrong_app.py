"""A wrong merchant, as ``--app`` names one."""

from tests.contract_tests.merchant.mutants import MUTANTS, make_app

declined_is_fine = make_app(MUTANTS["M-PAY-02"])
