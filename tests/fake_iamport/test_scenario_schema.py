import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from fake_iamport.documents import DocumentError, dump_document, load_document
from fake_iamport.scenario.declaration import conditions, effects
from fake_iamport.scenario.library import scenario_library
from fake_iamport.scenario.printing import document_of
from fake_iamport.scenario.reading import read_scenario, read_scenario_file
from fake_iamport.scenario.schema import scenario_schema, schema_text
from fake_iamport.scenario_files import scenario_folder
from tests.documents.blocks import scenarios

FILES = [pytest.param(path, id=name) for name, path in scenario_library().items()]
FINE = {"then": {"pass": True}}
FAIL = {"then": {"fail": "lost_card"}}


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_shipped_schema_is_up_to_date() -> None:
    written = (scenario_folder() / "schema.json").read_text("utf-8")

    assert written == schema_text(), "run `make docs`"


@pytest.mark.parametrize("path", FILES)
def test_every_ready_made_scenario_conforms(validator: Any, path: Path) -> None:
    document = load_document(path.read_text("utf-8"), dict[str, Any], path.name)

    assert [error.message for error in validator.iter_errors(document)] == []


@pytest.mark.parametrize("path", FILES)
def test_a_printed_scenario_is_read_as_the_same(path: Path) -> None:
    scenario = read_scenario_file(path)

    assert read_scenario(dump_document(document_of(scenario)), "printed", "x").form == scenario.form


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in scenarios()])
def test_every_documented_scenario_conforms_and_is_printed_as_the_same(
    validator: Any, text: str
) -> None:
    scenario = read_scenario(text, "documented.yaml", "documented")
    document = load_document(text, dict[str, Any], "documented.yaml")

    assert [error.message for error in validator.iter_errors(document)] == []
    assert read_scenario(dump_document(document_of(scenario)), "printed", "x").form == scenario.form


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"rules": []},
        {"rules": [FINE], "titel": "x"},
        {"rules": [FINE], "match": "every"},
        {"rules": [FINE], "evidence": "rumour"},
        {"rules": [FINE], "title": {"en": "x"}},
        {"rules": [FINE], "walk": [{"fly": {}}]},
        {"rules": [{}]},
        {"rules": [{"then": {}}]},
        {"rules": [{"then": {"fial": "lost_card"}}]},
        {"rules": [{"then": {"fail": "lost_crad"}}]},
        {"rules": [{"then": {"answer": {"page": "nginx_999"}}}]},
        {"rules": [{"then": {"break": "sometimes"}}]},
        {"rules": [{"then": {"delay": "soon"}}]},
        {"rules": [{**FINE, "when": {"operation": "onetyme"}}]},
        {"rules": [{**FINE, "when": {"operation": ["onetime", "agian"]}}]},
        {"rules": [{**FINE, "when": {"card": "no_such_failure"}}]},
        {"rules": [{**FINE, "when": {"share": 2}}]},
        {"rules": [{**FINE, "times": 0}]},
    ],
)
def test_wrong_documents_do_not_conform(validator: Any, document: Any) -> None:
    assert not validator.is_valid(document)


EMPTY: list[Any] = [{}, [], "", False]
ARGUMENTS = [
    *({"rules": [{"then": {name: each}}]} for name in effects() for each in EMPTY),
    *({"rules": [{**FAIL, "when": {name: each}}]} for name in conditions() for each in EMPTY),
    {"rules": [{**FAIL, "when": {"field": {"amount": {}}}}]},
    {"rules": [{**FAIL, "when": {"card": []}}]},
    {"rules": [{**FAIL, "when": {"card": "5272892712345677"}}]},
    {"rules": [{**FAIL, "when": {"card": ["5272892712345677", "lost_card"]}}]},
    {"rules": [{**FAIL, "when": {}}]},
    {"rules": [{"then": {"pass": True}}]},
    {"rules": [{"then": {"delay": {"before_commit": {}}}}]},
    {"rules": [{"then": {"webhook": {"forge": {}}}}]},
    {"rules": [FINE], "walk": [{}]},
    {"rules": [FINE], "states": {}},
]


@pytest.mark.parametrize("document", ARGUMENTS, ids=json.dumps)
def test_what_is_empty_conforms_where_it_can_be_read(validator: Any, document: Any) -> None:
    try:
        can_be_read = bool(read_scenario(json.dumps(document), "empty", "empty"))
    except DocumentError:
        can_be_read = False

    assert validator.is_valid(document) is can_be_read


def test_the_schema_knows_every_condition_and_effect_and_says_what_it_is() -> None:
    definitions = scenario_schema()["$defs"]

    for struct, declared in (("When", conditions()), ("Then", effects())):
        described = definitions[struct]["properties"]
        assert described.keys() == declared.keys()
        assert all(each["description"] for each in described.values())
