import ast
from pathlib import Path

import pytest

import fake_iamport
from fake_iamport import Clock

PACKAGE = Path(fake_iamport.__file__).parent


def test_a_frozen_clock_stands_still_until_it_runs() -> None:
    clock = Clock(1000)

    assert (clock.now(), clock.advance(5), clock.now()) == (1000, 1005, 1005)
    clock.run()
    assert 1005 <= clock.now() <= 1006


def test_a_running_clock_can_be_moved_on_and_frozen() -> None:
    clock = Clock()
    before = clock.now()
    clock.advance(3600)
    clock.freeze()

    assert before + 3600 <= clock.now() <= before + 3601
    clock.freeze(7)
    assert clock.now() == 7


def test_a_clock_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="a clock only goes forward"):
        Clock(1000).advance(-1)


def test_only_the_clock_reads_the_machines_time() -> None:
    readers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and {"time", "datetime"}
        & {getattr(node, "module", None), *(alias.name for alias in node.names)}
    }

    assert readers - {"gateway/korea.py", "gateway/card_checks.py"} == {"clock.py"}
