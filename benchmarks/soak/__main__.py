"""``python -m benchmarks.soak``: minutes of everything at once, and then the books must balance."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass
from statistics import median

import click

from benchmarks.soak.flaky import flaky_receiver
from benchmarks.soak.shop import Shop
from benchmarks.watched import Emulator, Wrong, emulator

__all__ = ["Report", "main", "soak"]

_SHOPS = 6
_JOURNAL = 1000
_LEAST_JUDGED = 60
"""Seconds below which memory is told but not judged: the emulator is still warming up."""

_MOST_GROWTH = 8 * 2**20


@dataclass(frozen=True, slots=True)
class Report:
    """What happened, and how much memory there was, in bytes, second by second."""

    seconds: float
    calls: Counter[str]
    audits: int
    webhooks: int
    memory: list[int]

    @property
    def growth(self) -> int | None:
        """Bytes from the second fifth of the time to the last; ``None`` where it isn't known."""
        fifth = len(self.memory) // 5
        if fifth < 1 or not all(self.memory):
            return None
        return int(median(self.memory[-fifth:]) - median(self.memory[fifth : 2 * fifth]))

    @property
    def grows(self) -> bool:
        """Whether memory isn't flat, as far as the time is long enough to say."""
        return self.seconds >= _LEAST_JUDGED and (self.growth or 0) > _MOST_GROWTH

    def lines(self) -> list[str]:
        """The report, on one screen."""
        total = self.calls.total()
        outcomes = ", ".join(f"{name} {count:,}" for name, count in sorted(self.calls.items()))
        memory = " ".join(f"{each / 2**20:.0f}" for each in self._some_memory())
        growth = self.growth
        since_warm = "" if growth is None else f", {growth / 2**20:+.1f} since it was warm"
        return [
            f"{total:,} calls in {self.seconds:.0f} s, {total / self.seconds:,.0f} a second",
            f"answered: {outcomes}",
            f"{self.webhooks:,} webhooks came to a receiver that fails now and then",
            f"{self.audits:,} audits found every payment once, and amounts and keys in balance",
            "no 5xx came that no rule asked for, and the end was clean",
            f"memory in MiB: {memory}{since_warm}",
        ]

    def _some_memory(self) -> list[int]:
        step = max(1, len(self.memory) // 20)
        return self.memory[::step]


@click.command()
@click.option("--seconds", default=300.0, show_default=True, type=click.FloatRange(min=0.1))
@click.option("--seed", type=int, help="What to begin with.  [default: another one each time]")
def main(seconds: float, seed: int | None) -> None:
    """Put the emulator under mixed load; the exit code is 1 when something was wrong."""
    chosen = random.randrange(2**32) if seed is None else seed  # noqa: S311 - no secret
    click.echo(f"seed {chosen}")
    try:
        report = soak(seconds, chosen)
    except Wrong as error:
        raise click.ClickException(str(error)) from None
    click.echo("\n".join(report.lines()))
    if report.grows:
        raise click.ClickException("memory isn't flat")


def soak(seconds: float, seed: int) -> Report:
    """Run an emulator for so long and give what happened.

    Raises:
        Wrong: it did what it must not do.
    """
    with emulator("--journal-size", str(_JOURNAL)) as running:
        report = asyncio.run(_soak(running, seconds, random.Random(seed)))  # noqa: S311
        entries = running.control("GET", "/journal?limit=1000000")["total"]
        if entries > _JOURNAL:
            raise Wrong(f"the journal has {entries} entries, and was to have {_JOURNAL}")
    return report


async def _soak(running: Emulator, seconds: float, chance: random.Random) -> Report:
    library = running.control("GET", "/scenarios")["scenarios"]
    names = [each["name"] for each in library]
    started = time.monotonic()
    async with flaky_receiver(chance) as receiver:
        shops = [Shop(running.address, receiver.url, names, chance) for _ in range(_SHOPS)]
        watching = asyncio.create_task(_watch(running))
        await asyncio.gather(
            *[shop.keep_open(lambda: time.monotonic() < started + seconds) for shop in shops]
        )
        watching.cancel()
        memory = await watching
    return Report(
        seconds=time.monotonic() - started,
        calls=sum((shop.told.calls for shop in shops), Counter()),
        audits=sum(shop.audits for shop in shops),
        webhooks=receiver.received,
        memory=memory,
    )


async def _watch(running: Emulator) -> list[int]:
    """The emulator's memory, second by second until this is cancelled."""
    memory: list[int] = []
    try:
        while True:
            memory.append(running.resident())
            await asyncio.sleep(1)
    except asyncio.CancelledError:
        return memory


if __name__ == "__main__":
    main()
