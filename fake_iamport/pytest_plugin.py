"""Fixtures for tests of a merchant: one emulator a session, and a fresh merchant for each test.

Under pytest-xdist every worker has an emulator of its own, so that nothing is shared. With the ini
option ``fake_iamport_seed_file`` each merchant starts with the world of the file's first one. The
marker ``scenario`` loads scenarios for a test, before it begins.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from fake_iamport.scenario_handles import ScenarioHandle
    from fake_iamport.server import FakeIamport, FakeMerchant

__all__ = [
    "fake_iamport",
    "fake_iamport_server",
    "pytest_addoption",
    "pytest_configure",
    "pytest_runtest_call",
]

_SEED_FILE = "fake_iamport_seed_file"
_MARKER = (
    "scenario(named, ..., all_rules_used=False): load scenarios for the test's fake_iamport, by the "
    "names of ready-made ones or as files, relative to the test's file; with all_rules_used the test "
    "fails if a rule was never applied"
)
_TO_BE_USED = pytest.StashKey[list["ScenarioHandle"]]()

_Result = TypeVar("_Result")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini option."""
    parser.addini(
        _SEED_FILE, "what fake_iamport's merchants start with; relative to this file", default=""
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line("markers", _MARKER)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, _Result, _Result]:
    """Let a test that passed fail, if it left rules unused that were to be applied, or could load
    none for want of a merchant.
    """
    result = yield
    is_marked = any(marker.name == "scenario" for marker in item.own_markers)
    if is_marked and _TO_BE_USED not in item.stash:
        sentence = (
            "the marker 'scenario' loads nothing without the fixture 'fake_iamport'; ask for it"
        )
        pytest.fail(sentence, pytrace=False)
    for handle in item.stash.get(_TO_BE_USED, []):
        _or_fail(handle.check_rules_used)
    return result


@pytest.fixture(scope="session")
def fake_iamport_server(pytestconfig: pytest.Config) -> "Iterator[FakeIamport]":
    """The session's emulator, on a free port of this machine."""
    from fake_iamport.documents import DocumentError
    from fake_iamport.server import FakeIamport

    try:
        server = FakeIamport(seed_file=_seed_file(pytestconfig))
    except DocumentError as error:
        pytest.fail(str(error), pytrace=False)
    with server:
        yield server


@pytest.fixture
def fake_iamport(
    fake_iamport_server: "FakeIamport", request: pytest.FixtureRequest
) -> "Iterator[FakeMerchant]":
    """A fresh merchant: ``url``, ``imp_key`` and ``imp_secret`` to configure the code under test,
    and its own world to look into. The marker ``scenario`` says what goes wrong in it.
    """
    from fake_iamport.control.declaration import ControlError

    first = fake_iamport_server.imp_key if fake_iamport_server.seed_file else None
    merchant = fake_iamport_server.create_merchant(seed_of=first)
    try:
        request.node.stash[_TO_BE_USED] = _load_marked(merchant, request.node)
        yield merchant
    finally:
        # A test may have let it go already.
        with suppress(ControlError):
            merchant.remove()


def _load_marked(merchant: "FakeMerchant", test: pytest.Item) -> "list[ScenarioHandle]":
    """Load what the test's markers name, the outermost first; give those whose rules must be used."""
    checked: list[ScenarioHandle] = []
    for marker in reversed(list(test.iter_markers("scenario"))):
        options = dict(marker.kwargs)
        is_checked = options.pop("all_rules_used", False)
        if options or not marker.args:
            pytest.fail(f"expected pytest.mark.{_MARKER.partition(':')[0]}", pytrace=False)
        for named in marker.args:
            given = _seen_from(test.path.parent, named)
            handle = _or_fail(partial(merchant.scenario, given))
            checked += [handle] if is_checked else []
    return checked


def _seen_from(folder: Path, named: object) -> Any:
    from fake_iamport.scenario_files import scenario_seen_from

    return scenario_seen_from(folder, str(named)) if isinstance(named, str | Path) else named


def _or_fail(work: Callable[[], _Result]) -> _Result:
    """The result of ``work``; the test fails with one sentence where it can't be done."""
    from fake_iamport.control.declaration import ControlError
    from fake_iamport.scenario_handles import RulesNotUsed

    try:
        return work()
    except (ControlError, RulesNotUsed) as error:
        sentence = str(error)
    # Outside of the handler, so that the sentence stands alone.
    pytest.fail(sentence, pytrace=False)


def _seed_file(config: pytest.Config) -> Path | None:
    named = config.getini(_SEED_FILE)
    folder = config.inipath.parent if config.inipath else config.rootpath
    return folder / named if named else None
