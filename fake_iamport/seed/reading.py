"""Reading seed files: from text to the worlds that it describes, or to its first mistake."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fake_iamport.clock import Clock
from fake_iamport.documents import Document, text_of_file
from fake_iamport.places import Place
from fake_iamport.scenario_files import scenario_seen_from
from fake_iamport.seed.form import ClockForm, MerchantForm, SeedForm
from fake_iamport.seed.merchant_reading import MerchantReading
from fake_iamport.seed.world import ClockStart, World, WorldError
from fake_iamport.settings import (
    PUBLIC_SANDBOX_KEY,
    PUBLIC_SANDBOX_SECRET,
    MerchantSettings,
    SettingsError,
    changed_settings,
)

__all__ = ["SeededMerchant", "read_seed", "read_seed_file"]


@dataclass(frozen=True, slots=True, repr=False)
class SeededMerchant:
    """A merchant's credentials and the world that it starts with."""

    imp_key: str
    imp_secret: str
    world: World


def read_seed_file(
    path: str | os.PathLike[str], settings: MerchantSettings, clock: Clock
) -> tuple[SeededMerchant, ...]:
    """Read a file; see :func:`read_seed`.

    Raises:
        DocumentError: the file isn't there, or has a mistake.
    """
    return read_seed(text_of_file(path), str(path), settings, clock)


def read_seed(
    text: str, source: str, settings: MerchantSettings, clock: Clock
) -> tuple[SeededMerchant, ...]:
    """Read the YAML or JSON of a seed file; ``source`` names it in errors.

    Args:
        text: What stands in the file.
        source: The file's name.
        settings: What a merchant's settings are where the file says nothing.
        clock: The clock of a merchant for whom the file names none.

    Raises:
        DocumentError: the first mistake, with its line.
    """
    document = Document(text, source)
    form = document.read(SeedForm)
    folder = Path(source).parent
    merchants: dict[str, int] = {}
    for number, merchant in enumerate(form.merchants):
        place = Place(document, ("merchants", number))
        before = merchants.setdefault(merchant.imp_key.lower(), number)
        if before != number:
            raise place.error(f"merchants[{before}] has the same", "imp_key")
    return tuple(
        _merchant(Place(document, ("merchants", number)), merchant, settings, clock, folder)
        for number, merchant in enumerate(form.merchants)
    )


def _merchant(
    place: Place, form: MerchantForm, defaults: MerchantSettings, clock: Clock, folder: Path
) -> SeededMerchant:
    settings = _settings(place, form, defaults, folder)
    start = _clock_start(place, form)
    now = _now(start, clock)
    reading = MerchantReading(place, form, settings, now)
    world = World(
        name=form.imp_key,
        settings=settings,
        clock=start,
        keys=reading.keys(),
        payments=reading.payments(),
        schedules=reading.schedules(),
    )
    try:
        world.records(now)
    except WorldError as error:
        raise place.error(str(error), error.kind, error.place) from None
    return SeededMerchant(form.imp_key, _secret(place, form), world)


def _secret(place: Place, form: MerchantForm) -> str:
    if form.imp_secret is not None:
        return form.imp_secret
    if form.imp_key.lower() == PUBLIC_SANDBOX_KEY.lower():
        return PUBLIC_SANDBOX_SECRET
    raise place.error("the key 'imp_secret' is missing")


def _settings(
    place: Place, form: MerchantForm, defaults: MerchantSettings, folder: Path
) -> MerchantSettings:
    if form.channels and "channels" in form.settings:
        raise place.error("channels stand beside the settings already", "settings", "channels")
    changes = {**form.settings, **({"channels": form.channels} if form.channels else {})}
    changes |= _scenarios(form.settings, folder)
    try:
        return changed_settings(defaults, changes)
    except SettingsError as error:
        steps = error.field.split(".", 1)
        inside = () if form.channels and steps[0] == "channels" else ("settings",)
        is_name = steps[0] not in MerchantSettings.__struct_fields__
        raise place.error(str(error), *inside, *steps, at_key=is_name) from None


def _scenarios(settings: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """The scenarios among the settings, whose files count from the seed file's folder."""
    named = settings.get("scenario")
    if not isinstance(named, list) or not all(isinstance(each, str) for each in named):
        return {}
    return {"scenario": [scenario_seen_from(folder, each) for each in named]}


def _clock_start(place: Place, form: MerchantForm) -> ClockStart | None:
    if form.clock is None:
        return None
    if not isinstance(form.clock, ClockForm):
        return ClockStart("real")
    frozen, running = form.clock.frozen_at, form.clock.running_from
    if frozen is not None and running is None:
        return ClockStart("frozen", place.moment(frozen, "clock", "frozen_at"))
    if running is not None and frozen is None:
        return ClockStart("running", place.moment(running, "clock", "running_from"))
    raise place.error("expected either frozen_at or running_from", "clock")


def _now(start: ClockStart | None, clock: Clock) -> int:
    if start is None:
        return clock.now()
    trial = Clock()
    start.set(trial)
    return trial.now()
