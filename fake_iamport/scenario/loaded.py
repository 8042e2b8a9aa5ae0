"""Scenarios that are loaded for a merchant, with their counters and states."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from fake_iamport.domain.schedule import Schedule
from fake_iamport.journal.line import FiredRule
from fake_iamport.merchants import Merchant
from fake_iamport.operations.declaration import Call
from fake_iamport.scenario.performing import direct_scheduled_charge, perform
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.scenario import Rule, Scenario
from fake_iamport.scenario.situation import Situation
from fake_iamport.scenario.turn import Turn
from fake_iamport.scenario_views import RuleView, ScenarioView
from fake_iamport.store import Records
from fake_iamport.wire.envelope import Answer

if TYPE_CHECKING:
    from fake_iamport.emulator import Emulator
    from fake_iamport.wire.api import Api
    from fake_iamport.wire.exchange import Exchange

__all__ = ["LoadedRule", "LoadedScenario", "LoadedScenarios", "RuleView", "ScenarioView"]


class LoadedRule:
    """A rule and how far it has come."""

    __slots__ = ("progress", "rule", "scenario")

    def __init__(self, scenario: str, rule: Rule, progress: Progress) -> None:
        self.scenario = scenario
        self.rule = rule
        self.progress = progress

    @property
    def left(self) -> int | None:
        """How often it can still be applied, if that is limited."""
        return None if self.rule.times is None else self.rule.times - self.progress.fired

    def matches(self, situation: Situation) -> bool:
        """Whether all holds for this call that doesn't count; the call is counted if so."""
        progress = self.progress
        for condition in self.rule.conditions:
            if not condition.matches(situation, progress):
                return False
        progress.matched += 1
        return True

    def takes(self, situation: Situation) -> bool:
        """Whether the rule is applied to this call, which it matches; noted if so."""
        rule, progress = self.rule, self.progress
        if self.left == 0:
            return False
        if not all(each.matches(situation, progress) for each in rule.counting):
            return False
        if not all(effect.is_due(situation, progress) for effect in rule.effects):
            return False
        progress.fired += 1
        return True

    def told(self) -> FiredRule:
        """What the journal tells of its last application."""
        return FiredRule(
            scenario=self.scenario,
            rule=self.rule.name,
            fired=self.progress.fired,
            left=self.left,
        )

    def view(self) -> RuleView:
        """How far it has come."""
        progress = self.progress
        return RuleView(
            name=self.rule.name, matched=progress.matched, fired=progress.fired, left=self.left
        )


class LoadedScenario:
    """One scenario, from the moment in which it was loaded."""

    def __init__(self, scenario: Scenario, now: int) -> None:
        self.scenario = scenario
        self.reset(now)

    def reset(self, now: int) -> None:
        """Start again: states as at the start, nothing counted, chance from its seed."""
        self.loaded_at = now
        form, name = self.scenario.form, self.scenario.name
        self.states = {state: values[0] for state, values in form.states.items()}
        self.rules = [
            LoadedRule(name, rule, Progress(f"{form.seed}:{number}", self.states, now))
            for number, rule in enumerate(self.scenario.rules)
        ]
        self._by_operation: dict[tuple[str, bool], list[LoadedRule]] = {}
        for rule in self.rules:
            for operation in rule.rule.operations:
                place = (operation, rule.rule.before_reading)
                self._by_operation.setdefault(place, []).append(rule)

    def matching(self, situation: Situation, *, before_reading: bool) -> list[LoadedRule]:
        """The rules that match a call, as far as can be told without counting; it is counted."""
        rules = self._by_operation.get((situation.operation, before_reading), ())
        return [rule for rule in rules if rule.matches(situation)]

    def choose(self, matching: Sequence[LoadedRule], situation: Situation) -> list[LoadedRule]:
        """Of the rules that match a call, those that are applied to it."""
        if self.scenario.form.match == "all":
            return _compatible(matching, situation)
        first = next((rule for rule in matching if rule.takes(situation)), None)
        return [] if first is None else [first]

    def unused_rules(self) -> list[str]:
        """The rules that were never applied."""
        return [each.rule.name for each in self.rules if each.progress.fired == 0]

    def view(self) -> ScenarioView:
        """How it stands."""
        return ScenarioView(
            name=self.scenario.name,
            loaded_at=self.loaded_at,
            states=dict(self.states),
            rules=[rule.view() for rule in self.rules],
            unused_rules=self.unused_rules(),
        )


