"""The ready-made scenarios, by name."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fake_iamport.scenario_files import scenario_folder
from fake_iamport.suggestions import did_you_mean

__all__ = ["UnknownScenario", "find_scenario_file", "scenario_library"]

_ENDINGS = (".yaml", ".yml", ".json")


class UnknownScenario(LookupError):
    """There is no scenario of this name, and no file."""

    def __init__(self, name: str, file: str | None = None) -> None:
        self.name = name
        meant = f"; did you mean the file '{file}'?" if file else None
        super().__init__(
            f"there is no scenario '{name}' and no file of that name"
            f"{meant or did_you_mean(name, scenario_library())}"
        )


@cache
def scenario_library() -> Mapping[str, Path]:
    """The files of the ready-made scenarios, by name."""
    files = sorted(scenario_folder().glob("*.yaml"))
    return {path.stem: path for path in files}


def find_scenario_file(named: str | os.PathLike[str]) -> Path:
    """The file that is meant by a name or a path; a name of the library wins.

    Raises:
        UnknownScenario: there is none.
    """
    text = os.fspath(named)
    known = scenario_library().get(text)
    if known is not None:
        return known
    path = Path(text)
    # A pipe of the shell is no regular file, and can be read.
    if path.suffix in _ENDINGS or (path.exists() and not path.is_dir()):
        return path
    beside = (f"{text}{ending}" for ending in _ENDINGS)
    raise UnknownScenario(text, next((each for each in beside if Path(each).is_file()), None))
