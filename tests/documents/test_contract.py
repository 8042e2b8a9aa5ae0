import re

from contract_tests.clauses import contract
from tests.contract_tests.mutants import MUTANTS
from tests.contract_tests.wrong_servers.twists import MUTANTS as DECLARED
from tests.documents import contract as contract_page
from tests.documents import fidelity
from tests.documents.shell import ROOT


def written(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def test_the_contract_is_up_to_date() -> None:
    assert written("contract.md") == contract_page.page(), "run `make docs`"


def test_the_page_on_fidelity_is_up_to_date() -> None:
    assert written("fidelity.md") == fidelity.page(), "run `make docs`"


def test_every_clause_has_a_wrong_server_and_the_table_shows_it() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (.*) \| (.*) \|$", written("mutants.md"), re.MULTILINE)

    assert DECLARED.keys() == MUTANTS.keys() == contract("provider").checks.keys()
    assert [(clause, says) for clause, says, _ in rows] == [
        (clause, mutant.says) for clause, mutant in MUTANTS.items()
    ], "run `python -m tests.documents.mutants --write`"
    assert [clause for clause, _, said in rows if said != f"`{clause}` alone, 3 of 3 times"] == []
