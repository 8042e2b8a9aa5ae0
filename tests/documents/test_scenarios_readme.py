from fake_iamport.scenario.library import scenario_library
from tests.documents import scenarios_readme
from tests.documents.shell import ROOT


def test_the_page_is_up_to_date() -> None:
    written = (ROOT / "scenarios" / "README.md").read_text("utf-8")

    assert written == scenarios_readme.page(), "run `make docs`"


def test_every_scenario_stands_under_one_topic() -> None:
    listed = [name for names in scenarios_readme.TOPICS.values() for name in names]

    assert sorted(listed) == sorted(scenario_library())