def _compatible(matching: Sequence[LoadedRule], situation: Situation) -> list[LoadedRule]:
    """The rules that are applied, without those that one above excludes."""
    chosen: list[LoadedRule] = []
    done: set[str] = set()
    excluded: set[str] = set()
    for loaded in matching:
        rule = loaded.rule
        if rule.does & excluded or rule.excludes & done or not loaded.takes(situation):
            continue
        chosen.append(loaded)
        done |= rule.does
        excluded |= rule.excludes
    return chosen


class LoadedScenarios:
    """A merchant's scenarios, in the order in which they are tried.

    The first in which a rule is applied decides; in the later ones calls are only counted.
    ``held_back`` are the numbers of webhooks that wait for the next one to overtake them.
    """

    def __init__(self) -> None:
        self._loaded: list[LoadedScenario] = []
        self._in_front = 0
        self.held_back: list[int] = []
        self._past: deque[Records] = deque(maxlen=0)
        self.asks_for_card = False
        self.holds_back = False
        self._acts_before_reading = False

    def __iter__(self) -> Iterator[LoadedScenario]:
        return iter(self._loaded)

    def get(self, name: str) -> LoadedScenario | None:
        """The one with this name."""
        return next((each for each in self._loaded if each.scenario.name == name), None)

    def put(self, scenario: Scenario, now: int, *, in_front: bool = False) -> LoadedScenario:
        """Load a scenario: in place of the one with its name, else behind the others.

        One that is put ``in_front`` comes behind those that were put there before.
        """
        loaded = LoadedScenario(scenario, now)
        names = [each.scenario.name for each in self._loaded]
        if scenario.name in names:
            self._loaded[names.index(scenario.name)] = loaded
        elif in_front:
            self._loaded.insert(self._in_front, loaded)
            self._in_front += 1
        else:
            self._loaded.append(loaded)
        self._look()
        return loaded

    def remove(self, loaded: LoadedScenario) -> None:
        """Unload a scenario."""
        if self._loaded.index(loaded) < self._in_front:
            self._in_front -= 1
        self._loaded.remove(loaded)
        self._look()

    def choose(self, situation: Situation, *, before_reading: bool = False) -> Sequence[LoadedRule]:
        """The rules that are applied to a call."""
        if before_reading and not self._acts_before_reading:
            return ()
        # All are counted before one is chosen: a count doesn't depend on who took the call.
        found = [
            (loaded, loaded.matching(situation, before_reading=before_reading))
            for loaded in self._loaded
        ]
        for loaded, matching in found:
            chosen = loaded.choose(matching, situation)
            if chosen:
                return chosen
        return ()

    def no_longer_held_back(self) -> list[int]:
        """The webhooks to let go, because no rule holds any back any more."""
        if self.holds_back:
            return []
        held_back, self.held_back = self.held_back, []
        return held_back

    async def perform(self, api: "Api", exchange: "Exchange", merchant: Merchant) -> Answer:
        """Answer a call as the rules want it."""
        return await perform(api, exchange, merchant, self)

    async def direct(self, emulator: "Emulator", call: Call, schedule: Schedule) -> Turn:
        """Let the rules have their way with a scheduled charge; to be concluded when it is done."""
        return await direct_scheduled_charge(emulator, self, call, schedule)

    @property
    def looks_back(self) -> bool:
        """Whether a rule lets look-ups lag behind, so that the past must be kept."""
        return self._past.maxlen != 0

    def note_write(self, before: Records, after: Records) -> None:
        """Keep the world as it was before a write, if it was one."""
        if before != after:
            self._past.append(before)

    def world_before(self, writes: int) -> Records | None:
        """The world before the last so many writes, as far back as it is known."""
        if writes == 0 or not self._past:
            return None
        return self._past[-min(writes, len(self._past))]

    def _look(self) -> None:
        """Work out what the rules need to know."""
        rules = [rule.rule for loaded in self._loaded for rule in loaded.rules]
        self.asks_for_card = any(rule.asks_for_card for rule in rules)
        self._acts_before_reading = any(rule.before_reading for rule in rules)
        effects = [effect for rule in rules for effect in rule.effects]
        self.holds_back = any(effect.holds_back for effect in effects)
        writes = max((effect.writes for effect in effects), default=0)
        if writes != self._past.maxlen:
            self._past = deque(self._past, maxlen=writes)
