"""A loaded scenario in the hands of a test.

::

    with fake_iamport.scenario("lost_answer", all_rules_used=True):
        ...
"""

import asyncio
import os
import warnings
from collections.abc import Callable, Coroutine, Generator, Mapping
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from fake_iamport.control import scenarios as scenario_control
from fake_iamport.control.declaration import ControlError, convert, merchant_of
from fake_iamport.control.merchants import OneMerchant
from fake_iamport.emulator import Emulator
from fake_iamport.merchants import Merchant
from fake_iamport.scenario_views import ScenarioView

if TYPE_CHECKING:
    from fake_iamport.server import Running

__all__ = [
    "AsyncScenarioHandle",
    "RulesNotUsed",
    "ScenarioHandle",
    "fail_calls",
    "load_given",
    "loaded",
]

Given = str | os.PathLike[str] | Mapping[str, Any]
"""A ready-made scenario's name, a file's path, or what a file would say."""

_View = Coroutine[Any, Any, ScenarioView]


class RulesNotUsed(AssertionError):
    """A scenario whose rules were all to be applied has some that weren't."""

    def __init__(self, scenario: str, rules: list[str]) -> None:
        self.scenario = scenario
        self.rules = rules
        super().__init__(
            f"the scenario {scenario!r} has rules that were never applied: {', '.join(rules)}"
        )


class _Reached:
    """One scenario of one merchant, by its name."""

    def __init__(self, running: "Running", imp_key: str, *, all_rules_used: bool) -> None:
        self._running = running
        self._imp_key = imp_key
        self._all_rules_used = all_rules_used
        self._name = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._name!r})"

    @property
    def name(self) -> str:
        """What it is called, in the journal and at the control API."""
        return self._name

    def _view(self) -> _View:
        return scenario_control.loaded_scenario(self._emulator, self._itself())

    def _reset(self) -> _View:
        return scenario_control.reset_scenario(self._emulator, self._itself())

    def _removal(self) -> _View:
        return scenario_control.unload_scenario(self._emulator, self._itself())

    def _setting(self, states: Mapping[str, object]) -> _View:
        given = {"imp_key": self._imp_key, "name": self._name, "states": states}
        inputs = convert(scenario_control.SetStates, given)
        return scenario_control.set_states(self._emulator, inputs)

    def _refuse_unused(self, view: ScenarioView) -> None:
        if view.unused_rules:
            raise RulesNotUsed(self._name, view.unused_rules)

    @property
    def _emulator(self) -> Emulator:
        return self._running.app.emulator

    def _itself(self) -> scenario_control.OneScenario:
        return scenario_control.OneScenario(imp_key=self._imp_key, name=self._name)


class ScenarioHandle(_Reached):
    """A scenario that is loaded; as a context manager it is unloaded at the end.

    Every method raises :class:`~fake_iamport.control.declaration.ControlError` when it is no longer
    loaded, as after a reset of the merchant.
    """

    def __init__(
        self, running: "Running", imp_key: str, loading: _View, *, all_rules_used: bool
    ) -> None:
        super().__init__(running, imp_key, all_rules_used=all_rules_used)
        self._name = running.submit(loading).result().name

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None and self._all_rules_used:
                self.check_rules_used()
        finally:
            # The block may have unloaded it already.
            with suppress(ControlError):
                self.remove()

    def view(self) -> ScenarioView:
        """How it stands: its states, and for each rule how often it matched and was applied."""
        return self._running.submit(self._view()).result()

    def unused_rules(self) -> list[str]:
        """The rules that were never applied, by name."""
        return self.view().unused_rules

    def check_rules_used(self) -> None:
        """Make sure that every rule was applied.

        Raises:
            RulesNotUsed: one wasn't.
        """
        self._refuse_unused(self.view())

    def reset(self) -> None:
        """Let it start again: states as at the start, nothing counted, chance from its seed."""
        self._running.submit(self._reset()).result()

    def set_state(self, **states: str) -> None:
        """Give states of it other values."""
        self._running.submit(self._setting(states)).result()

    def remove(self) -> None:
        """Unload it."""
        self._running.submit(self._removal()).result()


