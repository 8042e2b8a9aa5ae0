"""Files of the machine that the emulator runs on: no call over HTTP may have them read.

Settings name scenarios by name or as files. On the command line, in a seed file and in Python that is
the owner's business; over HTTP it is anybody's.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from fake_iamport.control.declaration import ControlError
from fake_iamport.emulator import Emulator
from fake_iamport.settings import MerchantSettings
from fake_iamport.suggestions import did_you_mean

__all__ = ["refuse_local_files"]


def refuse_local_files(emulator: Emulator, values: Mapping[str, Any]) -> None:
    """Make sure that settings in a call name no file but those that are in use anyway.

    Raises:
        ControlError: they do.
    """
    settings = values.get("settings")
    named = settings.get("scenario") if isinstance(settings, dict) else None
    if not isinstance(named, list) or not named:
        return
    from fake_iamport.scenario.library import scenario_library

    in_use = set(_in_use(emulator))
    for name in named:
        if isinstance(name, str) and name not in scenario_library() and name not in in_use:
            raise ControlError(
                f"there is no ready-made scenario {name!r}{did_you_mean(name, scenario_library())}; "
                "over HTTP no other files can be named than those given at the start: send yours "
                "with PUT /_fake/merchants/{imp_key}/scenarios/{name}",
                field="settings.scenario",
            )


def _in_use(emulator: Emulator) -> Iterator[str]:
    settings: list[MerchantSettings] = [emulator.settings.merchant]
    for merchant in emulator.merchants:
        settings += [merchant.settings, *([merchant.world.settings] if merchant.world else [])]
    for each in settings:
        yield from each.scenario
