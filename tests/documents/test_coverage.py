from fake_iamport.operations import operations
from fake_iamport.operations.official import official_operations
from tests.documents import coverage
from tests.documents.shell import ROOT

SERVED_TAGS = {
    "authenticate", "subscribe", "subscribe.customer", "payments", "payments.validation", "codes",
    "users",
}  # fmt: skip


def test_the_page_is_up_to_date() -> None:
    written = (ROOT / "docs" / "coverage.md").read_text("utf-8")

    assert written == coverage.page(), "run `make docs`"


def test_the_official_description_has_eighty_operations() -> None:
    official = official_operations()

    assert len(official) == 80
    assert len({(each.method, each.path) for each in official}) == 80


def test_every_operation_of_the_served_tags_is_served_and_tested() -> None:
    official = [each for each in official_operations() if each.tag in SERVED_TAGS]
    tests = coverage.tests_by_operation()

    assert len(official) == 32
    assert [each for each in official if not tests.get((each.method, each.path))] == []


def test_nothing_is_served_that_the_description_does_not_have() -> None:
    official = {(each.method, each.operation_id) for each in official_operations()}

    assert {(each.method, each.operation_id) for each in operations().values()} <= official
