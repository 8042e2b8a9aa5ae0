"""Where the ready-made scenario files are: in an installed package and in a checkout alike.

They are data of this package and are found through it, never through a module called
``scenarios``, which a user's own project may have.
"""

from pathlib import Path

__all__ = ["scenario_folder", "scenario_seen_from"]

_PACKAGE = Path(__file__).parent


def scenario_folder() -> Path:
    """The folder of the ready-made scenario files."""
    installed = _PACKAGE / "scenarios"
    return installed if installed.is_dir() else _PACKAGE.parent / "scenarios"


def scenario_seen_from(folder: Path, named: str) -> str:
    """What is meant by a ready-made scenario's name, or by a path that counts from ``folder``."""
    from fake_iamport.scenario.library import scenario_library

    path = folder / named
    is_path = bool(path.suffix) or path.is_file()
    return str(path) if is_path and named not in scenario_library() else named
