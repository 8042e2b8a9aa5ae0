"""Each condition and each effect has a test module of its own, named as its module is."""

from pathlib import Path

import pytest

from fake_iamport.scenario.declaration import Declared, conditions, effects

HERE = Path(__file__).parent
DECLARED = [*conditions().values(), *effects().values()]


def module_of(declared: Declared) -> str:
    return str(declared.made_by.__module__)


@pytest.mark.parametrize("declared", DECLARED, ids=lambda declared: declared.name)
def test_it_has_a_test_module(declared: Declared) -> None:
    *_, package, name = module_of(declared).split(".")

    text = (HERE / package / f"test_{name}.py").read_text("utf-8")

    assert f"{declared.name}: " in text or f'"{declared.name}"' in text
    assert "mistake" in text


def test_no_test_module_is_left_of_what_is_gone() -> None:
    modules = {module_of(declared).rpartition("scenario.")[2] for declared in DECLARED}
    tested = {
        f"{path.parent.name}.{path.stem.removeprefix('test_')}"
        for package in ("conditions", "effects")
        for path in (HERE / package).glob("test_*.py")
    }

    assert tested == modules