class AsyncScenarioHandle(_Reached):
    """:class:`ScenarioHandle` for asynchronous tests; awaited, or entered, it is loaded."""

    def __init__(
        self,
        running: "Running",
        imp_key: str,
        loading: Callable[[], _View],
        *,
        all_rules_used: bool,
    ) -> None:
        super().__init__(running, imp_key, all_rules_used=all_rules_used)
        self._loading = loading
        self._awaited = False

    def __del__(self) -> None:
        if not self._awaited:
            message = "a scenario was never awaited, and so never loaded"
            warnings.warn(message, RuntimeWarning, source=self, stacklevel=2)

    def __await__(self) -> Generator[Any, None, Self]:
        return self._loaded().__await__()

    async def __aenter__(self) -> Self:
        return await self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None and self._all_rules_used:
                await self.check_rules_used()
        finally:
            with suppress(ControlError):
                await self.remove()

    async def view(self) -> ScenarioView:
        """How it stands; see :meth:`ScenarioHandle.view`."""
        return await self._done(self._view())

    async def unused_rules(self) -> list[str]:
        """The rules that were never applied, by name."""
        return (await self.view()).unused_rules

    async def check_rules_used(self) -> None:
        """Make sure that every rule was applied; see :meth:`ScenarioHandle.check_rules_used`."""
        self._refuse_unused(await self.view())

    async def reset(self) -> None:
        """Let it start again; see :meth:`ScenarioHandle.reset`."""
        await self._done(self._reset())

    async def set_state(self, **states: str) -> None:
        """Give states of it other values."""
        await self._done(self._setting(states))

    async def remove(self) -> None:
        """Unload it."""
        await self._done(self._removal())

    async def _loaded(self) -> Self:
        self._awaited = True
        if not self._name:
            self._name = (await self._done(self._loading())).name
        return self

    async def _done(self, work: _View) -> ScenarioView:
        return await asyncio.wrap_future(self._running.submit(work))


async def load_given(
    emulator: Emulator, imp_key: str, given: Given, name: str | None
) -> ScenarioView:
    """Load what a test gives.

    Raises:
        ControlError: it can't be read, or has a mistake; the text says where.
    """
    merchant = merchant_of(emulator, imp_key)
    if name in scenario_control.names_of(merchant):
        raise ControlError(
            f"a scenario is called {name!r} already; give another name", field="name"
        )
    if isinstance(given, Mapping):
        name = name or scenario_control.free_name(merchant, "scenario")
        return scenario_control.load(emulator, imp_key, scenario_control.read_mapping(given, name))
    if not isinstance(given, str | os.PathLike):
        raise ControlError(
            "expected a ready-made scenario's name, a file's path, or a mapping of what a file would "
            f"say, got {given!r}"
        )
    scenario = scenario_control.read_named(given)
    name = name or _name_like(scenario.name, merchant)
    return scenario_control.load(emulator, imp_key, replace(scenario, name=name))


def _name_like(name: str, merchant: Merchant) -> str:
    """The name, or with a number where it is taken: whoever loaded that one keeps it."""
    if name not in scenario_control.names_of(merchant):
        return name
    return scenario_control.free_name(merchant, name, 2)


async def fail_calls(
    emulator: Emulator, imp_key: str, fail: object, calls: int, when: Mapping[str, object]
) -> ScenarioView:
    """Let the next calls that match fail.

    Raises:
        ControlError: they can't fail so.
    """
    given = {"imp_key": imp_key, "fail": fail, "calls": calls, "when": when}
    # Somebody may still look at what became of an earlier one.
    return scenario_control.order_failure(emulator, convert(scenario_control.FailNext, given))


async def loaded(emulator: Emulator, imp_key: str) -> list[ScenarioView]:
    """A merchant's scenarios, in the order in which they are tried."""
    inputs = OneMerchant(imp_key=imp_key)
    return (await scenario_control.loaded_scenarios(emulator, inputs)).scenarios
