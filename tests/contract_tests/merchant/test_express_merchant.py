"""The merchant that was written in the documentation's way, with its bugs."""

import textwrap
from pathlib import Path

import msgspec

from contract_tests.merchant.description import read_description
from contract_tests.merchant.emulator import Emulator
from contract_tests.merchant.house import command_house
from contract_tests.merchant.suite import check_merchant
from contract_tests.reports.terminal import details
from contract_tests.runner import Plan
from tests.documents.shell import ROOT, matches

CLAUSES = ["M-KEY-0[1245]", "M-PAY-0[123]", "M-LOST-0[24]", "M-CARD-04"]
DOCUMENTS = ("README.md", "docs/README.ko.md", "docs/merchant-suite.md")
BUGS = {"M-PAY-02", "M-LOST-02"}


def documented(name: str) -> str:
    """The finding that a document shows."""
    text = (ROOT / name).read_text("utf-8")
    finding = text.partition("\n    FAIL ")[2].partition("\n\n")[0]
    return textwrap.dedent(f"    FAIL {finding}")


def test_the_suite_finds_the_bugs_of_the_documentations_way(
    emulator: Emulator, node_modules: Path
) -> None:
    described = read_description(ROOT / "examples" / "express.toml")
    description = msgspec.structs.replace(
        described, environment={"NODE_PATH": str(node_modules)}, settles_within=1
    )
    script = ROOT / "tests" / "express_merchant" / "merchant.js"
    with command_house(f"node {script}", emulator, description) as house:
        results = list(check_merchant(house, Plan(2, 1), CLAUSES))

    (declined,) = [each for each in results if each.clause.id == "M-PAY-02"]
    for document in DOCUMENTS:
        assert matches(documented(document), "\n".join(details(declined))), document
    verdicts = {each.clause.id: each.verdict.value for each in results}
    assert {clause for clause, verdict in verdicts.items() if verdict == "FAIL"} == BUGS
    assert {verdict for clause, verdict in verdicts.items() if clause not in BUGS} == {"PASS"}
