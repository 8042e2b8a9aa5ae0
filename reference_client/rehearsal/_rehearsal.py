"""Taking the steps of a walk, one after another."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from reference_client._side_by_side import call_lines
from reference_client.rehearsal._control import Control
from reference_client.rehearsal._merchant import Merchant, seconds_of
from reference_client.rehearsal._receiver import Receiver, receiving

__all__ = ["Seen", "rehearse"]

_KOREA = timezone(timedelta(hours=9))
_BEGINNING = "2026-03-02T10:00:00"
_WEBHOOK_SECONDS = 5
_BEFORE_ANSWER = "before the answer"
_ABOUT_CALLS = frozenset({"sees", "says", "patience", "persist", "times"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One step: what was seen, what the file says of it where that differs, and the record of it."""

    deed: str
    argument: Any
    times: int
    saw: Sequence[str]
    expected: Sequence[str]
    recorded: Sequence[str]

    @property
    def as_expected(self) -> bool:
        """Whether the step went as the file says."""
        return not self.expected


def rehearse(url: str, name: str, document: Mapping[str, Any]) -> Iterator[Seen]:
    """Take the steps of a scenario's walk, as a new merchant of the emulator at ``url``.

    ``document`` is the scenario as its file has it. The merchant's clock stands still, and the
    scenario is loaded when that is set. What the last step recorded ends with the rules that were
    never applied.
    """
    walk: Sequence[Mapping[str, Any]] = document["walk"]
    with ExitStack() as stack:
        receiver = stack.enter_context(receiving())
        control = stack.enter_context(closing(Control(url, receiver.url)))
        merchant = stack.enter_context(closing(Merchant(url, control)))
        control.stop_clock(_second(walk[0].get("set_clock", _BEGINNING)))
        control.load(name, document)
        rehearsal = _Rehearsal(control, merchant, receiver)
        for step in walk:
            yield rehearsal.take(step)


class _Rehearsal:
    """The merchant, its receiver of webhooks, and the emulator's record of both."""

    def __init__(self, control: Control, merchant: Merchant, receiver: Receiver) -> None:
        self._control = control
        self._merchant = merchant
        self._receiver = receiver
        self._also_recorded: list[str] = []

    def take(self, step: Mapping[str, Any]) -> Seen:
        """Take a step."""
        deed = next(name for name in step if name not in _ABOUT_CALLS)
        argument = step[deed]
        saw: list[str] = []
        expected: list[str] = []
        if deed == "advance":
            self._advance(argument)
        elif deed == "wait_for_webhooks":
            saw, expected = self._wait_for_webhooks(**argument)
        elif deed == "books":
            saw, expected = self._compare_books(argument)
            unused = self._control.unused_rules()
            self._also_recorded = [f"never applied: {rule}" for rule in unused]
        elif deed != "set_clock":
            saw, expected = self._call(deed, argument, step)
        recorded = [*self._also_recorded, *_told_calls(self._control.new_calls(), step)]
        self._also_recorded = []
        return Seen(deed, argument, step.get("times", 1), saw, expected, recorded)

    def _call(
        self, deed: str, arguments: Mapping[str, Any], step: Mapping[str, Any]
    ) -> tuple[list[str], list[str]]:
        self._receiver.in_call = True
        sight, text = self._merchant.see(deed, arguments, step)
        self._receiver.in_call = False
        says = step.get("says", "")
        as_expected = sight == step["sees"] and says in text
        saw = [sight, text] if text else [sight]
        return saw, [] if as_expected else [step["sees"], says]

    def _advance(self, duration: str) -> None:
        happened = self._control.advance(seconds_of(duration))
        self._also_recorded = [
            f"scheduled charge of {each['merchant_uid']}: {each['status']}"
            for each in happened
            if each["kind"] == "schedule"
        ]

    def _wait_for_webhooks(
        self,
        say: Sequence[str],
        truth: Sequence[str] = (),
        in_order: bool = False,
        before_answer: bool = False,
    ) -> tuple[list[str], list[str]]:
        received = self._receiver.take(self._control.webhooks_under_way, len(say), _WEBHOOK_SECONDS)
        came = [(each.status, self._merchant.truth(each.imp_uid)[0]) for each in received]
        wanted = list(zip(say, truth or say, strict=True))
        saw, expected = _told_webhooks(came), list[str]()
        # What is sent at the same time arrives in any order.
        if came != wanted if in_order else sorted(came) != sorted(wanted):
            expected = _told_webhooks(wanted)
        if before_answer and all(each.early for each in received):
            saw.append(_BEFORE_ANSWER)
        elif before_answer:
            expected.append(_BEFORE_ANSWER)
        return saw, expected

    def _compare_books(self, books: Mapping[str, int]) -> tuple[list[str], list[str]]:
        held = _books(self._control.records())
        wanted = {name: number for name, number in books.items() if number}
        return _told_books(held), [] if held == wanted else _told_books(wanted)


def _told_calls(calls: Sequence[Mapping[str, Any]], step: Mapping[str, Any]) -> list[str]:
    """The calls of a step; where it is many orders', only those that a rule was applied to."""
    if "times" not in step:
        return [line for call in calls for line in call_lines(call)]
    met = [call for call in calls if call["rules"]]
    lines = [line for call in met for line in call_lines(call)]
    return [f"{len(calls)} calls, and a rule for {len(met)} of them:", *lines]


def _books(records: Mapping[str, Any]) -> dict[str, int]:
    payments, schedules = records["payments"], records["schedules"]
    held = {
        **Counter(payment["status"] for payment in payments),
        "given_back": sum(payment.get("cancel_amount", 0) for payment in payments),
        "keys": len(records["billing_keys"]),
        "scheduled": sum(schedule["status"] == "scheduled" for schedule in schedules),
    }
    return {name: number for name, number in held.items() if number}


def _told_books(books: Mapping[str, int]) -> list[str]:
    return [", ".join(f"{name} {books[name]}" for name in sorted(books)) or "nothing"]


def _told_webhooks(webhooks: Sequence[tuple[str, str]]) -> list[str]:
    return [f"webhook: {said}; asked: {truth}" for said, truth in webhooks] or ["no webhook"]


def _second(written: str) -> int:
    moment = datetime.fromisoformat(written)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=_KOREA)).timestamp())
