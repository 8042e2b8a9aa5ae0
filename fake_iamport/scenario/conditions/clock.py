"""When, on the merchant's clock."""

import re
from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta

from fake_iamport.gateway.korea import korean_time
from fake_iamport.moments import Moment
from fake_iamport.places import Place
from fake_iamport.scenario.declaration import Condition, RuleScope, condition
from fake_iamport.scenario.progress import Progress
from fake_iamport.scenario.situation import Situation

__all__ = ["ClockIs"]

Test = Callable[[int, int], bool]

_TIME = "(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"
_HOURS = re.compile(f"({_TIME}) *- *({_TIME}|24:00)")
_DAY = "[1-9]|[12][0-9]|3[01]"
_DAYS = re.compile(f"({_DAY})(?: *- *({_DAY}))?")

Days = (
    Annotated[int, Meta(ge=1, le=31)]
    | Annotated[str, Meta(extra_json_schema={"pattern": f"^(?:{_DAYS.pattern})$"})]
)

When = Annotated[
    int | str,
    Meta(
        description="Unix seconds, ISO 8601 (Korean time unless it names another), or one like +30d: "
        "so long after the scenario was loaded."
    ),
]


class Span(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename={"since": "from"},
):
    """A span of time; everything that is given must hold."""

    since: Annotated[When | None, Meta(description="From this moment on.")] = None
    until: Annotated[When | None, Meta(description="Before this moment.")] = None
    daily: Annotated[
        str | None,
        Meta(
            description="Every day between two times in Korea, as in 23:50-00:30; the end may be 24:00.",
            extra_json_schema={"pattern": f"^{_HOURS.pattern}$"},
        ),
    ] = None
    days: Annotated[
        Days | Annotated[tuple[Days, ...], Meta(min_length=1)] | None,
        Meta(
            description="On these days of the month in Korea: one like 1, some like 28-31, or a list."
        ),
    ] = None


@condition("clock")
class ClockIs(Condition):
    """The merchant's clock is in this span."""

    def __init__(self, argument: Span, at: Place, scope: RuleScope) -> None:
        self._tests = _tests(argument, at)
        if not self._tests:
            raise at.error("expected one of from, until, daily, days")

    def matches(self, situation: Situation, progress: Progress) -> bool:
        """Whether it is."""
        return all(test(situation.now, progress.loaded_at) for test in self._tests)


def _tests(span: Span, at: Place) -> list[Test]:
    tests: list[Test] = []
    since = None if span.since is None else at.moment(span.since, "from")
    until = None if span.until is None else at.moment(span.until, "until")
    if (
        since
        and until
        and since.is_relative is until.is_relative
        and since.seconds >= until.seconds
    ):
        raise at.error("this is not after 'from', so that nothing matches", "until")
    if since is not None:
        tests.append(_from(since))
    if until is not None:
        tests.append(_until(until))
    if span.daily is not None:
        tests.append(_daily(span.daily, at))
    if span.days is not None:
        tests.append(_on_days(span.days, at / "days"))
    return tests


def _from(moment: Moment) -> Test:
    return lambda now, loaded_at: now >= moment.at(loaded_at)


def _until(moment: Moment) -> Test:
    return lambda now, loaded_at: now < moment.at(loaded_at)


def _daily(text: str, at: Place) -> Test:
    read = _HOURS.fullmatch(text)
    if read is None:
        raise at.error("expected two times like 23:50-00:30", "daily")
    first, last = _minute(read[1]), _minute(read[2])
    if first == last:
        raise at.error("the two times are the same, so that nothing matches", "daily")

    def test(now: int, _: int) -> bool:
        time = korean_time(now)
        minute = time.hour * 60 + time.minute
        if first <= last:
            return first <= minute < last
        return minute >= first or minute < last

    return test


def _minute(time: str) -> int:
    hours, _, minutes = time.partition(":")
    return int(hours) * 60 + int(minutes)


def _on_days(written: Days | tuple[Days, ...], at: Place) -> Test:
    parts = (
        [(each, at / number) for number, each in enumerate(written)]
        if isinstance(written, tuple)
        else [(written, at)]
    )
    days = {day for part, place in parts for day in _days(part, place)}
    return lambda now, _: korean_time(now).day in days


def _days(written: Days, at: Place) -> range:
    read = _DAYS.fullmatch(str(written))
    if read is None or (read[2] and int(read[2]) < int(read[1])):
        raise at.error("expected a day of the month like 1, or days like 28-31")
    return range(int(read[1]), int(read[2] or read[1]) + 1)
