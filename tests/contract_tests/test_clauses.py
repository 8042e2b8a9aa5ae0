import pytest

from contract_tests.checks import Check, check
from contract_tests.clauses import ClauseError, Evidence, Severity, contract, link, load_clauses

TOPICS = "topics: {KEY: Keys}\n"


def clause_text(**changes: str) -> str:
    fields = {
        "id": "P-KEY-01", "title": "t", "holds": "h", "costs": "c", "evidence": "spec",
        "reference": "r", "severity": "major", **changes,
    }  # fmt: skip
    lines = [f"    {name}: {value}" for name, value in fields.items() if value]
    return "  -\n" + "\n".join(lines) + "\n"


def complaint(text: str) -> str:
    with pytest.raises(ClauseError) as caught:
        load_clauses(text, "file.yaml", "P")
    return str(caught.value)


def a_check(clause: str) -> dict[str, Check]:
    return {clause: Check(clause, lambda subject: None, {}, control=False, most=1, explores=False)}


def test_the_contract_loads_and_covers_its_topics() -> None:
    provider = contract("provider")

    assert len(provider.clauses) >= 60
    assert {clause.topic for clause in provider.clauses} == provider.topics.keys()
    assert provider.checks.keys() == {clause.id for clause in provider.clauses}


def test_only_guesses_are_notes() -> None:
    for clause in contract("provider").clauses:
        assert (clause.evidence is Evidence.GUESS) == (clause.severity is Severity.NOTE), clause.id


def test_a_clause_without_evidence_does_not_load() -> None:
    told = complaint(f"{TOPICS}clauses:\n{clause_text(evidence='')}")

    assert told.startswith("file.yaml:4:5: clauses[0]: ")
    assert "evidence" in told


def test_a_clause_with_empty_evidence_does_not_load() -> None:
    blank = clause_text(reference="' '")

    assert "clauses[0].reference" in complaint(f"{TOPICS}clauses:\n{blank}")


def test_a_guess_that_is_more_than_a_note_does_not_load() -> None:
    told = complaint(f"{TOPICS}clauses:\n{clause_text(evidence='guess')}")

    assert told == "file.yaml:4:9: clauses[0].id: P-KEY-01: a guess is a note, and nothing else is"


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("P-KEY-01", "the id stands twice"),
        ("M-KEY-01", "expected an id that begins with P-"),
        ("P-OLD-01", "there is no topic OLD; known are KEY"),
    ],
)
def test_a_wrong_id_does_not_load(second: str, said: str) -> None:
    told = complaint(f"{TOPICS}clauses:\n{clause_text()}{clause_text(id=second)}")

    assert told.startswith("file.yaml:12:9: clauses[1].id: ")
    assert said in told


def test_what_is_no_yaml_is_told_with_its_place() -> None:
    assert complaint("topics: [\n").startswith("file.yaml:2:1: ")


def test_a_clause_without_a_check_does_not_load() -> None:
    topics, clauses = load_clauses(f"{TOPICS}clauses:\n{clause_text()}", "file.yaml", "P")

    with pytest.raises(ClauseError, match="clauses without a check: P-KEY-01"):
        link(topics, clauses, {})


def test_a_check_without_a_clause_does_not_load() -> None:
    topics, clauses = load_clauses(f"{TOPICS}clauses:\n{clause_text()}", "file.yaml", "P")

    with pytest.raises(ClauseError, match="checks without a clause: P-KEY-02"):
        link(topics, clauses, {**a_check("P-KEY-01"), **a_check("P-KEY-02")})


def test_a_clause_is_checked_once() -> None:
    contract("provider")

    with pytest.raises(ValueError, match="P-KEY-01 is checked twice"):
        check("P-KEY-01")(clause_text)
